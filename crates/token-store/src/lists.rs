//! Pages: keyset, one row more than asked for to know whether there is a next one.

use diesel::prelude::*;
use token_core::{Page, Role, RoleQuery, StoreError, TokenName};

use crate::connection::{Conn, each};
use crate::error::failed;
use crate::load::role;
use crate::schema::roles;

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
