//! Times as people read them: UTC, said as such.

use time::OffsetDateTime;
use token_core::{UnixMicros, UnixSeconds};

const DAY: i64 = 86_400;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn civil(seconds: i64) -> OffsetDateTime {
    // Every second the domain knows is a date of the calendar, so the fallback is never seen.
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn day(time: OffsetDateTime) -> String {
    let month = MONTHS.get(usize::from(u8::from(time.month())).saturating_sub(1)).copied().unwrap_or_default();
    format!("{} {month} {}", time.day(), time.year())
}

/// `31 May 2027`.
pub(crate) fn date(at: UnixSeconds) -> String {
    day(civil(at.get()))
}

/// `31 May 2027, 14:02 UTC`.
pub(crate) fn date_time(at: UnixSeconds) -> String {
    let time = civil(at.get());
    format!("{}, {:02}:{:02} UTC", day(time), time.hour(), time.minute())
}

/// `31 May 2027, 14:02:11 UTC`.
pub(crate) fn exact(at: UnixMicros) -> String {
    let time = civil(at.seconds().get());
    format!("{}, {:02}:{:02}:{:02} UTC", day(time), time.hour(), time.minute(), time.second())
}

/// An end as people give it: the day that is the last one, or the moment if it is no end of a day.
pub(crate) fn end(at: UnixSeconds) -> String {
    if at.get() % DAY == 0 { format!("the end of {}", day(civil(at.get() - DAY))) } else { date_time(at) }
}

/// The date that a form shows for an end, as `<input type="date">` takes it: the last day on which it is good.
pub(crate) fn end_field(at: UnixSeconds) -> String {
    date_field(at.get() - 1)
}

/// `2027-05-31`.
pub(crate) fn date_field(seconds: i64) -> String {
    let time = civil(seconds);
    format!("{:04}-{:02}-{:02}", time.year(), u8::from(time.month()), time.day())
}

/// `today`, `in 3 days`, `in 2 years`: how far an end is away.
pub(crate) fn ahead(at: UnixSeconds, now: UnixSeconds) -> String {
    let seconds = at.get().saturating_sub(now.get());
    match (seconds, seconds / DAY) {
        (..=0, _) => "now".to_owned(),
        (..3_600, _) => format!("in {} min", (seconds / 60).max(1)),
        (_, 0) => format!("in {} h", seconds / 3_600),
        (_, 1) => "in 1 day".to_owned(),
        (_, days @ 2..60) => format!("in {days} days"),
        (_, days @ 60..730) => format!("in {} months", days / 30),
        (_, days) => format!("in {} years", days / 365),
    }
}

/// `just now`, `5 min ago`, `3 days ago`.
pub(crate) fn ago(at: UnixSeconds, now: UnixSeconds) -> String {
    let seconds = now.get().saturating_sub(at.get());
    match (seconds, seconds / DAY) {
        (..60, _) => "just now".to_owned(),
        (..3_600, _) => format!("{} min ago", seconds / 60),
        (_, 0) => format!("{} h ago", seconds / 3_600),
        (_, 1) => "yesterday".to_owned(),
        (_, days @ 2..60) => format!("{days} days ago"),
        (_, days @ 60..730) => format!("{} months ago", days / 30),
        (_, days) => format!("{} years ago", days / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UnixSeconds {
        token_http::pages::parse_end(text).unwrap()
    }

    #[test]
    fn an_end_is_the_last_day_or_a_moment() {
        assert_eq!(end(at("2027-05-31")), "the end of 31 May 2027");
        assert_eq!(end_field(at("2027-05-31")), "2027-05-31");
        assert_eq!(end(at("2027-05-31T14:02:11Z")), "31 May 2027, 14:02 UTC");
        assert_eq!(end_field(at("2027-05-31T14:02:11Z")), "2027-05-31");
        assert_eq!(end_field(at("2028-02-29")), "2028-02-29");
    }

    #[test]
    fn distances_are_said_in_one_unit() {
        let now = at("2027-05-31T12:00:00Z");
        for (text, expected) in [
            ("2027-05-31T12:00:00Z", "now"),
            ("2027-05-31T12:05:10Z", "in 5 min"),
            ("2027-05-31T14:05:10Z", "in 2 h"),
            ("2027-06-01T12:00:00Z", "in 1 day"),
            ("2027-06-03T13:00:00Z", "in 3 days"),
            ("2027-08-31T12:00:00Z", "in 3 months"),
            ("2030-05-31T12:00:00Z", "in 3 years"),
        ] {
            assert_eq!(ahead(at(text), now), expected, "{text}");
        }
        for (text, expected) in [
            ("2027-05-31T11:59:30Z", "just now"),
            ("2027-05-31T11:50:00Z", "10 min ago"),
            ("2027-05-31T09:00:00Z", "3 h ago"),
            ("2027-05-30T09:00:00Z", "yesterday"),
            ("2027-05-01T09:00:00Z", "30 days ago"),
            ("2020-05-01T09:00:00Z", "7 years ago"),
        ] {
            assert_eq!(ago(at(text), now), expected, "{text}");
        }
    }
}
