//! What the node counts and measures for `GET /metrics`: sums over all calls, never anything of one token, person or
//! address.

mod measure;
mod text;

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::http::header::HeaderMap;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse};
use token_guard::{Effective, Refusal};
use tokio::time::timeout;

use crate::error::ApiError;
use crate::state::HttpState;
use measure::{Counts, Sums};

/// Where it is, whichever listener has it.
pub(crate) const PATH: &str = "/metrics";

/// One admission of so many is measured, so that looking at the clock costs the others nothing.
const SAMPLED: u32 = 16;

/// How long a look at the database may take, before the rest is told without it.
const SILENCE: Duration = Duration::from_secs(3);

/// Threads that count side by side; more of them share.
const SHARDS: usize = 16;

/// Upper bounds of how long an admission takes, in nanoseconds.
const ADMISSION: [u64; 13] = [
    500,
    1_000,
    2_000,
    5_000,
    10_000,
    20_000,
    50_000,
    100_000,
    500_000,
    2_000_000,
    10_000_000,
    100_000_000,
    1_000_000_000,
];

/// Upper bounds of how long a change takes to be in force everywhere, in nanoseconds.
const EVERYWHERE: [u64; 12] = [
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    20_000_000,
    50_000_000,
    100_000_000,
    200_000_000,
    500_000_000,
    1_000_000_000,
    2_000_000_000,
    10_000_000_000,
];

macro_rules! outcomes {
    ($($variant:ident = $text:literal,)+) => {
        /// What became of a call that needed a credential, before its handler.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(crate) enum Outcome { $($variant,)+ }

        impl Outcome {
            const ALL: [Self; 13] = [$(Self::$variant,)+];

            const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }
    };
}
outcomes! {
    Admitted = "admitted",
    NoCredentials = "no_credentials",
    SeveralCredentials = "several_credentials",
    Invalid = "invalid",
    Expired = "expired",
    Revoked = "revoked",
    Superseded = "superseded",
    Address = "address",
    Permission = "permission",
    Session = "session",
    TooManyChecks = "too_many_checks",
    Stale = "stale",
    Unavailable = "unavailable",
}

impl Outcome {
    /// What this refusal, or failure, comes to.
    pub(crate) fn of(error: &ApiError) -> Self {
        match error {
            ApiError::Refused(refusal) => match refusal {
                Refusal::NoCredentials => Self::NoCredentials,
                Refusal::SeveralCredentials => Self::SeveralCredentials,
                Refusal::Invalid => Self::Invalid,
                Refusal::Expired => Self::Expired,
                Refusal::Revoked => Self::Revoked,
                Refusal::Superseded => Self::Superseded,
                Refusal::Address => Self::Address,
                Refusal::TooManyChecks => Self::TooManyChecks,
                Refusal::Missing(_) => Self::Permission,
                Refusal::Stale(_) => Self::Stale,
                Refusal::Unavailable(_) => Self::Unavailable,
            },
            ApiError::SessionRequired | ApiError::Misdirected | ApiError::Foreign(..) => Self::Session,
            _ => Self::Unavailable,
        }
    }
}

/// Whether a text was known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Lookup {
    /// The call was judged from memory.
    Hit,
    /// Something had to be read or checked.
    Miss,
}

/// What one thread counts; on cache lines of its own.
#[derive(Debug)]
#[repr(align(128))]
struct Shard {
    outcomes: [AtomicU64; Outcome::ALL.len()],
    lookups: [AtomicU64; 2],
    admission: Sums<13>,
}

/// See the module. One for the whole server.
#[derive(Debug)]
pub struct Metrics {
    shards: [Shard; SHARDS],
    everywhere: Sums<12>,
    nodes: AtomicU64,
}

impl Default for Metrics {
    fn default() -> Self {
        let shard = |_| Shard {
            outcomes: core::array::from_fn(|_| AtomicU64::new(0)),
            lookups: core::array::from_fn(|_| AtomicU64::new(0)),
            admission: Sums::new(&ADMISSION),
        };
        Self { shards: core::array::from_fn(shard), everywhere: Sums::new(&EVERYWHERE), nodes: AtomicU64::new(0) }
    }
}

thread_local! {
    /// The shard of this thread, and how many admissions it has seen since it measured one.
    static OWN: (usize, Cell<u32>) = (next_thread(), const { Cell::new(0) });
}

