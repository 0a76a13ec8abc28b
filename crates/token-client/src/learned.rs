//! What a guard has learned of its server, and which answers it believes after that. No I/O, no clock.

use core::time::Duration;
use std::collections::{BTreeSet, VecDeque};

use token_core::{AsOf, CaughtUp, Continuity, Head, Identity, KeyId, Rules, Seq};

use crate::Untrusted;

/// How many heads are remembered that were given away.
const HEADS: usize = 16;

/// See the module.
#[derive(Debug)]
pub(crate) struct Learned {
    lease: Duration,
    /// The furthest that was seen.
    head: Head,
    identity: Option<Identity>,
    keys: BTreeSet<(KeyId, Vec<u8>)>,
    /// The last heads that were given away; one of them is what the guard has applied.
    given: VecDeque<Head>,
}

impl Learned {
    /// From the first answer, which is believed as it is.
    pub(crate) fn new(lease: Duration, rules: &AsOf<Rules>) -> Self {
        let (identity, keys) = (None, BTreeSet::new());
        let mut first = Self { lease, head: rules.head, identity, keys, given: VecDeque::new() };
        first.keep(rules.head, Some(&rules.value));
        first
    }

    pub(crate) fn head(&self) -> Head {
        self.head
    }

    /// A head with this number that was given away.
    pub(crate) fn given(&self, seq: Seq) -> Option<Head> {
        self.given.iter().rev().find(|head| head.seq == seq).copied()
    }

    /// All rules, asked for anew.
    pub(crate) fn believe_rules(&mut self, lease: Duration, rules: &AsOf<Rules>) -> Result<(), Untrusted> {
        self.same_lease(lease)?;
        self.same_installation(&rules.value)?;
        not_older(&self.head, &rules.head)?;
        self.keep(rules.head, Some(&rules.value));
        Ok(())
    }

    /// What has happened since `known`.
    pub(crate) fn believe(&mut self, lease: Duration, known: &Head, caught: &CaughtUp) -> Result<(), Untrusted> {
        self.same_lease(lease)?;
        let head = &caught.head;
        let same_life = head.epoch == known.epoch;
        match caught.continuity {
            Continuity::GoneBack => return Err(Untrusted::GoneBack),
            Continuity::Unbroken if !same_life => return Err(Untrusted::Contradiction),
            Continuity::Unbroken => {
                not_older(known, head)?;
                not_older(&self.head, head)?;
            }
            Continuity::OtherEpoch if same_life || caught.rules.is_none() => return Err(Untrusted::Contradiction),
            Continuity::OtherEpoch => {}
        }
        if let Some(rules) = &caught.rules {
            self.same_installation(rules)?;
        }
        self.keep(*head, caught.rules.as_ref());
        Ok(())
    }

    /// Something of one token; `floor` is how much was seen when it was asked for.
    pub(crate) fn believe_token(floor: &Head, head: &Head) -> Result<(), Untrusted> {
        not_older(floor, head)
    }

    fn same_lease(&self, lease: Duration) -> Result<(), Untrusted> {
        if lease == self.lease { Ok(()) } else { Err(Untrusted::OtherLease) }
    }

    /// Issuer and audience are fixed for good, and keys are never all forgotten.
    fn same_installation(&self, rules: &Rules) -> Result<(), Untrusted> {
        let other = self.identity.is_some() && self.identity != rules.keys.identity;
        if other || keys(rules).is_disjoint(&self.keys) { Err(Untrusted::OtherInstallation) } else { Ok(()) }
    }

    fn keep(&mut self, head: Head, rules: Option<&Rules>) {
        self.head = head;
        if let Some(rules) = rules {
            self.identity.clone_from(&rules.keys.identity);
            self.keys = keys(rules);
        }
        if self.given.back() != Some(&head) {
            self.given.push_back(head);
        }
        if HEADS < self.given.len() {
            self.given.pop_front();
        }
    }
}

/// That `head` is of the same log as `before`, and not behind it.
fn not_older(before: &Head, head: &Head) -> Result<(), Untrusted> {
    if head.epoch != before.epoch || head.seq < before.seq {
        return Err(Untrusted::Older);
    }
    if head.seq == before.seq && head.digest != before.digest {
        return Err(Untrusted::Contradiction);
    }
    Ok(())
}

fn keys(rules: &Rules) -> BTreeSet<(KeyId, Vec<u8>)> {
    rules.keys.keys.iter().map(|key| (key.id.clone(), key.public.clone())).collect()
}

#[cfg(test)]
mod tests {
    use token_core::{Algorithm, Digest, Epoch, KeySet, KeyState, PublicKey, RouteRules, Touches, UnixSeconds};

    use super::*;

    const LEASE: Duration = Duration::from_secs(1);

    fn head(epoch: u8, seq: u64, digest: u8) -> Head {
        Head { epoch: Epoch([epoch; 16]), seq: Seq::new(seq), digest: Digest([digest; 32]) }
    }

