//! Bodies about signing in.

use token_core::{DisplayName, Username};

use super::PasswordText;
use crate::fields::{Fields, Member, Nullable};
use crate::{Object, RequestError};

/// `POST /session`: `{username, password}`, both given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignInRequest {
    /// Who.
    pub username: Username,
    /// Their password.
    pub password: PasswordText,
}

impl SignInRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with everything that is wrong.
    pub fn read(body: Object) -> Result<Self, RequestError> {
        let mut fields = Fields::new(body);
        let username = fields.text("username", Nullable::No);
        let username = fields.required("username", username);
        let password = password(&mut fields, "password");
        fields.finish(username.zip(password).map(|(username, password)| Self { username, password }))
    }
}

/// `POST /session/password`: `{current, new}`, both given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChangePasswordRequest {
    /// The password until now.
    pub current: PasswordText,
    /// The password from now on.
    pub new: PasswordText,
}

impl ChangePasswordRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with everything that is wrong.
    pub fn read(body: Object) -> Result<Self, RequestError> {
        let mut fields = Fields::new(body);
        let current = password(&mut fields, "current");
        let new = password(&mut fields, "new");
        fields.finish(current.zip(new).map(|(current, new)| Self { current, new }))
    }
}

/// `POST /setup`: `{code, username, display_name, password}`; only the display name may be left out.
#[derive(Clone, Eq, PartialEq)]
pub struct SetupRequest {
    /// The one-time code as it was typed.
    pub code: Option<String>,
    /// The name of the first person.
    pub username: Username,
    /// What others call them; empty if left out.
    pub display_name: DisplayName,
    /// Their password.
    pub password: PasswordText,
}

impl SetupRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with everything that is wrong, and the code that was sent.
    pub fn read(body: Object) -> Result<Self, RequestError<Option<String>>> {
        let mut fields = Fields::new(body);
        // Whether it is the right one is for the use case.
        let code = fields.parsed("code", Nullable::No, |text| Ok::<_, &str>(text.trim().to_owned()));
        let code = fields.required("code", code);
        let username = fields.text("username", Nullable::No);
        let username = fields.required("username", username);
        let display_name = fields.text("display_name", Nullable::No).given().or_else(|| "".parse().ok());
        let password = password(&mut fields, "password");
        let named = username.zip(display_name);
        let request = named.zip(password).filter(|_| code.is_some()).map(|((username, display_name), password)| Self {
            code: code.clone(),
            username,
            display_name,
            password,
        });
        fields.finish_with(request, code)
    }
}

impl core::fmt::Debug for SetupRequest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SetupRequest").field("username", &self.username).finish_non_exhaustive()
    }
}

fn password(fields: &mut Fields, name: &str) -> Option<PasswordText> {
    let password: Member<PasswordText> = fields.parsed(name, Nullable::No, PasswordText::parse);
    fields.required(name, password)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FieldError, parse_object};

    fn sign_in(body: &str) -> Result<SignInRequest, RequestError> {
        SignInRequest::read(parse_object(body.as_bytes()).unwrap())
    }

    fn pointers(errors: &[FieldError]) -> Vec<&str> {
        errors.iter().map(|error| error.pointer.as_str()).collect()
    }

    #[test]
    fn atk_l02_passwords_are_bounded_in_bytes_and_left_as_they_are() {
        for good in ["x", "   ", " x ", "a\\u0000b", "e\\u0301", "\\ud83d\\udd11", &"x".repeat(1_024)] {
            let body = format!("{{\"username\":\"ada\",\"password\":\"{good}\"}}");
            let typed: String = serde_json::from_str(&format!("\"{good}\"")).unwrap();
            assert_eq!(sign_in(&body).unwrap().password.into_text(), typed);
        }
        for bad in ["", &"x".repeat(1_025), &"é".repeat(513)] {
            let Err(RequestError::Refused(errors, _)) =
                sign_in(&format!("{{\"username\":\"ada\",\"password\":\"{bad}\"}}"))
            else {
                panic!("{bad:.20}")
            };
            assert_eq!(pointers(&errors), ["/password"]);
        }
    }

    #[test]
    fn atk_l03_names_and_passwords_are_texts() {
        for bad in ["5", "true", "null", "[]", "[\"ada\"]", "{}", "{\"$gt\":\"\"}"] {
            let body = format!("{{\"username\":{bad},\"password\":{bad}}}");
            let Err(RequestError::Shape(errors)) = sign_in(&body) else { panic!("{bad}") };
            assert_eq!(pointers(&errors), ["/username", "/password"], "{bad}");
        }
        let Err(RequestError::Refused(errors, _)) = sign_in("{}") else { panic!("not refused") };
        assert_eq!(pointers(&errors), ["/username", "/password"]);
    }

    #[test]
    fn p55_no_secret_of_a_body_is_printed() {
        let read = sign_in(r#"{"username":"ada","password":"sesame"}"#).unwrap();
        assert!(!format!("{read:?}").contains("sesame"));
        let body = r#"{"code":"sesame","username":"ada","password":"sesame"}"#;
        let read = SetupRequest::read(parse_object(body.as_bytes()).unwrap()).unwrap();
        assert!(!format!("{read:?}").contains("sesame"));
        assert_eq!(read.display_name.as_str(), "");
    }
}
