//! The one way to write: lock the head of the log, load, decide, then change and event together, or neither.

use diesel::prelude::*;
use fail::fail_point;
use token_core::RequestMac;
use token_core::{Author, Change, Committed, Decide, Digest, Load, Page, Seq, Store, StoreError, UnixMicros};
use token_core::{Durability, TokenId, TokenUsage, UsageDay, UsageRecord};
use token_core::{
    Event, EventQuery, LogVerdict, Role, RoleQuery, TokenCount, TokenPosition, TokenQuery, TokenRecord, TokenTotals,
};
use token_core::{SecretDigest, UnixSeconds, UserQuery, UserRecord};
use token_seal::{ChainKey, link};

use crate::connection::{Conn, each};
use crate::error::{corrupt, failed};
use crate::events::{EventRow, HeadRow, append, append_all, digest, lock_head, write_head};
use crate::schema::events;
use crate::{TokenStore, changes, event_list, lists, sessions, token_lists, usage, users, verify};

/// The named stops of a write, in their order; compiled in by the feature `failpoints` alone. `write.split_commit` is
/// no stop: with the action `return` it commits between a change and its event, which crash tests must notice.
pub const FAILPOINTS: &[&str] =
    &["write.locked", "write.decided", "write.changed", "write.event", "write.before_commit", "write.after_commit"];

/// Most events that one write seals for nodes without the master key, so that the lock is never held long.
const SEALED_AT_ONCE: i64 = 1_000;

impl Store for TokenStore {
    fn write(&self, author: &Author, decide: &mut Decide<'_>) -> Result<Committed, StoreError> {
        let mut unchanged = None;
        let act = |conn: &mut Conn| {
            let mut head = lock_head(conn)?;
            fail_point!("write.locked");
            let decided = decide(conn as &mut dyn Load)?;
            fail_point!("write.decided");
            if decided.is_empty() {
                unchanged = Some(Committed { head: head.head });
                return Ok(None);
            }
            self.write_changes(conn, &mut head, author, &decided)?;
            fail_point!("write.before_commit");
            Ok(Some(Committed { head: head.head }))
        };
        let committed = self.pools.write_then(act, |conn| {
            fail_point!("write.after_commit");
            self.confirm(conn)
        })?;
        committed.or(unchanged).ok_or(StoreError::NotApplied("nothing was decided"))
    }

    fn read(&self, look: &mut dyn FnMut(&mut dyn Load) -> Result<(), StoreError>) -> Result<(), StoreError> {
        self.pools.read(|conn| look(conn as &mut dyn Load))
    }

    fn request_mac(&self, request: &[u8]) -> Option<RequestMac> {
        self.chain.as_ref().map(|chain| chain.request_mac(request))
    }

    fn list_tokens(&self, query: &TokenQuery) -> Result<Page<TokenRecord, TokenPosition>, StoreError> {
        self.pools.read(|conn| token_lists::page(conn, query, token_lists::Budget::USUAL))
    }

    fn count_tokens(&self, query: &TokenQuery) -> Result<TokenCount, StoreError> {
        self.pools.read(|conn| token_lists::count(conn, query, token_lists::Budget::USUAL))
    }

    fn token_totals(&self, now: UnixSeconds) -> Result<TokenTotals, StoreError> {
        self.pools.read(|conn| token_lists::totals(conn, now))
    }

    fn list_roles(&self, query: &RoleQuery) -> Result<Page<Role, String>, StoreError> {
        self.pools.read(|conn| lists::roles(conn, query))
    }

    fn list_users(&self, query: &UserQuery) -> Result<Page<UserRecord, String>, StoreError> {
        self.pools.read(|conn| users::list(conn, query))
    }

    fn session_seen(&self, digest: &SecretDigest, at: UnixSeconds) -> Result<(), StoreError> {
        self.pools.write(|conn| sessions::seen(conn, digest, at).map(Some)).map(|_| ())
    }

    fn record_usage(&self, counted: &[TokenUsage]) -> Result<Vec<TokenId>, StoreError> {
        let today = UsageDay::of(self.clock.now().seconds());
        let busy = self.pools.write(|conn| usage::record(conn, counted, today).map(Some))?;
        busy.ok_or(StoreError::NotApplied("counts were not added"))
    }

    fn usage(&self, token: TokenId, from: UsageDay) -> Result<Option<UsageRecord>, StoreError> {
        self.pools.read(|conn| usage::of(conn, token, from))
    }

