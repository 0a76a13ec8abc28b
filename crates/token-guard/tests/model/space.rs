//! How much of the world is looked at.

use core::time::Duration;

use token_core::Boot;

/// What every node goes by. A long and a short step of a clock that runs a tenth slower come to it exactly, as the same
/// steps of the clock of whoever waits come to the bound of a wait exactly.
pub(crate) const LEASE: Duration = Duration::from_nanos(110);

/// How fast a clock runs: what it shows after a long and after a short step of time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    long: u64,
    short: u64,
}

impl Clock {
    /// A tenth slower than the one of whoever waits.
    pub(crate) const SLOW: Self = Self { long: 100, short: 10 };
    /// Like the one of whoever waits.
    pub(crate) const EVEN: Self = Self { long: 110, short: 11 };
    /// A tenth faster.
    pub(crate) const FAST: Self = Self { long: 121, short: 12 };

    pub(crate) fn at(self, time: Time) -> Boot {
        Boot::new(1 + self.long * u64::from(time.long) + self.short * u64::from(time.short))
    }
}

/// The steps of time there were.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct Time {
    pub(crate) long: u8,
    pub(crate) short: u8,
}

/// How often what may happen. Everything in here may happen at any time, or never.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct Left {
    /// Steps of time.
    pub(crate) long: u8,
    pub(crate) short: u8,
    /// Rounds, of each node.
    pub(crate) rounds: u8,
    /// Looks without a round.
    pub(crate) looks: u8,
    /// Readings of a token.
    pub(crate) fills: u8,
    /// Answers of the database that are not waited for any more; it may do later what it was asked for.
    pub(crate) given_up: u8,
    /// Starts and restarts of nodes.
    pub(crate) starts: u8,
    /// Nodes that stop in order.
    pub(crate) leaves: u8,
    /// Calls whose every step is looked at; without any, each call is one step.
    pub(crate) calls: u8,
}

/// A rule of the protocol, to be left out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Rule {
    /// The lease is committed before the log is read.
    LeaseBeforeReading,
    /// The time of a round is taken before everything else.
    TimeFirst,
    /// What an event touched while it was read is not kept.
    OvertakenIsDropped,
    /// Changes become visible in the order of their numbers.
    CommitOrder,
    /// A wait lasts a tenth longer than a lease.
    Tenth,
    /// A wait for somebody silent lasts at all.
    Bound,
    /// A wait is counted from the commit on, not from before.
    CountedFromCommit,
    /// Registrations are read after the commit.
    RegistrationsAfterCommit,
    /// Whoever is silent is taken off when it has lost its freshness, not before.
    SilentIsNotDead,
    /// A registration that was renewed meanwhile stays.
    OnlyWhatWasNotRenewedIsRemoved,
    /// A registration that was removed and made again is another one.
    EachRegistrationCountsFromElsewhere,
    /// Whoever leaves gives up its freshness first.
    LeavingIsNotFresh,
    /// A call looks at freshness first and then whether anything was applied, not the other way round.
    FreshnessBeforeStillness,
    /// What was touched is forgotten before the event counts as applied.
    ForgetBeforePublish,
    /// Freshness comes after what it rests on.
    BelieveLast,
}

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Space {
    /// The nodes, each with its clock.
    pub(crate) nodes: Vec<Clock>,
    /// How many of them, the last ones, have not begun yet.
    pub(crate) late: usize,
    /// The first node runs in the process that makes the changes, and needs no registration to be asked.
    pub(crate) own: bool,
    /// The changes in the order of their numbers: which token each revokes, if any.
    pub(crate) changes: Vec<Option<usize>>,
    pub(crate) left: Left,
    pub(crate) left_out: Option<Rule>,
}

impl Space {
    pub(crate) fn tokens(&self) -> usize {
        self.changes.iter().flatten().max().map_or(0, |last| last + 1)
    }

    pub(crate) fn without(mut self, rule: Rule) -> Self {
        self.left_out = Some(rule);
        self
    }

    pub(crate) fn keeps(&self, rule: Rule) -> bool {
        self.left_out != Some(rule)
    }
}
