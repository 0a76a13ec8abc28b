//! What somebody typed into the form of a person.

use token_admin::{EditUser, FieldError, NewUser, Password, Refused, Submitted};
use token_core::{RoleSet, TextError, UserRecord};
use token_http::pages::Fields;

use crate::forms::{Ask, slots};

/// The form as it was typed, without its password.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Input {
    pub(super) username: String,
    pub(super) display_name: String,
    pub(super) roles: Vec<String>,
    pub(super) enabled: bool,
    pub(super) version: Option<u64>,
}

impl Input {
    pub(super) fn of(record: &UserRecord) -> Self {
        let user = &record.user;
        Self {
            username: user.username.to_string(),
            display_name: user.display_name.to_string(),
            roles: user.roles.iter().map(ToString::to_string).collect(),
            enabled: user.enabled,
            version: Some(record.version),
        }
    }

    /// What was sent, with a slot more or less if that was asked for.
    pub(super) fn sent(fields: &Fields) -> Self {
        let text = |name| fields.text(name).unwrap_or_default().to_owned();
        let ask = Ask::read(fields.text("do"));
        Self {
            username: text("username"),
            display_name: text("display_name"),
            roles: slots("role", fields.all("role").map(|value| value.trim().to_owned()).collect(), ask),
            enabled: fields.text("enabled") == Some("yes"),
            version: fields.text("version").and_then(|text| text.parse().ok()),
        }
    }

    /// A new person.
    pub(super) fn new_user(&self, password: &str) -> Submitted<NewUser, EditUser> {
        let (errors, edit) = self.read(password);
        match (&edit.username, &edit.display_name, &edit.roles, errors.is_empty()) {
            (Some(username), Some(display_name), Some(roles), true) => Ok(NewUser {
                username: username.clone(),
                display_name: display_name.clone(),
                roles: roles.clone(),
                enabled: self.enabled,
                password: edit.password,
            }),
            _ => Err(Refused { errors, good: Box::new(edit) }),
        }
    }

    /// A save of the whole form; an empty password leaves the present one.
    pub(super) fn edit(&self, password: &str) -> Submitted<EditUser, EditUser> {
        let (errors, edit) = self.read(password);
        let edit = EditUser { enabled: Some(self.enabled), ..edit };
        if errors.is_empty() { Ok(edit) } else { Err(Refused { errors, good: Box::new(edit) }) }
    }

    fn read(&self, password: &str) -> (Vec<FieldError>, EditUser) {
        let mut errors = Vec::new();
        let username = noted(&mut errors, "/username", self.username.parse());
        let display_name = noted(&mut errors, "/display_name", self.display_name.parse());
        let chosen = self.roles.iter().filter(|role| !role.is_empty());
        let roles: Result<RoleSet, _> = chosen.map(|role| role.parse()).collect();
        let roles = roles.map_err(|_| errors.push(FieldError::new("/roles", "one of them is no role"))).ok();
        let password = Some(password).filter(|password| !password.is_empty()).and_then(|password| {
            let read = Password::new(password.to_owned());
            read.map_err(|error| errors.push(FieldError::new("/password", error.to_string()))).ok()
        });
        (errors, EditUser { username, display_name, roles, enabled: None, password })
    }
}

fn noted<T>(errors: &mut Vec<FieldError>, pointer: &str, read: Result<T, TextError>) -> Option<T> {
    read.map_err(|error| errors.push(FieldError::new(pointer, error.to_string()))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_password_is_no_password() {
        let input = Input::sent(&Fields::parse("username=ada&display_name=&enabled=yes&do=save").unwrap());
        assert!(input.new_user("").unwrap().password.is_none());
        assert!(input.edit("x").unwrap().password.is_some());
        assert!(input.enabled);
        let errors = Input::default().new_user(&"x".repeat(2_000)).unwrap_err().errors;
        assert_eq!(errors.iter().map(|error| error.pointer.as_str()).collect::<Vec<_>>(), ["/username", "/password"]);
    }
}
