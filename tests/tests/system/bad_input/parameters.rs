//! Every parameter of every query: unknown, twice, broken, empty, too long and out of its list is 400.

use std::collections::BTreeSet;

use serde_json::json;
use token_core::{EventQuery, RoleQuery, TokenQuery, UserQuery};
use token_testkit::on_each_database;

use super::calls::Call;
use super::kinds::MALFORMED_IDS;
use super::world::{CANARY, UNKNOWN, World};

/// What a parameter takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    /// A piece of text to look for.
    Needle,
    /// One of these words.
    Word(&'static [&'static str]),
    Role,
    Time,
    End,
    Creator,
    Permission,
    Method,
    Path,
    /// The id of a token there is.
    Token,
    Cursor,
    Limit,
}

/// A route and its parameters; a route that is not here has none.
type Row = (&'static str, &'static str, &'static [(&'static str, Kind)]);

const LEVELS: Kind = Kind::Word(&["info", "notice", "warning"]);
const SUBJECTS: Kind = Kind::Word(&["installation", "token", "role", "key", "user"]);

const ROWS: &[Row] = &[
    (
        "GET",
        "/api/v1/tokens",
        &[
            ("name", Kind::Needle),
            ("state", Kind::Word(&["active", "expired", "revoked"])),
            ("role", Kind::Role),
            ("expires_before", Kind::End),
            ("unused_since", Kind::End),
            ("created_by", Kind::Creator),
            ("sort", Kind::Word(&["created", "-created", "name", "-name", "expires_at", "-expires_at"])),
            ("total", Kind::Word(&["true"])),
            ("cursor", Kind::Cursor),
            ("limit", Kind::Limit),
        ],
    ),
    ("GET", "/api/v1/roles", &[("name", Kind::Needle), ("cursor", Kind::Cursor), ("limit", Kind::Limit)]),
    (
        "GET",
        "/api/v1/users",
        &[
            ("name", Kind::Needle),
            ("role", Kind::Role),
            ("enabled", Kind::Word(&["true", "false"])),
            ("cursor", Kind::Cursor),
            ("limit", Kind::Limit),
        ],
    ),
    (
        "GET",
        "/api/v1/events",
        &[
            ("level", LEVELS),
            ("type", Kind::Word(&["token.created", "token.revoked"])),
            ("subject", SUBJECTS),
            ("subject_id", Kind::Needle),
            ("from", Kind::Time),
            ("until", Kind::Time),
            ("text", Kind::Needle),
            ("cursor", Kind::Cursor),
            ("limit", Kind::Limit),
        ],
    ),
    ("GET", "/api/v1/tokens/{id}/explain", &[("permission", Kind::Permission)]),
    ("GET", "/api/v1/routes/check", &[("method", Kind::Method), ("path", Kind::Path), ("token", Kind::Token)]),
    ("ANY", "/authz", &[("permission", Kind::Permission)]),
    ("DELETE", "/api/v1/roles/{id}", &[("force", Kind::Word(&[]))]),
];

impl Kind {
    fn refused(self) -> Vec<String> {
        let own: Vec<String> = match self {
            Self::Needle => {
                vec![String::new(), "a%0Ab".into(), "%1B[2J".into(), "%7F".into(), "%C2%85".into(), "x".repeat(101)]
            }
            Self::Word(_) => {
                ["REVOKED", "Active", "info,notice", "token", "%20info", "1", "*"].map(Into::into).to_vec()
            }
            Self::Method => ["", "%20", "a%0Ab", "GET%20", "%C3%A9", &"x".repeat(33)].map(Into::into).to_vec(),
            // Whatever it is, the answer says what the rules say of it.
            Self::Path => Vec::new(),
            Self::Role | Self::Token => MALFORMED_IDS.map(|id| id.replace(' ', "%20")).to_vec(),
            Self::Time | Self::End => [
                "",
                "2027-02-29",
                "2027-13-01",
                "2027-01-01T24:00:00Z",
                "2026-12-31T23:59:60Z",
                "2027-01-01T00:00:00",
                "Mon,%2031%20May%202027%2012:00:00%20GMT",
                "1811764800",
                "10000-01-01",
                "0000-01-01",
                "2027-01-01T00:00:00.1234567Z",
                "now",
                "2027-01-01T00:00:00+02:00",
            ]
            .map(Into::into)
            .to_vec(),
            Self::Creator => MALFORMED_IDS
                .map(|id| id.replace(' ', "%20"))
                .into_iter()
                .chain(["system".into(), "Command%20line".into()])
                .collect(),
            Self::Permission => ["", "assets", "assets:*", "*:*", "a:b:c", "Assets:read", "a%00:b", "a.*:b", "%20a:b"]
                .map(Into::into)
                .to_vec(),
            Self::Cursor => {
                vec![String::new(), "AAAA".into(), "%27%20OR%201=1".into(), "A".repeat(4_000), "====".into()]
            }
            Self::Limit => [
                "",
                "0",
                "-1",
                "501",
                "1e9",
                "1e2",
                "abc",
                "10.5",
                "0x10",
                "%2B5",
                "%205",
                "99999999999999999999",
                "5;",
                "%EF%BC%95",
            ]
            .map(Into::into)
            .to_vec(),
        };
        let broken = ["%", "%2", "%zz", "%00", "%ff", "%c0%af", "%ed%a0%80", "a%2"].map(str::to_owned);
        own.into_iter().chain(broken).chain([format!("{CANARY}%00"), "x".repeat(8_193)]).collect()
    }

