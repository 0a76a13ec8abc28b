//! One follower of the log, as a function of what it sees: no I/O, no clock, no thread. The guard runs it, and so does
//! the model that looks at every order in which things may happen.
//!
//! A round is: take the time, commit the lease, read the log in a snapshot that begins after that commit, forget what
//! was touched, and only then believe to be fresh, counted from the time that was taken first.

use core::time::Duration;

use token_core::{Boot, Continuity, Renewal, Seq};

/// What a follower knows and does.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Follower {
    applied: Seq,
    fresh_until: Boot,
    phase: Phase,
    lease: Duration,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Phase {
    Idle,
    /// The lease is being committed; the time was taken before.
    Renewing(Boot),
    /// The log is being read; with the time of a round whose lease is committed, or of nothing.
    Reading(Option<Boot>),
    /// The log has gone back: nothing is believed any more.
    Halted,
}

/// What happens to a follower.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Input {
    /// A round begins now.
    Begin(Boot),
    /// There may be something to read; nothing is renewed.
    Look,
    /// The lease was committed.
    Renewed(Renewal),
    /// The log was read, in a snapshot that began after the last output was given.
    CaughtUp {
        /// How far it had come.
        head: Seq,
        /// How it goes on behind what was applied.
        continuity: Continuity,
    },
    /// What was asked for failed, or took too long.
    Failed,
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Output {
    /// Commit the lease.
    Renew {
        /// With this.
        applied: Seq,
    },
    /// Read the log.
    CatchUp,
    /// Forget what was touched, or everything, then publish `applied`, then `fresh_until`, in this order.
    Apply {
        /// Whether what was kept is of another life of the log.
        forget_all: bool,
    },
    /// Believe nothing any more: the database has gone back.
    Halt,
    /// Nothing.
    Rest,
}

impl Follower {
    /// A follower that has loaded the rules as of `applied` and is not fresh yet.
    #[must_use]
    pub const fn new(applied: Seq, lease: Duration) -> Self {
        Self { applied, fresh_until: Boot::ZERO, phase: Phase::Idle, lease }
    }

    /// Every event up to this one is applied.
    #[must_use]
    pub const fn applied(&self) -> Seq {
        self.applied
    }

    /// From this instant on nothing that is kept may be believed.
    #[must_use]
    pub const fn fresh_until(&self) -> Boot {
        self.fresh_until
    }

    /// Whether the log has gone back under it.
    #[must_use]
    pub fn is_halted(&self) -> bool {
        self.phase == Phase::Halted
    }

    /// The next state, and what is to be done. An input that does not fit what was asked for changes nothing: it is the
    /// late answer of something that was given up.
    pub fn step(&mut self, input: Input) -> Output {
        match (self.phase, input) {
            (Phase::Halted, _) => Output::Halt,
            (_, Input::Begin(now)) => {
                self.phase = Phase::Renewing(now);
                Output::Renew { applied: self.applied }
            }
            (_, Input::Look) => {
                self.phase = Phase::Reading(None);
                Output::CatchUp
            }
            (Phase::Renewing(began), Input::Renewed(renewal)) => {
                // Whoever changed something while the row was missing did not wait for this node.
                let kept = renewal == Renewal::Kept;
                if !kept {
                    self.fresh_until = Boot::ZERO;
                }
                self.phase = Phase::Reading(kept.then_some(began));
                Output::CatchUp
            }
            (Phase::Reading(began), Input::CaughtUp { head, continuity }) => self.caught_up(began, head, continuity),
            (_, Input::Failed) => {
                self.phase = Phase::Idle;
                Output::Rest
            }
            (_, Input::Renewed(_) | Input::CaughtUp { .. }) => Output::Rest,
        }
    }