    fn list_events(&self, query: &EventQuery) -> Result<Page<Event, Seq>, StoreError> {
        self.pools.read(|conn| event_list::events(conn, query))
    }

    fn durability(&self) -> Durability {
        self.pools.setup().durability()
    }

    fn verify_log(&self) -> Result<LogVerdict, StoreError> {
        self.pools.read(|conn| verify::log(conn, self.chain.as_ref()))
    }
}

impl TokenStore {
    fn write_changes(
        &self,
        conn: &mut Conn,
        head: &mut HeadRow,
        author: &Author,
        decided: &[Change],
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        if let Some(chain) = &self.chain {
            seal_pending(conn, head, chain, now)?;
        }
        let mut rest = decided;
        while let Some((change, others)) = rest.split_first() {
            if let Some(records) = changes::new_tokens(rest) {
                let (many, others) = rest.split_at(records.len());
                changes::insert_tokens(conn, &records)?;
                fail_point!("write.changed");
                split_commit(conn)?;
                append_all(conn, head, self.chain.as_ref(), (author, many, now))?;
                fail_point!("write.event");
                rest = others;
                continue;
            }
            rest = others;
            changes::apply(conn, change)?;
            fail_point!("write.changed");
            split_commit(conn)?;
            append(conn, head, self.chain.as_ref(), (author, change, now))?;
            fail_point!("write.event");
        }
        write_head(conn, head)
    }
}

/// The wrong order on purpose: the change in one transaction, its event in the next.
#[cfg_attr(
    not(feature = "failpoints"),
    expect(clippy::unnecessary_wraps, reason = "fails only where it is compiled in")
)]
fn split_commit(conn: &mut Conn) -> Result<(), StoreError> {
    fail_point!("write.split_commit", |_| {
        conn.commit().and_then(|()| conn.begin_write()).map_err(failed)?;
        fail_point!("write.between_commits");
        Ok(())
    });
    let _ = conn;
    Ok(())
}

/// Gives events that were written without the master key their MAC, after their links were checked; an event tells.
///
/// Over an event that is not what was written nothing is sealed: every check of the log tells it, and the change that
/// is being made, a revocation perhaps, does not wait for the operator who looks into it.
pub(crate) fn seal_pending(
    conn: &mut Conn,
    head: &mut HeadRow,
    chain: &ChainKey,
    now: UnixMicros,
) -> Result<(), StoreError> {
    const T: &str = "events";
    let last = i64::try_from(head.head.seq.get()).map_err(|error| corrupt(T, 0, error))?;
    let from = head.sealed_through + 1;
    if last < from {
        return Ok(());
    }
    let to = last.min(head.sealed_through + SEALED_AT_ONCE);
    let range = events::table.filter(events::seq.ge(from - 1)).filter(events::seq.le(to)).order(events::seq);
    let rows: Vec<EventRow> = each!(conn, c => range.load(c.as_mut())).map_err(failed)?;
    let linked = match links(&rows, from) {
        Ok(linked) => linked,
        Err(seq) => {
            tracing::error!(event.seq = seq, "an event is not what was written; nothing is sealed from it on");
            return Ok(());
        }
    };
    for (row, linked) in rows.iter().filter(|row| from <= row.seq).zip(linked) {
        let mac = chain.mac(&linked).0.to_vec();
        let unsealed = events::table.find(row.seq).filter(events::mac.is_null());
        each!(conn, c => diesel::update(unsealed).set(events::mac.eq(Some(mac))).execute(c.as_mut()))
            .map_err(failed)?;
    }
    head.sealed_through = to;
    let seq = |number: i64| Seq::new(number.unsigned_abs());
    let change = Change::LogSealed { from: seq(from), to: seq(to) };
    append(conn, head, Some(chain), (&Author::system(), &change, now))
}

/// The digests of `rows` from the number `from` on, each checked against the row before it; else the first that does
/// not hold.
fn links(rows: &[EventRow], from: i64) -> Result<Vec<Digest>, i64> {
    let mut before = Digest([0; 32]);
    let mut linked = Vec::with_capacity(rows.len());
    for row in rows {
        let stored = digest(&row.digest).ok_or(row.seq)?;
        if from <= row.seq {
            // Whoever replaces a master key seals that event at once: nobody else can say that it happened.
            if link(&before, &row.canonical()) != stored || (row.is_replacement() && row.mac.is_none()) {
                return Err(row.seq);
            }
            linked.push(stored);
        }
        before = stored;
    }
    Ok(linked)
}
