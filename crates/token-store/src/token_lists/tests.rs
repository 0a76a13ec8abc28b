//! Lists over both databases beside a list in memory, with budgets small enough that every way of finding is taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use token_core::{
    Actor, Clock, CreatedBy, Credential, CredentialId, Credentials, Encoding, Ends, Grant, Randomness,
    RandomnessFailed, Revoked, RoleId, RoleSet, StoredToken, Token, TokenId, TokenName, TokenQuery, TokenRecord,
    TokenSort, TokenSortKey, TokenStateFilter, TokenUsage, UnixMicros, UnixSeconds, UsageCounts, UsageDay,
};

use super::needle::Needle;
use super::walk::Lister;
use super::{Budget, count, page};
use crate::changes::insert_tokens;
use crate::connection::Conn;
use crate::error::failed;
use crate::{DatabaseUrl, StoreOptions, TokenStore};

const NOW: i64 = 1_900_000_000;

struct Standing;
impl Clock for Standing {
    fn now(&self) -> UnixMicros {
        UnixMicros::new(NOW * 1_000_000).unwrap()
    }
}

struct Counting(AtomicU64);
impl Randomness for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
        let number = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed).to_be_bytes();
        bytes.iter_mut().zip(number.iter().cycle()).for_each(|(byte, number)| *byte = *number);
        Ok(())
    }
}

fn at(seconds: i64) -> UnixSeconds {
    UnixSeconds::new(seconds).unwrap()
}

fn role() -> RoleId {
    "0192f3c1-7a52-7c11-8d4e-0242ac120001".parse().unwrap()
}

/// Names that are alike, names in many scripts, and names that look like something else.
const NAMES: [&str; 12] = [
    "CI pipeline",
    "ci-pipeline 2",
    "100% _test_",
    "it's \"NEAR\"",
    "a*b OR c",
    "Straße",
    "ΣΑΣ",
    "ñandú",
    "資産 台帳",
    "x",
    "back\\slash",
    "ops@example.com/ci",
];

/// Pieces people look for, and pieces that are operators elsewhere.
const NEEDLES: [&str; 20] = [
    "c", "ci", "pip", "e 2", "%", "_", "00%", "\\", "\"", "'s", "near", "*b", "ss", "strasse", "σας", "台帳", "-",
    "@ex", "zzz", "com/",
];

/// Everything of a token that lists look at, as small numbers.
type Seed = (usize, u8, bool, bool, bool);

fn record(number: usize, (name, ends, revoked, held, by_token): Seed, randomness: &Counting) -> TokenRecord {
    let birth = UnixMicros::new(1_800_000_000_000_000 + i64::try_from(number).unwrap() * 1_000_000).unwrap();
    let expires_at = (ends != 0).then(|| at(NOW - 3 + i64::from(ends)));
    let creator = Actor::Token { id: other(), name: "maker".parse().unwrap() };
    let credential = Credential {
        id: CredentialId::new(birth, randomness).unwrap(),
        key: "k".parse().unwrap(),
        issued_at: at(1),
        expires_at,
        encoding: Encoding::V1,
        ends: Ends::Never,
    };
    let grant = Grant {
        id: TokenId::new(birth, randomness).unwrap(),
        name: NAMES[name % NAMES.len()].parse().unwrap(),
        roles: if held { RoleSet::from([role()]) } else { RoleSet::none() },
        expires_at,
        allowed_networks: None,
        credentials: Credentials::first(credential),
    };
    let token = Token::unrevoked(grant);
    let end = Revoked { at: at(2), by: Actor::CommandLine, reason: None };
    let token = if revoked { StoredToken::Revoked(token.revoke(end)) } else { StoredToken::Unrevoked(token) };
    let created_by = if by_token { creator } else { Actor::CommandLine };
    TokenRecord { token, description: "".parse().unwrap(), created_at: at(1), created_by, version: 1 }
}

fn other() -> TokenId {
    "0192f3c1-7a52-7c11-8d4e-0242ac120009".parse().unwrap()
}