    fn caught_up(&mut self, began: Option<Boot>, head: Seq, continuity: Continuity) -> Output {
        if continuity == Continuity::GoneBack {
            self.phase = Phase::Halted;
            self.fresh_until = Boot::ZERO;
            return Output::Halt;
        }
        self.phase = Phase::Idle;
        self.applied = head;
        if let Some(began) = began {
            self.fresh_until = self.fresh_until.max(began.after(self.lease));
        }
        Output::Apply { forget_all: continuity == Continuity::OtherEpoch }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = Duration::from_secs(1);

    fn at(nanos: u64) -> Boot {
        Boot::new(nanos)
    }

    fn read(head: u64) -> Input {
        Input::CaughtUp { head: Seq::new(head), continuity: Continuity::Unbroken }
    }

    #[test]
    fn p11_a_round_is_as_fresh_as_its_beginning() {
        let mut follower = Follower::new(Seq::new(3), LEASE);
        assert_eq!(follower.step(Input::Begin(at(100))), Output::Renew { applied: Seq::new(3) });
        assert_eq!(follower.step(Input::Renewed(Renewal::Kept)), Output::CatchUp);
        assert_eq!(follower.fresh_until(), Boot::ZERO, "not before it has read");
        assert_eq!(follower.step(read(7)), Output::Apply { forget_all: false });
        assert_eq!((follower.applied(), follower.fresh_until()), (Seq::new(7), at(100).after(LEASE)));
    }

    #[test]
    fn a_look_applies_and_freshens_nothing() {
        let mut follower = Follower::new(Seq::new(3), LEASE);
        assert_eq!(follower.step(Input::Look), Output::CatchUp);
        assert_eq!(follower.step(read(4)), Output::Apply { forget_all: false });
        assert_eq!((follower.applied(), follower.fresh_until()), (Seq::new(4), Boot::ZERO));
    }

    #[test]
    fn whoever_has_to_register_is_not_fresh_before_the_next_round() {
        let mut follower = Follower::new(Seq::ZERO, LEASE);
        let round = |follower: &mut Follower, now: u64, renewal| {
            let _ = follower.step(Input::Begin(at(now)));
            let _ = follower.step(Input::Renewed(renewal));
            let _ = follower.step(read(1));
            follower.fresh_until()
        };
        assert_eq!(round(&mut follower, 5, Renewal::Kept), at(5).after(LEASE));
        assert_eq!(round(&mut follower, 6, Renewal::Registered), Boot::ZERO);
        assert_eq!(round(&mut follower, 7, Renewal::Kept), at(7).after(LEASE));
    }

    #[test]
    fn late_answers_of_what_was_given_up_change_nothing() {
        let mut follower = Follower::new(Seq::new(3), LEASE);
        let _ = follower.step(Input::Begin(at(5)));
        assert_eq!(follower.step(Input::Failed), Output::Rest);
        assert_eq!(follower.step(Input::Renewed(Renewal::Kept)), Output::Rest);
        assert_eq!(follower.step(read(9)), Output::Rest);
        assert_eq!((follower.applied(), follower.fresh_until()), (Seq::new(3), Boot::ZERO));
    }

    #[test]
    fn p23_a_log_that_goes_back_ends_all_belief() {
        let mut follower = Follower::new(Seq::new(3), LEASE);
        let _ = follower.step(Input::Look);
        let back = Input::CaughtUp { head: Seq::new(2), continuity: Continuity::GoneBack };
        assert_eq!(follower.step(back), Output::Halt);
        assert_eq!(follower.step(Input::Begin(at(9))), Output::Halt);
        assert!(follower.is_halted() && follower.fresh_until() == Boot::ZERO);
    }

    #[test]
    fn another_life_of_the_log_is_begun_with_nothing_kept() {
        let mut follower = Follower::new(Seq::new(3), LEASE);
        let _ = follower.step(Input::Look);
        let other = Input::CaughtUp { head: Seq::new(1), continuity: Continuity::OtherEpoch };
        assert_eq!(follower.step(other), Output::Apply { forget_all: true });
        assert_eq!(follower.applied(), Seq::new(1));
    }
}
