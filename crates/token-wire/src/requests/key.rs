//! Bodies about signing keys.

use core::fmt;

use token_core::Algorithm;

use crate::fields::{Fields, Nullable};
use crate::{Object, RequestError};

/// `POST /keys/rotate`: `{algorithm, now}`; both may be left out.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct RotateKeyRequest {
    /// What the new key is for; the configured algorithm if left out.
    pub algorithm: Option<Algorithm>,
    /// Whether it signs at once, before others know it.
    pub now: bool,
}

impl RotateKeyRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with everything that is wrong.
    pub fn read(body: Object) -> Result<Self, RequestError> {
        let mut fields = Fields::new(body);
        let made = |text: &str| {
            text.parse()
                .ok()
                .filter(|algorithm| *algorithm != Algorithm::Rs256)
                .ok_or("expected `EdDSA` or `ES256`; an RSA key is made with another tool and imported")
        };
        let algorithm = fields.parsed("algorithm", Nullable::No, made).given();
        let now = fields.boolean("now").given().unwrap_or_default();
        fields.finish(Some(Self { algorithm, now }))
    }
}

/// `POST /keys/import`: `{pem, now}`; the key must be given. Never printed.
#[derive(Clone, Eq, PartialEq)]
pub struct ImportKeyRequest {
    /// One private key in PEM.
    pub pem: String,
    /// Whether it signs at once, before others know it.
    pub now: bool,
}

impl ImportKeyRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with everything that is wrong.
    pub fn read(body: Object) -> Result<Self, RequestError> {
        let mut fields = Fields::new(body);
        // Room for an RSA key of 8192 bits twice.
        let bounded = |text: &str| (text.len() <= 16_384).then(|| text.to_owned()).ok_or("at most 16384 characters");
        let pem = fields.parsed("pem", Nullable::No, bounded);
        let pem = fields.required("pem", pem);
        let now = fields.boolean("now").given().unwrap_or_default();
        fields.finish(pem.map(|pem| Self { pem, now }))
    }
}

/// `POST /keys/{kid}/withdraw`: nothing is to be said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WithdrawKeyRequest;

impl WithdrawKeyRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`] for any member.
    pub fn read(body: Object) -> Result<Self, RequestError> {
        Fields::new(body).finish(Some(Self))
    }
}

impl fmt::Debug for ImportKeyRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportKeyRequest").field("now", &self.now).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_object;

    fn rotate(body: &str) -> Result<RotateKeyRequest, RequestError> {
        RotateKeyRequest::read(parse_object(body.as_bytes()).unwrap())
    }

    fn import(body: &str) -> Result<ImportKeyRequest, RequestError> {
        ImportKeyRequest::read(parse_object(body.as_bytes()).unwrap())
    }

    #[test]
    fn nothing_must_be_said_to_rotate() {
        assert_eq!(rotate("{}"), Ok(RotateKeyRequest::default()));
        let now = RotateKeyRequest { algorithm: Some(Algorithm::Es256), now: true };
        assert_eq!(rotate(r#"{"algorithm":"ES256","now":true}"#), Ok(now));
        for refused in [r#"{"algorithm":"RS256"}"#, r#"{"algorithm":"none"}"#, r#"{"algorithm":"HS256"}"#] {
            assert!(matches!(rotate(refused), Err(RequestError::Refused(errors, _)) if errors.len() == 1), "{refused}");
        }
        for misshapen in [r#"{"algorithm":null}"#, r#"{"now":"yes"}"#, r#"{"now":null}"#, r#"{"kid":"k"}"#] {
            assert!(matches!(rotate(misshapen), Err(RequestError::Shape(_))), "{misshapen}");
        }
    }

    #[test]
    fn a_private_key_is_not_printed() {
        let request = import(r#"{"pem":"-----BEGIN\nabc"}"#).unwrap();
        assert_eq!((request.pem.as_str(), request.now), ("-----BEGIN\nabc", false));
        assert!(!format!("{request:?}").contains("abc"));
        assert!(matches!(import("{}"), Err(RequestError::Refused(errors, _)) if errors[0].pointer == "/pem"));
        assert!(matches!(import(r#"{"pem":1}"#), Err(RequestError::Shape(_))));
    }
}
