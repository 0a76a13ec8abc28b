//! How many tokens there are in all, in which state, and how many end on which of the next days.

use token_core::{StoreError, TokenTotals, UnixSeconds};

use super::statement::{Statement, Value};
use super::walk::ends;
use crate::connection::Conn;

const DAY: i64 = 86_400;

/// Counts along the index of ends, which holds all that is asked.
pub(crate) fn totals(conn: &mut Conn, now: UnixSeconds) -> Result<TokenTotals, StoreError> {
    let ends = ends(conn);
    let mut states = Statement::new(conn);
    states.push("SELECT CAST(CASE WHEN revoked_at IS NOT NULL THEN 0 WHEN ").push(ends).push(" <= ");
    states
        .value(Value::Number(now.get()))
        .push(" THEN 1 WHEN expires_at IS NULL THEN 2 ELSE 3 END AS BIGINT) AS part, ");
    states.push("count(*) AS number FROM tokens t GROUP BY 1");
    let mut totals = TokenTotals { ending: vec![0; TokenTotals::DAYS], ..TokenTotals::default() };
    for (part, number) in states.parts(conn)? {
        match part {
            0 => totals.revoked = number,
            1 => totals.expired = number,
            2 => totals.without_end = number,
            _ => totals.active = number,
        }
    }
    totals.active = totals.active.saturating_add(totals.without_end);
    let today = now.get() / DAY;
    let behind = today.saturating_add(i64::try_from(TokenTotals::DAYS).unwrap_or(i64::MAX)).saturating_mul(DAY);
    let mut days = Statement::new(conn);
    // The last day of a token is that of the second before its end.
    days.push("SELECT (expires_at - 1) / 86400 - ").value(Value::Number(today)).push(" AS part, count(*) AS number ");
    days.push("FROM tokens t WHERE revoked_at IS NULL AND ").push(ends).push(" > ").value(Value::Number(now.get()));
    days.push(" AND ").push(ends).push(" <= ").value(Value::Number(behind)).push(" GROUP BY 1");
    for (day, number) in days.parts(conn)? {
        if let Some(count) = usize::try_from(day).ok().and_then(|day| totals.ending.get_mut(day)) {
            *count = number;
        }
    }
    Ok(totals)
}
