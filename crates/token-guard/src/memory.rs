//! What a guard keeps: tokens, and the rules of one head of the log. One call sees one state of both.
//!
//! A token is read beside the log that tells of its changes, so what was read may be old when it arrives. The rule: who
//! reads says so first; whoever applies an event marks the running readings it touches as overtaken; what was overtaken
//! is delivered to nobody and read again. And what was read together with a head of the log serves only those who have
//! applied that much.

use std::collections::HashMap;

use arc_swap::{ArcSwap, Guard};
use quick_cache::sync::Cache;
use token_core::{AsOf, Boot, Head, StoreError, StoredToken, TokenId, Touches};

use crate::known::Known;
use crate::snapshots::Published;
use crate::stops::stop;
use crate::sync::{Arc, AtomicU64, Condvar, Mutex, Ordering, PoisonError};
use crate::usage::Usage;

/// How often an overtaken reading is begun again.
const READINGS: usize = 16;

/// See the module. Bounded.
pub(crate) struct Memory {
    published: ArcSwap<Published>,
    /// The mark of `published.head`, to be looked at last.
    applied: AtomicU64,
    /// An instant of the guard's clock; from it on nothing that is kept may be believed.
    fresh_until: AtomicU64,
    tokens: Cache<TokenId, Known>,
    fills: Mutex<HashMap<TokenId, Arc<Fill>>>,
    pub(crate) usage: Usage,
}

/// A reading that runs, and whoever waits for what it finds.
struct Fill {
    /// What was applied when it began: a log that ends before that is another one, or lags behind.
    began: Head,
    found: Mutex<Found>,
    told: Condvar,
}

#[derive(Default)]
struct Found {
    overtaken: bool,
    outcome: Option<Outcome>,
}

/// What a reading came to.
enum Outcome {
    Read(Known),
    /// Nothing: whoever waited asks itself.
    Nothing,
}

/// Whose reading it is.
enum Part {
    /// Nobody's: it was read since this call has looked.
    Known(Known),
    Reads(Arc<Fill>),
    Waits(Arc<Fill>),
}

/// Places of a cache that is to keep so many: an eighth more, since its parts are filled unevenly.
pub(crate) fn room_for(entries: usize) -> usize {
    entries.saturating_add(entries / 8).max(1)
}

impl Memory {
    pub(crate) fn new(published: Published, entries: usize) -> Self {
        Self {
            applied: AtomicU64::new(published.mark()),
            fresh_until: AtomicU64::new(Boot::ZERO.get()),
            published: ArcSwap::from_pointee(published),
            tokens: Cache::new(room_for(entries)),
            fills: Mutex::default(),
            usage: Usage::new(entries),
        }
    }

    /// The rules now.
    pub(crate) fn published(&self) -> Guard<Arc<Published>> {
        self.published.load()
    }

    /// Believes what is kept until this instant. What the belief rests on is applied before.
    pub(crate) fn believe(&self, until: Boot) {
        self.fresh_until.store(until.get(), Ordering::SeqCst);
    }

    /// Until when what is kept may be believed.
    pub(crate) fn fresh_until(&self) -> Boot {
        Boot::new(self.fresh_until.load(Ordering::SeqCst))
    }

    /// Whether what is kept may be believed at this instant.
    pub(crate) fn is_fresh(&self, now: Boot) -> bool {
        stop!("guard.fresh", |_| true);
        now.get() < self.fresh_until.load(Ordering::SeqCst)
    }

    /// Whether what a call saw beside `published` is one state, and may be believed at this instant of the call; to be
    /// asked when everything else was looked at. Freshness is looked at first: a round that ends in between would lend
    /// its own to what was seen before it.
    pub(crate) fn holds(&self, published: &Published, now: Boot) -> bool {
        self.holds_as_of(published.mark(), now)
    }

    /// The same for what was seen as of the head with this mark, whenever that was.
    pub(crate) fn holds_as_of(&self, mark: u64, now: Boot) -> bool {
        self.is_fresh(now) && self.applied.load(Ordering::SeqCst) == mark
    }

