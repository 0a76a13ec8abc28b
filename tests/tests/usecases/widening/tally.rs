//! How often which call came out how: a property that never meets its own case proves nothing.

use std::collections::BTreeMap;

use token_admin::AdminError;

use super::steps::Answer;

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Outcome {
    /// Done; nobody may do more than before.
    Accepted,
    /// Done; somebody may do more, or a text was shown.
    AcceptedAndAdded,
    /// Refused because the caller does not hold it.
    NotHeld,
    /// Refused for another reason.
    Refused,
}

impl Outcome {
    /// # Panics
    ///
    /// When the store failed: that is no answer.
    pub(super) fn of(answer: &Answer) -> Self {
        match answer {
            Ok(_) => Self::Accepted,
            Err(AdminError::NotHeld(_)) => Self::NotHeld,
            Err(AdminError::Store(error)) => panic!("{error:?}"),
            Err(_) => Self::Refused,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Tally(BTreeMap<(&'static str, Outcome), u32>);

impl Tally {
    pub(super) fn note(&mut self, kind: &'static str, outcome: Outcome) {
        *self.0.entry((kind, outcome)).or_default() += 1;
    }

    /// Every call that can widen something did so, and was refused for it, in a good number of cases.
    pub(super) fn ensure_not_vacuous(&self) {
        let widening = [
            "create token",
            "edit roles",
            "edit end",
            "edit networks",
            "reveal",
            "rotate",
            "create role",
            "edit role",
            "edit implicit role",
            "delete role",
            "create person",
            "edit roles of person",
            "enable person",
            "edit members",
        ];
        let widening =
            widening.into_iter().flat_map(|kind| [(kind, Outcome::AcceptedAndAdded), (kind, Outcome::NotHeld)]);
        let others = ["revoke token", "delete token", "edit several", "disable person", "delete person"]
            .map(|kind| (kind, Outcome::Accepted));
        for case in widening.chain(others) {
            assert!(self.0.get(&case).is_some_and(|times| 3 <= *times), "too little of {case:?}: {self:?}");
        }
        for kind in ["revoke token", "delete token", "disable person", "delete person"] {
            assert_eq!(self.0.get(&(kind, Outcome::AcceptedAndAdded)), None, "{self:?}");
        }
    }
}
