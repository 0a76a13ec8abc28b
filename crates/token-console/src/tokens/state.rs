//! The state of a token as a word and a mark (never a colour alone).

use token_core::{StoredToken, TokenRecord, UnixSeconds};

use crate::moment;
use crate::panels::Mark;

/// How soon an end is said to be near, in seconds: 14 days.
const SOON: i64 = 14 * 86_400;

/// The mark of a token at `now`, and what else a row says.
pub(crate) fn mark(record: &TokenRecord, now: UnixSeconds) -> (Mark, String) {
    let grant = record.token.grant();
    let text_end = grant.credentials.newest().expires_at;
    let end = match (grant.expires_at, text_end) {
        (Some(token), Some(text)) => Some(token.min(text)),
        (end, None) | (None, end) => end,
    };
    let said = |look, word, note| (Mark { look, word }, note);
    match (&record.token, end) {
        (StoredToken::Revoked(token), _) => {
            let end = token.end();
            said("bad", "revoked", format!("on {} by {}", moment::date(end.at), end.by.name()))
        }
        (StoredToken::Unrevoked(_), Some(end)) if end <= now => {
            said("plain", "expired", format!("expired {}", moment::ago(end, now)))
        }
        (StoredToken::Unrevoked(_), Some(end)) if end.get() < now.get().saturating_add(SOON) => {
            said("warn", "expires soon", format!("expires {}", moment::ahead(end, now)))
        }
        (StoredToken::Unrevoked(_), Some(end)) => {
            said("good", "active", format!("expires {}", moment::ahead(end, now)))
        }
        (StoredToken::Unrevoked(_), None) => said("warn", "no expiry", "works until it is revoked".to_owned()),
    }
}
