//! What pages of ours send along with every change. Another site can make a browser send the cookie, but cannot read
//! this.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;
use token_admin::Secret;

const LABEL: &[u8] = b"tokenward csrf";

/// The token of a session, in base64url. It gives the session's secret not away.
pub(crate) fn csrf_token(secret: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(secret.derive(LABEL))
}

/// Whether `text` is the token of this session; takes the same time wherever it differs.
pub(crate) fn is_csrf_token(secret: &Secret, text: &[u8]) -> bool {
    let sent = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    secret.derive(LABEL).ct_eq(&sent).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atk_k04_a_csrf_token_fits_its_session_alone() {
        let secret = |letter: &str| letter.repeat(43).parse::<Secret>().unwrap();
        let (one, other) = (secret("A"), secret("I"));
        let token = csrf_token(&one);
        assert!(is_csrf_token(&one, token.as_bytes()));
        assert!(!is_csrf_token(&other, token.as_bytes()));
        assert_ne!(token, *one.text());
        for bad in ["", "A", token.split_at(42).0, &format!("{token}A"), &format!("{token}="), &one.text()] {
            assert!(!is_csrf_token(&one, bad.as_bytes()), "{bad}");
        }
    }
}
