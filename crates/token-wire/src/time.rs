//! Times as the contract writes them (RFC 3339, UTC), once for both directions.

use core::ops::Range;

use time::{Date, Month, OffsetDateTime};
use token_core::{UnixMicros, UnixSeconds};

const DAY: i64 = 86_400;
const MICROS: i64 = 1_000_000;

/// Why a text is no time here.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ParseTimeError {
    /// Not of the form, e.g. without a zone.
    #[error("expected a time like `2027-05-31T12:00:00Z` (RFC 3339, with zone) or a date like `2027-05-31`")]
    Form,
    /// No such day, hour, minute or second; leap seconds and `24:00` are not taken.
    #[error("there is no such date or time of day")]
    NotExisting,
    /// A part of a second.
    #[error("whole seconds only")]
    Fraction,
    /// Too early or too late.
    #[error("a time lies between 1970-01-01T00:00:00Z and 9999-12-31T23:59:59Z")]
    Range,
}

/// `2027-05-31T00:00:00Z`.
#[must_use]
pub fn format_seconds(time: UnixSeconds) -> String {
    format!("{}Z", civil(time))
}

/// `2027-05-31T00:00:00.000000Z`: always six digits, so that texts sort like times.
#[must_use]
pub fn format_micros(time: UnixMicros) -> String {
    format!("{}.{:06}Z", civil(time.seconds()), time.get() % MICROS)
}

/// A moment, to the second: `2027-05-31T12:00:00+02:00`.
///
/// # Errors
///
/// [`ParseTimeError`]; a plain date is no moment.
pub fn parse_instant(text: &str) -> Result<UnixSeconds, ParseTimeError> {
    let (seconds, micros) = date_time(text.as_bytes())?;
    if micros != 0 {
        return Err(ParseTimeError::Fraction);
    }
    UnixSeconds::new(seconds).map_err(|_| ParseTimeError::Range)
}

/// An end: a moment, or a date, which means the end of that day, UTC: `2027-05-31` is `2027-06-01T00:00:00Z`.
///
/// # Errors
///
/// [`ParseTimeError`].
pub fn parse_end(text: &str) -> Result<UnixSeconds, ParseTimeError> {
    if is_date(text) {
        UnixSeconds::new(date(text.as_bytes())? + DAY).map_err(|_| ParseTimeError::Range)
    } else {
        parse_instant(text)
    }
}

/// The beginning of a range of events: a moment, to the microsecond, or the beginning of a day, UTC.
///
/// # Errors
///
/// [`ParseTimeError`].
pub fn parse_from(text: &str) -> Result<UnixMicros, ParseTimeError> {
    bound(text, 0)
}

/// The end of a range of events, itself outside: a moment, to the microsecond, or the end of a day, UTC.
///
/// # Errors
///
/// [`ParseTimeError`].
pub fn parse_until(text: &str) -> Result<UnixMicros, ParseTimeError> {
    bound(text, DAY)
}

fn bound(text: &str, into_day: i64) -> Result<UnixMicros, ParseTimeError> {
    let (seconds, micros) =
        if is_date(text) { (date(text.as_bytes())? + into_day, 0) } else { date_time(text.as_bytes())? };
    UnixMicros::new(seconds * MICROS + micros).map_err(|_| ParseTimeError::Range)
}

fn civil(time: UnixSeconds) -> String {
    // Every second the domain knows is a date of the calendar, so the fallback is never seen.
    let time = OffsetDateTime::from_unix_timestamp(time.get()).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (year, month, day) = time.to_calendar_date();
    let (hour, minute, second) = time.to_hms();
    format!("{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}", u8::from(month))
}

fn is_date(text: &str) -> bool {
    text.len() == "YYYY-MM-DD".len()
}

