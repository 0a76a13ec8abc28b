//! All permissions there can be, by finitely many cases.
//!
//! Let E be the resources the tables name as a whole and U the prefixes they name before `.*`. Whether a pattern
//! covers a resource depends on nothing but whether the resource is a certain one of E, and which of U are prefixes
//! of it. So every resource in E is a case of its own. Any other resource has the same patterns as all others outside
//! E with the same longest prefix u in U, for the rest of its prefixes in U are the prefixes of u: one case per u, and
//! one for no prefix at all. Likewise for one resource the actions named by the patterns that cover it are cases of
//! their own, and all others are one case.
//!
//! Each of those remainders needs a representative no table names. Names are of `a-z`, `0-9` and `-`: `*` is a name
//! nobody can take. It stands for "any further segments" (`u.*`, at most 8 segments, for u has at most 7), "any other
//! resource" (`*`) and "any other action" (`*`), which is also how patterns are written and what people read.
//! A remainder is never empty, for there are more names than rules, so no case is reported that cannot happen.

use std::collections::BTreeSet;

use super::NotHeld;
use crate::table::{Firsts, Layer, Stand, Table};

/// Finds no case that is `wanted`, given where each table stands on it. Broad cases come first.
///
/// # Errors
///
/// [`NotHeld::Permission`] with the first case that is wanted; [`NotHeld::TooComplex`] when there are more than `most`.
pub(super) fn refute(tables: [&Table; 3], most: usize, wanted: impl Fn([Stand; 3]) -> bool) -> Result<(), NotHeld> {
    let mut left = most;
    for resource in resources(tables) {
        let layers = tables.map(|table| table.layers(&resource).collect::<Vec<_>>());
        let actions = actions(&layers);
        left = left.checked_sub(actions.len()).ok_or(NotHeld::TooComplex)?;
        for action in actions {
            if wanted(layers.each_ref().map(|layers| stand(layers, action))) {
                return Err(lacking(&resource, action));
            }
        }
    }
    Ok(())
}

/// Every case of resources: `*`, then the prefixes, a shorter before a longer one, then the resources by name.
fn resources(tables: [&Table; 3]) -> impl Iterator<Item = String> {
    let prefixes: BTreeSet<&str> = tables.into_iter().flat_map(Table::prefixes).collect();
    let exact: BTreeSet<&str> = tables.into_iter().flat_map(Table::exact_resources).collect();
    let under = prefixes.into_iter().map(|prefix| format!("{prefix}.*"));
    std::iter::once("*".to_owned()).chain(under).chain(exact.into_iter().map(str::to_owned))
}

/// Every case of actions for a resource with these layers; `*` is the least of them.
fn actions<'a>(layers: &[Vec<&'a Layer>; 3]) -> BTreeSet<&'a str> {
    let named = layers.iter().flatten().flat_map(|layer| layer.actions());
    std::iter::once("*").chain(named).collect()
}

fn stand(layers: &[&Layer], action: &str) -> Stand {
    layers.iter().fold(Firsts::default(), |all, layer| all.and(layer.firsts(action))).stand()
}

/// The case as people read it. It always is a pattern; were it none, the answer would still be no.
fn lacking(resource: &str, action: &str) -> NotHeld {
    format!("{resource}:{action}").parse().map_or(NotHeld::TooComplex, NotHeld::Permission)
}

#[cfg(test)]
mod tests {
    use token_core::Rule;

    use super::*;

    fn table(rules: &[&str]) -> Table {
        let rules: Vec<Rule> = rules.iter().map(|rule| rule.parse().unwrap()).collect();
        Table::of(&rules)
    }

    #[test]
    fn every_case_is_counted_and_no_more_are_compared() {
        // `*` and `a.*` with `*`, `x`; `a.b` with `*`, `x`, `y`.
        let (one, other, empty) = (table(&["allow *:x"]), table(&["deny a.b:y", "allow a.*:*"]), table(&[]));
        let within = |most| refute([&one, &other, &empty], most, |_| false);
        assert_eq!(within(7), Ok(()));
        assert_eq!(within(6), Err(NotHeld::TooComplex));
        assert_eq!(within(0), Err(NotHeld::TooComplex));
    }

    #[test]
    fn broad_cases_come_first() {
        let (one, other, empty) = (table(&["allow a.b.*:x", "allow b:x"]), table(&["deny a.*:y"]), table(&[]));
        let mut cases: Vec<String> = Vec::new();
        for resource in resources([&one, &other, &empty]) {
            let layers = [&one, &other, &empty].map(|table| table.layers(&resource).collect::<Vec<_>>());
            cases.extend(actions(&layers).into_iter().map(|action| format!("{resource}:{action}")));
        }
        assert_eq!(cases, ["*:*", "a.*:*", "a.*:y", "a.b.*:*", "a.b.*:x", "a.b.*:y", "b:*", "b:x"]);
    }
}
