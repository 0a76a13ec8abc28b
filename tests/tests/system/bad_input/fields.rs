//! Every field of every body: wrong types are 400, refused values 422, the very limit passes.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use token_core::Rule;
use token_http::Verb;
use token_testkit::on_each_database;
use token_wire::{
    BulkFilterRequest, BulkRequest, EditRoleRequest, EditTokenRequest, EditUserRequest, ImportKeyRequest,
    NewRoleRequest, NewTokenRequest, NewUserRequest, RevealRequest, RevokeRequest, RotateKeyRequest, RotateRequest,
    RouteRulesRequest,
};

use super::calls::Call;
use super::kinds::Kind;
use super::world::World;

/// A field of a body; whether `null` means something there.
pub(crate) struct Field {
    name: &'static str,
    kind: Kind,
    null: Null,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Null {
    Refused,
    Taken,
}

/// A route with a body: what passes there, and all its fields.
pub(crate) struct Body {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    status: u16,
    /// Members beside the one that is tried.
    beside: &'static [(&'static str, Beside)],
    pub(crate) fields: &'static [Field],
}

#[derive(Clone, Copy)]
enum Beside {
    /// A new name each time.
    Name,
    True,
    Now,
    /// A private key of its own.
    Pem,
    /// How a bulk change ends tokens.
    Revoke,
    /// The id of nothing, for bulk changes.
    Nobody,
    /// A filter that finds nothing.
    Nothing,
    Zero,
    NoRules,
}

const fn field(name: &'static str, kind: Kind, null: Null) -> Field {
    Field { name, kind, null }
}

const NEW_TOKEN: &[Field] = &[
    field("name", Kind::Line(100), Null::Refused),
    field("description", Kind::Lines(0, 2_000), Null::Refused),
    field("roles", Kind::Roles, Null::Refused),
    field("expires_at", Kind::End, Null::Taken),
    field("allowed_networks", Kind::Networks, Null::Taken),
];

const EDIT_TOKEN: &[Field] = &[
    field("name", Kind::Line(100), Null::Refused),
    field("description", Kind::Lines(0, 2_000), Null::Refused),
    field("roles", Kind::Roles, Null::Refused),
    field("expires_at", Kind::End, Null::Taken),
    field("allowed_networks", Kind::Networks, Null::Taken),
    field("revoked", Kind::Flag, Null::Refused),
    field("reason", Kind::Lines(1, 500), Null::Taken),
];

const ROLE: &[Field] = &[
    field("name", Kind::Line(64), Null::Refused),
    field("description", Kind::Lines(0, 2_000), Null::Refused),
    field("rules", Kind::Rules, Null::Refused),
    field("users", Kind::People, Null::Refused),
];

const USER: &[Field] = &[
    field("username", Kind::Line(64), Null::Refused),
    field("display_name", Kind::MaybeLine(100), Null::Refused),
    field("roles", Kind::Roles, Null::Refused),
    field("enabled", Kind::Flag, Null::Refused),
    field("password", Kind::Password, Null::Refused),
];