/// Seconds since the epoch at the beginning of a day.
fn date(text: &[u8]) -> Result<i64, ParseTimeError> {
    let year = number(text, 0..4)?;
    literal(text, 4, b"-")?;
    let month = number(text, 5..7)?;
    literal(text, 7, b"-")?;
    let day = number(text, 8..10)?;
    let exists = u8::try_from(month).ok().and_then(|month| Month::try_from(month).ok()).zip(u8::try_from(day).ok());
    let (month, day) = exists.ok_or(ParseTimeError::NotExisting)?;
    let year = i32::try_from(year).map_err(|_| ParseTimeError::Form)?;
    let date = Date::from_calendar_date(year, month, day).map_err(|_| ParseTimeError::NotExisting)?;
    Ok(date.midnight().assume_utc().unix_timestamp())
}

/// Seconds since the epoch, and microseconds behind them.
fn date_time(text: &[u8]) -> Result<(i64, i64), ParseTimeError> {
    let day = date(text)?;
    literal(text, 10, b"Tt")?;
    let hour = number(text, 11..13)?;
    literal(text, 13, b":")?;
    let minute = number(text, 14..16)?;
    literal(text, 16, b":")?;
    let second = number(text, 17..19)?;
    if 23 < hour || 59 < minute || 59 < second {
        return Err(ParseTimeError::NotExisting);
    }
    let (micros, zone) = fraction(text.get(19..).ok_or(ParseTimeError::Form)?)?;
    Ok((day + hour * 3_600 + minute * 60 + second - offset(zone)?, micros))
}

/// Microseconds, and what stands behind the fraction.
fn fraction(text: &[u8]) -> Result<(i64, &[u8]), ParseTimeError> {
    let Some(digits) = text.strip_prefix(b".") else { return Ok((0, text)) };
    let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, zone) = digits.split_at_checked(length).ok_or(ParseTimeError::Form)?;
    if digits.is_empty() {
        return Err(ParseTimeError::Form);
    }
    let beyond = digits.iter().skip(6).any(|digit| *digit != b'0');
    if beyond {
        return Err(ParseTimeError::Fraction);
    }
    let six = digits.iter().chain(core::iter::repeat(&b'0')).take(6);
    Ok((six.fold(0, |micros, digit| micros * 10 + i64::from(digit - b'0')), zone))
}

/// Seconds east of Greenwich.
fn offset(zone: &[u8]) -> Result<i64, ParseTimeError> {
    if zone.eq_ignore_ascii_case(b"z") {
        return Ok(0);
    }
    let sign = match zone.first() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return Err(ParseTimeError::Form),
    };
    if zone.len() != "+hh:mm".len() {
        return Err(ParseTimeError::Form);
    }
    literal(zone, 3, b":")?;
    let (hours, minutes) = (number(zone, 1..3)?, number(zone, 4..6)?);
    if 23 < hours || 59 < minutes {
        Err(ParseTimeError::NotExisting)
    } else {
        Ok(sign * (hours * 3_600 + minutes * 60))
    }
}

fn number(text: &[u8], place: Range<usize>) -> Result<i64, ParseTimeError> {
    let digits = text.get(place).ok_or(ParseTimeError::Form)?;
    digits.iter().try_fold(0, |number, digit| match digit {
        b'0'..=b'9' => Ok(number * 10 + i64::from(digit - b'0')),
        _ => Err(ParseTimeError::Form),
    })
}

