//! Refused sign-ins since somebody last asked, as numbers. Bounded: whoever is not told apart is counted as unknown.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use token_core::{RefusedSignIns, UserId};

/// Most lines; with those of refused calls at most a hundred.
const LINES: usize = 30;

/// Counts by account.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<BTreeMap<Option<UserId>, u64>>);

impl Tally {
    /// Counts refused sign-ins of one account, or of none that is there.
    pub(crate) fn add(&self, refused: &RefusedSignIns) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = counted.keys().flatten().count();
        let user = refused.user.filter(|user| known < LINES - 1 || counted.contains_key(&Some(*user)));
        let count = counted.entry(user).or_default();
        *count = count.saturating_add(refused.count);
    }

    /// Takes everything counted so far.
    pub(crate) fn take(&self) -> Vec<RefusedSignIns> {
        let counted = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        counted.into_iter().map(|(user, count)| RefusedSignIns { user, count }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_cannot_make_more_than_thirty_lines() {
        let tally = Tally::default();
        for number in 0..1_000_u16 {
            let user = format!("0192f3c1-7a52-7c11-8d4e-0242ac12{number:04x}").parse().ok();
            tally.add(&RefusedSignIns { user, count: 1 });
            tally.add(&RefusedSignIns { user: None, count: 1 });
        }
        let lines = tally.take();
        assert_eq!(lines.len(), LINES);
        assert_eq!(lines.iter().map(|line| line.count).sum::<u64>(), 2_000, "none is lost");
        assert_eq!(tally.take(), []);
    }
}
