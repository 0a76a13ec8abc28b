//! Bodies about tokens.

use token_core::limits::{NETWORKS_PER_TOKEN, ROLES_PER_TOKEN};
use token_core::{AllowedNetworks, CredentialId, Description, NetworksError, Reason, RoleSet, TokenName, UnixSeconds};

use crate::fields::{Fields, Member, Nullable};
use crate::{Object, RequestError, parse_end};

/// `POST /tokens`: `{name, description, roles, expires_at, allowed_networks}`; only the name must be given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewTokenRequest {
    /// What people call it.
    pub name: TokenName,
    /// What it is for; empty if left out.
    pub description: Description,
    /// Explicit roles; none if left out.
    pub roles: RoleSet,
    /// The end of its life; `null` or left out for none.
    pub expires_at: Option<UnixSeconds>,
    /// Where it may be used; `null` or left out for no restriction.
    pub allowed_networks: Option<AllowedNetworks>,
}

impl NewTokenRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with everything that is wrong, and what of it was good.
    pub fn read(body: Object) -> Result<Self, RequestError<EditTokenRequest>> {
        let mut fields = Fields::new(body);
        let name = fields.text("name", Nullable::No);
        let good = EditTokenRequest {
            name: fields.required("name", name),
            description: fields.text("description", Nullable::No).given(),
            roles: fields.set("roles", ROLES_PER_TOKEN).given().map(RoleSet::from),
            expires_at: fields.parsed("expires_at", Nullable::Yes, parse_end).change(),
            allowed_networks: networks(&mut fields).change(),
            ..EditTokenRequest::default()
        };
        let EditTokenRequest { name, description, roles, expires_at, allowed_networks, .. } = good.clone();
        let description = description.or_else(|| "".parse().ok());
        let request = name.zip(description).map(|(name, description)| Self {
            name,
            description,
            roles: roles.unwrap_or_default(),
            expires_at: expires_at.flatten(),
            allowed_networks: allowed_networks.flatten(),
        });
        fields.finish_with(request, good)
    }
}

/// `PATCH /tokens/{id}`: the members of [`NewTokenRequest`], and `revoked` and `reason`; what is left out stays.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct EditTokenRequest {
    /// A new name.
    pub name: Option<TokenName>,
    /// A new description.
    pub description: Option<Description>,
    /// Other explicit roles.
    pub roles: Option<RoleSet>,
    /// Another end; `Some(None)`, a `null`, for none.
    pub expires_at: Option<Option<UnixSeconds>>,
    /// Other networks; `Some(None)`, a `null`, for no restriction.
    pub allowed_networks: Option<Option<AllowedNetworks>>,
    /// `true` ends the token with this save.
    pub revoked: Option<bool>,
    /// Why.
    pub reason: Option<Reason>,
}

impl EditTokenRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with everything that is wrong, and what of it was good.
    pub fn read(body: Object) -> Result<Self, RequestError<Self>> {
        let mut fields = Fields::new(body);
        let request = Self {
            name: fields.text("name", Nullable::No).given(),
            description: fields.text("description", Nullable::No).given(),
            roles: fields.set("roles", ROLES_PER_TOKEN).given().map(RoleSet::from),
            expires_at: fields.parsed("expires_at", Nullable::Yes, parse_end).change(),
            allowed_networks: networks(&mut fields).change(),
            revoked: fields.boolean("revoked").given(),
            reason: fields.text("reason", Nullable::Yes).given(),
        };
        fields.finish_with(Some(request.clone()), request)
    }
}

/// `POST /tokens/{id}/revoke`: `{reason}`, or nothing at all.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RevokeRequest {
    /// Why.
    pub reason: Option<Reason>,
}

impl RevokeRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with everything that is wrong.
    pub fn read(body: Object) -> Result<Self, RequestError> {
        let mut fields = Fields::new(body);
        let request = Self { reason: fields.text("reason", Nullable::Yes).given() };
        fields.finish(Some(request))
    }
}