    fn rules(issuer: &str, keys: &[u8]) -> Rules {
        let key = |byte: &u8| PublicKey {
            id: "k".parse().unwrap(),
            algorithm: Algorithm::EdDsa,
            state: KeyState::Signing,
            public: vec![*byte; 32],
            created_at: UnixSeconds::new(0).unwrap(),
        };
        let identity = Identity { issuer: issuer.parse().unwrap(), audience: "a".parse().unwrap() };
        let keys = KeySet { keys: keys.iter().map(key).collect(), identity: Some(identity) };
        Rules { roles: Vec::new(), keys, routes: RouteRules::default() }
    }

    fn learned() -> Learned {
        Learned::new(LEASE, &AsOf { head: head(1, 5, 5), value: rules("i", &[1]) })
    }

    fn caught(head: Head, continuity: Continuity, rules: Option<Rules>) -> CaughtUp {
        CaughtUp { head, continuity, touches: Touches::default(), rules }
    }

    fn on(head: Head) -> CaughtUp {
        caught(head, Continuity::Unbroken, None)
    }

    #[test]
    fn what_goes_on_is_believed_and_remembered() {
        let mut learned = learned();
        let known = head(1, 5, 5);
        assert_eq!(learned.believe(LEASE, &known, &on(known)), Ok(()));
        assert_eq!(learned.believe(LEASE, &known, &on(head(1, 7, 7))), Ok(()));
        assert_eq!((learned.head(), learned.given(Seq::new(5))), (head(1, 7, 7), Some(known)));
        assert_eq!(learned.given(Seq::new(6)), None);
        let rotated = caught(head(1, 8, 8), Continuity::Unbroken, Some(rules("i", &[1, 2])));
        assert_eq!(learned.believe(LEASE, &head(1, 7, 7), &rotated), Ok(()));
        for seq in 9..99 {
            learned.believe(LEASE, &head(1, 8, 8), &on(head(1, seq, 0))).unwrap();
        }
        assert_eq!(learned.given.len(), HEADS);
    }

    #[test]
    fn atk_m12_old_foreign_and_contradicting_answers_are_not_believed() {
        use Continuity::{GoneBack, OtherEpoch, Unbroken};
        use Untrusted::{Contradiction, Older, OtherInstallation};
        let known = head(1, 5, 5);
        let ours = || Some(rules("i", &[1]));
        for (what, answer, expected) in [
            ("a lower number", on(head(1, 4, 4)), Older),
            ("the same number with another digest", on(head(1, 5, 6)), Contradiction),
            ("unbroken in another life", on(head(2, 9, 9)), Contradiction),
            ("another life that is this one", caught(head(1, 9, 9), OtherEpoch, ours()), Contradiction),
            ("another life without rules", caught(head(2, 9, 9), OtherEpoch, None), Contradiction),
            ("another issuer", caught(head(2, 9, 9), OtherEpoch, Some(rules("j", &[1]))), OtherInstallation),
            ("other keys", caught(head(2, 9, 9), OtherEpoch, Some(rules("i", &[2]))), OtherInstallation),
            ("no keys", caught(head(1, 9, 9), Unbroken, Some(rules("i", &[]))), OtherInstallation),
            ("gone back", caught(head(1, 4, 4), GoneBack, ours()), Untrusted::GoneBack),
        ] {
            let mut learned = learned();
            assert_eq!(learned.believe(LEASE, &known, &answer), Err(expected), "{what}");
            assert_eq!(learned.head(), known, "{what}");
        }
        let mut learned = learned();
        assert_eq!(learned.believe(LEASE * 2, &known, &on(known)), Err(Untrusted::OtherLease));
        assert_eq!(learned.believe(LEASE, &known, &caught(head(2, 1, 1), OtherEpoch, ours())), Ok(()));
        assert_eq!(learned.believe(LEASE, &known, &on(head(1, 9, 9))), Err(Older), "of the life before");
    }

    #[test]
    fn atk_m12_what_was_seen_before_bounds_every_later_answer() {
        let mut learned = learned();
        let (known, floor) = (head(1, 5, 5), head(1, 7, 7));
        learned.believe(LEASE, &known, &on(floor)).unwrap();
        assert_eq!(learned.believe(LEASE, &known, &on(head(1, 6, 6))), Err(Untrusted::Older));
        assert_eq!(Learned::believe_token(&floor, &head(1, 6, 6)), Err(Untrusted::Older));
        assert_eq!(Learned::believe_token(&floor, &head(2, 8, 8)), Err(Untrusted::Older));
        assert_eq!(Learned::believe_token(&floor, &head(1, 8, 8)), Ok(()));
        let again = |head, issuer| AsOf { head, value: rules(issuer, &[1]) };
        assert_eq!(learned.believe_rules(LEASE, &again(head(1, 6, 6), "i")), Err(Untrusted::Older));
        assert_eq!(learned.believe_rules(LEASE, &again(head(1, 8, 8), "j")), Err(Untrusted::OtherInstallation));
        assert_eq!(learned.believe_rules(LEASE, &again(head(1, 8, 8), "i")), Ok(()));
    }
}
