//! The two-panel pattern, once for all views that have it: a list that narrows on the left, one thing on the right.

use actix_web::HttpRequest;
use token_http::pages::{Fields, Query};

use crate::forms::Choice;

/// A state as a word and a mark: never a colour alone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Mark {
    /// `good`, `warn`, `bad` or `plain`.
    pub(crate) look: &'static str,
    pub(crate) word: &'static str,
}

/// A row of a list.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) current: bool,
    pub(crate) mark: Option<Mark>,
    pub(crate) note: String,
}

/// A filter that is chosen, not typed.
#[derive(Clone, Debug)]
pub(crate) struct Select {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    /// What stands there when nothing is chosen.
    pub(crate) first: &'static str,
    pub(crate) choices: Vec<Choice>,
    pub(crate) value: String,
}

/// What can be done with all rows that are chosen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bulk {
    pub(crate) revoke: bool,
    pub(crate) delete: bool,
}

/// The left panel.
#[derive(Clone, Debug)]
pub(crate) struct Listing {
    pub(crate) heading: &'static str,
    pub(crate) path: &'static str,
    pub(crate) label: &'static str,
    pub(crate) name: String,
    pub(crate) selects: Vec<Select>,
    /// Filters without a field here.
    pub(crate) others: Vec<(String, String)>,
    pub(crate) rows: Vec<Row>,
    pub(crate) more: Option<String>,
    /// How many there are, in words, if it is known.
    pub(crate) count: Option<String>,
    /// Where to ask for it otherwise.
    pub(crate) count_at: String,
    /// `?name=x`, or nothing.
    pub(crate) filters: String,
    /// What is said where there is nothing.
    pub(crate) empty: &'static str,
    pub(crate) may_create: bool,
    pub(crate) bulk: Option<Bulk>,
}

impl Listing {
    /// Whether anything narrows the list.
    pub(crate) fn is_filtered(&self) -> bool {
        let chosen = self.selects.iter().any(|select| select.name != "sort" && !select.value.is_empty());
        chosen || !self.name.is_empty() || !self.others.is_empty()
    }
}

/// Where somebody is in a list, as the address says it.
pub(crate) struct Place {
    /// What was not read yet.
    pub(crate) query: Query,
    kept: Vec<(String, String)>,
}

impl Place {
    /// From a request; parameters of these names belong to the list and go along from row to row.
    pub(crate) fn read(request: &HttpRequest, filters: &[&str]) -> Self {
        let query = Query::parse(request.query_string()).without_empty();
        let own = |(name, value): (&str, &str)| filters.contains(&name).then(|| (name.to_owned(), value.to_owned()));
        Self { kept: query.iter().filter_map(own).collect(), query }
    }

    /// `?name=x&state=active`, or nothing.
    pub(crate) fn filters(&self) -> String {
        let encoded = Fields::kept(self.kept.clone()).encoded();
        if encoded.is_empty() { encoded } else { format!("?{encoded}") }
    }

    /// The value of a filter, or nothing.
    pub(crate) fn value(&self, name: &str) -> String {
        self.kept.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// Filters of these names that are there.
    pub(crate) fn others(&self, names: &[&str]) -> Vec<(String, String)> {
        self.kept.iter().filter(|(name, _)| names.contains(&name.as_str())).cloned().collect()
    }
}

/// An address with one parameter more.
pub(crate) fn with(address: &str, name: &str, value: &str) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{name}={value}")
}

/// Choices whose names are their values.
pub(crate) fn plain(names: &[&str]) -> Vec<Choice> {
    names.iter().map(|name| Choice { value: (*name).to_owned(), name: (*name).to_owned() }).collect()
}
