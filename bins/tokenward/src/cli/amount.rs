//! How much of a list is shown, collected page by page.

use clap::Args;
use token_core::{Page, limits};

use crate::failure::Failure;
use crate::output;

/// How many items.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Amount {
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// All of them
    #[arg(long, conflicts_with = "limit")]
    all: bool,
}

/// What was asked for of a list.
#[derive(serde::Serialize)]
pub(super) struct Listed<T> {
    pub(super) items: Vec<T>,
    /// Whether there is more than was asked for.
    pub(super) more: bool,
}

impl Amount {
    /// Asks for page after page: `page` is given where it begins and how many items it may have.
    pub(super) fn collect<T, P>(
        self,
        mut page: impl FnMut(Option<P>, usize) -> Result<Page<T, P>, Failure>,
    ) -> Result<Listed<T>, Failure> {
        let wanted = if self.all { usize::MAX } else { usize::try_from(self.limit).unwrap_or(usize::MAX) };
        let mut items = Vec::new();
        let mut place = None;
        loop {
            let found = page(place, limits::PAGE.min(wanted - items.len()))?;
            items.extend(found.items);
            if found.next.is_none() || wanted <= items.len() {
                return Ok(Listed { items, more: found.next.is_some() });
            }
            place = found.next;
        }
    }
}

impl<T> Listed<T> {
    /// The same list of other things.
    pub(super) fn map<U>(self, other: impl FnMut(T) -> U) -> Listed<U> {
        Listed { items: self.items.into_iter().map(other).collect(), more: self.more }
    }
}

/// Says under a table that it is not all.
pub(super) fn tell_more(more: bool) {
    if more {
        output::line("There are more; narrow the list, raise --limit, or say --all.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers from 0 below `end`, asked for in pages.
    fn listed(amount: Amount, end: usize) -> (usize, bool, Vec<usize>) {
        let mut asked = Vec::new();
        let listed = amount.collect(|after: Option<usize>, limit| {
            asked.push(limit);
            let from = after.unwrap_or(0);
            let to = end.min(from + limit);
            Ok(Page { items: (from..to).collect(), next: (to < end).then_some(to) })
        });
        let listed = listed.unwrap();
        assert_eq!(listed.items, (0..listed.items.len()).collect::<Vec<_>>(), "in order, each once");
        (listed.items.len(), listed.more, asked)
    }

    #[test]
    fn pages_are_put_together_up_to_the_limit() {
        let limit = |limit| Amount { limit, all: false };
        assert_eq!(listed(limit(50), 10), (10, false, vec![50]));
        assert_eq!(listed(limit(50), 50), (50, false, vec![50]));
        assert_eq!(listed(limit(50), 51), (50, true, vec![50]));
        assert_eq!(listed(limit(1_200), 5_000), (1_200, true, vec![500, 500, 200]));
        assert_eq!(listed(Amount { limit: 50, all: true }, 1_001), (1_001, false, vec![500, 500, 500]));
    }
}
