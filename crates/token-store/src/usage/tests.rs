//! Numbers on both databases, also of tokens that are being deleted.

use token_core::{Store as _, TokenId, TokenUsage, UnixSeconds, UsageCounts, UsageDay, UsedFrom};

use crate::connection::Conn;
use crate::error::failed;
use crate::token_lists::tests::stores;
use crate::{DatabaseUrl, TokenStore};

/// What the clock of these stores shows.
const NOW: i64 = 1_900_000_000;

fn token(number: u8) -> TokenId {
    format!("0192f3c1-7a52-7c11-8d4e-0242ac1300{number:02x}").parse().unwrap()
}

fn bytes(url: &DatabaseUrl, id: TokenId) -> String {
    let id = id.to_string().replace('-', "");
    if url.is_embedded() { format!("x'{id}'") } else { format!("'\\x{id}'") }
}

/// Runs a statement in which `{n}` is the id of a token.
fn sql(store: &TokenStore, statement: &str) {
    let statement = (1..=3).fold(statement.to_owned(), |statement, number| {
        statement.replace(&format!("{{{number}}}"), &bytes(&store.url, token(number)))
    });
    store.pools.write(|conn| conn.batch(&statement).map(Some).map_err(failed)).unwrap();
}

/// Fresh databases, each with three tokens.
fn with_tokens() -> Vec<(TokenStore, Option<tempfile::TempDir>)> {
    let stores = stores();
    for (store, _) in &stores {
        for number in 1..=3 {
            sql(
                store,
                &format!(
                    "INSERT INTO tokens (id, name, name_folded, description, created_at, created_by_kind, \
                     created_by_name, version) VALUES ({{{number}}}, 't', 't', '', 1, 'system', 'x', 1)"
                ),
            );
        }
    }
    stores
}

fn at(second: i64) -> UnixSeconds {
    UnixSeconds::new(second).unwrap()
}

fn today() -> UsageDay {
    UsageDay::of(at(NOW))
}

fn used(token: TokenId, day: UsageDay, admitted: u64, second: i64, address: &str) -> TokenUsage {
    let counts = UsageCounts { admitted, revoked: 1, ..UsageCounts::default() };
    let addresses = vec![UsedFrom { at: at(second), address: address.parse().unwrap() }];
    TokenUsage { token, day, counts, last_used: Some(at(second)), addresses }
}

#[test]
fn x09_counts_are_added_by_day_and_the_latest_addresses_stay() {
    for (store, _) in with_tokens() {
        let yesterday = UsageDay::of(at(NOW - 86_400));
        let first: Vec<_> = (0..6_i64)
            .map(|n| used(token(1), if n < 2 { yesterday } else { today() }, 10, NOW + n, &format!("10.0.0.{n}")))
            .chain([used(token(2), today(), 1, NOW, "::1")])
            .collect();
        assert_eq!(store.record_usage(&first).unwrap(), []);
        let again = [used(token(1), today(), 2, NOW - 9, "10.0.0.1"), used(token(9), today(), 1, NOW, "::1")];
        assert_eq!(store.record_usage(&again).unwrap(), [], "of a token that is not there nothing is kept");
        let usage = store.usage(token(1), yesterday).unwrap().unwrap();
        let counts = |admitted, revoked| UsageCounts { admitted, revoked, ..UsageCounts::default() };
        assert_eq!(usage.days, [(yesterday, counts(20, 2)), (today(), counts(42, 5))]);
        assert_eq!(usage.last_used, Some(at(NOW + 5)));
        let addresses: Vec<String> = usage.addresses.iter().map(|from| from.address.to_string()).collect();
        assert_eq!(addresses, ["10.0.0.5", "10.0.0.4", "10.0.0.3", "10.0.0.2", "10.0.0.1"]);
        assert_eq!(store.usage(token(1), today()).unwrap().unwrap().days.len(), 1, "from the day asked for on");
        assert_eq!(store.usage(token(3), today()).unwrap(), Some(token_core::UsageRecord::default()));
        assert_eq!(store.usage(token(9), today()).unwrap(), None);
    }
}

#[test]
fn x09_days_are_kept_for_a_while_and_not_for_ever() {
    for (store, _) in with_tokens() {
        let day = |back: i64| UsageDay::of(at(NOW - back * 86_400));
        for back in [300, UsageDay::KEPT, UsageDay::KEPT - 1, 1] {
            let _ = store.record_usage(&[used(token(1), day(back), 1, NOW, "::1")]).unwrap();
        }
        let days = store.usage(token(1), day(1_000)).unwrap().unwrap().days;
        assert_eq!(days.iter().map(|(day, _)| *day).collect::<Vec<_>>(), [day(UsageDay::KEPT - 1), day(1)]);
    }
}

#[test]
fn x09_nobody_waits_for_whoever_deletes_a_token_and_no_count_is_lost_when_they_do_not() {
    for (store, _) in with_tokens() {
        if store.url.is_embedded() {
            // There is one writer at a time.
            continue;
        }
        sql(&store, "UPDATE tokens SET revoked_at = 1, revoked_by_kind = 'system' WHERE id = {2}");
        let mut other = Conn::connect(&store.url).unwrap();
        other.begin_write().unwrap();
        other.batch(&format!("DELETE FROM tokens WHERE id = {}", bytes(&store.url, token(2)))).unwrap();
        let counted = [used(token(1), today(), 1, NOW, "::1"), used(token(2), today(), 4, NOW, "::1")];
        assert_eq!(store.record_usage(&counted).unwrap(), [token(2)]);
        other.rollback().unwrap();
        assert_eq!(store.usage(token(2), today()).unwrap().unwrap().days, []);
        assert_eq!(store.record_usage(&counted[1..]).unwrap(), []);
        assert_eq!(store.usage(token(2), today()).unwrap().unwrap().days[0].1.admitted, 4);
        assert_eq!(store.usage(token(1), today()).unwrap().unwrap().days[0].1.admitted, 1);
    }
}

#[test]
fn x09_usage_goes_with_its_token() {
    for (store, _) in with_tokens() {
        let _ = store.record_usage(&[used(token(1), today(), 1, NOW, "::1")]).unwrap();
        sql(&store, "UPDATE tokens SET revoked_at = 1, revoked_by_kind = 'system' WHERE id = {1}");
        sql(&store, "DELETE FROM tokens WHERE id = {1}");
        assert_eq!(store.usage(token(1), today()).unwrap(), None);
        let rows = store.pools.read(|conn| {
            use diesel::prelude::*;
            let (uses, days) = (crate::schema::token_usage::table, crate::schema::token_usage_days::table);
            let uses: i64 = crate::connection::each!(conn, c => uses.count().get_result(c.as_mut())).map_err(failed)?;
            let days: i64 = crate::connection::each!(conn, c => days.count().get_result(c.as_mut())).map_err(failed)?;
            Ok((uses, days))
        });
        assert_eq!(rows.unwrap(), (0, 0));
    }
}
