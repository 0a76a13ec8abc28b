//! One event as people read it.

use std::collections::BTreeMap;

use token_core::{Detail, DetailValue, Event, EventQuery, Level, SubjectKind, UnixSeconds};
use token_http::HttpState;
use token_http::pages::format_micros;

use crate::moment;

/// One changed field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct ChangedField {
    pub(crate) field: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

/// One event.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) seq: u64,
    pub(crate) at: String,
    /// RFC 3339.
    pub(crate) time: String,
    pub(crate) level: &'static str,
    /// The look of its mark.
    pub(crate) look: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) actor: String,
    pub(crate) message: String,
    pub(crate) address: String,
    pub(crate) changes: Vec<ChangedField>,
    /// The page of what it is about, if there is one.
    pub(crate) href: Option<String>,
}

impl Line {
    /// Ids of roles are said by the names in `names`, where they are there.
    pub(crate) fn new(event: &Event, names: &BTreeMap<String, String>) -> Self {
        Self {
            seq: event.seq.get(),
            at: moment::exact(event.at),
            time: format_micros(event.at),
            level: event.kind.level().as_str(),
            look: match event.kind.level() {
                Level::Info => "plain",
                Level::Notice => "warn",
                Level::Warning => "bad",
            },
            kind: event.kind.as_str(),
            actor: event.actor.name().to_owned(),
            message: event.message(),
            address: event.origin.address.map(|address| address.to_string()).unwrap_or_default(),
            changes: event.details.0.iter().map(|detail| changed(detail, names)).collect(),
            href: href(event),
        }
    }
}

fn href(event: &Event) -> Option<String> {
    let id = event.subject.id.as_str();
    let path = match event.subject.kind {
        SubjectKind::Token => "/admin/api-tokens",
        SubjectKind::Role => "/admin/roles",
        SubjectKind::User => "/admin/users",
        _ => return None,
    };
    let gone = event.kind.as_str().ends_with(".deleted");
    (!gone && !id.is_empty()).then(|| format!("{path}/{id}"))
}

fn changed(Detail { field, before, after }: &Detail, names: &BTreeMap<String, String>) -> ChangedField {
    let said = |value: &Option<DetailValue>| value.as_ref().map(|value| words(field, value, names));
    ChangedField { field: field.replace('_', " "), before: said(before), after: said(after) }
}

fn words(field: &str, value: &DetailValue, names: &BTreeMap<String, String>) -> String {
    let named = |text: &String| names.get(text).cloned().unwrap_or_else(|| text.clone());
    match value {
        DetailValue::Text(text) if text.is_empty() => "nothing".to_owned(),
        DetailValue::Text(text) => text.clone(),
        DetailValue::Integer(seconds) if field == "expires_at" => {
            UnixSeconds::new(*seconds).map_or_else(|_| seconds.to_string(), moment::end)
        }
        DetailValue::Integer(seconds) if field.ends_with("_at") || field == "minute" => {
            UnixSeconds::new(*seconds).map_or_else(|_| seconds.to_string(), moment::date_time)
        }
        DetailValue::Integer(number) => number.to_string(),
        DetailValue::List(texts) if texts.is_empty() => "none".to_owned(),
        DetailValue::List(texts) => texts.iter().map(named).collect::<Vec<_>>().join(", "),
    }
}

/// The newest events about one thing. May block.
pub(crate) fn history(
    state: &HttpState,
    kind: SubjectKind,
    id: &str,
    limit: usize,
    names: &BTreeMap<String, String>,
) -> Result<Vec<Line>, token_admin::AdminError> {
    let query =
        EventQuery { subject_kind: Some(kind), subject_id: Some(id.to_owned()), limit, ..EventQuery::default() };
    let page = state.admin.store().list_events(&query)?;
    Ok(page.items.iter().map(|event| Line::new(event, names)).collect())
}

/// Most saves of others that a stale save is shown.
const MEANWHILE: u64 = 10;

/// What others saved since the version `base` that somebody goes by, up to the version `current`. May block.
pub(crate) fn meanwhile(
    state: &HttpState,
    (kind, id): (SubjectKind, &str),
    (base, current): (Option<u64>, u64),
    names: &BTreeMap<String, String>,
) -> Result<Vec<Line>, token_admin::AdminError> {
    let saves = current.saturating_sub(base.unwrap_or_default()).clamp(1, MEANWHILE);
    history(state, kind, id, usize::try_from(saves).unwrap_or(1), names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_said_in_words() {
        let names = BTreeMap::from([("1".to_owned(), "Reader".to_owned())]);
        let said = |field: &str, value: DetailValue| words(field, &value, &names);
        assert_eq!(said("roles", DetailValue::List(vec!["1".to_owned(), "2".to_owned()])), "Reader, 2");
        assert_eq!(said("roles", DetailValue::List(Vec::new())), "none");
        assert_eq!(said("description", "".into()), "nothing");
        assert_eq!(said("revoked_at", 1_900_000_000.into()), "17 Mar 2030, 17:46 UTC");
        assert_eq!(said("expires_at", 1_900_022_400.into()), "the end of 17 Mar 2030");
        assert_eq!(said("count", 1_900_000_000.into()), "1900000000");
    }
}