fn next_thread() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    THREADS.fetch_add(1, Ordering::Relaxed)
}

/// Whether this thread measures the admission that begins.
pub(crate) fn samples() -> bool {
    OWN.with(|(_, seen)| {
        let before = seen.get();
        seen.set(if before + 1 < SAMPLED { before + 1 } else { 0 });
        before == 0
    })
}

impl Metrics {
    fn own(&self) -> Option<&Shard> {
        self.shards.get(OWN.with(|(thread, _)| thread % SHARDS))
    }

    pub(crate) fn admission_took(&self, time: Duration) {
        if let Some(shard) = self.own() {
            shard.admission.add(time);
        }
    }

    pub(crate) fn count(&self, outcome: Outcome) {
        if let Some(count) = self.own().and_then(|shard| shard.outcomes.get(outcome as usize)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn looked_up(&self, lookup: Lookup) {
        if let Some(count) = self.own().and_then(|shard| shard.lookups.get(lookup as usize)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn in_force(&self, effective: &Effective) {
        self.everywhere.add(effective.waited);
        self.nodes.store(u64::try_from(effective.nodes).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn calls(&self) -> Vec<(&'static str, u64)> {
        let sum = |index: usize| self.shards.iter().filter_map(|shard| shard.outcomes.get(index)).map(load).sum();
        Outcome::ALL.iter().map(|outcome| (outcome.as_str(), sum(*outcome as usize))).collect()
    }

    fn lookups(&self) -> [(&'static str, u64); 2] {
        let sum = |index: usize| self.shards.iter().filter_map(|shard| shard.lookups.get(index)).map(load).sum();
        [("hit", sum(Lookup::Hit as usize)), ("miss", sum(Lookup::Miss as usize))]
    }

    fn admission(&self) -> Counts {
        self.shards.iter().map(|shard| shard.admission.read()).reduce(Counts::and).unwrap_or_default()
    }
}

fn load(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}

/// `GET /metrics`: everything in Prometheus' text format. Not for those whom a proxy brings.
pub(crate) async fn metrics(request: HttpRequest, state: Data<HttpState>) -> Result<HttpResponse, ApiError> {
    if through_a_proxy(request.headers()) {
        return Err(ApiError::NotFound("page"));
    }
    let node = state.clone();
    let looked = timeout(SILENCE, web::block(move || node.readiness.store())).await;
    let store = looked.ok().and_then(Result::ok).unwrap_or_default();
    let text = text::write(&state, store).map_err(|_| ApiError::Internal("the metrics could not be written"))?;
    Ok(HttpResponse::Ok().content_type(text::CONTENT_TYPE).body(text))
}

/// Whether a head says that its request did not come on a straight way.
fn through_a_proxy(headers: &HeaderMap) -> bool {
    ["forwarded", "x-forwarded-for", "via"].iter().any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn what_threads_count_is_one_sum() {
        let metrics = Metrics::default();
        std::thread::scope(|scope| {
            for _ in 0..40 {
                scope.spawn(|| {
                    metrics.count(Outcome::Revoked);
                    metrics.looked_up(Lookup::Miss);
                    metrics.admission_took(Duration::from_micros(3));
                });
            }
        });
        let calls = metrics.calls();
        assert_eq!(calls.iter().find(|(name, _)| *name == "revoked"), Some(&("revoked", 40)));
        assert_eq!(calls.iter().map(|(_, count)| count).sum::<u64>(), 40);
        assert_eq!(metrics.lookups(), [("hit", 0), ("miss", 40)]);
        assert_eq!((metrics.admission().count(), metrics.admission().seconds()), (40, 0.000_12));
    }

    #[test]
    fn the_first_admission_of_a_thread_is_measured_and_then_one_of_sixteen() {
        let measured = std::thread::spawn(|| (0..33).filter(|_| samples()).count()).join().unwrap();
        assert_eq!(measured, 3);
    }

    #[test]
    fn whoever_comes_through_a_proxy_is_seen() {
        for (name, expected) in [("x-forwarded-for", true), ("forwarded", true), ("via", true), ("host", false)] {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static("x"));
            assert_eq!(through_a_proxy(&headers), expected, "{name}");
        }
    }
}
