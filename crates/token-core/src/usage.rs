//! Use of tokens, counted: numbers by token and day, never a record of a single call.

use std::net::IpAddr;

use crate::{TokenId, UnixSeconds};

/// A day in UTC, as days since 1970-01-01. It is a day of a point in time, so it lies in 1970..=9999.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UsageDay(i64);

impl UsageDay {
    /// How many days back counts are kept; today is one of them.
    pub const KEPT: i64 = 90;
    /// How many days back people are shown; today is one of them.
    pub const SHOWN: i64 = 30;

    const SECONDS: i64 = 86_400;

    /// The day `at` lies in.
    #[must_use]
    pub const fn of(at: UnixSeconds) -> Self {
        Self(at.get() / Self::SECONDS)
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The first of `days` days of which this is the last; 1970-01-01 where they would begin before it.
    #[must_use]
    pub fn first_of(self, days: i64) -> Self {
        Self(self.0.saturating_sub(days.saturating_sub(1)).clamp(0, self.0))
    }

    /// Its first second.
    #[must_use]
    pub fn begin(self) -> UnixSeconds {
        UnixSeconds::new(self.0.saturating_mul(Self::SECONDS)).unwrap_or(UnixSeconds::LAST)
    }

    /// The next `days` days, this one first.
    pub fn days(self, days: i64) -> impl Iterator<Item = Self> {
        (self.0..self.0.saturating_add(days)).map(Self)
    }
}

/// Calls with good texts of one token, by what the guard said to them.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct UsageCounts {
    /// Admitted: unrevoked, in its window, from an allowed address.
    pub admitted: u64,
    /// Those of the admitted ones that lacked the permission they needed.
    pub forbidden: u64,
    /// Refused since the token, or the text, had expired.
    pub expired: u64,
    /// Refused since the token was revoked.
    pub revoked: u64,
    /// Refused since a newer text took the place of the one presented.
    pub superseded: u64,
    /// Refused since the address is none the token is for.
    pub address: u64,
}

impl UsageCounts {
    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Calls that the guard did not admit.
    #[must_use]
    pub const fn refused(&self) -> u64 {
        self.expired.saturating_add(self.revoked).saturating_add(self.superseded).saturating_add(self.address)
    }

    /// Both together.
    #[must_use]
    pub const fn plus(&self, other: &Self) -> Self {
        Self {
            admitted: self.admitted.saturating_add(other.admitted),
            forbidden: self.forbidden.saturating_add(other.forbidden),
            expired: self.expired.saturating_add(other.expired),
            revoked: self.revoked.saturating_add(other.revoked),
            superseded: self.superseded.saturating_add(other.superseded),
            address: self.address.saturating_add(other.address),
        }
    }
}

/// An address that admitted calls came from.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct UsedFrom {
    /// When it was noted last; a guard notes an address it knows once in each interval of handing over.
    pub at: UnixSeconds,
    /// The address.
    pub address: IpAddr,
}

impl UsedFrom {
    /// How many addresses of a token are kept.
    pub const KEPT: usize = 5;

    /// The [`UsedFrom::KEPT`] latest of them, each address once, the latest first.
    #[must_use]
    pub fn latest(mut all: Vec<Self>) -> Vec<Self> {
        all.sort_unstable_by(|one, other| other.cmp(one));
        let mut kept: Vec<Self> = Vec::with_capacity(Self::KEPT);
        for from in all {
            if kept.len() < Self::KEPT && kept.iter().all(|known| known.address != from.address) {
                kept.push(from);
            }
        }
        kept
    }
}

/// What a guard counted of one token since it last handed its counts over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TokenUsage {
    /// Whose.
    pub token: TokenId,
    /// The day the calls count to.
    pub day: UsageDay,
    /// How many calls.
    pub counts: UsageCounts,
    /// The second of the last admitted call, if one was.
    pub last_used: Option<UnixSeconds>,
    /// Where admitted calls came from, the latest first, at most [`UsedFrom::KEPT`].
    pub addresses: Vec<UsedFrom>,
}

/// What is stored of the use of one token.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct UsageRecord {
    /// The second of the last admitted call, if there ever was one.
    pub last_used: Option<UnixSeconds>,
    /// Where admitted calls came from, the latest first, at most [`UsedFrom::KEPT`].
    pub addresses: Vec<UsedFrom>,
    /// Counts by day, the earliest first; days without a call are left out.
    pub days: Vec<(UsageDay, UsageCounts)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> UnixSeconds {
        UnixSeconds::new(second).unwrap()
    }

    #[test]
    fn a_day_ends_where_the_next_one_begins() {
        let day = UsageDay::of(at(86_399));
        assert_eq!((day.get(), UsageDay::of(at(86_400)).get()), (0, 1));
        let day = UsageDay::of(at(1_900_000_000));
        assert_eq!((UsageDay::of(day.begin()), day.begin().get() % 86_400), (day, 0));
        assert_eq!(day.first_of(30).days(30).last(), Some(day));
        assert_eq!(UsageDay::of(at(86_400)).first_of(30).get(), 0);
        assert_eq!(UsageDay::of(UnixSeconds::LAST).begin().get(), 253_402_214_400);
    }

    #[test]
    fn x09_the_five_latest_addresses_are_kept_each_once() {
        let from = |second: i64, last: u8| UsedFrom { at: at(second), address: IpAddr::from([10, 0, 0, last]) };
        let all = vec![from(1, 1), from(7, 2), from(3, 3), from(9, 1), from(4, 4), from(5, 5), from(6, 6), from(2, 7)];
        assert_eq!(UsedFrom::latest(all), [from(9, 1), from(7, 2), from(6, 6), from(5, 5), from(4, 4)]);
    }
}