/// When the older texts of a rotated token end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OldEndsRequest {
    /// `"now"`.
    Now,
    /// `{"at": time}`.
    At(UnixSeconds),
    /// `{"on_first_use": time}`: with the first call that presents a newer text, at this time at the latest.
    OnFirstUse(UnixSeconds),
}

/// `POST /tokens/{id}/rotate`: `{expires_at, old_ends}`; `old_ends` must be given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RotateRequest {
    /// The end of the new text and of the token; `Some(None)`, a `null`, for none; left out, the token keeps its own.
    pub expires_at: Option<Option<UnixSeconds>>,
    /// When the older texts end.
    pub old_ends: OldEndsRequest,
}

impl RotateRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with everything that is wrong.
    pub fn read(body: Object) -> Result<Self, RequestError> {
        const EXPECTED: &str = "expected `\"now\"`, `{\"at\": time}` or `{\"on_first_use\": time}`";
        let mut fields = Fields::new(body);
        let expires_at = fields.parsed("expires_at", Nullable::Yes, parse_end).change();
        let old_ends = fields.either(
            "old_ends",
            |text| if text == "now" { Ok(OldEndsRequest::Now) } else { Err(EXPECTED) },
            |inner| {
                let at = inner.parsed("at", Nullable::No, parse_end).given().map(OldEndsRequest::At);
                let used = inner.parsed("on_first_use", Nullable::No, parse_end).given();
                match (at, used.map(OldEndsRequest::OnFirstUse)) {
                    (Some(one), None) | (None, Some(one)) => Ok(one),
                    _ => Err(EXPECTED),
                }
            },
            EXPECTED,
        );
        let old_ends = fields.required("old_ends", old_ends);
        fields.finish(old_ends.map(|old_ends| Self { expires_at, old_ends }))
    }
}

/// `POST /tokens/{id}/reveal`: `{jti}`, or nothing at all for the newest text.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RevealRequest {
    /// Which text.
    pub jti: Option<CredentialId>,
}

impl RevealRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with everything that is wrong.
    pub fn read(body: Object) -> Result<Self, RequestError> {
        let mut fields = Fields::new(body);
        let request = Self { jti: fields.text("jti", Nullable::Yes).given() };
        fields.finish(Some(request))
    }
}

