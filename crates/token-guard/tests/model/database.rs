//! The database of the model: which changes are committed, and which nodes are registered.

use std::collections::BTreeMap;

use token_core::{NodeId, NodeLease, Renewal, Seq};

use crate::space::{Rule, Space};

/// See the module. Every action on it is one transaction.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct Database {
    pub(crate) log: Log,
    nodes: BTreeMap<NodeId, Row>,
    /// How many registrations there were: each counts its renewals from elsewhere.
    registrations: u64,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
struct Row {
    applied: Seq,
    renewals: u64,
}

/// The committed changes, as one snapshot sees them: a bit for each.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct Log(u8);

impl Log {
    pub(crate) fn has(self, change: usize) -> bool {
        self.0 & (1 << change) != 0
    }

    /// The number of the last change; changes are numbered from 1.
    pub(crate) fn head(self) -> Seq {
        Seq::new(u64::from(u8::BITS - self.0.leading_zeros()))
    }

    pub(crate) fn commit(&mut self, change: usize) {
        self.0 |= 1 << change;
    }

    /// Whether this token is revoked.
    pub(crate) fn revokes(self, space: &Space, token: usize) -> bool {
        space.changes.iter().enumerate().any(|(change, of)| *of == Some(token) && self.has(change))
    }

    /// Whether a change after `applied` is of this token.
    pub(crate) fn touches(self, space: &Space, applied: Seq, token: usize) -> bool {
        let news = |change: usize| self.has(change) && applied.get() <= change as u64;
        space.changes.iter().enumerate().any(|(change, of)| *of == Some(token) && news(change))
    }
}

impl Database {
    pub(crate) fn renew(&mut self, space: &Space, node: NodeId, applied: Seq) -> Renewal {
        if let Some(row) = self.nodes.get_mut(&node) {
            *row = Row { applied, renewals: row.renewals + 1 };
            return Renewal::Kept;
        }
        self.registrations += u64::from(space.left_out != Some(Rule::EachRegistrationCountsFromElsewhere));
        self.nodes.insert(node, Row { applied, renewals: 100 * self.registrations });
        Renewal::Registered
    }

    pub(crate) fn leave(&mut self, node: NodeId) {
        self.nodes.remove(&node);
    }

    pub(crate) fn remove(&mut self, space: &Space, dead: NodeLease) {
        let same = self.nodes.get(&dead.node).is_some_and(|row| row.renewals == dead.renewals);
        if same || space.left_out == Some(Rule::OnlyWhatWasNotRenewedIsRemoved) {
            self.nodes.remove(&dead.node);
        }
    }

    /// How many registrations were made.
    pub(crate) fn registrations(&self) -> usize {
        usize::try_from(self.registrations).unwrap()
    }

    pub(crate) fn registered(&self) -> Vec<NodeLease> {
        let lease =
            |(node, row): (&NodeId, &Row)| NodeLease { node: *node, applied: row.applied, renewals: row.renewals };
        self.nodes.iter().map(lease).collect()
    }
}
