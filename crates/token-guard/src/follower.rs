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
    /// The log is being read, to see whether it lives another life by now.
    Hoping,
    /// It is not registered any more, and never again.
    Left,
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
    /// The registration will be taken away.
    Leave,
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

    /// Whether the log has gone back under it. It is not registered then, and goes on when the log begins another life.
    #[must_use]
    pub fn is_halted(&self) -> bool {
        matches!(self.phase, Phase::Halted | Phase::Hoping)
    }

    /// The next state, and what is to be done. An input that does not fit what was asked for changes nothing: it is the
    /// late answer of something that was given up.
    pub fn step(&mut self, input: Input) -> Output {
        match (self.phase, input) {
            (_, Input::Leave) => {
                self.phase = Phase::Left;
                self.fresh_until = Boot::ZERO;
                Output::Rest
            }
            (Phase::Left, _) => Output::Rest,
            (Phase::Halted | Phase::Hoping, Input::Begin(_) | Input::Look) => {
                self.phase = Phase::Hoping;
                Output::CatchUp
            }
            // Nothing but an operator's decision ends a halt, not even that the log is again what it was.
            (Phase::Hoping, Input::CaughtUp { head, continuity: Continuity::OtherEpoch }) => {
                self.caught_up(None, head, Continuity::OtherEpoch)
            }
            (Phase::Hoping, Input::Failed) => {
                self.phase = Phase::Halted;
                Output::Rest
            }
            (Phase::Halted | Phase::Hoping, _) => {
                self.phase = Phase::Halted;
                Output::Halt
            }
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
        if continuity == Continuity::OtherEpoch {
            // Its registration tells a number of the life before: a change in this one may not wait for it.
            self.fresh_until = Boot::ZERO;
        } else if let Some(began) = began {
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
    fn x01_whoever_leaves_is_never_fresh_again() {
        let mut follower = Follower::new(Seq::new(3), LEASE);
        let _ = follower.step(Input::Begin(at(5)));
        let _ = follower.step(Input::Renewed(Renewal::Kept));
        let _ = follower.step(read(3));
        assert_eq!(follower.fresh_until(), at(5).after(LEASE));
        assert_eq!(follower.step(Input::Leave), Output::Rest);
        for input in [Input::Look, Input::Begin(at(6)), Input::Renewed(Renewal::Kept), read(4), Input::Failed] {
            assert_eq!(follower.step(input), Output::Rest, "{input:?}");
            assert_eq!(follower.fresh_until(), Boot::ZERO, "{input:?}");
        }
    }

    #[test]
    fn x01_in_another_life_of_the_log_nobody_is_fresh_by_a_registration_of_the_one_before() {
        let mut follower = Follower::new(Seq::new(9), LEASE);
        let _ = follower.step(Input::Begin(at(5)));
        let _ = follower.step(Input::Renewed(Renewal::Kept));
        let other = Input::CaughtUp { head: Seq::new(4), continuity: Continuity::OtherEpoch };
        assert_eq!(follower.step(other), Output::Apply { forget_all: true });
        assert_eq!((follower.applied(), follower.fresh_until()), (Seq::new(4), Boot::ZERO));
        assert_eq!(follower.step(Input::Begin(at(6))), Output::Renew { applied: Seq::new(4) });
        let _ = follower.step(Input::Renewed(Renewal::Kept));
        let _ = follower.step(read(4));
        assert_eq!(follower.fresh_until(), at(6).after(LEASE));
    }

    #[test]
    fn p23_a_log_that_goes_back_ends_all_belief() {
        let mut follower = Follower::new(Seq::new(3), LEASE);
        let _ = follower.step(Input::Look);
        let back = Input::CaughtUp { head: Seq::new(2), continuity: Continuity::GoneBack };
        assert_eq!(follower.step(back), Output::Halt);
        assert!(follower.is_halted() && follower.fresh_until() == Boot::ZERO);
        for late in [Input::Renewed(Renewal::Kept), read(9), Input::Failed, back] {
            assert_eq!(follower.step(late), Output::Halt, "{late:?}");
        }
    }

    fn halted() -> Follower {
        let mut follower = Follower::new(Seq::new(3), LEASE);
        let _ = follower.step(Input::Begin(at(1)));
        let _ = follower.step(Input::Renewed(Renewal::Kept));
        let back = Input::CaughtUp { head: Seq::new(2), continuity: Continuity::GoneBack };
        assert_eq!(follower.step(back), Output::Halt);
        follower
    }

    #[test]
    fn p23_whoever_has_halted_looks_and_renews_nothing_and_believes_nothing() {
        let mut follower = halted();
        for (ask, answer, then) in [
            (Input::Begin(at(5)), read(9), Output::Halt),
            (Input::Look, Input::CaughtUp { head: Seq::new(9), continuity: Continuity::GoneBack }, Output::Halt),
            (Input::Begin(at(6)), Input::Renewed(Renewal::Kept), Output::Halt),
            (Input::Begin(at(7)), Input::Failed, Output::Rest),
        ] {
            assert_eq!(follower.step(ask), Output::CatchUp, "{ask:?}");
            assert!(follower.is_halted());
            assert_eq!(follower.step(answer), then, "{answer:?}");
            assert!(follower.is_halted() && follower.fresh_until() == Boot::ZERO, "{answer:?}");
            assert_eq!(follower.applied(), Seq::new(3));
        }
    }

    #[test]
    fn p23_another_life_of_the_log_ends_a_halt_and_the_next_round_is_fresh() {
        let mut follower = halted();
        assert_eq!(follower.step(Input::Begin(at(5))), Output::CatchUp);
        let other = Input::CaughtUp { head: Seq::new(3), continuity: Continuity::OtherEpoch };
        assert_eq!(follower.step(other), Output::Apply { forget_all: true });
        assert!(!follower.is_halted());
        assert_eq!((follower.applied(), follower.fresh_until()), (Seq::new(3), Boot::ZERO), "not by this look");
        assert_eq!(follower.step(Input::Begin(at(9))), Output::Renew { applied: Seq::new(3) });
        assert_eq!(follower.step(Input::Renewed(Renewal::Kept)), Output::CatchUp);
        assert_eq!(follower.step(read(4)), Output::Apply { forget_all: false });
        assert_eq!(follower.fresh_until(), at(9).after(LEASE));
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