    fn accepted(self) -> Vec<String> {
        match self {
            Self::Needle => vec![
                "x".into(),
                "x".repeat(100),
                "%C3%A9".repeat(100),
                "'%20OR%20'1'='1".into(),
                "%25".into(),
                "_".into(),
                "%5C".into(),
                "[a-z]".into(),
                "(a%2B)%2B$".into(),
                "%E2%80%AE".into(),
            ],
            Self::Word(words) => words.iter().map(|word| (*word).to_owned()).collect(),
            Self::Role | Self::Creator => vec![UNKNOWN.into()],
            Self::Time => {
                ["2027-05-31", "2027-05-31T12:00:00Z", "2027-05-31T12:00:00.123456%2B02:00"].map(Into::into).to_vec()
            }
            Self::End => vec!["2027-05-31".into(), "2027-05-31T12:00:00Z".into()],
            Self::Permission => vec!["a:b".into(), "tokens:read".into()],
            Self::Method => vec!["GET".into(), "PROPFIND".into(), "*".into(), "x".repeat(32)],
            Self::Path => vec!["/".into(), String::new(), "/a%252fb".into(), "//".into(), "%E2%80%AE".into()],
            Self::Cursor | Self::Token => Vec::new(),
            Self::Limit => vec!["1".into(), "500".into(), "0500".into()],
        }
    }
}

fn call(world: &World, method: &str, route: &str, query: &str) -> Call {
    Call::new(method, &format!("{}?{query}", world.path(route)))
}

/// What the parameters beside the one that is tried must be.
fn rest(name: &str, route: &str) -> &'static str {
    match (route, name) {
        ("/api/v1/tokens/{id}/explain" | "/authz", name) if name != "permission" => "&permission=a:b",
        ("/api/v1/routes/check", "method") => "&path=/",
        ("/api/v1/routes/check", "path") => "&method=GET",
        ("/api/v1/routes/check", _) => "&method=GET&path=/",
        _ => "",
    }
}

#[test]
fn atk_q03_q04_q06_q08_q10_p01_each_refused_parameter_is_400_and_named() {
    on_each_database(|database| {
        let world = World::new(database);
        world.without_a_row_more_or_less(|| {
            for (method, route, parameters) in ROWS {
                for (name, kind) in *parameters {
                    for value in kind.refused().iter().filter(|value| *name != "subject" || *value != "token") {
                        let _ = world.refused(
                            &call(&world, method, route, &format!("{name}={value}{}", rest(name, route))),
                            400,
                            &[&format!("?{name}")],
                        );
                    }
                    let twice = format!("{name}=x&{name}=x{}", rest(name, route));
                    let answer = call(&world, method, route, &twice).send(&world.app);
                    assert_eq!(answer.status, 400, "{route} {twice}: {}", answer.text);
                }
            }
        });
    });
}