/// Opens a fresh database of each kind.
pub(crate) fn stores() -> Vec<(TokenStore, Option<tempfile::TempDir>)> {
    let folder = tempfile::tempdir().unwrap();
    let server = std::env::var("TOKENWARD_TEST_POSTGRES")
        .expect("TOKENWARD_TEST_POSTGRES; `cargo xtask with-postgres COMMAND` sets it");
    let name = format!("lists_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut conn = Conn::connect(&server.parse().unwrap()).unwrap();
    conn.batch(&format!("CREATE DATABASE {name}")).unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    let postgres: DatabaseUrl = format!("{base}/{name}").parse().unwrap();
    let open = |url: &DatabaseUrl| {
        let options = StoreOptions { readers: 1, master: None };
        let store = TokenStore::open(url, &options, Arc::new(Standing), &Counting(AtomicU64::new(1))).unwrap();
        let bytes = if url.is_embedded() { "x'00'" } else { "'\\x00'" };
        let id = "0192f3c17a527c118d4e0242ac120001";
        let id = if url.is_embedded() { format!("x'{id}'") } else { format!("'\\x{id}'") };
        let rows = format!(
            "INSERT INTO keys VALUES ('k', 'EdDSA', 'signing', {bytes}, {bytes}, 0); \
             INSERT INTO roles VALUES ({id}, 'held', 'held', '', 1)"
        );
        store.pools.write(|conn| conn.batch(&rows).map(Some).map_err(failed)).unwrap();
        store
    };
    let sqlite = open(&DatabaseUrl::sqlite(&folder.path().join("lists.db")));
    vec![(sqlite, Some(folder)), (open(&postgres), None)]
}

static NUMBER: AtomicU64 = AtomicU64::new(0);

fn fill(store: &TokenStore, records: &[TokenRecord]) {
    let all = |conn: &mut Conn| {
        // Also what was there: the database alone refuses to lose a token that nobody ended.
        conn.batch("UPDATE tokens SET revoked_at = 1, revoked_by_kind = 'system' WHERE revoked_at IS NULL").unwrap();
        conn.batch("DELETE FROM tokens").unwrap();
        let fresh: Vec<TokenRecord> = records.iter().map(unrevoked).collect();
        insert_tokens(conn, &fresh.iter().collect::<Vec<_>>())?;
        for record in records.iter().filter(|record| record.token.end().is_some()) {
            let id = format!("{}", record.id()).replace('-', "");
            let id = if conn.is_embedded() { format!("x'{id}'") } else { format!("'\\x{id}'") };
            let end = "revoked_at = 2, revoked_by_kind = 'command line', revoked_by_name = 'command line'";
            conn.batch(&format!("UPDATE tokens SET {end} WHERE id = {id}")).unwrap();
        }
        let used = records.iter().filter_map(|record| {
            let (day, last_used) = (UsageDay::of(at(NOW)), Some(last_used(record)?));
            let counts = UsageCounts { admitted: 1, ..UsageCounts::default() };
            Some(TokenUsage { token: record.id(), day, counts, last_used, addresses: Vec::new() })
        });
        crate::usage::record(conn, &used.collect::<Vec<_>>(), UsageDay::of(at(NOW))).unwrap();
        Ok(Some(()))
    };
    store.pools.write(all).unwrap();
}

/// When a token was used last, told by its name; some never were.
fn last_used(record: &TokenRecord) -> Option<UnixSeconds> {
    let letters = i64::try_from(record.token.grant().name.as_str().len()).unwrap();
    (letters % 3 != 0).then(|| at(NOW - 3 + letters % 8))
}

fn unrevoked(record: &TokenRecord) -> TokenRecord {
    let token = StoredToken::Unrevoked(Token::unrevoked(record.token.grant().clone()));
    TokenRecord { token, ..record.clone() }
}

/// What a list must hold, by looking at every token.
fn expected(records: &[TokenRecord], query: &TokenQuery) -> Vec<TokenRecord> {
    let ends = |record: &TokenRecord| record.token.grant().expires_at.map_or(i64::MAX, UnixSeconds::get);
    let fits = |record: &&TokenRecord| {
        let grant = record.token.grant();
        let name = grant.name.folded();
        let found = |needle: &String| {
            if 2 < needle.chars().count() || needle.chars().any(|c| " -_./:@".contains(c)) {
                return name.contains(needle.as_str());
            }
            name.split([' ', '-', '_', '.', '/', ':', '@']).any(|word| word.starts_with(needle.as_str()))
        };
        let revoked = record.token.end().is_some();
        let over = ends(record) <= query.now.get();
        query.name.as_ref().is_none_or(found)
            && query.state.is_none_or(|state| match state {
                TokenStateFilter::Revoked => revoked,
                TokenStateFilter::Expired => !revoked && over,
                TokenStateFilter::Active => !revoked && !over,
            })
            && query.role.is_none_or(|role| grant.roles.contains(&role))
            && query.expires_before.is_none_or(|end| ends(record) < end.get())
            && query.unused_since.is_none_or(|since| {
                let birth = record.id().as_bytes()[..6].iter().fold(0, |all, byte| all * 256 + i64::from(*byte));
                birth < since.get() * 1_000 && last_used(record).is_none_or(|used| used < since)
            })
            && query.created_by.is_none_or(|by| match by {
                CreatedBy::Id(id) => record.created_by.id() == Some(id),
                CreatedBy::CommandLine => record.created_by == Actor::CommandLine,
            })
    };
    let mut all: Vec<TokenRecord> = records.iter().filter(fits).cloned().collect();
    all.sort_by_key(|record| {
        let name = (query.sort.key == TokenSortKey::Name).then(|| record.token.grant().name.folded().into_bytes());
        let end = (query.sort.key == TokenSortKey::ExpiresAt).then(|| ends(record));
        (name, end, *record.id().as_bytes())
    });
    if query.sort.descending {
        all.reverse();
    }
    all
}

fn queries() -> impl Strategy<Value = TokenQuery> {
    let name = proptest::option::of(0..NEEDLES.len());
    let state = proptest::option::of(0..3_usize);
    (name, state, any::<[bool; 5]>(), 0..6_usize, 0..8_i64, 1..6_usize).prop_map(
        |(name, state, [held, before, by, unused, early], sort, end, limit)| TokenQuery {
            name: name.map(|name| TokenName::fold_needle(NEEDLES[name])),
            state: state.map(|n| [TokenStateFilter::Active, TokenStateFilter::Expired, TokenStateFilter::Revoked][n]),
            role: held.then(role),
            expires_before: before.then(|| at(NOW - 3 + end)),
            unused_since: unused.then(|| at(if early { 1_800_000_000 + end } else { NOW - 3 + end })),
            created_by: by
                .then(|| if end % 2 == 0 { CreatedBy::CommandLine } else { CreatedBy::Id(*other().as_bytes()) }),
            sort: TokenSort::ALL[sort].1,
            ..TokenQuery::newest(at(NOW), limit)
        },
    )
}

#[test]
fn s02_s04_p07_u08_u09_j02_j05_q02_pages_lead_through_all_that_fits_in_order_on_both_databases() {
    let stores = stores();
    let budgets = (1..8_usize, 0..6_usize, 1..9_usize);
    let values = (proptest::collection::vec(any::<Seed>(), 1..40), proptest::collection::vec(queries(), 1..6), budgets);
    let config = Config { cases: 48, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let outcome = TestRunner::new(config).run(&values, |(seeds, queries, (first_walk, candidates, last_walk))| {
        let randomness = Counting(AtomicU64::new(NUMBER.fetch_add(0x1_0000_0001, Ordering::Relaxed)));
        let budget = Budget { first_walk, candidates, last_walk, count_walk: last_walk, count_candidates: candidates };
        let records: Vec<TokenRecord> =
            seeds.into_iter().enumerate().map(|(number, seed)| record(number, seed, &randomness)).collect();
        for (store, _) in &stores {
            fill(store, &records);
            for query in &queries {
                let expected = expected(&records, query);
                let mut query = query.clone();
                let mut found = Vec::new();
                for pages in 0.. {
                    prop_assert!(pages < 200, "pages without an end: {query:?}");
                    let page = store.pools.read(|conn| page(conn, &query, budget)).unwrap();
                    prop_assert!(page.items.len() <= query.limit);
                    found.extend(page.items);
                    let Some(next) = page.next else { break };
                    prop_assert_ne!(query.after.as_ref(), Some(&next), "a cursor that leads to itself");
                    query.after = Some(next);
                }
                prop_assert_eq!(&found, &expected, "{:?} {:?}", store, &query);
                query.after = None;
                let counted = store.pools.read(|conn| count(conn, &query, budget)).unwrap();
                let total = expected.len() as u64;
                prop_assert!(
                    if counted.exact { counted.total == total } else { counted.total <= total },
                    "{counted:?}"
                );
            }
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn atk_q11_every_filter_and_order_has_an_index() {
    let needles = [None, Some("ci"), Some("pipe"), Some("100%")];
    let states =
        [None, Some(TokenStateFilter::Active), Some(TokenStateFilter::Expired), Some(TokenStateFilter::Revoked)];
    let creators = [None, Some(CreatedBy::CommandLine), Some(CreatedBy::Id([7; 16]))];
    let randomness = Counting(AtomicU64::new(77));
    let seeds =
        (0..500).map(|n| record(n, (n, u8::try_from(n % 7).unwrap(), n % 3 == 0, n % 2 == 0, n % 5 == 0), &randomness));
    let records: Vec<TokenRecord> = seeds.collect();
    for (store, _) in stores() {
        fill(&store, &records);
        store.pools.write(|conn| conn.batch("ANALYZE").map(Some).map_err(failed)).unwrap();
        let number = 4 * 4 * 3 * 2 * TokenSort::ALL.len();
        for case in 0..2 * number {
            let (case, unused_since) = (case % number, (number <= case).then(|| at(NOW - 9)));
            let query = TokenQuery {
                name: needles[case % 4].map(ToOwned::to_owned),
                state: states[case / 4 % 4],
                created_by: creators[case / 16 % 3],
                role: (case / 48 % 2 == 1).then(role),
                unused_since,
                sort: TokenSort::ALL[case / 96].1,
                ..TokenQuery::newest(at(NOW), 50)
            };
            let plans = store.pools.read(|conn| Ok(Lister::begin(conn, &query)?.plans())).unwrap();
            for (number, plan) in plans.iter().enumerate() {
                // PostgreSQL may put in order what the index of a filter left, if that is little.
                let by_filter = plan.contains("Bitmap Index Scan");
                let whole = |line: &str| {
                    line.contains("Seq Scan on token")
                        || (line.starts_with("SCAN t") && !line.contains("INDEX"))
                        || (number == 0 && ((line.contains("Sort") && !by_filter) || line.contains("TEMP B-TREE")))
                };
                assert!(!plan.lines().any(|line| whole(line.trim())), "{query:?}\n{plan}");
            }
        }
    }
}

#[test]
fn s04_the_index_finds_what_is_looked_for_as_the_needle_says() {
    for needle in NEEDLES {
        let needle = Needle::new(&TokenName::fold_needle(needle));
        assert!(needle.grams.iter().all(|gram| gram.chars().count() == 3), "{needle:?}");
    }
}