/// All bodies there are.
pub(crate) const BODIES: &[Body] = &[
    Body { method: "POST", path: "/api/v1/tokens", status: 201, beside: &[("name", Beside::Name)], fields: NEW_TOKEN },
    Body {
        method: "PATCH",
        path: "/api/v1/tokens/{id}",
        status: 200,
        beside: &[("revoked", Beside::True)],
        fields: EDIT_TOKEN,
    },
    Body {
        method: "POST",
        path: "/api/v1/tokens/bulk",
        status: 200,
        beside: &[
            ("action", Beside::Revoke),
            ("ids", Beside::Nobody),
            ("filter", Beside::Nothing),
            ("expected_count", Beside::Zero),
        ],
        fields: &[
            field("ids", Kind::Tokens, Null::Refused),
            field("filter", Kind::Filter, Null::Refused),
            field("expected_count", Kind::Count, Null::Refused),
            field("action", Kind::Action, Null::Refused),
            field("reason", Kind::Lines(1, 500), Null::Taken),
        ],
    },
    Body {
        method: "POST",
        path: "/api/v1/tokens/{id}/revoke",
        status: 200,
        beside: &[],
        fields: &[field("reason", Kind::Lines(1, 500), Null::Taken)],
    },
    Body {
        method: "POST",
        path: "/api/v1/tokens/{id}/reveal",
        status: 200,
        beside: &[],
        fields: &[field("jti", Kind::Credential, Null::Taken)],
    },
    Body {
        method: "POST",
        path: "/api/v1/tokens/{id}/rotate",
        status: 201,
        beside: &[("old_ends", Beside::Now)],
        fields: &[field("expires_at", Kind::End, Null::Taken), field("old_ends", Kind::OldEnds, Null::Refused)],
    },
    Body { method: "POST", path: "/api/v1/roles", status: 201, beside: &[("name", Beside::Name)], fields: ROLE },
    Body { method: "PATCH", path: "/api/v1/roles/{id}", status: 200, beside: &[], fields: ROLE },
    Body {
        method: "POST",
        path: "/api/v1/keys/rotate",
        status: 200,
        beside: &[("now", Beside::True)],
        fields: &[field("algorithm", Kind::Algorithm, Null::Refused), field("now", Kind::Set, Null::Refused)],
    },
    Body {
        method: "POST",
        path: "/api/v1/keys/import",
        status: 200,
        beside: &[("pem", Beside::Pem), ("now", Beside::True)],
        fields: &[field("pem", Kind::Pem, Null::Refused), field("now", Kind::Set, Null::Refused)],
    },
    Body { method: "POST", path: "/api/v1/keys/{kid}/withdraw", status: 200, beside: &[], fields: &[] },
    Body {
        method: "PUT",
        path: "/api/v1/routes",
        status: 200,
        beside: &[("rules", Beside::NoRules)],
        fields: &[field("rules", Kind::Routes, Null::Refused)],
    },
    Body { method: "POST", path: "/api/v1/users", status: 201, beside: &[("username", Beside::Name)], fields: USER },
    Body { method: "PATCH", path: "/api/v1/users/{id}", status: 200, beside: &[], fields: USER },
];

impl Body {
    /// A body that passes but for this member.
    fn with(&self, name: &str, value: &Value, number: usize) -> Value {
        // A reason goes with an end, and nothing else needs one.
        // A bulk change has ids, or a filter and its count.
        let needed = |beside: &str| match beside {
            "revoked" => name == "reason",
            "ids" => !matches!(name, "filter" | "expected_count"),
            "filter" => name == "expected_count",
            "expected_count" => name == "filter",
            _ => true,
        };
        let mut members: Map<String, Value> = Map::new();
        for (beside, what) in self.beside.iter().filter(|(beside, _)| needed(beside)) {
            let value = match what {
                Beside::Name => json!(format!("thing {number}")),
                Beside::True => json!(true),
                Beside::Now => json!("now"),
                Beside::Pem => json!(crate::keys::new_pem()),
                Beside::Revoke => json!("revoke"),
                Beside::Nobody => json!([super::world::UNKNOWN]),
                Beside::Nothing => json!({"name": "nothing has this name"}),
                Beside::Zero => json!(0),
                Beside::NoRules => json!([]),
            };
            members.insert((*beside).to_owned(), value);
        }
        members.insert(name.to_owned(), value.clone());
        Value::Object(members)
    }

    fn call(&self, world: &World, body: &Value) -> Call {
        Call::json(self.method, &world.path(self.path), body).if_match(self.version(world))
    }

    /// The version of what is changed.
    fn version(&self, world: &World) -> u64 {
        if self.path != "/api/v1/routes" {
            return 1;
        }
        world.app.admin.get(self.path).expect(200).json()["version"].as_u64().unwrap()
    }

