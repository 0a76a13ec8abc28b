//! The values of settings, from text. What is refused is told by what was expected, never by what was given.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use token_admin::ShowToken;
use token_core::{Algorithm, Audience, Issuer};
use token_store::DatabaseUrl;

use super::LogFormat;
use crate::metrics::MetricsListen;

/// A value, or what was expected instead.
pub(super) type Parsed<T> = Result<T, String>;

pub(super) fn listen(text: &str) -> Parsed<SocketAddr> {
    let address = text.parse().ok().filter(|address: &SocketAddr| address.port() != 0);
    expect(address, "an IP address and a port, e.g. `127.0.0.1:8080` or `[::1]:8080`")
}

pub(super) fn metrics_listen(text: &str) -> Parsed<MetricsListen> {
    let place = if text == "off" { Some(MetricsListen::Off) } else { listen(text).ok().map(MetricsListen::At) };
    expect(place, "`off`, or an IP address and a port, e.g. `127.0.0.1:9090`")
}

pub(super) fn path(text: &str) -> Parsed<PathBuf> {
    let good = !text.is_empty() && !text.chars().any(char::is_control);
    expect(good.then(|| PathBuf::from(text)), "a path")
}

/// Only `postgres://…`, in the form libpq reads: its own words about another form would repeat the password.
pub(super) fn database(text: &str) -> Parsed<DatabaseUrl> {
    let given = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
    let good =
        given.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic()) && escaped(rest));
    let url = text.parse().ok().filter(|_| good);
    let expected = "`postgres://user:password@host:port/database`, other characters as `%` and two digits; without it \
                    the database is embedded, in `data_dir`";
    expect(url, expected)
}

/// Every `%` has two hexadecimal digits behind it that are no NUL.
fn escaped(text: &str) -> bool {
    let hex = |piece: &str| {
        let digits = piece.get(..2).unwrap_or_default();
        digits.len() == 2 && digits != "00" && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    };
    text.split('%').skip(1).all(hex)
}

pub(super) fn public_url(text: &str) -> Parsed<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let good = rest.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[')
        && !rest.ends_with('/')
        && !rest.contains(['?', '#', '@'])
        && text.parse::<Issuer>().is_ok();
    let expected = "`https://` or `http://`, a host, and a port and a path if there are such, with no `/` at the end";
    expect(good.then(|| text.to_owned()), expected)
}

pub(super) fn issuer(text: &str) -> Parsed<Issuer> {
    expect(text.parse().ok(), IDENTITY)
}

pub(super) fn audience(text: &str) -> Parsed<Audience> {
    expect(text.parse().ok(), IDENTITY)
}

const IDENTITY: &str =
    "1 to 255 visible ASCII characters without blank, `\"` and `\\`, and a URI if there is a `:` in it";

pub(super) fn show_token(text: &str) -> Parsed<ShowToken> {
    let known = match text {
        "always" => Some(ShowToken::Always),
        "never" => Some(ShowToken::Never),
        _ => None,
    };
    expect(known, "`always` or `never`")
}

pub(super) fn signing_algorithm(text: &str) -> Parsed<Algorithm> {
    let made = text.parse().ok().filter(|algorithm| *algorithm != Algorithm::Rs256);
    expect(made, "`EdDSA` or `ES256`; an RSA key is brought with `tokenward key import`")
}

/// Networks joined with commas; an empty text names none.
pub(super) fn networks(text: &str) -> Parsed<Vec<IpNet>> {
    let named = text.split(',').map(str::trim).filter(|_| !text.is_empty());
    let parsed: Option<Vec<IpNet>> = named.map(|network| network.parse().ok()).collect();
    expect(parsed, "networks in CIDR notation, joined with commas, e.g. `10.0.0.0/8,fd00::/8`")
}

pub(super) fn number(least: usize, most: usize) -> impl Fn(&str) -> Parsed<usize> {
    move |text| {
        let number = whole(text).and_then(|number| usize::try_from(number).ok());
        expect(
            number.filter(|number| (least..=most).contains(number)),
            &format!("a whole number from {least} to {most}"),
        )
    }
}

/// A number that may be 0.
pub(super) fn count(most: u32) -> impl Fn(&str) -> Parsed<u32> {
    move |text| {
        let number = whole(text).and_then(|number| u32::try_from(number).ok());
        expect(number.filter(|number| *number <= most), &format!("a whole number from 0 to {most}"))
    }
}

pub(super) fn duration(least: &'static str, most: &'static str) -> impl Fn(&str) -> Parsed<Duration> {
    move |text| {
        let within = |time: &Duration| span(least) <= Some(*time) && Some(*time) <= span(most);
        expect(span(text).filter(within), &format!("a time like `5s` or `250ms`, from `{least}` to `{most}`"))
    }
}

pub(super) fn whole_seconds(least: &'static str, most: &'static str) -> impl Fn(&str) -> Parsed<Duration> {
    move |text| {
        let time = duration(least, most)(text).ok().filter(|time| time.subsec_nanos() == 0);
        expect(time, &format!("whole seconds like `5s`, from `{least}` to `{most}`"))
    }
}

pub(super) fn log_format(text: &str) -> Parsed<LogFormat> {
    expect([LogFormat::Text, LogFormat::Json].into_iter().find(|format| format.as_str() == text), "`text` or `json`")
}

pub(super) fn log_level(text: &str) -> Parsed<tracing::Level> {
    let known = ["error", "warn", "info", "debug", "trace"].contains(&text);
    expect(text.parse().ok().filter(|_| known), "`error`, `warn`, `info`, `debug` or `trace`")
}

fn span(text: &str) -> Option<Duration> {
    if let Some(number) = text.strip_suffix("ms") {
        return whole(number).map(Duration::from_millis);
    }
    whole(text.strip_suffix('s')?).map(Duration::from_secs)
}

/// Digits alone: no sign, no blank, no separator.
fn whole(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

fn expect<T>(value: Option<T>, expected: &str) -> Parsed<T> {
    value.ok_or_else(|| expected.to_owned())
}

#[cfg(test)]
mod tests;
