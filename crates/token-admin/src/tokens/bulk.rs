//! Bulk: the end of many tokens at once, all of it or nothing.

use std::collections::BTreeSet;

use token_core::limits::BULK;
use token_core::{Author, Change, Load, Permission, Reason, Revoked, StoredToken, TokenId, TokenQuery, TokenRecord};

use crate::authority::Authority;
use crate::transaction::Deciding;
use crate::{Admin, AdminError, Conflict, Done, Submitted, rights};

/// What happens to many tokens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BulkAction {
    /// They end for good and stay listed.
    Revoke,
    /// They end for good and go off the list.
    Delete,
}

/// Which tokens.
#[derive(Clone, Debug)]
pub enum BulkChoice {
    /// These, each once.
    Ids(Vec<TokenId>),
    /// All that match; nothing is done unless there are exactly so many.
    Matching {
        /// The filter. Its place and limit do not count.
        query: Box<TokenQuery>,
        /// How many the author expects.
        expected: u64,
    },
}

/// The end of many tokens.
#[derive(Clone, Debug)]
pub struct BulkEnd {
    /// Which.
    pub choice: BulkChoice,
    /// How.
    pub action: BulkAction,
    /// Why.
    pub reason: Option<Reason>,
}

/// What happened to one of many tokens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BulkResult {
    /// It ended.
    Revoked,
    /// It had ended before; the first end stays.
    AlreadyRevoked,
    /// It is gone, and ended if it had not.
    Deleted,
    /// There was none, or no longer.
    NotFound,
}

impl BulkResult {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::AlreadyRevoked => "already revoked",
            Self::Deleted => "deleted",
            Self::NotFound => "not found",
        }
    }
}

impl Admin {
    /// Ends many tokens in one transaction, at most [`BULK`] of them. The answer names each, in the order of the ids or,
    /// for a filter, newest first.
    ///
    /// # Errors
    ///
    /// In this order: [`AdminError::Missing`] without `tokens:revoke` or `tokens:delete`, and for a filter without
    /// `tokens:read`, since the answer tells how many match; [`AdminError::TooMany`]; [`AdminError::Conflict`] when
    /// another number matches than was expected; [`AdminError::Invalid`]; [`AdminError::Store`]. Nothing was ended then.
    pub fn end_tokens(
        &self,
        author: &Author,
        wanted: &Submitted<BulkEnd, Option<BulkAction>>,
    ) -> Result<Done<Vec<(TokenId, BulkResult)>>, AdminError> {
        self.write(author, |Deciding { tx, authority, now }| {
            authority.require(&right(authority, wanted))?;
            let wanted = wanted.as_ref().map_err(|refused| AdminError::Invalid(refused.errors.clone()))?;
            if let BulkChoice::Matching { .. } = wanted.choice {
                authority.require(&rights::TOKENS_READ)?;
            }
            let chosen = chosen(*tx, &wanted.choice)?;
            let end = Revoked { at: now.seconds(), by: author.actor.clone(), reason: wanted.reason.clone() };
            let mut changes = Vec::new();
            let mut results = Vec::with_capacity(chosen.len());
            for (id, record) in chosen {
                let (change, result) = ended(record, wanted.action, &end);
                changes.extend(change);
                results.push((id, result));
            }
            Ok((changes, results))
        })
    }
}

/// What a bulk change needs; of one that does not say what it does, either right.
fn right(authority: &Authority, wanted: &Submitted<BulkEnd, Option<BulkAction>>) -> Permission {
    let action = wanted.as_ref().map_or_else(|refused| *refused.good, |wanted| Some(wanted.action));
    match action {
        Some(BulkAction::Delete) => rights::TOKENS_DELETE,
        None if authority.require(&rights::TOKENS_DELETE).is_ok() => rights::TOKENS_DELETE,
        Some(BulkAction::Revoke) | None => rights::TOKENS_REVOKE,
    }
}

type Chosen = Vec<(TokenId, Option<TokenRecord>)>;

fn chosen(tx: &mut dyn Load, choice: &BulkChoice) -> Result<Chosen, AdminError> {
    match choice {
        BulkChoice::Ids(ids) => {
            if BULK < ids.len() {
                return Err(AdminError::TooMany(BULK));
            }
            let each: BTreeSet<TokenId> = ids.iter().copied().collect();
            if each.len() < ids.len() {
                return Err(AdminError::invalid("/ids", "names a token twice"));
            }
            ids.iter().map(|id| Ok((*id, tx.token(*id)?))).collect()
        }
        BulkChoice::Matching { query, expected } => {
            let query = TokenQuery { after: None, limit: BULK, ..query.as_ref().clone() };
            let page = tx.tokens(&query)?;
            if page.next.is_some() || u64::try_from(BULK).is_ok_and(|most| most < *expected) {
                return Err(AdminError::TooMany(BULK));
            }
            let found = u64::try_from(page.items.len()).unwrap_or(u64::MAX);
            if found != *expected {
                return Err(AdminError::Conflict(Conflict::OtherCount(found)));
            }
            Ok(page.items.into_iter().map(|record| (record.id(), Some(record))).collect())
        }
    }
}

fn ended(record: Option<TokenRecord>, action: BulkAction, end: &Revoked) -> (Option<Change>, BulkResult) {
    let Some(before) = record else { return (None, BulkResult::NotFound) };
    match (action, before.token.clone()) {
        (BulkAction::Revoke, StoredToken::Revoked(_)) => (None, BulkResult::AlreadyRevoked),
        (BulkAction::Revoke, StoredToken::Unrevoked(token)) => {
            let after = Box::new(before.with_revoked(token, end.clone()));
            (Some(Change::TokenRevoked { before: Box::new(before), after }), BulkResult::Revoked)
        }
        (BulkAction::Delete, _) => {
            let end = before.token.end().unwrap_or(end).clone();
            (Some(Change::TokenDeleted { token: Box::new(before), end }), BulkResult::Deleted)
        }
    }
}
