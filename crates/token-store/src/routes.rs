//! The route rules: one row, since they are read and replaced as a whole.

use diesel::prelude::*;
use token_core::{RouteRules, StoreError, StoredRoutes};

use crate::connection::{Conn, each};
use crate::error::{corrupt, failed};
use crate::schema::route_rules;

const T: &str = "route_rules";

/// The rules as they are stored.
pub(crate) fn stored(conn: &mut Conn) -> Result<StoredRoutes, StoreError> {
    let row = route_rules::table.select((route_rules::version, route_rules::rules));
    let (version, lines): (i64, String) = each!(conn, c => row.first(c.as_mut())).map_err(failed)?;
    let rules = RouteRules::from_lines(&lines).map_err(|errors| {
        let (line, error) = errors.first().map(|(line, error)| (*line, error.to_string())).unwrap_or_default();
        corrupt(T, line, error)
    })?;
    Ok(StoredRoutes { rules, version: u64::try_from(version).map_err(|error| corrupt(T, 1, error))? })
}

/// Other rules, made from the ones before.
pub(crate) fn replace(conn: &mut Conn, before: &StoredRoutes, after: &StoredRoutes) -> Result<(), StoreError> {
    let version = |routes: &StoredRoutes| {
        i64::try_from(routes.version).map_err(|_| StoreError::NotApplied("there are no more versions"))
    };
    let values = (route_rules::version.eq(version(after)?), route_rules::rules.eq(after.rules.to_string()));
    let row = route_rules::table.filter(route_rules::version.eq(version(before)?));
    match each!(conn, c => diesel::update(row).set(values).execute(c.as_mut())).map_err(failed)? {
        1 => Ok(()),
        _ => Err(StoreError::NotApplied("the route rules changed meanwhile")),
    }
}
