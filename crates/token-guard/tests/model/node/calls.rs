//! What a node keeps of tokens, and the calls that look at it.

use token_core::{Boot, Seq};

use super::{Call, Entry, Fill, Link, Node};
use crate::database::Log;
use crate::space::{Rule, Space};

impl Node {
    pub(crate) fn is_fresh(&self, now: Boot) -> bool {
        now < self.fresh_until
    }

    /// Whether a call passes that begins and ends now.
    pub(crate) fn accepts(&self, token: usize, now: Boot) -> bool {
        self.is_fresh(now) && passes(self.kept[token], self.published)
    }

    /// Whether the readings and what they find may be touched: not while an event is applied.
    pub(crate) fn is_open(&self) -> bool {
        self.runs && !matches!(self.link, Link::Applying(..))
    }

    pub(crate) fn begin_fill(&mut self, token: usize) {
        self.fill = Some(Fill { token, began: self.published, overtaken: false, read: None });
    }

    pub(crate) fn read_fill(&mut self, space: &Space, log: Log) {
        if let Some(fill) = &mut self.fill {
            fill.read = Some(Entry { as_of: log.head(), revoked: log.revokes(space, fill.token) });
        }
    }

    pub(crate) fn end_fill(&mut self, space: &Space) {
        let Some(fill) = self.fill.take() else { return };
        let dropped = fill.overtaken && space.keeps(Rule::OvertakenIsDropped);
        if let Some(read) = fill.read.filter(|read| !dropped && fill.began <= read.as_of) {
            self.kept[fill.token] = Some(read);
        }
    }

    pub(crate) fn begin_call(&mut self, token: usize, late: bool) {
        self.call = Some(Call { token, late, published: self.published, seen: None, half: false });
    }

    /// The next step of its call; whether the call passes.
    pub(crate) fn call(&mut self, space: &Space, now: Boot) -> bool {
        let Some(mut call) = self.call.take() else { return false };
        if call.seen.is_none() {
            call.seen = self.kept[call.token];
            self.call = call.seen.is_some().then_some(call);
            return false;
        }
        let freshness = call.half != space.keeps(Rule::FreshnessBeforeStillness);
        let holds = if freshness { self.is_fresh(now) } else { self.published == call.published };
        if holds && !call.half {
            call.half = true;
            self.call = Some(call);
            return false;
        }
        holds && passes(call.seen, call.published)
    }
}

fn passes(kept: Option<Entry>, applied: Seq) -> bool {
    kept.is_some_and(|entry| !entry.revoked && entry.as_of <= applied)
}
