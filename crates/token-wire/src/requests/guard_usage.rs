//! What a guard in another process has counted, read by the server and written by `token-client`.

use serde_json::{Map, Value, json};
use token_core::{TokenUsage, UnixSeconds, UsageCounts, UsageDay, UsedFrom};

use crate::fields::{Fields, Member, Nullable};
use crate::{Object, RequestError, format_seconds, parse_instant};

/// Most tokens of one report.
pub const USAGE_PER_REPORT: usize = 500;

/// Most calls of one kind that one report tells of a token.
const CALLS: u64 = 1_000_000_000;

/// `POST /guard/usage`: `{usage}`, a list of what was counted of tokens; numbers that are 0 may be left out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GuardUsageRequest {
    /// What was counted; one token may stand in it several times.
    pub usage: Vec<TokenUsage>,
}

impl GuardUsageRequest {
    /// Reads a body that arrived at `now`: what it tells counts to that day, and nothing happened after it, whatever the
    /// clock of the guard says.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with everything that is wrong.
    pub fn read(body: Object, now: UnixSeconds) -> Result<Self, RequestError> {
        let mut fields = Fields::new(body);
        let usage = fields.objects("usage", USAGE_PER_REPORT, |token| one(token, now));
        let usage = fields.required("usage", usage);
        fields.finish(usage.map(|usage| Self { usage }))
    }

    /// The body.
    #[must_use]
    pub fn write(usage: &[TokenUsage]) -> Value {
        json!({"usage": usage.iter().map(written).collect::<Vec<_>>()})
    }
}

fn one(fields: &mut Fields, now: UnixSeconds) -> Option<TokenUsage> {
    let token = fields.text("token", Nullable::No);
    let token = fields.required("token", token);
    let counts = UsageCounts {
        admitted: calls(fields, "admitted"),
        forbidden: calls(fields, "forbidden"),
        expired: calls(fields, "expired"),
        revoked: calls(fields, "revoked"),
        superseded: calls(fields, "superseded"),
        address: calls(fields, "address"),
    };
    let last_used = fields.parsed("last_used_at", Nullable::No, parse_instant).given();
    let addresses = fields.objects("addresses", UsedFrom::KEPT, |from| {
        let at = from.parsed("at", Nullable::No, parse_instant);
        let at = from.required("at", at);
        let address = from.text("address", Nullable::No);
        let address = from.required("address", address);
        at.zip(address).map(|(at, address)| UsedFrom { at: at.min(now), address })
    });
    let addresses = addresses.given().unwrap_or_default();
    let last_used = last_used.map(|at| at.min(now));
    Some(TokenUsage { token: token?, day: UsageDay::of(now), counts, last_used, addresses })
}

fn calls(fields: &mut Fields, name: &str) -> u64 {
    let count = match fields.count(name) {
        Member::Given(count) if CALLS < count => fields.refuse(name, format!("at most {CALLS}")),
        other => other,
    };
    count.given().unwrap_or_default()
}

fn written(usage: &TokenUsage) -> Value {
    let UsageCounts { admitted, forbidden, expired, revoked, superseded, address } = usage.counts;
    let counts = [
        ("admitted", admitted),
        ("forbidden", forbidden),
        ("expired", expired),
        ("revoked", revoked),
        ("superseded", superseded),
        ("address", address),
    ];
    let mut members: Map<String, Value> = counts
        .into_iter()
        .filter(|(_, count)| 0 < *count)
        .map(|(name, count)| (name.to_owned(), count.min(CALLS).into()))
        .collect();
    members.insert("token".to_owned(), usage.token.to_string().into());
    if let Some(at) = usage.last_used {
        members.insert("last_used_at".to_owned(), format_seconds(at).into());
    }
    let from = |from: &UsedFrom| json!({"at": format_seconds(from.at), "address": from.address.to_string()});
    if !usage.addresses.is_empty() {
        members.insert("addresses".to_owned(), usage.addresses.iter().map(from).collect());
    }
    members.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_object;

    const TOKEN: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120002";

    fn at(second: i64) -> UnixSeconds {
        UnixSeconds::new(second).unwrap()
    }

    fn read(body: &Value) -> Result<GuardUsageRequest, RequestError> {
        GuardUsageRequest::read(parse_object(body.to_string().as_bytes()).unwrap(), at(2_000_000_000))
    }

    fn usage() -> TokenUsage {
        let from = UsedFrom { at: at(1_999_999_990), address: "2001:db8::1".parse().unwrap() };
        let counts = UsageCounts { admitted: 7, superseded: 1, ..UsageCounts::default() };
        let (day, last_used) = (UsageDay::of(at(2_000_000_000)), Some(at(1_999_999_995)));
        TokenUsage { token: TOKEN.parse().unwrap(), day, counts, last_used, addresses: vec![from] }
    }

    #[test]
    fn x09_what_a_guard_writes_is_what_the_server_reads() {
        let few = TokenUsage { last_used: None, addresses: Vec::new(), ..usage() };
        let all = vec![usage(), few, usage()];
        assert_eq!(read(&GuardUsageRequest::write(&all)).unwrap().usage, all);
        assert_eq!(read(&json!({"usage": []})).unwrap().usage, []);
    }

    #[test]
    fn x09_nothing_happened_later_than_now_whatever_the_guard_says() {
        let from = UsedFrom { at: at(2_000_000_050), address: "192.0.2.1".parse().unwrap() };
        let ahead = TokenUsage { last_used: Some(at(3_000_000_000)), addresses: vec![from], ..usage() };
        let read = read(&GuardUsageRequest::write(&[ahead])).unwrap();
        assert_eq!(read.usage[0].last_used, Some(at(2_000_000_000)));
        assert_eq!(read.usage[0].addresses[0].at, at(2_000_000_000));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let address = json!({"at": "2030-01-01T00:00:00Z", "address": "192.0.2.1"});
        for (body, pointer) in [
            (json!({}), "/usage"),
            (json!({"usage": {}}), "/usage"),
            (json!({"usage": [1]}), "/usage/0"),
            (json!({"usage": [{}]}), "/usage/0/token"),
            (json!({"usage": [{"token": "x"}]}), "/usage/0/token"),
            (json!({"usage": [{"token": TOKEN, "admitted": -1}]}), "/usage/0/admitted"),
            (json!({"usage": [{"token": TOKEN, "admitted": 1_000_000_001}]}), "/usage/0/admitted"),
            (json!({"usage": [{"token": TOKEN, "last_used_at": "yesterday"}]}), "/usage/0/last_used_at"),
            (json!({"usage": [{"token": TOKEN, "addresses": [{"address": "192.0.2.1"}]}]}), "/usage/0/addresses/0/at"),
            (
                json!({"usage": [{"token": TOKEN, "addresses": [{"at": "2030-01-01T00:00:00Z", "address": "here"}]}]}),
                "/usage/0/addresses/0/address",
            ),
            (json!({"usage": [{"token": TOKEN, "addresses": vec![address; 6]}]}), "/usage/0/addresses"),
            (json!({"usage": [{"token": TOKEN, "day": 1}]}), "/usage/0/day"),
            (json!({"usage": vec![json!({"token": TOKEN}); USAGE_PER_REPORT + 1]}), "/usage"),
        ] {
            let Err(RequestError::Shape(errors) | RequestError::Refused(errors, _)) = read(&body) else {
                panic!("not refused: {body}")
            };
            assert_eq!(errors.iter().map(|error| error.pointer.as_str()).collect::<Vec<_>>(), [pointer], "{body}");
        }
    }
}
