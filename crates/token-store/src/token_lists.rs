//! The list of tokens: every order and every filter, and no question that looks at all of a million tokens.
//!
//! A common answer is found by walking along the index of the order, which soon meets enough of it. A rare one is found
//! by the index of the rarest filter, and put in order. What is neither, because everything that is looked for lies far
//! from where the walk begins, is given in pages that may be short: each walks a bounded number of tokens.

mod candidates;
mod needle;
mod statement;
#[cfg(test)]
pub(crate) mod tests;
mod totals;
mod walk;

pub(crate) use totals::totals;

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Binary, Text};
use token_core::{Page, StoreError, TokenCount, TokenId, TokenPosition, TokenQuery, TokenRecord};

use self::walk::Lister;
use crate::connection::Conn;
use crate::error::corrupt;
use crate::load::{bytes16, tokens_in_order};

/// How much work one question may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    /// How many tokens are walked past before the index of a filter is tried.
    first_walk: usize,
    /// How many tokens a filter may leave to be put in order.
    candidates: usize,
    /// How many tokens a page walks past at most, beside those of the first walk.
    last_walk: usize,
    /// How many tokens a count walks past at most, and how many a filter may leave for it.
    count_walk: usize,
    count_candidates: usize,
}

impl Budget {
    /// A few microseconds for each token walked past, some milliseconds for a page; a count may take some dozens.
    pub(crate) const USUAL: Self =
        Self { first_walk: 600, candidates: 200, last_walk: 600, count_walk: 60_000, count_candidates: 1_000 };
}

/// A token of a list and its place.
#[derive(Clone, Debug, Eq, PartialEq, QueryableByName)]
struct Found {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
    #[diesel(sql_type = Text)]
    name_folded: String,
    #[diesel(sql_type = BigInt)]
    ends: i64,
}

impl Found {
    fn position(&self) -> Result<TokenPosition, StoreError> {
        let id = TokenId::from_bytes(bytes16("tokens", &self.id)?).map_err(|error| corrupt("tokens", "?", error))?;
        Ok(TokenPosition { id, name: self.name_folded.clone(), ends: self.ends })
    }
}

/// One page.
pub(crate) fn page(
    conn: &mut Conn,
    query: &TokenQuery,
    budget: Budget,
) -> Result<Page<TokenRecord, TokenPosition>, StoreError> {
    let mut lister = Lister::begin(conn, query)?;
    let enough = query.limit.saturating_add(1);
    let (mut found, mut edge) = lister.walk(query.after.as_ref(), budget.first_walk, enough)?;
    if found.len() < enough && edge.is_some() {
        if let Some(rare) = lister.rare(budget.candidates)? {
            (found, edge) = (candidates::in_order(rare, query, enough), None);
        } else {
            let (more, end) = lister.walk(edge.as_ref(), budget.last_walk, enough - found.len())?;
            found.extend(more);
            edge = end;
        }
    }
    let full = query.limit < found.len();
    found.truncate(query.limit);
    // A page that is not full although there is more goes on behind the last token that was looked at.
    let next = if full { found.last().map(Found::position).transpose()? } else { edge };
    let ids: Vec<Vec<u8>> = found.into_iter().map(|found| found.id).collect();
    Ok(Page { items: tokens_in_order(conn, &ids)?, next })
}

/// How many there are on all pages, as far as counting is quick.
pub(crate) fn count(conn: &mut Conn, query: &TokenQuery, budget: Budget) -> Result<TokenCount, StoreError> {
    let mut lister = Lister::begin(conn, query)?;
    let most = usize::try_from(TokenCount::MOST).unwrap_or(usize::MAX);
    let told = |found: usize, whole: bool| TokenCount {
        total: u64::try_from(found.min(most)).unwrap_or(TokenCount::MOST),
        exact: whole && found <= most,
    };
    if let Some(rare) = lister.rare(budget.count_candidates)? {
        return Ok(told(rare.len(), true));
    }
    let (found, edge) = lister.count_walk(budget.count_walk, most + 1)?;
    Ok(told(found, edge.is_none()))
}
