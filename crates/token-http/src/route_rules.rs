//! Route rules.

pub(crate) mod check;
pub(crate) mod replace;
pub(crate) mod show;

use token_admin::RoutesSource;

/// Where rules come from, in a word.
const fn source(source: RoutesSource) -> &'static str {
    match source {
        RoutesSource::Database => "database",
        RoutesSource::File => "file",
    }
}