fn networks(fields: &mut Fields) -> Member<AllowedNetworks> {
    const NAME: &str = "allowed_networks";
    let texts = match fields.texts(NAME, Nullable::Yes, NETWORKS_PER_TOKEN) {
        Member::Given(texts) => texts,
        Member::Null => return Member::Null,
        Member::Absent => return Member::Absent,
    };
    match AllowedNetworks::parse(texts.iter().map(String::as_str)) {
        Ok(networks) => Member::Given(networks),
        Err(error @ NetworksError::Network(index)) => fields.refuse(&format!("{NAME}/{index}"), error.to_string()),
        Err(error) => fields.refuse(NAME, error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{FieldError, parse_object};

    const ROLE: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120002";

    fn new(body: &str) -> Result<NewTokenRequest, RequestError<EditTokenRequest>> {
        NewTokenRequest::read(parse_object(body.as_bytes()).unwrap())
    }

    fn edit(body: &str) -> Result<EditTokenRequest, RequestError<EditTokenRequest>> {
        EditTokenRequest::read(parse_object(body.as_bytes()).unwrap())
    }

    fn pointers(errors: &[FieldError]) -> Vec<&str> {
        errors.iter().map(|error| error.pointer.as_str()).collect()
    }

    #[test]
    fn only_the_name_must_be_given() {
        let least = new(r#"{"name":" CI "}"#).unwrap();
        assert_eq!((least.name.as_str(), least.description.as_str()), ("CI", ""));
        assert!(least.roles.is_empty() && least.expires_at.is_none() && least.allowed_networks.is_none());
        let body = format!(
            r#"{{"name":"CI","description":"a\nb","roles":["{ROLE}"],"expires_at":"2027-05-31","allowed_networks":["10.0.0.1"]}}"#
        );
        let most = new(&body).unwrap();
        assert_eq!(most.roles.len(), 1);
        assert_eq!(most.allowed_networks.unwrap().iter().collect::<Vec<_>>(), ["10.0.0.1/32"]);
        let nothing = RequestError::Refused(vec![FieldError::new("/name", "must be given")], Box::default());
        assert_eq!(new("{}"), Err(nothing));
    }

    #[test]
    fn atk_a03_unknown_members_are_refused_by_name() {
        for member in ["id", "jti", "owner_id", "created_at", "revoked_at", "version", "is_admin", "kid", "revoked"] {
            let Err(RequestError::Shape(errors)) = new(&format!(r#"{{"name":"x","{member}":"1"}}"#)) else {
                panic!("{member}")
            };
            assert_eq!(pointers(&errors), [format!("/{member}")]);
        }
        let Err(RequestError::Shape(errors)) = new(r#"{"name":"x","eyJhbGciOi.J9.secret":1}"#) else { panic!() };
        assert_eq!(pointers(&errors), [""], "a name that could be a secret is not echoed");
    }

    #[test]
    fn atk_a05_every_member_of_every_wrong_type() {
        let wrong = ["5", "true", "{}", "[[]]", "[null]", "\"x\"", "null", "[5]"];
        let fits = |member: &str, value: &str| match member {
            "name" | "description" => value == "\"x\"",
            "expires_at" | "reason" => matches!(value, "\"x\"" | "null"),
            "allowed_networks" => value == "null",
            "revoked" => value == "true",
            _ => false,
        };
        for member in ["name", "description", "roles", "expires_at", "allowed_networks", "revoked", "reason"] {
            for value in wrong.iter().filter(|value| !fits(member, value)) {
                let Err(RequestError::Shape(errors)) = edit(&format!(r#"{{"{member}":{value}}}"#)) else {
                    panic!("{member}: {value}")
                };
                assert_eq!(errors.len(), 1, "{member}: {value}");
                assert!(errors[0].pointer.starts_with(&format!("/{member}")), "{member}: {value}");
            }
        }
    }

    #[test]
    fn atk_a06_a08_a09_a11_refused_values_are_told_all_at_once() {
        let long = "x".repeat(101);
        let body = format!(
            r#"{{"name":"{long}","description":"a\u0000","roles":["{ROLE}","{ROLE}","admin"],"expires_at":"2027-02-29","allowed_networks":["10.0.0.0/8","x"],"reason":"\u202e"}}"#
        );
        let Err(RequestError::Refused(errors, _)) = edit(&body) else { panic!("not refused") };
        let places = ["/name", "/description", "/roles/1", "/roles/2", "/expires_at", "/allowed_networks/1", "/reason"];
        assert_eq!(pointers(&errors), places);
        assert!(errors.iter().all(|error| !error.detail.contains(&long)));
        for bad in [
            r#"{"name":""}"#,
            r#"{"name":"  "}"#,
            r#"{"name":"a\nb"}"#,
            r#"{"name":"a\u0085b"}"#,
            r#"{"allowed_networks":[]}"#,
            r#"{"reason":""}"#,
            r#"{"expires_at":""}"#,
        ] {
            assert!(matches!(edit(bad), Err(RequestError::Refused(errors, _)) if errors.len() == 1), "{bad}");
        }
    }

    #[test]
    fn lists_are_bounded_before_they_are_read() {
        let many = |item: &str, count: usize| vec![format!("\"{item}\""); count].join(",");
        let Err(RequestError::Refused(errors, _)) = edit(&format!(r#"{{"roles":[{}]}}"#, many("x", 1_000))) else {
            panic!("not refused")
        };
        assert_eq!(pointers(&errors), ["/roles"]);
        let Err(RequestError::Refused(errors, _)) = edit(&format!(r#"{{"allowed_networks":[{}]}}"#, many("::1", 65)))
        else {
            panic!("not refused")
        };
        assert_eq!(pointers(&errors), ["/allowed_networks"]);
    }

    #[test]
    fn null_takes_away_and_absence_leaves() {
        assert_eq!(edit("{}").unwrap(), EditTokenRequest::default());
        let cleared = edit(r#"{"expires_at":null,"allowed_networks":null}"#).unwrap();
        assert_eq!((cleared.expires_at, cleared.allowed_networks), (Some(None), Some(None)));
        assert_eq!(edit(r#"{"revoked":true,"reason":"lost"}"#).unwrap().revoked, Some(true));
    }

    #[test]
    fn one_wrong_shape_makes_it_400_and_tells_the_rest_too() {
        let Err(RequestError::Shape(errors)) = edit(r#"{"name":"","roles":5,"x":1}"#) else { panic!("not refused") };
        assert_eq!(pointers(&errors), ["/roles", "/x", "/name"]);
    }

    #[test]
    fn revoke_and_reveal_take_one_member() {
        let object = |body: &str| parse_object(body.as_bytes()).unwrap();
        assert_eq!(RevokeRequest::read(object("{}")).unwrap(), RevokeRequest::default());
        assert_eq!(RevokeRequest::read(object(r#"{"reason":null}"#)).unwrap(), RevokeRequest::default());
        assert!(matches!(RevokeRequest::read(object(r#"{"reason":5}"#)), Err(RequestError::Shape(_))));
        assert!(RevealRequest::read(object(&format!(r#"{{"jti":"{ROLE}"}}"#))).unwrap().jti.is_some());
        assert!(matches!(RevealRequest::read(object(r#"{"jti":"x"}"#)), Err(RequestError::Refused(..))));
        assert!(matches!(RevealRequest::read(object(r#"{"id":"x"}"#)), Err(RequestError::Shape(_))));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn any_members_are_read_or_refused(
            body in r#"\{"(name|roles|expires_at|reason|x)":("\PC{0,9}"|\[("\PC{0,4}",?){0,2}\]|null|[0-9]{1,3})\}"#
        ) {
            if let Ok(object) = parse_object(body.as_bytes()) {
                let _ = (NewTokenRequest::read(object.clone()), EditTokenRequest::read(object));
            }
        }
    }

    #[test]
    fn x04_rotation_says_how_older_texts_end() {
        let rotate = |body: &str| RotateRequest::read(parse_object(body.as_bytes()).unwrap());
        let end = parse_end("2027-05-31").unwrap();
        for (old_ends, expected) in [
            (r#""now""#, OldEndsRequest::Now),
            (r#"{"at":"2027-05-31"}"#, OldEndsRequest::At(end)),
            (r#"{"on_first_use":"2027-05-31"}"#, OldEndsRequest::OnFirstUse(end)),
        ] {
            let read = rotate(&format!(r#"{{"old_ends":{old_ends}}}"#)).unwrap();
            assert_eq!((read.old_ends, read.expires_at), (expected, None));
        }
        assert_eq!(rotate(r#"{"old_ends":"now","expires_at":null}"#).unwrap().expires_at, Some(None));
        for (body, pointer) in [
            ("{}", "/old_ends"),
            (r#"{"old_ends":"later"}"#, "/old_ends"),
            (r#"{"old_ends":{}}"#, "/old_ends"),
            (r#"{"old_ends":{"at":"2027-05-31","on_first_use":"2027-05-31"}}"#, "/old_ends"),
            (r#"{"old_ends":{"at":"2027-02-29"}}"#, "/old_ends/at"),
        ] {
            let Err(RequestError::Refused(errors, _)) = rotate(body) else { panic!("{body}") };
            assert_eq!(pointers(&errors), [pointer], "{body}");
        }
        for (body, pointer) in [
            (r#"{"old_ends":5}"#, "/old_ends"),
            (r#"{"old_ends":null}"#, "/old_ends"),
            (r#"{"old_ends":{"at":5}}"#, "/old_ends/at"),
            (r#"{"old_ends":{"at":"2027-05-31","x":1}}"#, "/old_ends/x"),
        ] {
            let Err(RequestError::Shape(errors)) = rotate(body) else { panic!("{body}") };
            assert_eq!(pointers(&errors), [pointer], "{body}");
        }
    }
}