    /// The same on a thing of its own, as a good value changes it.
    fn fresh_call(&self, world: &World, body: &Value, number: usize) -> Call {
        let path = if self.path.starts_with("/api/v1/roles") {
            self.path.replace("{id}", &self.fresh(number, |name| world.app.role(name, &[])))
        } else if self.path.starts_with("/api/v1/users") {
            self.path.replace("{id}", &self.fresh(number, |name| world.app.user(name, &json!({}))))
        } else {
            self.path.replace("{id}", &self.fresh(number, |name| world.app.token(name, &[]).id))
        };
        Call::json(self.method, &path, body).if_match(self.version(world))
    }

    fn fresh(&self, number: usize, make: impl FnOnce(&str) -> String) -> String {
        let has_id = self.path.contains("{id}");
        if has_id { make(&format!("fresh {number} of {}", self.path.len())) } else { String::new() }
    }
}

#[test]
fn atk_a05_every_field_of_a_wrong_type_is_400_and_names_the_place() {
    on_each_database(|database| {
        let world = World::new(database);
        world.without_a_row_more_or_less(|| {
            for (body, field) in BODIES.iter().flat_map(|body| body.fields.iter().map(move |field| (body, field))) {
                let null = Some((Value::Null, "")).filter(|_| field.null == Null::Refused);
                for (value, inside) in field.kind.wrong_types().into_iter().chain(null) {
                    let call = body.call(&world, &body.with(field.name, &value, 0));
                    let _ = world.refused(&call, 400, &[&format!("/{}{inside}", field.name)]);
                }
            }
        });
    });
}

#[test]
fn atk_a06_a08_a09_a11_a29_every_refused_value_is_422_and_names_the_place() {
    on_each_database(|database| {
        let world = World::new(database);
        world.without_a_row_more_or_less(|| {
            for (body, field) in BODIES.iter().flat_map(|body| body.fields.iter().map(move |field| (body, field))) {
                for (value, inside) in field.kind.refused(&world) {
                    let call = body.call(&world, &body.with(field.name, &value, 0));
                    let _ = world.refused(&call, 422, &[&format!("/{}{inside}", field.name)]);
                }
            }
        });
    });
}

#[test]
fn atk_j01_every_field_takes_its_very_limit_and_keeps_odd_texts_as_they_are() {
    on_each_database(|database| {
        let world = World::new(database);
        let mut number = 0;
        for (body, field) in BODIES.iter().flat_map(|body| body.fields.iter().map(move |field| (body, field))) {
            let null = Some(Value::Null).filter(|_| field.null == Null::Taken);
            for value in field.kind.accepted(&world).into_iter().chain(null) {
                number += 1;
                let call = body.fresh_call(&world, &body.with(field.name, &value, number), number);
                let answer = world.accepted(&call, body.status).json();
                if let (Some(text), "name" | "description" | "username" | "display_name") = (value.as_str(), field.name)
                {
                    let normal = text.replace("\r\n", "\n").trim().replace("a\u{301}", "á");
                    assert_eq!(answer[field.name].as_str(), Some(normal.as_str()), "{call:?}");
                }
                // Names of roles and people are unique: the next body tries the same ones.
                if answer.get("username").is_some() {
                    let path = format!("/api/v1/users/{}", answer["id"].as_str().unwrap());
                    let _ = world.app.admin.delete(&path).expect(204);
                }
                if answer.get("rules").is_some() && answer.get("id").is_some() {
                    let _ = world
                        .app
                        .admin
                        .delete(&format!("/api/v1/roles/{}?force", answer["id"].as_str().unwrap()))
                        .expect(204);
                }
            }
        }
    });
}

/// Names the members of a type. A member that is added there stops this test from building until it is named here.
macro_rules! members {
    ($type:ident { $($member:ident),+ }) => {{
        let _ = |value: $type| {
            let $type { $($member: _),+ } = value;
        };
        BTreeSet::from([$(stringify!($member)),+])
    }};
}