#[test]
fn atk_q01_q02_q09_each_good_parameter_is_taken_as_text() {
    on_each_database(|database| {
        let world = World::new(database);
        for (method, route, parameters) in ROWS.iter().filter(|row| row.0 == "GET") {
            for (name, kind) in *parameters {
                for value in kind.accepted() {
                    let query = format!("{name}={value}{}", rest(name, route));
                    let answer = world.accepted(&call(&world, method, route, &query), 200).json();
                    let found = answer["items"].as_array().map_or(0, Vec::len);
                    // Nothing here is named like a pattern or a piece of SQL; but `_` may stand in the id of a key.
                    let wild = *kind == Kind::Needle && value != "x" && (*name != "text" || value != "_");
                    assert!(!wild || found == 0, "{route}?{query} found {found}");
                }
            }
        }
    });
}

#[test]
fn atk_q04_q05_b12_unknown_parameters_are_400_everywhere() {
    on_each_database(|database| {
        let world = World::new(database);
        let foreign = ["sort", "order", "status", "fields", "total", "access_token", "Authorization", "_method", "x"];
        let all = ROWS.iter().flat_map(|row| row.2).map(|parameter| parameter.0).chain(foreign);
        let names: BTreeSet<&str> = all.collect();
        world.without_a_row_more_or_less(|| {
            for (verb, route, need) in token_http::routes() {
                // Behind `/authz` stands a query of the client's, which nobody looks at.
                let of_client = route == "/authz/{path}";
                if of_client || matches!(need, token_http::Need::Public | token_http::Need::Session) {
                    continue;
                }
                let row = ROWS.iter().find(|row| (row.0, row.1) == (verb.as_str(), route));
                let known = |name: &str| row.is_some_and(|row| row.2.iter().any(|parameter| parameter.0 == name));
                let with = |query: &str| {
                    let call = call(&world, verb.as_str(), route, &format!("{query}{}", rest("", route)));
                    call.if_match(1).field("Content-Type", "application/json").body(json!({}).to_string())
                };
                for name in names.iter().filter(|name| !known(name)) {
                    let _ = world.refused(&with(&format!("{name}={CANARY}")), 400, &[&format!("?{name}")]);
                }
                for odd in [CANARY, "name[]=x", "state[0]=active", "eyJhbGciOi.x.y=1", "%", "%00=1", "=", "&", "%FF=1"]
                {
                    let answer = with(odd).send(&world.app);
                    assert_eq!((answer.status, answer.text.contains(CANARY)), (400, false), "{verb} {route}?{odd}");
                    assert!(answer.json()["errors"][0]["pointer"] == "?", "{verb} {route}?{odd}: {}", answer.text);
                }
            }
        });
    });
}

#[test]
fn everything_wrong_with_a_query_is_told_at_once() {
    on_each_database(|database| {
        let world = World::new(database);
        let call = Call::new("GET", "/api/v1/events?level=x&limit=0&from=2027-02-29&until=x&sort=at&sort=at");
        let answer = world.refused(&call, 400, &["?sort", "?limit", "?level", "?from", "?until", "?sort"]);
        assert_eq!(answer.json()["type"], "/problems/invalid-query");
        let reversed = Call::new("GET", "/api/v1/events?from=2027-02-01&until=2027-01-01");
        let _ = world.refused(&reversed, 400, &["?until"]);
        let _ = world.refused(&Call::new("GET", &world.path("/api/v1/tokens/{id}/explain")), 400, &["?permission"]);
    });
}

/// Names the members of a question. One that is added there stops this test from building until it is named here.
macro_rules! questions {
    ($type:ident { $($member:ident),+ }) => {{
        let _ = |value: $type| {
            let $type { $($member: _),+ } = value;
        };
        [$(stringify!($member)),+].len()
    }};
}

#[test]
fn every_question_of_a_list_has_its_rows() {
    let rows = |route: &str| ROWS.iter().find(|row| row.1 == route).unwrap().2.len();
    // `now` is no parameter.
    assert_eq!(rows("/api/v1/tokens"), {
        let query = questions!(TokenQuery {
            name,
            state,
            role,
            expires_before,
            unused_since,
            created_by,
            sort,
            now,
            after,
            limit
        });
        // `total` asks for another answer.
        query - 1 + 1
    });
    assert_eq!(rows("/api/v1/roles"), questions!(RoleQuery { name, after, limit }));
    assert_eq!(rows("/api/v1/users"), questions!(UserQuery { name, role, enabled, after, limit }));
    let events = questions!(EventQuery { level, kind, subject_kind, subject_id, from, until, text, before, limit });
    assert_eq!(rows("/api/v1/events"), events);
}
