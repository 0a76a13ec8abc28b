//! Figures over everything. They take longer than a page of a million tokens may, so they are at most ten seconds old
//! and are counted anew behind the back of whoever looks often.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use token_admin::AdminError;
use token_core::{DetailValue, EventKind, EventQuery, TokenTotals, UnixMicros, UnixSeconds};
use token_http::HttpState;

/// How old a figure may be, in microseconds.
const FRESH: i64 = 10_000_000;
/// From this age on figures are counted anew behind the back of whoever looks at them.
const AGING: i64 = 5_000_000;
const DAY: i64 = 86_400_000_000;
/// Most events of refused calls that are added up.
const MOST_EVENTS: usize = 2_000;

/// How many tokens, as of a moment.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) totals: TokenTotals,
    /// The second they were counted for.
    pub(crate) at: UnixSeconds,
    pub(crate) counted_at: UnixMicros,
}

/// Calls refused in the last day.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    /// Most first.
    pub(crate) by_reason: Vec<(String, u64)>,
    /// There were more events than were added up.
    pub(crate) more: bool,
    counted_at: UnixMicros,
}

/// Figures of this process.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    tokens: Mutex<Option<Tokens>>,
    refused: Mutex<Option<Refused>>,
}

impl Totals {
    /// How many tokens there are in which state. One asker counts, the others wait for it. May block.
    pub(crate) fn tokens(&self, state: &HttpState) -> Result<Tokens, AdminError> {
        let mut known = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let now = state.clock.now();
        if let Some(tokens) = known.as_ref().filter(|tokens| is_fresh(tokens.counted_at, now)) {
            return Ok(tokens.clone());
        }
        let tokens = counted(state)?;
        *known = Some(tokens.clone());
        Ok(tokens)
    }

    /// Whether the number of tokens is to be counted anew, though it can still be shown.
    pub(crate) fn is_aging(&self, now: UnixMicros) -> bool {
        // Whoever counts holds the lock; nobody has to ask again then.
        let known = self.tokens.try_lock().map(|known| known.as_ref().map(|tokens| tokens.counted_at));
        known.is_ok_and(|at| at.is_some_and(|at| AGING <= now.get().saturating_sub(at.get())))
    }

    /// Counts tokens anew. What is known is shown meanwhile. May block.
    pub(crate) fn recount(&self, state: &HttpState) -> Result<(), AdminError> {
        let tokens = counted(state)?;
        *self.tokens.lock().unwrap_or_else(PoisonError::into_inner) = Some(tokens);
        Ok(())
    }

    /// Which calls were refused in the last day, and how many. May block.
    pub(crate) fn refused(&self, state: &HttpState) -> Result<Refused, AdminError> {
        let mut known = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let now = state.clock.now();
        if let Some(refused) = known.as_ref().filter(|refused| is_fresh(refused.counted_at, now)) {
            return Ok(refused.clone());
        }
        let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
        let (mut before, mut seen) = (None, 0);
        let from = UnixMicros::new(now.get().saturating_sub(DAY).max(0)).ok();
        let more = loop {
            let limit = token_core::limits::PAGE;
            let query =
                EventQuery { kind: Some(EventKind::CallsRefused), from, before, limit, ..EventQuery::default() };
            let page = state.admin.store().list_events(&query)?;
            for event in &page.items {
                let value = |name: &str| event.details.0.iter().find(|detail| detail.field == name)?.after.clone();
                if let (Some(DetailValue::Text(reason)), Some(DetailValue::Integer(count))) =
                    (value("reason"), value("count"))
                {
                    let sum = reasons.entry(reason).or_default();
                    *sum = sum.saturating_add(u64::try_from(count).unwrap_or(0));
                }
            }
            seen += page.items.len();
            before = page.next;
            if before.is_none() || MOST_EVENTS <= seen {
                break before.is_some();
            }
        };
        let mut by_reason: Vec<(String, u64)> = reasons.into_iter().collect();
        by_reason.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let refused = Refused { by_reason, more, counted_at: now };
        *known = Some(refused.clone());
        Ok(refused)
    }
}

fn counted(state: &HttpState) -> Result<Tokens, AdminError> {
    let now = state.clock.now();
    let at = now.seconds();
    Ok(Tokens { totals: state.admin.store().token_totals(at)?, at, counted_at: now })
}

fn is_fresh(counted_at: UnixMicros, now: UnixMicros) -> bool {
    (0..FRESH).contains(&now.get().saturating_sub(counted_at.get()))
}
