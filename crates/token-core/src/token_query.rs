//! Questions for the list of tokens: filters, orders, places.

use crate::{RoleId, TokenId, UnixSeconds};

/// Tokens in one state at an instant.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum TokenStateFilter {
    /// Unrevoked and in their window.
    Active,
    /// Unrevoked and past their `exp`.
    Expired,
    /// Ended for good.
    Revoked,
}

/// Whoever made a token, as a filter.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum CreatedBy {
    /// A person or a token, by the 16 bytes of the id.
    Id([u8; 16]),
    /// The command line on the machine itself.
    CommandLine,
}

/// What a list of tokens is ordered by. Tokens that are alike in it stand in the order of their ids.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum TokenSortKey {
    /// The id; ids follow creation.
    Created,
    /// The folded name, by the bytes of its UTF-8 form, on every database alike.
    Name,
    /// The end; a token without one stands behind all that have one.
    ExpiresAt,
}

/// An order of the list of tokens.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct TokenSort {
    /// By what.
    pub key: TokenSortKey,
    /// From the greatest to the least.
    pub descending: bool,
}

impl TokenSort {
    /// Newest first.
    pub const NEWEST: Self = Self { key: TokenSortKey::Created, descending: true };
    /// Every order and its name.
    pub const ALL: [(&'static str, Self); 6] = [
        ("created", Self { key: TokenSortKey::Created, descending: false }),
        ("-created", Self::NEWEST),
        ("name", Self { key: TokenSortKey::Name, descending: false }),
        ("-name", Self { key: TokenSortKey::Name, descending: true }),
        ("expires_at", Self { key: TokenSortKey::ExpiresAt, descending: false }),
        ("-expires_at", Self { key: TokenSortKey::ExpiresAt, descending: true }),
    ];

    /// The order of this name; a `-` turns it round.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, sort)| sort)
    }
}

/// The place of a token in a list, in every order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TokenPosition {
    /// Its id.
    pub id: TokenId,
    /// Its folded name.
    pub name: String,
    /// Its end in seconds since 1970; [`i64::MAX`] for none.
    pub ends: i64,
}

/// Which tokens, and in which order; filters add up.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TokenQuery {
    /// A piece of the name, in folded form. One or two letters are looked for at the beginning of words alone.
    pub name: Option<String>,
    /// In this state at `now`.
    pub state: Option<TokenStateFilter>,
    /// Holding this role explicitly.
    pub role: Option<RoleId>,
    /// With an end that lies before this.
    pub expires_before: Option<UnixSeconds>,
    /// There before this second, and without an admitted call from it on.
    pub unused_since: Option<UnixSeconds>,
    /// Made by.
    pub created_by: Option<CreatedBy>,
    /// The order.
    pub sort: TokenSort,
    /// When the question is asked, for `state`.
    pub now: UnixSeconds,
    /// Begin behind this place.
    pub after: Option<TokenPosition>,
    /// 1..=[`crate::limits::PAGE`].
    pub limit: usize,
}

impl TokenQuery {
    /// All tokens, newest first.
    #[must_use]
    pub const fn newest(now: UnixSeconds, limit: usize) -> Self {
        Self {
            name: None,
            state: None,
            role: None,
            expires_before: None,
            unused_since: None,
            created_by: None,
            sort: TokenSort::NEWEST,
            now,
            after: None,
            limit,
        }
    }
}

/// How many tokens there are in all, as of a second.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TokenTotals {
    /// Unrevoked and in their window.
    pub active: u64,
    /// Those of the active ones that have no end.
    pub without_end: u64,
    /// Unrevoked and past their end.
    pub expired: u64,
    /// Ended for good.
    pub revoked: u64,
    /// Unrevoked ones that end, by the day (UTC) that is their last: today first, [`TokenTotals::DAYS`] days.
    pub ending: Vec<u64>,
}

impl TokenTotals {
    /// Days that are looked ahead.
    pub const DAYS: usize = 30;
}

/// How many tokens a question finds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TokenCount {
    /// So many, or at least so many; never more than [`TokenCount::MOST`].
    pub total: u64,
    /// Whether there are no more than that.
    pub exact: bool,
}

impl TokenCount {
    /// Nobody counts further than this.
    pub const MOST: u64 = 10_000;
}
