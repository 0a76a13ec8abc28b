//! The whole: what may happen next, and what it comes to.

use stateright::{Model, Property};
use token_core::{Boot, Seq};

use crate::changes::{Answer, Change, Changes};
use crate::database::{Database, Log};
use crate::node::{Link, Node};
use crate::space::{Clock, Left, Rule, Space, Time};

/// What must hold always.
pub(crate) const PROMISE: &str = "no call passes that was sent after the answer";
// What must occur, for that to say something.
pub(crate) const PASSES: &str = "a call passes after the commit and before the answer";
pub(crate) const ACKNOWLEDGED: &str = "all nodes acknowledge a change";
pub(crate) const BOUND: &str = "a change is answered because it waited long enough";
pub(crate) const STALE: &str = "a node is stale and refuses";
pub(crate) const FOLLOWS: &str = "a node that knows of a change is fresh";
pub(crate) const CAME_BACK: &str = "a node that was removed as dead comes back and is fresh";

/// One state of everything.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct World {
    time: Time,
    left: Left,
    database: Database,
    nodes: Vec<Node>,
    changes: Changes,
    /// A call passed that was sent after the revocation was answered.
    passed_late: bool,
}

/// What may happen. Whatever may happen may also be late, or never happen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Action {
    LongStep,
    ShortStep,
    Start(usize),
    Begin(usize),
    Look(usize),
    CommitLease(usize),
    CommitLateLease(usize),
    ReadLog(usize),
    Apply(usize),
    GiveUp(usize),
    Leave(usize),
    TakeOff(usize),
    BeginFill(usize, usize),
    ReadFill(usize),
    EndFill(usize),
    BeginCall(usize, usize),
    Call(usize),
    Change(usize),
    LookAtRegistrations(usize),
    Expire(usize),
    Remove(usize),
    /// It took too long and is asked for again: it is done now, and once more later.
    RemoveAndAgain(usize),
}

impl World {
    fn now(&self, clock: Clock) -> Boot {
        clock.at(self.time)
    }

    fn nodes<'a>(&'a self, space: &'a Space) -> impl Iterator<Item = (&'a Node, Boot)> {
        self.nodes.iter().zip(&space.nodes).map(|(node, clock)| (node, self.now(*clock)))
    }

    /// Whether no call can pass any more, whatever happens: what was revoked does not come back.
    fn is_over(&self) -> bool {
        let keeps = |node: &Node| node.kept.iter().flatten().any(|entry| !entry.revoked);
        let may = |node: &Node| node.fill.is_some() || node.call.is_some() || keeps(node);
        self.left.fills == 0 && !self.nodes.iter().any(may)
    }

    /// Whether a call that begins now with a token whose revocation was, or was not, answered passes.
    fn accepts(&self, space: &Space, answered: bool) -> bool {
        (0..space.tokens()).any(|token| {
            self.changes.has_answered(space, token) == answered
                && self.nodes(space).any(|(node, now)| node.accepts(token, now))
        })
    }
}

impl Model for Space {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        let mut database = Database::default();
        let begun = self.nodes.len() - self.late;
        let node = |(number, clock): (usize, &Clock)| {
            let node = Node::new(self, number);
            if number < begun { node.running(self, &mut database, clock.at(Time::default())) } else { node }
        };
        let nodes = self.nodes.iter().enumerate().map(node).collect();
        let changes = Changes::new(self);
        vec![World { time: Time::default(), left: self.left, database, nodes, changes, passed_late: false }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        let left = world.left;
        if world.is_over() {
            return;
        }
        let mut may = |possible: bool, action| actions.extend(possible.then_some(action));
        may(0 < left.long, Action::LongStep);
        may(0 < left.short, Action::ShortStep);
        for (number, node) in world.nodes.iter().enumerate() {
            let idle = node.runs && node.link == Link::Nothing;
            may(0 < left.starts, Action::Start(number));
            may(idle && 0 < node.rounds, Action::Begin(number));
            may(idle && 0 < left.looks, Action::Look(number));
            may(idle && 0 < left.leaves, Action::Leave(number));
            may(node.leaving, Action::TakeOff(number));
            may(node.late.is_some(), Action::CommitLateLease(number));
            let (mut asks, mut told) = (false, false);
            match node.link {
                Link::Renew(_) | Link::RenewLate(..) => {
                    asks = node.late.is_none();
                    may(true, Action::CommitLease(number));
                }
                Link::Read | Link::ReadEarly | Link::ReadUntimed(_) => {
                    asks = true;
                    may(true, Action::ReadLog(number));
                }
                Link::Answer(_) | Link::AnswerUntimed(..) | Link::Applying(..) => told = true,
                Link::Nothing => {}
            }
            may(told, Action::Apply(number));
            may(asks && 0 < left.given_up, Action::GiveUp(number));
            match node.fill {
                None => {
                    for (token, kept) in node.kept.iter().enumerate() {
                        may(kept.is_none() && node.is_open() && 0 < left.fills, Action::BeginFill(number, token));
                    }
                }
                Some(fill) if fill.read.is_none() => may(true, Action::ReadFill(number)),
                Some(_) => may(node.is_open(), Action::EndFill(number)),
            }
            if node.call.is_some() {
                may(true, Action::Call(number));
            } else {
                for token in 0..self.tokens() {
                    may(node.runs && 0 < left.calls, Action::BeginCall(number, token));
                }
            }
        }
        for (number, change) in world.changes.list.iter().enumerate() {
            may(world.changes.can_commit(self, number), Action::Change(number));
            may(matches!(change, Change::Waits(_)), Action::LookAtRegistrations(number));
            may(world.changes.can_expire(number, world.now(Clock::EVEN)), Action::Expire(number));
        }
        for (number, silent) in world.changes.silent.iter().enumerate() {
            let dead = silent.dead <= world.now(Clock::EVEN) || !self.keeps(Rule::SilentIsNotDead);
            may(dead, Action::Remove(number));
            may(dead && 0 < left.given_up, Action::RemoveAndAgain(number));
        }
    }

