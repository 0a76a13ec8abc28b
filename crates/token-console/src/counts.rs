//! How many tokens lists have. Counting a million takes longer than making a page, so a count may be ten seconds old,
//! and no page waits for one: where there is none yet, the script of the page asks for it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use token_admin::AdminError;
use token_core::{TokenCount, TokenQuery, UnixMicros};
use token_http::HttpState;

/// How old a count may be, in microseconds.
const FRESH: i64 = 10_000_000;
/// A list that is counted as fast as this is counted anew for each page, in microseconds.
const QUICK: i64 = 2_000;
/// Most lists that are remembered.
const MOST: usize = 256;

/// What is asked of a list but its place, order and time.
type Key = String;

#[derive(Clone, Copy, Debug)]
struct Counted {
    at: UnixMicros,
    took: i64,
    count: TokenCount,
}

/// Counts of this process.
#[derive(Debug, Default)]
pub(crate) struct Counts(Mutex<HashMap<Key, Counted>>);

impl Counts {
    /// The count of this list if it is known or known to be counted quickly. May block.
    pub(crate) fn known(&self, state: &HttpState, query: &TokenQuery) -> Result<Option<TokenCount>, AdminError> {
        match self.remembered(query) {
            Some(counted) if counted.took <= QUICK => self.counted(state, query).map(Some),
            Some(counted) if is_fresh(counted, state.clock.now()) => Ok(Some(counted.count)),
            Some(_) | None => Ok(None),
        }
    }

    /// The count of this list, at most ten seconds old. May block.
    pub(crate) fn recent(&self, state: &HttpState, query: &TokenQuery) -> Result<TokenCount, AdminError> {
        let remembered = self.remembered(query);
        let fresh = remembered.filter(|counted| QUICK < counted.took && is_fresh(*counted, state.clock.now()));
        match fresh {
            Some(counted) => Ok(counted.count),
            None => self.counted(state, query),
        }
    }

    fn remembered(&self, query: &TokenQuery) -> Option<Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key(query)).copied()
    }

    fn counted(&self, state: &HttpState, query: &TokenQuery) -> Result<TokenCount, AdminError> {
        let begun = state.clock.now();
        let count = state.admin.store().count_tokens(query)?;
        let at = state.clock.now();
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if MOST <= counts.len() {
            counts.retain(|_, counted| is_fresh(*counted, at));
        }
        if MOST <= counts.len() {
            counts.clear();
        }
        counts.insert(key(query), Counted { at, took: at.get().saturating_sub(begun.get()), count });
        Ok(count)
    }
}

fn is_fresh(counted: Counted, now: UnixMicros) -> bool {
    now.get().saturating_sub(counted.at.get()) < FRESH
}

fn key(query: &TokenQuery) -> Key {
    let TokenQuery { name, state, role, expires_before, unused_since, created_by, .. } = query;
    format!("{name:?}{state:?}{role:?}{expires_before:?}{unused_since:?}{created_by:?}")
}

/// `1 240 tokens`, `10 000+ tokens`.
pub(crate) fn words(count: TokenCount, one: &str, many: &str) -> String {
    let more = if count.exact { "" } else { "+" };
    format!("{}{more} {}", grouped(count.total), if count.total == 1 && count.exact { one } else { many })
}

/// `1 token`, `1 240 tokens`.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// `1 240`, with a narrow blank that breaks no line.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if 0 < place && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_said_in_groups() {
        let said = |total, exact| words(TokenCount { total, exact }, "token", "tokens");
        assert_eq!(said(0, true), "0 tokens");
        assert_eq!(said(1, true), "1 token");
        assert_eq!(said(1_240, true), "1\u{202f}240 tokens");
        assert_eq!(said(10_000, false), "10\u{202f}000+ tokens");
        assert_eq!(grouped(1_000_000), "1\u{202f}000\u{202f}000");
        assert_eq!(grouped(999), "999");
    }
}
