//! Claims: read strictly in the one spelling they are written in, and given out only with a good signature.

use token_core::{Credential, CredentialId, Identity, KeyId, TokenId, UnixSeconds};

use crate::{SigningInput, VerifyError};

/// What a text with a good signature claims. Whether it may pass is decided by the state of its token.
#[derive(Clone, Eq, PartialEq)]
pub struct VerifiedClaims {
    pub(crate) key: KeyId,
    pub(crate) algorithm: token_core::Algorithm,
    pub(crate) claims: Claims,
    /// Header and payload segment as they were presented.
    pub(crate) signed: String,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Claims {
    sub: TokenId,
    jti: CredentialId,
    issued_at: UnixSeconds,
    expires_at: Option<UnixSeconds>,
}

impl VerifiedClaims {
    /// The token (RFC 7519 §4.1.2).
    #[must_use]
    pub fn sub(&self) -> TokenId {
        self.claims.sub
    }

    /// Which of its JWTs (RFC 7519 §4.1.7).
    #[must_use]
    pub fn jti(&self) -> CredentialId {
        self.claims.jti
    }

    /// The key that vouches.
    #[must_use]
    pub fn key(&self) -> &KeyId {
        &self.key
    }

    /// The claim `iat`; not compared with any clock.
    #[must_use]
    pub fn issued_at(&self) -> UnixSeconds {
        self.claims.issued_at
    }

    /// The claim `exp`, not judged here.
    #[must_use]
    pub fn expires_at(&self) -> Option<UnixSeconds> {
        self.claims.expires_at
    }

    /// Whether header and payload are, byte for byte, what we sign for this stored credential: a stolen signing key
    /// cannot invent or alter a token, and no other spelling passes.
    #[must_use]
    pub fn is_exactly(&self, identity: &Identity, token: TokenId, credential: &Credential) -> bool {
        self.key == credential.key
            && SigningInput::new(identity, token, credential, self.algorithm).as_str() == self.signed
    }
}

impl core::fmt::Debug for VerifiedClaims {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("VerifiedClaims").field("key", &self.key).field("claims", &self.claims).finish_non_exhaustive()
    }
}

/// Reads a payload that must be spelled as [`SigningInput`] spells it; `prefix` is the installation's own.
pub(crate) fn parse(payload: &[u8], prefix: &str) -> Result<Claims, VerifyError> {
    let payload = core::str::from_utf8(payload).map_err(|_| VerifyError::Claims)?;
    let rest = payload.strip_prefix(prefix).ok_or(VerifyError::Claims)?;
    let (sub, rest) = rest.split_once(r#"","jti":""#).ok_or(VerifyError::Claims)?;
    let (jti, rest) = rest.split_once(r#"","iat":"#).ok_or(VerifyError::Claims)?;
    let rest = rest.strip_suffix('}').ok_or(VerifyError::Claims)?;
    let (issued_at, expires_at) = match rest.split_once(r#","exp":"#) {
        Some((issued_at, expires_at)) => (seconds(issued_at)?, Some(seconds(expires_at)?)),
        None => (seconds(rest)?, None),
    };
    Ok(Claims {
        sub: sub.parse().map_err(|_| VerifyError::Claims)?,
        jti: jti.parse().map_err(|_| VerifyError::Claims)?,
        issued_at,
        expires_at,
    })
}

/// A whole number as we write it: digits, no sign, no leading zero, within the calendar.
fn seconds(text: &str) -> Result<UnixSeconds, VerifyError> {
    let canonical = text == "0" || (text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0'));
    let number = if canonical { text.parse().ok() } else { None };
    number.and_then(|number| UnixSeconds::new(number).ok()).ok_or(VerifyError::Claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFIX: &str = r#"{"iss":"i","aud":"a","sub":""#;
    const ID: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120002";

    fn with(iat: &str, exp: &str) -> Result<Claims, VerifyError> {
        parse(format!(r#"{PREFIX}{ID}","jti":"{ID}","iat":{iat}{exp}}}"#).as_bytes(), PREFIX)
    }

    #[test]
    fn the_one_spelling_is_read() {
        let claims = with("5", r#","exp":10"#).unwrap();
        assert_eq!((claims.issued_at.get(), claims.expires_at.map(UnixSeconds::get)), (5, Some(10)));
        assert_eq!(with("0", "").unwrap().expires_at, None);
    }

    #[test]
    fn atk_c01_to_c05_only_whole_seconds_of_the_calendar() {
        for bad in [
            r#""10""#,
            "true",
            "null",
            "[]",
            "{}",
            "-1",
            "01",
            "+1",
            "1.",
            "1.0",
            "1e3",
            "0x1",
            "NaN",
            "Infinity",
            "",
            "253402300800",
            "9223372036854775808",
            "18446744073709551616",
            " 1",
            "1 ",
        ] {
            assert_eq!(with("1", &format!(r#","exp":{bad}"#)), Err(VerifyError::Claims), "exp {bad}");
            assert_eq!(with(bad, ""), Err(VerifyError::Claims), "iat {bad}");
        }
        assert_eq!(with("1", &format!(r#","exp":{}"#, "9".repeat(400))), Err(VerifyError::Claims));
    }

    #[test]
    fn atk_c06_c08_c15_c17_c18_c19_c20_nothing_else_is_read() {
        for bad in [
            "{}",
            "[]",
            "null",
            "",
            "[10,0,\"a\",\"i\",\"a\"]",
            &format!(r#"{PREFIX}{ID}","jti":"{ID}","iat":1,"exp":5,"exp":9}}"#),
            &format!(r#"{PREFIX}{ID}","jti":"{ID}","iat":1,"nbf":5}}"#),
            &format!(r#"{PREFIX}{ID}","jti":"{ID}","iat":1,"exp":5,"roles":["admin"]}}"#),
            &format!(r#"{PREFIX}{ID}", "jti":"{ID}","iat":1}}"#),
            &format!(r#"{PREFIX}{ID}","jti":"{ID}","iat":1}} "#),
            &format!(r#"{PREFIX}{ID}","jti":"%","iat":1}}"#),
            &format!(r#"{PREFIX}","jti":"{ID}","iat":1}}"#),
            &format!(r#"{{"aud":"a","iss":"i","sub":"{ID}","jti":"{ID}","iat":1}}"#),
            &format!(r#"{{"iss":["i"],"aud":"a","sub":"{ID}","jti":"{ID}","iat":1}}"#),
        ] {
            assert_eq!(parse(bad.as_bytes(), PREFIX), Err(VerifyError::Claims), "{bad}");
        }
        assert_eq!(parse(b"\xff\xfe", PREFIX), Err(VerifyError::Claims));
    }
}
