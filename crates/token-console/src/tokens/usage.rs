//! How a token was used, as its page tells it.

use std::fmt::Write as _;

use token_admin::AdminError;
use token_core::{TokenId, UnixSeconds, UsageCounts, UsageDay};
use token_http::HttpState;

use crate::chart::Chart;
use crate::counts::{counted, grouped};
use crate::moment;

/// A day with calls.
pub(super) struct Day {
    pub(super) date: String,
    pub(super) admitted: String,
    pub(super) forbidden: String,
    pub(super) refused: String,
}

/// Last use and calls.
pub(super) struct Use {
    pub(super) last: String,
    /// Where it was used from, but for the address that `last` names.
    pub(super) earlier: Vec<String>,
    pub(super) calls: String,
    pub(super) chart: Chart,
    pub(super) days: Vec<Day>,
}

/// What is known of the use of a token; `None` if it is not there any more. May block.
pub(super) fn of(state: &HttpState, id: TokenId, now: UnixSeconds) -> Result<Option<Use>, AdminError> {
    let usage = match state.admin.usage(id) {
        Err(AdminError::NotFound(_)) => return Ok(None),
        usage => usage?,
    };
    let stored = &usage.stored;
    let mut addresses = stored.addresses.iter().map(|from| from.address.to_string());
    let last = stored.last_used.map_or_else(
        || "never".to_owned(),
        |last| {
            let from = addresses.next().map(|address| format!(" from {address}")).unwrap_or_default();
            format!("{}{from}, {}", moment::ago(last, now), moment::date_time(last))
        },
    );
    let of_day = |day| stored.days.iter().find(|(of, _)| *of == day).map(|(_, counts)| *counts).unwrap_or_default();
    let bars: Vec<u64> = usage
        .from
        .days(UsageDay::SHOWN)
        .map(of_day)
        .map(|counts: UsageCounts| counts.admitted.saturating_add(counts.refused()))
        .collect();
    let day = |(day, counts): &(UsageDay, UsageCounts)| Day {
        date: moment::date(day.begin()),
        admitted: grouped(counts.admitted),
        forbidden: grouped(counts.forbidden),
        refused: grouped(counts.refused()),
    };
    Ok(Some(Use {
        last,
        earlier: addresses.collect(),
        calls: calls(&stored.days),
        chart: Chart::of(&bars, usage.from.begin()),
        days: stored.days.iter().map(day).collect(),
    }))
}

/// `1 240 admitted, 3 of them without the permission; 40 refused`.
fn calls(days: &[(UsageDay, UsageCounts)]) -> String {
    let all = days.iter().fold(UsageCounts::default(), |all, (_, counts)| all.plus(counts));
    let mut text = format!("{} admitted", counted(all.admitted, "call", "calls"));
    if 0 < all.forbidden {
        let _ = write!(text, ", {} of them without the permission", grouped(all.forbidden));
    }
    if 0 < all.refused() {
        let _ = write!(text, "; {} refused", grouped(all.refused()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x09_calls_are_summed_up_in_one_line() {
        let day = UsageDay::of(UnixSeconds::new(1_900_000_000).unwrap());
        let line = |admitted, forbidden, revoked| {
            let counts = UsageCounts { admitted, forbidden, revoked, expired: revoked, ..UsageCounts::default() };
            calls(&[(day, counts), (day, UsageCounts::default())])
        };
        assert_eq!(calls(&[]), "0 calls admitted");
        assert_eq!(line(1, 0, 0), "1 call admitted");
        assert_eq!(line(7, 2, 0), "7 calls admitted, 2 of them without the permission");
        assert_eq!(line(7, 0, 3), "7 calls admitted; 6 refused");
    }
}
