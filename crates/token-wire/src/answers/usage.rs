//! How often and from where a token was used.

use serde::{Deserialize, Serialize};
use token_core::{UsageCounts, UsageDay, UsageRecord, UsedFrom};

use crate::format_seconds;

/// The use of a token. What was counted in the last seconds may not be part of it yet.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Usage))]
pub struct UsageView {
    /// When a call was admitted last, RFC 3339 in UTC; `null` if none ever was.
    pub last_used: Option<String>,
    /// Where admitted calls came from, the latest first; at most five.
    #[cfg_attr(feature = "openapi", schema(max_items = 5))]
    pub addresses: Vec<UsedFromView>,
    /// Calls by day, the last 30 days up to today, the earliest first; also days without any.
    pub days: Vec<UsageDayView>,
}

/// An address that admitted calls came from.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = UsedFrom))]
pub struct UsedFromView {
    /// An IPv4 or IPv6 address.
    pub address: String,
    /// When, RFC 3339 in UTC, to some seconds.
    pub at: String,
}

/// Calls of one day with good texts of a token, by what the guard said to them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = UsageDay))]
pub struct UsageDayView {
    /// The day in UTC, `2027-05-31`.
    #[cfg_attr(feature = "openapi", schema(format = "date"))]
    pub day: String,
    /// Admitted, whatever they were answered then.
    pub admitted: u64,
    /// Those of the admitted ones that lacked the permission they needed.
    pub forbidden: u64,
    /// Refused: the token or its text had expired.
    pub expired: u64,
    /// Refused: the token was revoked.
    pub revoked: u64,
    /// Refused: a newer text took the place of the one presented.
    pub superseded: u64,
    /// Refused: the address is none the token is for.
    pub address: u64,
}

impl UsageView {
    /// What is stored, as days from `from` on without a gap.
    #[must_use]
    pub fn new(from: UsageDay, stored: &UsageRecord) -> Self {
        let counts = |day| stored.days.iter().find(|(of, _)| *of == day).map(|(_, counts)| *counts).unwrap_or_default();
        Self {
            last_used: stored.last_used.map(format_seconds),
            addresses: stored.addresses.iter().map(UsedFromView::from).collect(),
            days: from.days(UsageDay::SHOWN).map(|day| UsageDayView::new(day, &counts(day))).collect(),
        }
    }
}

impl From<&UsedFrom> for UsedFromView {
    fn from(from: &UsedFrom) -> Self {
        Self { address: from.address.to_string(), at: format_seconds(from.at) }
    }
}

impl UsageDayView {
    fn new(day: UsageDay, counts: &UsageCounts) -> Self {
        let begin = format_seconds(day.begin());
        Self {
            day: begin.split_once('T').map_or(begin.clone(), |(date, _)| date.to_owned()),
            admitted: counts.admitted,
            forbidden: counts.forbidden,
            expired: counts.expired,
            revoked: counts.revoked,
            superseded: counts.superseded,
            address: counts.address,
        }
    }
}

#[cfg(test)]
mod tests {
    use token_core::UnixSeconds;

    use super::*;

    #[test]
    fn x09_days_without_calls_are_told_as_such() {
        let today = UsageDay::of(UnixSeconds::new(1_900_000_000).unwrap());
        let counts = UsageCounts { admitted: 3, forbidden: 1, ..UsageCounts::default() };
        let stored = UsageRecord { days: vec![(today, counts)], ..UsageRecord::default() };
        let view = UsageView::new(today.first_of(UsageDay::SHOWN), &stored);
        assert_eq!((view.last_used, view.days.len()), (None, 30));
        assert_eq!((view.days[0].day.as_str(), view.days[0].admitted), ("2030-02-16", 0));
        assert_eq!((view.days[29].day.as_str(), view.days[29].admitted, view.days[29].forbidden), ("2030-03-17", 3, 1));
    }
}
