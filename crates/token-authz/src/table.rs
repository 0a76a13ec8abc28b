//! Rules by what they cover, so that a lookup costs the same for ten rules and ten thousand.

use std::collections::{BTreeMap, HashMap};

use token_core::{Effect, ResourcePattern, Rule};

use crate::keyed_hash::KeyedHash;

/// What a list of rules says about one permission; the order is that of widening.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Stand {
    Denied,
    Silent,
    Allowed,
}

/// The first rule that allows and the first that denies, by position in the list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Firsts {
    allow: usize,
    deny: usize,
}

/// Behind every position: so the earlier of two is the smaller one, without a question.
const NONE: usize = usize::MAX;

impl Default for Firsts {
    fn default() -> Self {
        Self { allow: NONE, deny: NONE }
    }
}

impl Firsts {
    pub(crate) fn allow(self) -> Option<usize> {
        Some(self.allow).filter(|position| *position != NONE)
    }

    pub(crate) fn deny(self) -> Option<usize> {
        Some(self.deny).filter(|position| *position != NONE)
    }

    pub(crate) fn stand(self) -> Stand {
        match (self.deny(), self.allow()) {
            (Some(_), _) => Stand::Denied,
            (None, Some(_)) => Stand::Allowed,
            (None, None) => Stand::Silent,
        }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self { allow: self.allow.min(other.allow), deny: self.deny.min(other.deny) }
    }

    fn note(&mut self, effect: Effect, position: usize) {
        let first = match effect {
            Effect::Allow => &mut self.allow,
            Effect::Deny => &mut self.deny,
        };
        *first = position.min(*first);
    }
}

type ByName<T> = HashMap<Box<str>, T, KeyedHash>;

/// The rules with one and the same resource pattern. They name few actions, which are found sooner in order than by a
/// hash; and many are found in order, too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layer {
    every_action: Firsts,
    named: BTreeMap<Box<str>, Firsts>,
}

impl Layer {
    pub(crate) fn firsts(&self, action: &str) -> Firsts {
        self.named.get(action).map_or(self.every_action, |named| named.and(self.every_action))
    }

    /// The actions that rules name, in order.
    pub(crate) fn actions(&self) -> impl Iterator<Item = &str> {
        self.named.keys().map(AsRef::as_ref)
    }

    fn slot(&mut self, action: Option<&str>) -> &mut Firsts {
        match action {
            None => &mut self.every_action,
            Some(action) => self.named.entry(action.into()).or_default(),
        }
    }
}

/// A list of rules, arranged by resource pattern and action.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    any: Layer,
    under: ByName<Layer>,
    exact: ByName<Layer>,
}

impl Table {
    pub(crate) fn of<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> Self {
        let mut table = Self::default();
        for (position, rule) in rules.into_iter().enumerate() {
            let layer = match rule.pattern.resource() {
                ResourcePattern::Any => &mut table.any,
                ResourcePattern::Under(prefix) => table.under.entry(prefix.as_str().into()).or_default(),
                ResourcePattern::Exact(exact) => table.exact.entry(exact.as_str().into()).or_default(),
            };
            layer.slot(rule.pattern.action()).note(rule.effect, position);
        }
        table
    }

    pub(crate) fn firsts(&self, resource: &str, action: &str) -> Firsts {
        let mut firsts = self.any.firsts(action);
        if let Some(exact) = self.exact.get(resource) {
            firsts = firsts.and(exact.firsts(action));
        }
        self.under(resource).fold(firsts, |all, layer| all.and(layer.firsts(action)))
    }

    /// The layers whose pattern covers `resource`: at most one for each segment, and two.
    pub(crate) fn layers(&self, resource: &str) -> impl Iterator<Item = &Layer> {
        std::iter::once(&self.any).chain(self.exact.get(resource)).chain(self.under(resource))
    }

    fn under(&self, resource: &str) -> impl Iterator<Item = &Layer> {
        let dots = if self.under.is_empty() { "" } else { resource };
        let prefixes = dots.bytes().enumerate().filter(|(_, byte)| *byte == b'.').map(|(dot, _)| dot);
        prefixes.filter_map(move |dot| self.under.get(resource.get(..dot)?))
    }

    /// The resources that rules name as a whole, in no order.
    pub(crate) fn exact_resources(&self) -> impl Iterator<Item = &str> {
        self.exact.keys().map(AsRef::as_ref)
    }

    /// What stands before `.*` in rules, in no order.
    pub(crate) fn prefixes(&self) -> impl Iterator<Item = &str> {
        self.under.keys().map(AsRef::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn firsts(rules: &[&str], resource: &str, action: &str) -> (Option<usize>, Option<usize>) {
        let rules: Vec<Rule> = rules.iter().map(|rule| rule.parse().unwrap()).collect();
        let firsts = Table::of(&rules).firsts(resource, action);
        (firsts.allow(), firsts.deny())
    }

    #[test]
    fn the_first_rule_of_each_effect_is_kept() {
        let rules = ["allow b:x", "deny *:x", "allow *:*", "allow a:x", "deny a:*", "allow a:x"];
        assert_eq!(firsts(&rules, "a", "x"), (Some(2), Some(1)));
        assert_eq!(firsts(&rules, "a", "y"), (Some(2), Some(4)));
        assert_eq!(firsts(&rules, "b", "x"), (Some(0), Some(1)));
        assert_eq!(firsts(&rules, "c", "y"), (Some(2), None));
        assert_eq!(firsts(&[], "a", "x"), (None, None));
    }

    #[test]
    fn every_prefix_is_looked_up_and_the_whole_is_none() {
        let rules = ["allow a.b.c.*:x", "deny a.*:x", "allow a.b:x"];
        assert_eq!(firsts(&rules, "a", "x"), (None, None));
        assert_eq!(firsts(&rules, "a.b", "x"), (Some(2), Some(1)));
        assert_eq!(firsts(&rules, "a.b.c", "x"), (None, Some(1)));
        assert_eq!(firsts(&rules, "a.b.c.d", "x"), (Some(0), Some(1)));
        assert_eq!(firsts(&rules, "a.b.cc.d", "x"), (None, Some(1)));
    }

    #[test]
    fn the_deepest_prefix_is_found() {
        let rules = ["allow a.b.c.d.e.f.g.*:x"];
        assert_eq!(firsts(&rules, "a.b.c.d.e.f.g.h", "x"), (Some(0), None));
        assert_eq!(firsts(&rules, "a.b.c.d.e.f.g", "x"), (None, None));
    }
}
