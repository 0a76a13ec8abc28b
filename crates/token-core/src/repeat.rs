//! Requests that can be repeated safely: what is remembered of them, so that the second one makes nothing.

use core::fmt;
use core::str::FromStr;

use crate::{CredentialId, TokenId, UnixSeconds};

/// How long a request is remembered, in seconds: 24 hours.
pub const REMEMBERED_SECONDS: i64 = 24 * 60 * 60;

/// What a client calls one request of its own, however often it sends it; 1..=255 visible ASCII characters.
#[derive(Clone, Eq, PartialEq)]
pub struct IdempotencyKey(String);

/// A text that is no key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected 1 to 255 visible ASCII characters, e.g. a random UUID")]
pub struct IdempotencyKeyError;

impl IdempotencyKey {
    /// The key as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for IdempotencyKey {
    type Err = IdempotencyKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let good = (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if good { Ok(Self(text.to_owned())) } else { Err(IdempotencyKeyError) }
    }
}

/// Tells nothing: what a client calls its requests is its own affair.
impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdempotencyKey(..)")
    }
}

/// A MAC of a request or of a part of it, under a key of the installation.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct RequestMac(pub [u8; 32]);

/// What is remembered of a request that made a text. Neither the caller's key nor the body can be read from it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RememberedRequest {
    /// The MAC of caller, route and key.
    pub scope: RequestMac,
    /// The MAC of what was asked for.
    pub body: RequestMac,
    /// The token it made, or made a new text for.
    pub token: TokenId,
    /// The text it made.
    pub credential: CredentialId,
    /// When it was done.
    pub at: UnixSeconds,
}

impl RememberedRequest {
    /// From this second on it is forgotten; `None` at the end of all time.
    #[must_use]
    pub fn until(&self) -> Option<UnixSeconds> {
        self.at.get().checked_add(REMEMBERED_SECONDS).and_then(|end| UnixSeconds::new(end).ok())
    }

    /// Whether it still counts at `now`.
    #[must_use]
    pub fn counts(&self, now: UnixSeconds) -> bool {
        self.until().is_none_or(|end| now < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atk_a26_a_key_is_visible_ascii_and_bounded() {
        for good in ["a", "~", "!", "\"quoted\"", "8e03978e-40d5-43dd-bc93-6894a57f9324", &"x".repeat(255)] {
            assert!(good.parse::<IdempotencyKey>().is_ok(), "{good}");
        }
        for bad in ["", " ", "a b", "a\t", "a\n", "\u{7f}", "é", "\u{1f600}", &"x".repeat(256), &"x".repeat(10_240)] {
            assert!(bad.parse::<IdempotencyKey>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_request_counts_for_a_day() {
        let at = UnixSeconds::new(1_000).unwrap();
        let mac = RequestMac([0; 32]);
        let id = "0192f3c1-7a52-7c11-8d4e-0242ac120002";
        let request = RememberedRequest {
            scope: mac,
            body: mac,
            token: id.parse().unwrap(),
            credential: id.parse().unwrap(),
            at,
        };
        assert!(request.counts(UnixSeconds::new(1_000 + 86_399).unwrap()));
        assert!(!request.counts(UnixSeconds::new(1_000 + 86_400).unwrap()));
    }
}
