//! Whoever changes something and waits until it is in force everywhere.

use core::time::Duration;

use token_core::{Boot, NodeLease, Seq};
use token_guard::waiter::{Silent, Waiter};

use crate::database::Database;
use crate::node::Node;
use crate::space::{LEASE, Rule, Space};

/// How far a change is.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Change {
    /// It was not made yet.
    Ahead,
    /// Something was done too early, with a rule left out: the wait began, the registrations were read.
    Early(Boot, Vec<NodeLease>),
    /// It is committed and waits.
    Waits(Waiter),
    /// It was answered.
    Answered(Answer),
}

/// Why a change was answered.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Answer {
    /// Every node said that it knows.
    Acknowledged,
    /// Nobody can be fresh any more who does not know.
    Bound,
}

/// All changes, and whom they have found to be silent.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Changes {
    pub(crate) list: Vec<Change>,
    pub(crate) silent: Vec<Silent>,
}

impl Changes {
    pub(crate) fn new(space: &Space) -> Self {
        Self { list: vec![Change::Ahead; space.changes.len()], silent: Vec::new() }
    }

    /// Whether this change can be made now; each waits for the lock of those before it.
    pub(crate) fn can_commit(&self, space: &Space, change: usize) -> bool {
        let first = self.list.iter().position(|one| matches!(one, Change::Ahead | Change::Early(..)));
        let open = matches!(self.list[change], Change::Ahead | Change::Early(..));
        open && (first == Some(change) || !space.keeps(Rule::CommitOrder))
    }

    pub(crate) fn commit(&mut self, space: &Space, change: usize, database: &mut Database, now: Boot) {
        let early = !space.keeps(Rule::CountedFromCommit) || !space.keeps(Rule::RegistrationsAfterCommit);
        if early && self.list[change] == Change::Ahead {
            self.list[change] = Change::Early(now, database.registered());
            return;
        }
        database.log.commit(change);
        let lease = match space.left_out {
            Some(Rule::Tenth) => LEASE * 10 / 11,
            Some(Rule::Bound) => Duration::ZERO,
            _ => LEASE,
        };
        let seq = Seq::new(change as u64 + 1);
        match &self.list[change] {
            Change::Early(_, registered) if !space.keeps(Rule::RegistrationsAfterCommit) => {
                let registered = registered.clone();
                self.list[change] = Change::Waits(Waiter::new(seq, now, lease));
                self.look(change, &registered, None, now);
            }
            Change::Early(began, _) => self.list[change] = Change::Waits(Waiter::new(seq, *began, lease)),
            _ => self.list[change] = Change::Waits(Waiter::new(seq, now, lease)),
        }
    }

    pub(crate) fn look(&mut self, change: usize, registered: &[NodeLease], own: Option<&Node>, now: Boot) {
        let Change::Waits(waiter) = &mut self.list[change] else { return };
        let others = |lease: &&NodeLease| own.is_none_or(|own| own.id != lease.node);
        let registered: Vec<NodeLease> = registered.iter().filter(others).copied().collect();
        let applied = own.map(|own| own.published);
        if waiter.look(Some(&registered), applied, now).is_some() {
            let own = applied.is_none_or(|applied| waiter.seq() <= applied);
            let all = own && waiter.silent().next().is_none();
            self.answer(change, if all { Answer::Acknowledged } else { Answer::Bound });
        }
    }

    pub(crate) fn can_expire(&self, change: usize, now: Boot) -> bool {
        matches!(&self.list[change], Change::Waits(waiter) if waiter.expire(now).is_some())
    }

    pub(crate) fn answer(&mut self, change: usize, answer: Answer) {
        let Change::Waits(waiter) = &self.list[change] else { return };
        for one in waiter.silent().collect::<Vec<Silent>>() {
            if !self.silent.contains(&one) {
                self.silent.push(one);
            }
        }
        self.list[change] = Change::Answered(answer);
        if self.list.iter().all(|change| matches!(change, Change::Answered(_))) {
            // Nobody comes for whom it would matter.
            self.silent.clear();
        }
    }

    /// Whether the revocation of this token was answered.
    pub(crate) fn has_answered(&self, space: &Space, token: usize) -> bool {
        let mut all = space.changes.iter().zip(&self.list);
        all.any(|(of, change)| *of == Some(token) && matches!(change, Change::Answered(_)))
    }
}