fn literal(text: &[u8], place: usize, any_of: &[u8]) -> Result<(), ParseTimeError> {
    if text.get(place).is_some_and(|byte| any_of.contains(byte)) { Ok(()) } else { Err(ParseTimeError::Form) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn instant(text: &str) -> Result<i64, ParseTimeError> {
        parse_instant(text).map(UnixSeconds::get)
    }

    #[test]
    fn atk_a09_any_zone_is_the_exact_instant() {
        let noon = instant("2027-05-31T12:00:00Z").unwrap();
        assert_eq!(noon, 1_811_764_800);
        for same in [
            "2027-05-31t12:00:00z",
            "2027-05-31T12:00:00+00:00",
            "2027-05-31T12:00:00-00:00",
            "2027-05-31T14:00:00+02:00",
            "2027-05-30T13:00:00-23:00",
            "2027-05-31T12:00:00.000Z",
            "2027-05-31T17:45:00.0+05:45",
        ] {
            assert_eq!(instant(same), Ok(noon), "{same}");
        }
    }

    #[test]
    fn atk_a09_dates_that_do_not_exist_are_refused() {
        use ParseTimeError::{Form, Fraction, NotExisting, Range};
        for (bad, why) in [
            ("2027-02-29T00:00:00Z", NotExisting),
            ("2100-02-29", NotExisting),
            ("2027-13-01", NotExisting),
            ("2027-00-01", NotExisting),
            ("2027-01-00", NotExisting),
            ("2027-04-31", NotExisting),
            ("2027-01-01T24:00:00Z", NotExisting),
            ("2027-01-01T23:60:00Z", NotExisting),
            ("2026-12-31T23:59:60Z", NotExisting),
            ("2027-01-01T00:00:00+24:00", NotExisting),
            ("2027-01-01T00:00:00", Form),
            ("2027-01-01 00:00:00Z", Form),
            ("2027-01-01T00:00Z", Form),
            ("2027-01-01T00:00:00+0200", Form),
            ("2027-01-01T00:00:00+02", Form),
            ("2027-01-01T00:00:00 Z", Form),
            ("2027-01-01T00:00:00Z ", Form),
            ("2027-01-01T00:00:00.Z", Form),
            ("2027-01-01T00:00:00ZZ", Form),
            ("Mon, 31 May 2027 12:00:00 GMT", Form),
            ("1811764800", Form),
            ("1811764800.5", Form),
            ("10000-01-01T00:00:00Z", Form),
            ("+10000-01-01", Form),
            ("２０２７-01-01", Form),
            ("20270101", Form),
            ("2027-1-1", Form),
            ("", Form),
            ("2027-01-01T00:00:00.5Z", Fraction),
            ("2027-01-01T00:00:00.0000001Z", Fraction),
            ("1969-12-31T23:59:59Z", Range),
            ("1970-01-01T00:00:00+01:00", Range),
            ("9999-12-31T23:59:59-01:00", Range),
            ("9999-12-31", Range),
            ("0000-01-01", Range),
        ] {
            assert_eq!(parse_end(bad), Err(why), "{bad}");
        }
    }

    #[test]
    fn a_date_means_the_end_of_that_day() {
        assert_eq!(format_seconds(parse_end("2027-05-31").unwrap()), "2027-06-01T00:00:00Z");
        assert_eq!(format_seconds(parse_end("2028-02-29").unwrap()), "2028-03-01T00:00:00Z");
        assert_eq!(format_seconds(parse_end("1969-12-31").unwrap()), "1970-01-01T00:00:00Z");
        assert_eq!(parse_instant("2027-05-31"), Err(ParseTimeError::Form));
    }

    #[test]
    fn a_range_of_days_takes_both() {
        assert_eq!(format_micros(parse_from("2027-05-31").unwrap()), "2027-05-31T00:00:00.000000Z");
        assert_eq!(format_micros(parse_until("2027-05-31").unwrap()), "2027-06-01T00:00:00.000000Z");
        assert_eq!(format_micros(parse_from("2027-05-31T00:00:00.1234Z").unwrap()), "2027-05-31T00:00:00.123400Z");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn written_times_are_read_again(seconds in 0_i64..=253_402_300_799) {
            let time = UnixSeconds::new(seconds).unwrap();
            prop_assert_eq!(parse_instant(&format_seconds(time)), Ok(time));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}", dated in "[0-9]{4}-[0-9]{2}-[0-9]{2}[T.:Z+0-9-]{0,16}") {
            for text in [text, dated] {
                let _ = (parse_end(&text), parse_from(&text), parse_until(&text));
            }
        }
    }
}
