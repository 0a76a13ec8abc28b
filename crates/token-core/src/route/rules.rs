//! All route rules that are in force together.

use core::fmt;
use std::collections::{HashMap, HashSet};

use super::ParseRouteRuleError;
use crate::limits::ROUTE_RULES;
use crate::{RouteMethod, RoutePattern, RouteRule};

/// Why rules do not go together.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RouteRulesError {
    /// Two say something of the same calls.
    #[error("another rule has the same method and path")]
    Twice,
    /// More than are looked through.
    #[error("there are at most {ROUTE_RULES} rules")]
    TooMany,
}

/// What is wrong with one line of a text of rules.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RouteLineError {
    /// It is no rule.
    #[error(transparent)]
    Rule(#[from] ParseRouteRuleError),
    /// It does not go with the others.
    #[error(transparent)]
    Rules(#[from] RouteRulesError),
}

/// Route rules, no two of which have the same method and path; at most 10 000, in an order of their own, since the order
/// in which they were written means nothing. Without rules nothing passes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RouteRules(Vec<RouteRule>);

impl RouteRules {
    /// These rules.
    ///
    /// # Errors
    ///
    /// Every position that is wrong: the later one of two.
    pub fn new(mut rules: Vec<RouteRule>) -> Result<Self, Vec<(usize, RouteRulesError)>> {
        if ROUTE_RULES < rules.len() {
            return Err(vec![(ROUTE_RULES, RouteRulesError::TooMany)]);
        }
        let wrong: Vec<_> = repeated(&rules).into_iter().map(|index| (index, RouteRulesError::Twice)).collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        rules.sort_by(|one, other| (&one.path, one.method).cmp(&(&other.path, other.method)));
        Ok(Self(rules))
    }

    /// Reads a text with one rule a line; what follows a `#` is for people, and empty lines say nothing.
    ///
    /// # Errors
    ///
    /// Every line that is wrong, by its number from 1.
    pub fn from_lines(text: &str) -> Result<Self, Vec<(usize, RouteLineError)>> {
        let (mut rules, mut lines, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
        for (line, number) in text.lines().zip(1..) {
            let line = line.split('#').next().unwrap_or_default();
            if line.trim_ascii().is_empty() {
                continue;
            }
            match line.parse() {
                Ok(rule) => {
                    rules.push(rule);
                    lines.push(number);
                }
                Err(error) => wrong.push((number, RouteLineError::Rule(error))),
            }
        }
        let line = |index: usize| lines.get(index).copied().unwrap_or_default();
        match Self::new(rules) {
            Ok(rules) if wrong.is_empty() => return Ok(rules),
            Ok(_) => {}
            Err(errors) => wrong.extend(errors.into_iter().map(|(index, error)| (line(index), error.into()))),
        }
        wrong.sort_by_key(|(line, _)| *line);
        Err(wrong)
    }

    /// The rules, by path and method.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &RouteRule> {
        self.0.iter()
    }

    /// The rule at a position of that order.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&RouteRule> {
        self.0.get(index)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rules that are here and not there.
    pub fn beside<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a RouteRule> {
        let there: HashMap<(RouteMethod, &RoutePattern), &RouteRule> =
            other.iter().map(|rule| (calls(rule), rule)).collect();
        self.iter().filter(move |rule| there.get(&calls(rule)) != Some(rule))
    }
}

/// The positions of rules that say something of the same calls as an earlier one.
fn repeated(rules: &[RouteRule]) -> Vec<usize> {
    let mut seen: HashSet<(RouteMethod, &RoutePattern)> = HashSet::with_capacity(rules.len());
    let again = |(index, rule)| (!seen.insert(calls(rule))).then_some(index);
    rules.iter().enumerate().filter_map(again).collect()
}

/// The calls a rule is about.
fn calls(rule: &RouteRule) -> (RouteMethod, &RoutePattern) {
    (rule.method, &rule.path)
}

/// One rule a line.
impl fmt::Display for RouteRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|rule| writeln!(f, "{rule}"))
    }
}

/// The route rules as they are stored.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct StoredRoutes {
    /// The rules.
    pub rules: RouteRules,
    /// Counts saves, from 0.
    pub version: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_lines_means_nothing() {
        let text = "# gateways\n\nGET /b/** a:b # why\r\n* /a a:b\nGET /a c:d\n";
        let rules = RouteRules::from_lines(text).unwrap();
        assert_eq!(rules.to_string(), "GET /a c:d\n* /a a:b\nGET /b/** a:b\n");
        let turned: String = text.lines().rev().flat_map(|line| [line, "\n"]).collect();
        assert_eq!(RouteRules::from_lines(&turned).unwrap(), rules);
        assert_eq!(RouteRules::from_lines(&rules.to_string()).unwrap(), rules);
        assert!(RouteRules::from_lines("").unwrap().is_empty());
    }

    #[test]
    fn every_wrong_line_is_told() {
        let text = "GET /a a:b\nnonsense\n# fine\nGET /%61 c:d\nGET /** a:b\nget /x a:b\n";
        let wrong = RouteRules::from_lines(text).unwrap_err();
        let lines: Vec<usize> = wrong.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 4, 6]);
        assert_eq!(wrong[1].1, RouteLineError::Rules(RouteRulesError::Twice));
    }

    #[test]
    fn rules_are_bounded() {
        let rules = |count: usize| (0..count).map(|n| format!("GET /{n} a:b").parse().unwrap()).collect::<Vec<_>>();
        assert_eq!(RouteRules::new(rules(10_000)).unwrap().len(), 10_000);
        assert_eq!(RouteRules::new(rules(10_001)), Err(vec![(10_000, RouteRulesError::TooMany)]));
    }

    #[test]
    fn what_changed_is_told_in_both_directions() {
        let rules = |text| RouteRules::from_lines(text).unwrap();
        let (before, after) = (rules("GET /a a:b\nGET /b a:b"), rules("GET /a a:c\nGET /b a:b\nPUT /b a:b"));
        let texts = |one: &RouteRules, other| one.beside(other).map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(texts(&after, &before), ["GET /a a:c", "PUT /b a:b"]);
        assert_eq!(texts(&before, &after), ["GET /a a:b"]);
        assert_eq!(after.beside(&after).count(), 0);
    }
}