    fn next_state(&self, last: &World, action: Action) -> Option<World> {
        let mut world = last.clone();
        let World { time, left, database, nodes, changes, passed_late } = &mut world;
        let here = Clock::EVEN.at(*time);
        let now = |number: usize| self.nodes[number].at(last.time);
        match action {
            Action::LongStep => (left.long, time.long) = (left.long - 1, time.long + 1),
            Action::ShortStep => (left.short, time.short) = (left.short - 1, time.short + 1),
            Action::Start(number) => {
                left.starts -= 1;
                nodes[number].start(self, database);
            }
            Action::Begin(number) => nodes[number].begin(self, now(number)),
            Action::Look(number) => {
                left.looks -= 1;
                nodes[number].look();
            }
            Action::CommitLease(number) => nodes[number].commit(self, database),
            Action::CommitLateLease(number) => {
                let (node, applied) = nodes[number].late.take()?;
                database.renew(self, node, applied);
            }
            Action::ReadLog(number) => nodes[number].read(database.log),
            Action::Apply(number) => nodes[number].apply(self, now(number)),
            Action::GiveUp(number) => {
                left.given_up -= 1;
                nodes[number].give_up();
            }
            Action::Leave(number) => {
                left.leaves -= 1;
                nodes[number].leave(self);
            }
            Action::TakeOff(number) => {
                nodes[number].leaving = false;
                database.leave(nodes[number].id);
            }
            Action::BeginFill(number, token) => {
                left.fills -= 1;
                nodes[number].begin_fill(token);
            }
            Action::ReadFill(number) => nodes[number].read_fill(self, database.log),
            Action::EndFill(number) => nodes[number].end_fill(self),
            Action::BeginCall(number, token) => {
                left.calls -= 1;
                nodes[number].begin_call(token, changes.has_answered(self, token));
            }
            Action::Call(number) => {
                let late = nodes[number].call.is_some_and(|call| call.late);
                *passed_late |= nodes[number].call(self, now(number)) && late;
            }
            Action::Change(number) => changes.commit(self, number, database, here),
            Action::LookAtRegistrations(number) => {
                let own = nodes.first().filter(|_| self.own);
                changes.look(number, &database.registered(), own, here);
            }
            Action::Expire(number) => changes.answer(number, Answer::Bound),
            Action::RemoveAndAgain(number) => {
                left.given_up -= 1;
                database.remove(self, changes.silent[number].registered);
            }
            Action::Remove(number) => {
                let silent = changes.silent.remove(number);
                database.remove(self, silent.registered);
            }
        }
        (world != *last).then_some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let promise =
            Property::always(PROMISE, |space: &Self, world: &World| !world.passed_late && !world.accepts(space, true));
        if self.left_out.is_some() {
            return vec![promise];
        }
        vec![
            promise,
            Property::sometimes(PASSES, |space: &Self, world: &World| {
                world.database.log != Log::default() && world.accepts(space, false)
            }),
            Property::sometimes(ACKNOWLEDGED, |_, world: &World| {
                world.changes.list.contains(&Change::Answered(Answer::Acknowledged))
            }),
            Property::sometimes(BOUND, |_, world: &World| {
                world.changes.list.contains(&Change::Answered(Answer::Bound))
            }),
            Property::sometimes(STALE, |space: &Self, world: &World| {
                world.nodes(space).any(|(node, now)| node.fresh_until != Boot::ZERO && !node.is_fresh(now))
            }),
            Property::sometimes(FOLLOWS, |space: &Self, world: &World| {
                world.nodes(space).any(|(node, now)| node.published != Seq::ZERO && node.is_fresh(now))
            }),
            Property::sometimes(CAME_BACK, |space: &Self, world: &World| {
                let began = space.nodes.len() - space.late + usize::from(space.left.starts - world.left.starts);
                began < world.database.registrations() && world.nodes(space).any(|(node, now)| node.is_fresh(now))
            }),
        ]
    }
}
