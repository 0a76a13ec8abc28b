//! A round, step by step. Only with a rule left out something else is asked of the follower than what it says.

use token_core::{Boot, Continuity, Renewal};
use token_guard::follower::{Input, Output};

use super::{Link, Node};
use crate::database::{Database, Log};
use crate::space::{Rule, Space};

/// What applying consists of.
#[derive(Clone, Copy)]
enum Part {
    Forget,
    Publish,
    Believe,
}

impl Node {
    pub(crate) fn begin(&mut self, space: &Space, now: Boot) {
        self.rounds -= 1;
        if !space.keeps(Rule::TimeFirst) {
            self.link = Link::Renew(self.follower.applied());
            return;
        }
        let Output::Renew { applied } = self.follower.step(Input::Begin(now)) else { panic!("a round renews") };
        self.link = if space.keeps(Rule::LeaseBeforeReading) { Link::Renew(applied) } else { Link::ReadEarly };
    }

    pub(crate) fn look(&mut self) {
        assert_eq!(self.follower.step(Input::Look), Output::CatchUp);
        self.link = Link::Read;
    }

    /// The lease is committed, and the node is told.
    pub(crate) fn commit(&mut self, space: &Space, database: &mut Database) {
        let (Link::Renew(applied) | Link::RenewLate(applied, _)) = self.link else { return };
        let renewal = database.renew(space, self.id, applied);
        if !space.keeps(Rule::TimeFirst) {
            self.link = Link::ReadUntimed(renewal == Renewal::Kept);
            return;
        }
        self.renewed(renewal);
        self.link = match self.link {
            Link::RenewLate(_, log) => Link::Answer(log),
            _ => Link::Read,
        };
    }

    fn renewed(&mut self, renewal: Renewal) {
        assert_eq!(self.follower.step(Input::Renewed(renewal)), Output::CatchUp);
        if self.follower.fresh_until() == Boot::ZERO {
            self.fresh_until = Boot::ZERO;
        }
    }

    /// The log is read; the node is not told yet.
    pub(crate) fn read(&mut self, log: Log) {
        self.link = match self.link {
            Link::Read => Link::Answer(log),
            Link::ReadEarly => Link::RenewLate(self.follower.applied(), log),
            Link::ReadUntimed(kept) => Link::AnswerUntimed(kept, log),
            other => other,
        };
    }

    /// One step of applying what was read; all of them where no call looks at them one by one.
    pub(crate) fn apply(&mut self, space: &Space, now: Boot) {
        if let Link::AnswerUntimed(kept, log) = self.link {
            let _ = self.follower.step(Input::Begin(now));
            self.renewed(if kept { Renewal::Kept } else { Renewal::Registered });
            self.link = Link::Answer(log);
        }
        if let Link::Answer(log) = self.link {
            let read = Input::CaughtUp { head: log.head(), continuity: Continuity::Unbroken };
            assert_eq!(self.follower.step(read), Output::Apply { forget_all: false });
            self.link = Link::Applying(log, 0);
        }
        let order = match space.left_out {
            Some(Rule::BelieveLast) => [Part::Believe, Part::Forget, Part::Publish],
            Some(Rule::ForgetBeforePublish) => [Part::Publish, Part::Forget, Part::Believe],
            _ => [Part::Forget, Part::Publish, Part::Believe],
        };
        while let Link::Applying(log, done) = self.link {
            match order[done] {
                Part::Forget => self.forget(space, log),
                Part::Publish => self.published = log.head(),
                Part::Believe => self.fresh_until = self.follower.fresh_until(),
            }
            self.link = if done == 2 { Link::Nothing } else { Link::Applying(log, done + 1) };
            if space.left.calls != 0 {
                return;
            }
        }
    }

    fn forget(&mut self, space: &Space, log: Log) {
        let applied = self.forgotten;
        self.forgotten = log.head();
        for (token, kept) in self.kept.iter_mut().enumerate() {
            if log.touches(space, applied, token) {
                *kept = None;
                if let Some(fill) = self.fill.as_mut().filter(|fill| fill.token == token) {
                    fill.overtaken = true;
                }
            }
        }
    }

    /// No answer came. What was asked for may be done later.
    pub(crate) fn give_up(&mut self) {
        if let Link::Renew(applied) | Link::RenewLate(applied, _) = self.link {
            self.late = Some((self.id, applied));
        }
        assert_eq!(self.follower.step(Input::Failed), Output::Rest);
        self.link = Link::Nothing;
    }

    /// Gives up its freshness; its registration is taken away next.
    pub(crate) fn leave(&mut self, space: &Space) {
        self.runs = false;
        self.leaving = true;
        if space.keeps(Rule::LeavingIsNotFresh) {
            assert_eq!(self.follower.step(Input::Leave), Output::Rest);
            self.fresh_until = self.follower.fresh_until();
        }
    }
}
