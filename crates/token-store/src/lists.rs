//! Pages: keyset, one row more than asked for to know whether there is a next one.

use diesel::prelude::*;
use token_core::{Event, EventKind, EventQuery, Page, Role, RoleQuery, Seq, StoreError, TokenName};

use crate::connection::{Conn, each};
use crate::error::failed;
use crate::events::EventRow;
use crate::load::role;
use crate::schema::{events, roles};

/// A `LIKE` pattern that finds `needle` itself, anywhere.
pub(crate) fn contains(needle: &str) -> String {
    let literal = TokenName::fold_needle(needle).replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{literal}%")
}

pub(crate) fn bound(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

pub(crate) fn page<T, P>(mut items: Vec<T>, limit: usize, position: impl Fn(&T) -> P) -> Page<T, P> {
    let more = limit < items.len();
    items.truncate(limit);
    let next = if more { items.last().map(position) } else { None };
    Page { items, next }
}

pub(crate) fn roles(conn: &mut Conn, query: &RoleQuery) -> Result<Page<Role, String>, StoreError> {
    let rows = each!(conn, c => {
        let mut rows = roles::table.order(roles::name_folded).limit(bound(query.limit)).into_boxed();
        if let Some(name) = &query.name {
            rows = rows.filter(roles::name_folded.like(contains(name)).escape('\\'));
        }
        if let Some(after) = &query.after {
            rows = rows.filter(roles::name_folded.gt(after.clone()));
        }
        rows.load(c.as_mut())
    })
    .map_err(failed)?;
    let items = rows.into_iter().map(|row| role(conn, row)).collect::<Result<_, _>>()?;
    Ok(page(items, query.limit, |role: &Role| role.name.folded()))
}

pub(crate) fn events(conn: &mut Conn, query: &EventQuery) -> Result<Page<Event, Seq>, StoreError> {
    let rows: Vec<EventRow> = each!(conn, c => {
        let mut rows = events::table.order(events::seq.desc()).limit(bound(query.limit)).into_boxed();
        if let Some(level) = query.level {
            let kinds = EventKind::ALL.iter().filter(|kind| level <= kind.level()).map(|kind| kind.as_str());
            rows = rows.filter(events::kind.eq_any(kinds.collect::<Vec<_>>()));
        }
        if let Some(kind) = query.kind {
            rows = rows.filter(events::kind.eq(kind.as_str()));
        }
        if let Some(kind) = query.subject_kind {
            rows = rows.filter(events::subject_kind.eq(kind.as_str()));
        }
        if let Some(id) = &query.subject_id {
            rows = rows.filter(events::subject_id.eq(id.clone()));
        }
        if let Some(from) = query.from {
            rows = rows.filter(events::at.ge(from.get()));
        }
        if let Some(until) = query.until {
            rows = rows.filter(events::at.lt(until.get()));
        }
        if let Some(before) = query.before {
            rows = rows.filter(events::seq.lt(i64::try_from(before.get()).unwrap_or(i64::MAX)));
        }
        if let Some(text) = &query.text {
            rows = rows.filter(events::message_folded.like(contains(text)).escape('\\'));
        }
        rows.load(c.as_mut())
    })
    .map_err(failed)?;
    let items = rows.into_iter().map(EventRow::event).collect::<Result<_, _>>()?;
    Ok(page(items, query.limit, |event: &Event| event.seq))
}
