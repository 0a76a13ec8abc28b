//! One wait for a change to be in force on every node, as a function of what it sees: no I/O, no clock, no thread.
//!
//! Registrations make the answer early; the bound makes it true. A node that was registered before the change was
//! committed went by what it read at most for one lease from an instant before that commit; a node that registered
//! later read the log after that.

use core::time::Duration;
use std::collections::BTreeMap;

use token_core::{Boot, NodeId, NodeLease, Seq};

/// A change is in force on every node.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Effective {
    /// The change, or a later one.
    pub seq: Seq,
    /// How many nodes there were, the one that made the change included.
    pub nodes: usize,
    /// How long it took from the commit on.
    pub waited: Duration,
}

/// Somebody who waits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Waiter {
    seq: Seq,
    began: Boot,
    bound: Duration,
    /// Whom it waits for, as they were read first; `None` before.
    pending: Option<BTreeMap<NodeId, NodeLease>>,
    nodes: usize,
}

/// How long a wait takes at most: a lease, and a tenth for clocks that do not run alike.
#[must_use]
pub fn bound(lease: Duration) -> Duration {
    lease.saturating_mul(11) / 10
}

impl Waiter {
    /// Waits for everything up to `seq`, whose commit returned before the instant `began`.
    #[must_use]
    pub fn new(seq: Seq, began: Boot, lease: Duration) -> Self {
        Self { seq, began, bound: bound(lease), pending: None, nodes: 0 }
    }

    /// What it waits for.
    #[must_use]
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// Looks at the registrations, read in a snapshot that began after [`Waiter::new`].
    pub fn step(&mut self, registered: &[NodeLease], now: Boot) -> Option<Effective> {
        let pending = self.pending.get_or_insert_with(|| {
            self.nodes = registered.len();
            registered.iter().map(|lease| (lease.node, *lease)).collect()
        });
        // A node that is not registered any more has stopped, or lost its freshness before it was taken off.
        pending.retain(|node, _| {
            registered.iter().find(|lease| lease.node == *node).is_some_and(|lease| lease.applied < self.seq)
        });
        if pending.is_empty() { Some(self.effective(now)) } else { self.expire(now) }
    }

    /// Looks at the clock alone, where the registrations cannot be read.
    #[must_use]
    pub fn expire(&self, now: Boot) -> Option<Effective> {
        (self.bound <= now.since(self.began)).then(|| self.effective(now))
    }

    /// Whom it still waits for, as they were when it began.
    pub fn pending(&self) -> impl Iterator<Item = &NodeLease> {
        self.pending.iter().flat_map(BTreeMap::values)
    }

    fn effective(&self, now: Boot) -> Effective {
        Effective { seq: self.seq, nodes: self.nodes, waited: now.since(self.began) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = Duration::from_nanos(1_000);

    fn row(node: u8, applied: u64) -> NodeLease {
        NodeLease { node: NodeId([node; 16]), applied: Seq::new(applied), renewals: 1 }
    }

    fn waiter() -> Waiter {
        Waiter::new(Seq::new(5), Boot::new(100), LEASE)
    }

    #[test]
    fn x01_every_registered_node_is_waited_for() {
        let mut waiter = waiter();
        assert_eq!(waiter.step(&[row(1, 5), row(2, 4), row(3, 3)], Boot::new(110)), None);
        assert_eq!(waiter.step(&[row(1, 5), row(2, 5), row(3, 4)], Boot::new(120)), None);
        let done = waiter.step(&[row(1, 5), row(2, 5), row(3, 9)], Boot::new(130)).unwrap();
        assert_eq!((done.seq, done.nodes, done.waited), (Seq::new(5), 3, Duration::from_nanos(30)));
    }

    #[test]
    fn x01_a_silent_node_is_waited_for_a_lease_and_a_tenth() {
        let mut waiter = waiter();
        assert_eq!(waiter.step(&[row(1, 4)], Boot::new(1_199)), None);
        assert_eq!(waiter.pending().count(), 1);
        assert!(waiter.step(&[row(1, 4)], Boot::new(1_200)).is_some());
        let unread = Waiter::new(Seq::new(5), Boot::new(100), LEASE);
        assert_eq!(unread.expire(Boot::new(1_199)), None);
        assert!(unread.expire(Boot::new(1_200)).is_some());
    }

    #[test]
    fn whoever_comes_later_is_not_waited_for_and_whoever_goes_neither() {
        let mut waiter = waiter();
        assert_eq!(waiter.step(&[row(1, 4)], Boot::new(101)), None);
        assert_eq!(waiter.step(&[row(1, 4), row(2, 0)], Boot::new(102)), None);
        assert!(waiter.step(&[row(2, 0)], Boot::new(103)).is_some());
        assert!(Waiter::new(Seq::new(5), Boot::new(100), LEASE).step(&[], Boot::new(100)).is_some());
    }
}