    /// What is known of a token.
    pub(crate) fn token(&self, id: TokenId) -> Option<Known> {
        self.tokens.get(&id)
    }

    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Forgets what was touched, then publishes. When this returns no thread takes up anything older.
    pub(crate) fn apply(&self, touches: &Touches, published: Published) {
        let fills = self.fills.lock().unwrap_or_else(PoisonError::into_inner);
        if touches.everything {
            fills.values().for_each(|fill| fill.overtake());
            self.tokens.clear();
        }
        for id in &touches.tokens {
            if let Some(fill) = fills.get(id) {
                fill.overtake();
            }
            self.tokens.remove(id);
        }
        let applied = published.mark();
        self.published.store(Arc::new(published));
        self.applied.store(applied, Ordering::SeqCst);
    }

    /// Reads a token and keeps it. Many who ask for one at once share one reading.
    ///
    /// # Errors
    ///
    /// [`StoreError`] of the reading; [`StoreError::Busy`] where it saw another log than this, or was overtaken again
    /// and again.
    pub(crate) fn fill(
        &self,
        id: TokenId,
        mut read: impl FnMut() -> Result<AsOf<Option<StoredToken>>, StoreError>,
    ) -> Result<Known, StoreError> {
        for _ in 0..READINGS {
            match self.part(id) {
                Part::Known(known) => return Ok(known),
                Part::Waits(fill) => {
                    if let Some(known) = fill.wait() {
                        return Ok(known);
                    }
                }
                Part::Reads(fill) => {
                    let mut running = Running { memory: self, id, fill };
                    if let Some(known) = running.finish(read()?)? {
                        return Ok(known);
                    }
                }
            }
        }
        Err(StoreError::Busy)
    }

    fn part(&self, id: TokenId) -> Part {
        let mut fills = self.fills.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(fill) = fills.get(&id) {
            return Part::Waits(Arc::clone(fill));
        }
        if let Some(known) = self.tokens.get(&id) {
            return Part::Known(known);
        }
        let began = self.published.load().head;
        let fill = Arc::new(Fill { began, found: Mutex::default(), told: Condvar::default() });
        fills.insert(id, Arc::clone(&fill));
        Part::Reads(fill)
    }

    /// The head that is applied.
    pub(crate) fn head(&self) -> Head {
        self.published.load().head
    }
}

impl Fill {
    fn overtake(&self) {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).overtaken = true;
    }

    fn wait(&self) -> Option<Known> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(outcome) = &found.outcome {
                return match outcome {
                    Outcome::Read(known) => Some(known.clone()),
                    Outcome::Nothing => None,
                };
            }
            found = self.told.wait(found).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A reading by this thread; whatever becomes of it, those who wait are told.
struct Running<'a> {
    memory: &'a Memory,
    id: TokenId,
    fill: Arc<Fill>,
}

impl Running<'_> {
    /// Keeps what was read; `None` if it was overtaken.
    fn finish(&mut self, read: AsOf<Option<StoredToken>>) -> Result<Option<Known>, StoreError> {
        let mut fills = self.memory.fills.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = self.fill.found.lock().unwrap_or_else(PoisonError::into_inner);
        if found.overtaken {
            return Ok(None);
        }
        let began = self.fill.began;
        if read.head.epoch != began.epoch || read.head.seq < began.seq {
            return Err(StoreError::Busy);
        }
        let known = Known::new(read.head.seq, read.value, &self.memory.usage);
        self.memory.tokens.insert(self.id, known.clone());
        found.outcome = Some(Outcome::Read(known.clone()));
        // Nobody joins from here on: what comes next to be applied does not mark it any more.
        fills.remove(&self.id);
        Ok(Some(known))
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut fills = self.memory.fills.lock().unwrap_or_else(PoisonError::into_inner);
        if fills.get(&self.id).is_some_and(|fill| Arc::ptr_eq(fill, &self.fill)) {
            fills.remove(&self.id);
        }
        let mut found = self.fill.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.outcome.get_or_insert(Outcome::Nothing);
        self.fill.told.notify_all();
    }
}

#[cfg(test)]
#[cfg(feature = "shuttle")]
mod tests;
