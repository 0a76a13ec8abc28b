//! Bodies about people.

use core::fmt;

use token_core::limits::ROLES_PER_USER;
use token_core::{DisplayName, RoleSet, Username};

use super::PasswordText;
use crate::fields::{Fields, Nullable};
use crate::{Object, RequestError};

/// `POST /users`: `{username, display_name, roles, enabled, password}`; only the user name must be given.
#[derive(Clone, Eq, PartialEq)]
pub struct NewUserRequest {
    /// What they sign in with.
    pub username: Username,
    /// What others call them; empty if left out.
    pub display_name: DisplayName,
    /// Explicit roles; none if left out.
    pub roles: RoleSet,
    /// Whether they may sign in; so if left out.
    pub enabled: bool,
    /// Their password; left out for none yet.
    pub password: Option<PasswordText>,
}

impl NewUserRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with everything that is wrong, and what of it was good.
    pub fn read(body: Object) -> Result<Self, RequestError<EditUserRequest>> {
        let mut fields = Fields::new(body);
        let username = fields.text("username", Nullable::No);
        let good = EditUserRequest { username: fields.required("username", username), ..others(&mut fields) };
        let EditUserRequest { username, display_name, roles, enabled, password } = good.clone();
        let display_name = display_name.or_else(|| "".parse().ok());
        let request = username.zip(display_name).map(|(username, display_name)| Self {
            username,
            display_name,
            roles: roles.unwrap_or_default(),
            enabled: enabled.unwrap_or(true),
            password,
        });
        fields.finish_with(request, good)
    }
}

/// `PATCH /users/{id}`: the members of [`NewUserRequest`]; what is left out stays.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct EditUserRequest {
    /// Another name to sign in with.
    pub username: Option<Username>,
    /// Another name for others to see.
    pub display_name: Option<DisplayName>,
    /// Other explicit roles.
    pub roles: Option<RoleSet>,
    /// Whether they may sign in.
    pub enabled: Option<bool>,
    /// Another password.
    pub password: Option<PasswordText>,
}

impl EditUserRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with everything that is wrong, and what of it was good.
    pub fn read(body: Object) -> Result<Self, RequestError<Self>> {
        let mut fields = Fields::new(body);
        let request = Self { username: fields.text("username", Nullable::No).given(), ..others(&mut fields) };
        fields.finish_with(Some(request.clone()), request)
    }
}

fn others(fields: &mut Fields) -> EditUserRequest {
    EditUserRequest {
        username: None,
        display_name: fields.text("display_name", Nullable::No).given(),
        roles: fields.set("roles", ROLES_PER_USER).given().map(RoleSet::from),
        enabled: fields.boolean("enabled").given(),
        password: fields.parsed("password", Nullable::No, PasswordText::parse).given(),
    }
}

impl fmt::Debug for NewUserRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUserRequest").field("username", &self.username).finish_non_exhaustive()
    }
}

impl fmt::Debug for EditUserRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EditUserRequest").field("username", &self.username).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_object;

    fn edit(body: &str) -> Result<EditUserRequest, RequestError<EditUserRequest>> {
        EditUserRequest::read(parse_object(body.as_bytes()).unwrap())
    }

    fn new(body: &str) -> Result<NewUserRequest, RequestError<EditUserRequest>> {
        NewUserRequest::read(parse_object(body.as_bytes()).unwrap())
    }

    #[test]
    fn what_is_left_out_has_a_safe_default() {
        let user = new(r#"{"username":"ada"}"#).unwrap();
        assert_eq!((user.display_name.as_str(), user.roles.len(), user.enabled), ("", 0, true));
        assert_eq!(user.password, None);
        assert_eq!(edit("{}").unwrap(), EditUserRequest::default());
        assert!(matches!(new("{}"), Err(RequestError::Refused(errors, _)) if errors[0].pointer == "/username"));
    }

    #[test]
    fn atk_l03_a_name_and_a_password_are_texts() {
        for (body, pointer) in [
            (r#"{"username":["ada"]}"#, "/username"),
            (r#"{"username":{"$gt":""}}"#, "/username"),
            (r#"{"username":1}"#, "/username"),
            (r#"{"password":null}"#, "/password"),
            (r#"{"password":["x"]}"#, "/password"),
            (r#"{"enabled":"yes"}"#, "/enabled"),
            (r#"{"password_hash":"x"}"#, "/password_hash"),
            (r#"{"id":"x"}"#, "/id"),
        ] {
            let Err(RequestError::Shape(errors)) = edit(body) else { panic!("{body}") };
            assert_eq!(errors[0].pointer, pointer, "{body}");
        }
    }

    #[test]
    fn p55_a_password_is_not_printed_and_stands_in_no_error() {
        let user = new(r#"{"username":"ada","password":"sesame sesame"}"#).unwrap();
        assert!(!format!("{user:?}").contains("sesame"));
        let long = format!(r#"{{"password":"{}"}}"#, "sesame".repeat(200));
        let Err(RequestError::Refused(errors, good)) = edit(&long) else { panic!("too long") };
        assert!(!format!("{errors:?} {good:?}").contains("sesame"));
    }
}
