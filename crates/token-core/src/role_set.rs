//! Sets of roles, as holders have them.

use std::collections::BTreeSet;

use crate::RoleId;

/// Some roles, each once, in the order of their ids. Small, since most holders have few and there are very many holders:
/// 16 bytes, and 16 more for each role.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RoleSet(Box<[RoleId]>);

impl RoleSet {
    /// No role.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The same and one more.
    #[must_use]
    pub fn with(&self, role: RoleId) -> Self {
        self.iter().copied().chain([role]).collect()
    }

    /// The same but this one.
    #[must_use]
    pub fn without(&self, role: &RoleId) -> Self {
        self.iter().copied().filter(|held| held != role).collect()
    }

    /// Whether it is one of them.
    #[must_use]
    pub fn contains(&self, role: &RoleId) -> bool {
        self.0.binary_search(role).is_ok()
    }

    /// All of them, in order.
    pub fn iter(&self) -> core::slice::Iter<'_, RoleId> {
        self.0.iter()
    }

    /// Those that `other` has not, in order.
    pub fn difference<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a RoleId> {
        self.iter().filter(|role| !other.contains(role))
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<RoleId> for RoleSet {
    fn from_iter<I: IntoIterator<Item = RoleId>>(roles: I) -> Self {
        let mut roles: Vec<RoleId> = roles.into_iter().collect();
        roles.sort_unstable();
        roles.dedup();
        Self(roles.into_boxed_slice())
    }
}

impl<const N: usize> From<[RoleId; N]> for RoleSet {
    fn from(roles: [RoleId; N]) -> Self {
        roles.into_iter().collect()
    }
}

impl From<BTreeSet<RoleId>> for RoleSet {
    fn from(roles: BTreeSet<RoleId>) -> Self {
        roles.into_iter().collect()
    }
}

impl<'a> IntoIterator for &'a RoleSet {
    type Item = &'a RoleId;
    type IntoIter = core::slice::Iter<'a, RoleId>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn roles() -> impl Strategy<Value = Vec<RoleId>> {
        proptest::collection::vec((1_u8..9).prop_map(RoleId::built_in), 0..12)
    }

    proptest! {
        #[test]
        fn it_is_a_set(some in roles(), others in roles(), one in 1_u8..9) {
            let (sorted, other): (BTreeSet<RoleId>, BTreeSet<RoleId>) =
                (some.iter().copied().collect(), others.iter().copied().collect());
            let (set, less): (RoleSet, RoleSet) = (some.into_iter().collect(), others.into_iter().collect());
            let one = RoleId::built_in(one);
            prop_assert!(set.iter().eq(&sorted));
            prop_assert_eq!(set.contains(&one), sorted.contains(&one));
            prop_assert_eq!((set.len(), set.is_empty()), (sorted.len(), sorted.is_empty()));
            prop_assert!(set.difference(&less).eq(sorted.difference(&other)));
            prop_assert_eq!(set.with(one), sorted.iter().copied().chain([one]).collect::<RoleSet>());
            prop_assert_eq!(set.without(&one), sorted.iter().copied().filter(|role| *role != one).collect::<RoleSet>());
            prop_assert_eq!(RoleSet::from(sorted), set);
        }
    }
}
