//! One node: its follower, its way to the database, and what it keeps.

mod calls;
mod round;

use token_core::{Boot, NodeId, Seq};
use token_guard::follower::Follower;

use crate::database::{Database, Log};
use crate::space::{LEASE, Space};

/// What a node has asked the database for, and what it does with the answer.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Link {
    Nothing,
    /// To commit its lease.
    Renew(Seq),
    /// To read the log.
    Read,
    /// The log was read.
    Answer(Log),
    /// What was read is applied, so many steps of it so far.
    Applying(Log, usize),
    /// With the wrong order of a round: to read the log, before the lease is committed.
    ReadEarly,
    /// The same: to commit the lease, with the log that was read.
    RenewLate(Seq, Log),
    /// With a time that is taken too late: to read the log, after a renewal that found the node registered, or not.
    ReadUntimed(bool),
    /// The same: the log was read.
    AnswerUntimed(bool, Log),
}

/// What a node kept of a token.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Entry {
    pub(crate) as_of: Seq,
    pub(crate) revoked: bool,
}

/// A token that is being read.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Fill {
    pub(crate) token: usize,
    began: Seq,
    overtaken: bool,
    pub(crate) read: Option<Entry>,
}

/// A call whose steps are looked at.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Call {
    pub(crate) token: usize,
    /// It was sent after the revocation was answered.
    pub(crate) late: bool,
    pub(crate) published: Seq,
    pub(crate) seen: Option<Entry>,
    /// It has looked at the first of two things that must hold.
    pub(crate) half: bool,
}

/// See the module.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Node {
    pub(crate) id: NodeId,
    pub(crate) follower: Follower,
    pub(crate) link: Link,
    /// What its calls see.
    pub(crate) published: Seq,
    pub(crate) fresh_until: Boot,
    /// Up to here it has forgotten what was touched.
    forgotten: Seq,
    pub(crate) kept: Vec<Option<Entry>>,
    pub(crate) fill: Option<Fill>,
    pub(crate) call: Option<Call>,
    /// It was started, and has not left.
    pub(crate) runs: bool,
    pub(crate) rounds: u8,
    /// A renewal that is not waited for any more, and may still be committed.
    pub(crate) late: Option<(NodeId, Seq)>,
    /// Its registration will be taken away.
    pub(crate) leaving: bool,
}

impl Node {
    /// A node that has not begun.
    pub(crate) fn new(space: &Space, number: usize) -> Self {
        let mut id = [0; 16];
        id[0] = u8::try_from(number).unwrap();
        Self {
            id: NodeId(id),
            follower: Follower::new(Seq::ZERO, LEASE),
            link: Link::Nothing,
            published: Seq::ZERO,
            fresh_until: Boot::ZERO,
            forgotten: Seq::ZERO,
            kept: vec![None; space.tokens()],
            fill: None,
            call: None,
            runs: false,
            rounds: space.left.rounds,
            late: None,
            leaving: false,
        }
    }

    /// Begins anew, as another node, with the rules as they are now. What the last one asked for may still be done.
    pub(crate) fn start(&mut self, space: &Space, database: &Database) {
        let mut id = self.id.0;
        id[1] += 1;
        let abandoned = match self.link {
            Link::Renew(applied) => Some((self.id, applied)),
            _ => None,
        };
        let head = database.log.head();
        let late = self.late.or(abandoned);
        let new = Self::new(space, usize::from(id[0]));
        *self = Self {
            id: NodeId(id),
            follower: Follower::new(head, LEASE),
            published: head,
            forgotten: head,
            runs: true,
            rounds: self.rounds,
            late,
            ..new
        };
    }

    /// A node as it is after a round, with all tokens kept.
    pub(crate) fn running(mut self, space: &Space, database: &mut Database, now: Boot) -> Self {
        self.start(space, database);
        database.renew(space, self.id, Seq::ZERO);
        self.rounds += 1;
        self.begin(space, now);
        while self.link != Link::Nothing {
            match self.link {
                Link::Renew(_) | Link::RenewLate(..) => self.commit(space, database),
                Link::Read | Link::ReadEarly | Link::ReadUntimed(_) => self.read(database.log),
                _ => self.apply(space, now),
            }
        }
        self.kept = vec![Some(Entry { as_of: Seq::ZERO, revoked: false }); space.tokens()];
        self
    }
}
