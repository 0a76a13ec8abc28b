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

/// A node that somebody waited for to the end.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Silent {
    /// Its registration, as it was read.
    pub registered: NodeLease,
    /// If that was not renewed by this instant, the node has lost its freshness, and the registration may be taken away.
    /// A node that is not registered is waited for by nobody, so not earlier.
    pub dead: Boot,
}

/// Somebody who waits.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Waiter {
    seq: Seq,
    began: Boot,
    bound: Duration,
    /// Whom it waits for, as they were read first; `None` before.
    pending: Option<BTreeMap<NodeId, NodeLease>>,
    /// A moment after that.
    looked: Boot,
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
        Self { seq, began, bound: bound(lease), pending: None, looked: began, nodes: 0 }
    }

    /// What it waits for.
    #[must_use]
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// Looks at what there is to see: the registrations of the other nodes, as [`Waiter::step`] does, where they could be
    /// read; and how far the node of this process is, where there is one, which answers only for itself.
    pub fn look(&mut self, registered: Option<&[NodeLease]>, own: Option<Seq>, now: Boot) -> Option<Effective> {
        let effective = registered.and_then(|registered| self.step(registered, now));
        let behind = own.is_some_and(|applied| applied < self.seq);
        if behind || effective.is_none() { self.expire(now) } else { effective }
    }

    /// Looks at the registrations, read in a snapshot that began after [`Waiter::new`] and ended before `now`.
    pub fn step(&mut self, registered: &[NodeLease], now: Boot) -> Option<Effective> {
        let pending = self.pending.get_or_insert_with(|| {
            self.nodes = registered.len();
            self.looked = now;
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

    /// Whom it still waits for.
    pub fn silent(&self) -> impl Iterator<Item = Silent> {
        let dead = self.looked.after(self.bound);
        self.pending.iter().flat_map(BTreeMap::values).map(move |registered| Silent { registered: *registered, dead })
    }

    fn effective(&self, now: Boot) -> Effective {
        Effective { seq: self.seq, nodes: self.nodes, waited: now.since(self.began) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = Duration::from_micros(1);

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
        assert_eq!(waiter.silent().count(), 1);
        assert!(waiter.step(&[row(1, 4)], Boot::new(1_200)).is_some());
        let unread = Waiter::new(Seq::new(5), Boot::new(100), LEASE);
        assert_eq!(unread.expire(Boot::new(1_199)), None);
        assert!(unread.expire(Boot::new(1_200)).is_some());
    }

    #[test]
    fn x01_the_node_of_this_process_is_waited_for_without_a_registration() {
        let mut waiter = waiter();
        assert_eq!(waiter.look(Some(&[]), Some(Seq::new(4)), Boot::new(110)), None);
        assert_eq!(waiter.look(None, Some(Seq::new(5)), Boot::new(120)), None, "who else there is was not seen");
        assert!(waiter.look(Some(&[]), Some(Seq::new(5)), Boot::new(130)).is_some());
        assert_eq!(waiter.look(Some(&[]), Some(Seq::new(4)), Boot::new(1_199)), None);
        assert!(waiter.look(None, Some(Seq::new(4)), Boot::new(1_200)).is_some());
    }

    #[test]
    fn x01_nobody_is_dead_before_a_lease_and_a_tenth_after_the_registration_was_seen() {
        let mut waiter = waiter();
        assert_eq!(waiter.step(&[row(1, 4), row(2, 4)], Boot::new(1_150)), None);
        assert!(waiter.step(&[row(1, 4), row(2, 5)], Boot::new(1_200)).is_some(), "the wait ends in any case");
        let silent: Vec<Silent> = waiter.silent().collect();
        assert_eq!(silent, [Silent { registered: row(1, 4), dead: Boot::new(1_150 + 1_100) }]);
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
