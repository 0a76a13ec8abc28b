//! What the follower decides, done: over a link, into the memory of a guard.

use std::sync::Arc;
use std::time::Duration;

use token_core::{Boot, CaughtUp, Head, Link, StoreError};

use crate::deadline::Watched;
use crate::follower::{Follower, Input, Output};
use crate::snapshots::Published;
use crate::stops::stop;
use crate::{Guard, Refusal};

/// How long a call waits for a guard that is not fresh.
const PATIENCE: Duration = Duration::from_millis(200);

/// The follower and its way to the log; used by one thread at a time.
pub(crate) struct Rounds {
    follower: Follower,
    link: Watched<Box<dyn Link>>,
}

impl Rounds {
    pub(crate) fn new(follower: Follower, link: Watched<Box<dyn Link>>) -> Self {
        Self { follower, link }
    }
}

/// Where a log that has gone back leaves a guard.
fn gone_back() -> StoreError {
    StoreError::NotApplied("the database has gone back behind what this node knows")
}

impl Guard {
    /// One whole round: the node says that it lives, learns what has happened, and is fresh for a lease from the
    /// beginning of the round on. Whether there was anything new.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; then the guard is as fresh as it was.
    pub fn round(&self) -> Result<bool, StoreError> {
        self.turn(self.lease, true)
    }

    /// Learns what has happened, and says so to nobody; how far the log is applied then.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; then what was known stays.
    pub fn look(&self) -> Result<Head, StoreError> {
        self.turn(self.lease, false)?;
        Ok(self.applied())
    }

    /// Takes the registration of this node away, as the last thing it does: it is never fresh again.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; then others wait for it until its lease has ended.
    pub fn leave(&self) -> Result<(), StoreError> {
        let node = self.node;
        let left = self.rounds.with(self.lease, |rounds| {
            let _ = rounds.follower.step(Input::Leave);
            self.memory.believe(rounds.follower.fresh_until());
            rounds.link.run(self.lease, move |link| link.leave(node))
        });
        left.unwrap_or(Err(StoreError::Busy))
    }

    /// One round or one look, if it is this thread's turn soon enough.
    pub(crate) fn turn(&self, patience: Duration, renew: bool) -> Result<bool, StoreError> {
        let done = self.rounds.with(patience, |rounds| self.run(rounds, renew));
        done.unwrap_or(Err(StoreError::Busy))
    }

    fn run(&self, rounds: &mut Rounds, renew: bool) -> Result<bool, StoreError> {
        let before = self.memory.head();
        let was_halted = rounds.follower.is_halted();
        let mut input = if renew { Input::Begin(self.boot.now()) } else { Input::Look };
        let mut caught: Option<(CaughtUp, Published)> = None;
        let mut failure = StoreError::Busy;
        loop {
            let output = rounds.follower.step(input);
            if rounds.follower.fresh_until() == Boot::ZERO {
                self.memory.believe(rounds.follower.fresh_until());
            }
            let done = match output {
                Output::Renew { applied } => {
                    let node = self.node;
                    rounds.link.run(self.lease, move |link| link.renew(node, applied)).map(Input::Renewed)
                }
                Output::CatchUp => {
                    stop!("follow.renewed");
                    let known = self.memory.head();
                    let read = rounds.link.run(self.lease, move |link| link.catch_up(&known));
                    stop!("follow.read");
                    read.and_then(|read| {
                        let (head, continuity) = (read.head, read.continuity);
                        caught = Some(self.published(read)?);
                        Ok(Input::CaughtUp { head: head.seq, continuity })
                    })
                }
                Output::Apply { forget_all } => {
                    if let Some((mut read, published)) = caught.take() {
                        read.touches.everything |= forget_all;
                        if forget_all {
                            self.verified.clear();
                        }
                        self.memory.apply(&read.touches, published);
                        if forget_all {
                            // Numbers of another life say nothing of the keys they stood for in this one.
                            self.verified.clear();
                        }
                    }
                    self.memory.believe(rounds.follower.fresh_until());
                    return Ok(self.memory.head() != before);
                }
                Output::Halt => {
                    if !was_halted {
                        tracing::error!(
                            "the database has gone back behind what this node knows, as after a restored backup: tokens \
                             that were revoked since would pass, so nothing passes until an operator decides, by \
                             `tokenward restore accept`"
                        );
                    }
                    return Err(gone_back());
                }
                Output::Rest => return Err(failure),
            };
            input = done.unwrap_or_else(|error| {
                failure = error;
                Input::Failed
            });
        }
    }

    /// What is to be published after a reading: new rules where it brought some.
    fn published(&self, mut read: CaughtUp) -> Result<(CaughtUp, Published), StoreError> {
        let published = self.memory.published().after(&mut read)?;
        Ok((read, published))
    }

    /// Whether what is kept may be believed now.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.memory.is_fresh(self.boot.now())
    }

    /// How long what is kept may be believed from now on.
    #[must_use]
    pub fn fresh_for(&self) -> Duration {
        self.memory.fresh_until().since(self.boot.now())
    }

    /// Says whether this node knows how things are, and tries to learn it where it does not: for callers of whom the guard
    /// knows nothing, e.g. a person with a session. May block.
    ///
    /// # Errors
    ///
    /// [`Refusal::Stale`].
    pub fn ensure_fresh(&self) -> Result<(), Refusal> {
        // A node that has to register is fresh from the round after that on.
        for _ in 0..2 {
            if self.is_fresh() {
                return Ok(());
            }
            self.freshen()?;
        }
        if self.is_fresh() { Ok(()) } else { Err(Refusal::Stale(StoreError::Busy)) }
    }

    /// Runs one round, unless that of another caller has made the guard fresh by the time it is this one's turn.
    pub(crate) fn freshen(&self) -> Result<(), Refusal> {
        let step = |rounds: &mut Rounds| if self.is_fresh() { Ok(()) } else { self.run(rounds, true).map(|_| ()) };
        match self.rounds.with(PATIENCE, step).unwrap_or(Err(StoreError::Busy)) {
            Err(error) if !self.is_fresh() => Err(Refusal::Stale(error)),
            // Done, by this thread or by another meanwhile.
            _ => Ok(()),
        }
    }

    /// How far the log is applied here.
    #[must_use]
    pub fn applied(&self) -> Head {
        self.memory.head()
    }
}

/// Opens links of a source, each in a thread of its own.
pub(crate) fn links(source: &Arc<dyn token_core::GuardSource>) -> Watched<Box<dyn Link>> {
    let source = Arc::clone(source);
    Watched::new(Arc::new(move || source.link()))
}
