//! A row of a file as the values of a new token, with everything that is wrong with it.

use std::collections::HashMap;

use token_admin::{AdminError, EditToken, FieldError, NewToken, Refused, Submitted};
use token_core::limits::{NETWORKS_PER_TOKEN, ROLES_PER_TOKEN};
use token_core::{AllowedNetworks, Description, RoleId, RoleName, RoleSet, TokenName};
use token_wire::parse_end;

use super::rows::Row;
use crate::failure::Failure;
use crate::parts::Parts;

/// Reads rows; roles are looked up by name once each.
pub(super) struct Reader<'a> {
    parts: &'a Parts,
    roles: HashMap<String, Result<RoleId, String>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(parts: &'a Parts) -> Self {
        Self { parts, roles: HashMap::new() }
    }

    /// The values of a new token, or everything that is wrong with them.
    pub(super) fn read(&mut self, row: Result<Row, String>) -> Result<Submitted<NewToken, EditToken>, Failure> {
        let row = match row {
            Ok(row) => row,
            Err(why) => return Ok(Err(Refused { errors: vec![FieldError::new("", why)], good: Box::default() })),
        };
        let mut errors = Vec::new();
        let name = noted("/name", row.name.parse::<TokenName>(), &mut errors);
        let description: Option<Description> =
            noted("/description", row.description.unwrap_or_default().parse(), &mut errors);
        let roles = self.roles(&row.roles.unwrap_or_default(), &mut errors)?;
        let expires_at = row.expires_at.map(|text| noted("/expires_at", parse_end(&text), &mut errors));
        let networks = row.allowed_networks.map(|texts| {
            if NETWORKS_PER_TOKEN < texts.len() {
                let many = format!("has more than {NETWORKS_PER_TOKEN} networks");
                errors.push(FieldError::new("/allowed_networks", many));
                return None;
            }
            noted("/allowed_networks", AllowedNetworks::parse(texts.iter().map(String::as_str)), &mut errors)
        });
        if let (Some(name), Some(description), true) = (&name, &description, errors.is_empty()) {
            return Ok(Ok(NewToken {
                name: name.clone(),
                description: description.clone(),
                roles,
                expires_at: expires_at.flatten(),
                allowed_networks: networks.flatten(),
            }));
        }
        // What is good is judged, too, so that everything wrong with a row is told at once.
        let good = EditToken { name, description, roles: Some(roles), expires_at, ..EditToken::default() };
        Ok(Err(Refused { errors, good: Box::new(good) }))
    }

    fn roles(&mut self, texts: &[String], errors: &mut Vec<FieldError>) -> Result<RoleSet, Failure> {
        if ROLES_PER_TOKEN < texts.len() {
            errors.push(FieldError::new("/roles", format!("has more than {ROLES_PER_TOKEN} roles")));
            return Ok(RoleSet::none());
        }
        let mut roles = Vec::new();
        for text in texts {
            if !self.roles.contains_key(text) {
                let found = self.role(text)?;
                self.roles.insert(text.clone(), found);
            }
            match self.roles.get(text) {
                Some(Ok(id)) => roles.push(*id),
                Some(Err(why)) => errors.push(FieldError::new("/roles", why.clone())),
                None => {}
            }
        }
        Ok(roles.into_iter().collect())
    }

    fn role(&self, text: &str) -> Result<Result<RoleId, String>, Failure> {
        if let Ok(id) = text.parse::<RoleId>() {
            return Ok(Ok(id));
        }
        let name: RoleName = match text.parse() {
            Ok(name) => name,
            Err(error) => return Ok(Err(format!("`{}`: {error}", text.escape_debug()))),
        };
        match self.parts.admin.role_named(&name) {
            Ok(role) => Ok(Ok(role.id)),
            Err(AdminError::NotFound(_)) => Ok(Err(format!("there is no role `{name}`"))),
            Err(error) => Err(error.into()),
        }
    }
}

fn noted<T, E: core::fmt::Display>(pointer: &str, parsed: Result<T, E>, errors: &mut Vec<FieldError>) -> Option<T> {
    parsed.map_err(|error| errors.push(FieldError::new(pointer, error.to_string()))).ok()
}