#[test]
fn every_field_of_every_body_has_its_rows() {
    let known = [
        members!(NewTokenRequest { name, description, roles, expires_at, allowed_networks }),
        members!(EditTokenRequest { name, description, roles, expires_at, allowed_networks, revoked, reason }),
        // As they are written: ids, or a filter and its count, are one choice.
        BTreeSet::from(["ids", "filter", "expected_count", "action", "reason"]),
        members!(RevokeRequest { reason }),
        members!(RevealRequest { jti }),
        members!(RotateRequest { expires_at, old_ends }),
        members!(NewRoleRequest { name, description, rules, users }),
        members!(EditRoleRequest { name, description, rules, users }),
        members!(RotateKeyRequest { algorithm, now }),
        members!(ImportKeyRequest { pem, now }),
        BTreeSet::new(),
        members!(RouteRulesRequest { rules }),
        members!(NewUserRequest { username, display_name, roles, enabled, password }),
        members!(EditUserRequest { username, display_name, roles, enabled, password }),
    ];
    assert_eq!(members!(BulkRequest { choice, action, reason }).len(), 3);
    // The members of the filter are rows of the kind `Filter`.
    assert_eq!(members!(BulkFilterRequest { name, state, role }).len(), 3);
    // `effect` and `permission` of a rule are rows of the kind `Rules`.
    assert_eq!(members!(Rule { effect, pattern }).len(), 2);
    assert_eq!(known.len(), BODIES.len());
    for (body, known) in BODIES.iter().zip(known) {
        let rows: BTreeSet<&str> = body.fields.iter().map(|field| field.name).collect();
        assert_eq!(rows, known, "{} {}", body.method, body.path);
    }
}

/// Their bodies need a browser, or nobody at all: they are tried where people sign in.
const OF_BROWSERS: &[&str] = &["/api/v1/session", "/api/v1/session/password", "/api/v1/setup"];

/// Bodies that guards elsewhere send: tried member by member where they are read, and by the tests of remote guards.
const OF_GUARDS: &[&str] =
    &["/api/v1/guard/sync", "/api/v1/guard/first-use", "/api/v1/guard/usage", "/api/v1/guard/leave"];

/// Forms of OAuth clients, whose fields and errors are those of their standards: tried with their endpoints.
const OF_CLIENTS: &[&str] = &["/oauth2/introspect", "/oauth2/revoke"];

#[test]
fn every_route_with_a_body_has_its_rows() {
    let with_body = token_http::routes()
        .filter(|(verb, _, _)| matches!(verb, Verb::Post | Verb::Put | Verb::Patch))
        .filter(|(_, path, _)| ![OF_BROWSERS, OF_GUARDS, OF_CLIENTS].concat().contains(path));
    let router: BTreeSet<(&str, &str)> = with_body.map(|(verb, path, _)| (verb.as_str(), path)).collect();
    let rows: BTreeSet<(&str, &str)> = BODIES.iter().map(|body| (body.method, body.path)).collect();
    assert_eq!(rows, router);
}

#[test]
fn atk_a03_a_field_of_one_body_is_unknown_to_every_other() {
    on_each_database(|database| {
        let world = World::new(database);
        let all: BTreeSet<&str> = BODIES.iter().flat_map(|body| body.fields.iter().map(|field| field.name)).collect();
        let foreign =
            ["id", "kid", "owner_id", "created_at", "created_by", "revoked_at", "version", "is_admin", "built_in"];
        let foreign =
            foreign.iter().chain(&["state", "token", "sub", "userId", "credentials", "permissions", "__proto__"]);
        let names: BTreeSet<&str> = foreign.copied().chain(all).collect();
        world.without_a_row_more_or_less(|| {
            for body in BODIES {
                let known = |name: &&str| body.fields.iter().any(|field| field.name == *name);
                for name in names.iter().filter(|name| !known(name)) {
                    let call = body.call(&world, &body.with(name, &json!("1"), 0));
                    let _ = world.refused(&call, 400, &[&format!("/{name}")]);
                }
                for hidden in [super::world::CANARY, "eyJhbGciOi.J9.x", "a/b", "\u{202e}", "név"] {
                    let call = body.call(&world, &body.with(hidden, &json!(1), 0));
                    let _ = world.refused(&call, 400, &[""]);
                }
            }
        });
    });
}
