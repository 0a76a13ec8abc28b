//! Route rules by their paths, so that finding the one that decides costs the same for ten rules and ten thousand.

use std::collections::HashMap;

use token_core::{RequestPath, RouteMethod, RoutePattern, RouteRule, RouteRules, RouteSegment};

use crate::keyed_hash::KeyedHash;

/// Most segments of a request that are looked at one by one: one more than a rule can have, so that what lies deeper is
/// found by a `**` alone.
const DEPTH: usize = token_core::limits::ROUTE_SEGMENTS + 1;

/// Route rules, compiled for deciding; to be made once per version of the rules.
///
/// The most special rule decides, whatever the order in which rules were written: from left to right a literal segment
/// comes before `*`, and `*` before `**`; of one path the method by its name before `*`. Where the most special path
/// has no rule for the method, less special ones are asked. Without a rule for it, nothing passes.
#[derive(Clone, Debug)]
pub struct Routes {
    rules: RouteRules,
    nodes: Vec<Node>,
    hash: KeyedHash,
}

/// Where the segments of some patterns lead.
#[derive(Clone, Debug)]
struct Node {
    literal: HashMap<Box<str>, usize, KeyedHash>,
    one: Option<usize>,
    /// Rules whose path ends here.
    here: Methods,
    /// Rules whose path goes on from here with `**`.
    rest: Methods,
}

/// The rules of one path, by method; a handful.
#[derive(Clone, Debug, Default)]
struct Methods(Vec<(RouteMethod, usize)>);

impl Default for Routes {
    fn default() -> Self {
        Self::new(RouteRules::default())
    }
}

impl Routes {
    /// Compiles rules.
    #[must_use]
    pub fn new(rules: RouteRules) -> Self {
        let mut routes = Self { rules: RouteRules::default(), nodes: Vec::new(), hash: KeyedHash::default() };
        let root = routes.add_node();
        for (index, rule) in rules.iter().enumerate() {
            let end = rule.path.segments().iter().fold(root, |at, segment| routes.below(at, segment));
            routes.note(end, &rule.path, rule.method, index);
        }
        Self { rules, ..routes }
    }

    /// The rules, as they were given.
    #[must_use]
    pub const fn rules(&self) -> &RouteRules {
        &self.rules
    }

    /// The rule that decides about a call; without one it is refused. Total, and without allocation.
    #[must_use]
    pub fn find(&self, method: &str, path: &RequestPath<'_>) -> Option<&RouteRule> {
        let method = RouteMethod::of_request(method);
        let mut segments = [""; DEPTH];
        let mut count = 0;
        for (place, segment) in segments.iter_mut().zip(path.segments()) {
            *place = segment;
            count += 1;
        }
        let index = self.look(0, segments.get(..count)?, method)?;
        self.rules.get(index)
    }

    /// The most special rule from a node on. Every node is visited once at most, since each has one way to it.
    fn look(&self, at: usize, segments: &[&str], method: Option<RouteMethod>) -> Option<usize> {
        let node = self.nodes.get(at)?;
        let found = match segments.split_first() {
            None => node.here.of(method),
            Some((segment, behind)) => {
                let below = |next: Option<usize>| next.and_then(|next| self.look(next, behind, method));
                let literal = if node.literal.is_empty() { None } else { node.literal.get(*segment).copied() };
                below(literal).or_else(|| below(node.one.filter(|_| !segment.is_empty())))
            }
        };
        found.or_else(|| node.rest.of(method))
    }

    fn add_node(&mut self) -> usize {
        let literal = HashMap::with_hasher(self.hash);
        self.nodes.push(Node { literal, one: None, here: Methods::default(), rest: Methods::default() });
        self.nodes.len() - 1
    }

    /// The node behind a segment; made where there is none.
    fn below(&mut self, at: usize, segment: &RouteSegment) -> usize {
        let known = self.nodes.get(at).and_then(|node| match segment {
            RouteSegment::Literal(text) => node.literal.get(text.as_str()).copied(),
            RouteSegment::One => node.one,
        });
        if let Some(known) = known {
            return known;
        }
        let made = self.add_node();
        if let Some(node) = self.nodes.get_mut(at) {
            match segment {
                RouteSegment::Literal(text) => drop(node.literal.insert(text.as_str().into(), made)),
                RouteSegment::One => node.one = Some(made),
            }
        }
        made
    }

    fn note(&mut self, at: usize, path: &RoutePattern, method: RouteMethod, index: usize) {
        if let Some(node) = self.nodes.get_mut(at) {
            let methods = if path.has_rest() { &mut node.rest } else { &mut node.here };
            methods.0.push((method, index));
        }
    }
}

impl Methods {
    /// The rule for a method; `None` stands for one that rules cannot name.
    fn of(&self, method: Option<RouteMethod>) -> Option<usize> {
        let named = |wanted: RouteMethod| self.0.iter().find(|(method, _)| *method == wanted).map(|(_, index)| *index);
        if self.0.is_empty() {
            return None;
        }
        let get = || (method == Some(RouteMethod::Head)).then(|| named(RouteMethod::Get)).flatten();
        method.and_then(named).or_else(get).or_else(|| named(RouteMethod::Any))
    }
}

#[cfg(test)]
mod tests;
