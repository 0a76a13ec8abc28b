//! What is known of tokens without any store: their life in plain numbers.

use token_core::{CredentialId, TokenId};

/// A token that was made in this case; also when it is deleted by now.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) id: TokenId,
    pub(super) credential: CredentialId,
    pub(super) text: String,
    pub(super) name: String,
    pub(super) version: u64,
    /// The end written in its text.
    pub(super) text_ends: Option<i64>,
    /// Its own end.
    pub(super) ends: Option<i64>,
    /// When it was revoked, and why.
    pub(super) ended: Option<(i64, Option<String>)>,
    pub(super) deleted: bool,
}

/// What the guard says to a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Admission {
    Admitted,
    Invalid,
    Revoked,
    Expired,
}

/// What a call answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Answer {
    /// Done, and an event tells of it.
    Done,
    /// Nothing was to be done.
    Unchanged,
    /// This text; an event tells of it.
    Shown(String),
    NotFound,
    VersionRequired,
    Stale(u64),
    Conflict,
    Invalid,
}

impl Answer {
    pub(super) fn is_event(&self) -> bool {
        matches!(self, Self::Done | Self::Shown(_))
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Unchanged => "unchanged",
            Self::Shown(_) => "shown",
            Self::NotFound => "not found",
            Self::VersionRequired => "version required",
            Self::Stale(_) => "stale",
            Self::Conflict => "conflict",
            Self::Invalid => "invalid",
        }
    }
}

/// The end of a token's life, or none.
#[derive(Clone, Copy, Debug)]
pub(super) struct End(pub(super) Option<i64>);

/// Fields to save.
#[derive(Clone, Debug)]
pub(super) struct Save {
    pub(super) expected: Option<u64>,
    pub(super) name: Option<String>,
    pub(super) ends: Option<End>,
    pub(super) revoked: Option<bool>,
    pub(super) reason: Option<String>,
}

/// All tokens of a case, and the clock.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) tokens: Vec<Known>,
    pub(super) now: i64,
}

impl Model {
    pub(super) fn new(now: i64) -> Self {
        Self { tokens: Vec::new(), now }
    }

    /// Deleted is unknown, revoked is for good, and the second of the end is outside.
    pub(super) fn admission(&self, token: &Known) -> Admission {
        if token.deleted {
            Admission::Invalid
        } else if token.ended.is_some() {
            Admission::Revoked
        } else if token.ends.is_some_and(|end| end <= self.now) {
            Admission::Expired
        } else {
            Admission::Admitted
        }
    }

    pub(super) fn may_create(&self, ends: Option<i64>) -> bool {
        ends.is_none_or(|end| self.now < end)
    }

    fn listed(&mut self, number: usize) -> Option<&mut Known> {
        self.tokens.get_mut(number).filter(|token| !token.deleted)
    }

    pub(super) fn edit(&mut self, number: usize, save: &Save) -> Answer {
        let now = self.now;
        let Some(token) = self.listed(number) else { return Answer::NotFound };
        match save.expected {
            None => return Answer::VersionRequired,
            Some(version) if version != token.version => return Answer::Stale(token.version),
            Some(_) => {}
        }
        let before = token.clone();
        if let Some((_, reason)) = &token.ended {
            let other_end = save.ends.is_some_and(|End(end)| end != token.ends);
            let other_reason = save.reason.is_some() && save.reason != *reason;
            if other_end || other_reason || save.revoked == Some(false) {
                return Answer::Conflict;
            }
        } else {
            let ends = save.ends.map_or(token.ends, |End(end)| end);
            let moves = ends != token.ends;
            let past = ends.is_some_and(|end| end <= now);
            let beyond = token.text_ends.is_some_and(|last| ends.is_none_or(|end| last < end));
            if moves && (past || beyond) || save.reason.is_some() && save.revoked != Some(true) {
                return Answer::Invalid;
            }
            token.ends = ends;
            if save.revoked == Some(true) {
                token.ended = Some((now, save.reason.clone()));
            }
        }
        token.name = save.name.clone().unwrap_or(token.name.clone());
        if (&token.name, token.ends, &token.ended) == (&before.name, before.ends, &before.ended) {
            return Answer::Unchanged;
        }
        token.version += 1;
        Answer::Done
    }

    pub(super) fn revoke(&mut self, number: usize, reason: Option<String>) -> Answer {
        let now = self.now;
        let Some(token) = self.listed(number) else { return Answer::NotFound };
        if token.ended.is_some() {
            return Answer::Unchanged;
        }
        token.ended = Some((now, reason));
        token.version += 1;
        Answer::Done
    }

    pub(super) fn delete(&mut self, number: usize) -> Answer {
        let Some(token) = self.listed(number) else { return Answer::NotFound };
        token.deleted = true;
        Answer::Done
    }

    pub(super) fn reveal(&mut self, number: usize) -> Answer {
        let Some(token) = self.listed(number) else { return Answer::NotFound };
        if token.ended.is_some() { Answer::Conflict } else { Answer::Shown(token.text.clone()) }
    }
}
