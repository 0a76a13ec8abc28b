//! Bodies about roles.

use std::collections::BTreeSet;

use token_core::limits::{RULES_PER_ROLE, USERS_PER_ROLE};
use token_core::{RoleDescription, RoleName, Rule, UserId};

use crate::fields::{Fields, Member, Nullable};
use crate::{Object, RequestError};

/// `POST /roles`: `{name, description, rules, users}`; only the name must be given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewRoleRequest {
    /// What people call it.
    pub name: RoleName,
    /// What it is for; empty if left out.
    pub description: RoleDescription,
    /// What it grants and denies; nothing if left out.
    pub rules: Vec<Rule>,
    /// People who hold it from the beginning; nobody if left out.
    pub users: BTreeSet<UserId>,
}

impl NewRoleRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with everything that is wrong.
    pub fn read(body: Object) -> Result<Self, RequestError> {
        let mut fields = Fields::new(body);
        let name = fields.text("name", Nullable::No);
        let name = fields.required("name", name);
        let description = fields.text("description", Nullable::No).given().or_else(|| "".parse().ok());
        let rules = rules(&mut fields).given().unwrap_or_default();
        let users = fields.set("users", USERS_PER_ROLE).given().unwrap_or_default();
        fields.finish(name.zip(description).map(|(name, description)| Self { name, description, rules, users }))
    }
}

/// `PATCH /roles/{id}`: the members of [`NewRoleRequest`]; what is left out stays.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct EditRoleRequest {
    /// A new name.
    pub name: Option<RoleName>,
    /// A new description.
    pub description: Option<RoleDescription>,
    /// Other rules, all of them.
    pub rules: Option<Vec<Rule>>,
    /// All people who shall hold it explicitly, and nobody else.
    pub users: Option<BTreeSet<UserId>>,
}

impl EditRoleRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with everything that is wrong.
    pub fn read(body: Object) -> Result<Self, RequestError> {
        let mut fields = Fields::new(body);
        let request = Self {
            name: fields.text("name", Nullable::No).given(),
            description: fields.text("description", Nullable::No).given(),
            rules: rules(&mut fields).given(),
            users: fields.set("users", USERS_PER_ROLE).given(),
        };
        fields.finish(Some(request))
    }
}

fn rules(fields: &mut Fields) -> Member<Vec<Rule>> {
    fields.objects("rules", RULES_PER_ROLE, |rule| {
        let effect = rule.text("effect", Nullable::No);
        let effect = rule.required("effect", effect);
        let pattern = rule.text("permission", Nullable::No);
        let pattern = rule.required("permission", pattern);
        effect.zip(pattern).map(|(effect, pattern)| Rule { effect, pattern })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FieldError, parse_object};

    fn new(body: &str) -> Result<NewRoleRequest, RequestError> {
        NewRoleRequest::read(parse_object(body.as_bytes()).unwrap())
    }

    fn pointers(errors: &[FieldError]) -> Vec<&str> {
        errors.iter().map(|error| error.pointer.as_str()).collect()
    }

    #[test]
    fn rules_are_objects_of_effect_and_permission() {
        let role = new(
            r#"{"name":"reader","rules":[{"effect":"allow","permission":"assets.*:read"},{"effect":"deny","permission":"*:*"}]}"#,
        )
        .unwrap();
        let rules: Vec<String> = role.rules.iter().map(ToString::to_string).collect();
        assert_eq!(rules, ["allow assets.*:read", "deny *:*"]);
        assert!(new(r#"{"name":"reader"}"#).unwrap().rules.is_empty());
    }

    #[test]
    fn atk_a29_only_the_grammar_of_patterns() {
        for bad in
            ["", "*", "**", "a.*.b:read", "a:rea*", "(a+)+$:read", "A:read", "a:b:c", "a:", ":read", "a\\u0000:b"]
        {
            let body = format!(r#"{{"name":"x","rules":[{{"effect":"allow","permission":"{bad}"}}]}}"#);
            let Err(RequestError::Refused(errors, _)) = new(&body) else { panic!("{bad}") };
            assert_eq!(pointers(&errors), ["/rules/0/permission"], "{bad}");
        }
    }

    #[test]
    fn errors_inside_rules_point_there() {
        let Err(RequestError::Refused(errors, _)) =
            new(r#"{"name":"x","rules":[{"effect":"ALLOW","permission":"a:b"},{"effect":"deny"},{}]}"#)
        else {
            panic!("not refused")
        };
        let places = ["/rules/0/effect", "/rules/1/permission", "/rules/2/effect", "/rules/2/permission"];
        assert_eq!(pointers(&errors), places);
        let Err(RequestError::Shape(errors)) = new(
            r#"{"name":"x","rules":[5,{"effect":1,"permission":"a:b"},{"effect":"deny","permission":"a:b","x":1}]}"#,
        ) else {
            panic!("not refused")
        };
        assert_eq!(pointers(&errors), ["/rules/0", "/rules/1/effect", "/rules/2/x"]);
    }

    #[test]
    fn atk_a28_rules_are_bounded() {
        let rules = vec![r#"{"effect":"allow","permission":"a:b"}"#; 1_001].join(",");
        let Err(RequestError::Refused(errors, _)) = new(&format!(r#"{{"name":"x","rules":[{rules}]}}"#)) else {
            panic!("not refused")
        };
        assert_eq!(pointers(&errors), ["/rules"]);
    }

    #[test]
    fn absence_leaves_and_wrong_types_are_told() {
        let edit = |body: &str| EditRoleRequest::read(parse_object(body.as_bytes()).unwrap());
        assert_eq!(edit("{}"), Ok(EditRoleRequest::default()));
        assert_eq!(edit(r#"{"rules":[]}"#).unwrap().rules, Some(Vec::new()));
        for bad in [r#"{"name":null}"#, r#"{"rules":{}}"#, r#"{"rules":null}"#, r#"{"built_in":true}"#] {
            assert!(matches!(edit(bad), Err(RequestError::Shape(errors)) if errors.len() == 1), "{bad}");
        }
    }
}
