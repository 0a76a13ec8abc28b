//! The list of events, newest first. What has an index is found by it: a thing's own events, events of a kind, a range of
//! time. Everything else is looked for in a bounded part of the log, so a page may be short although there is more.

use diesel::prelude::*;
use token_core::{Event, EventKind, EventQuery, Page, Seq, StoreError, UnixMicros};

use crate::connection::{Conn, each};
use crate::error::failed;
use crate::events::EventRow;
use crate::lists::{bound, contains, page};
use crate::schema::events;

/// Events that one page looks at, at most, where no index leads to those that fit.
const WINDOW: i64 = 2_000;
/// By how many events the order of times may differ from that of numbers: clocks of several nodes are not quite alike.
const SLACK: i64 = 1_000;

/// One page.
pub(crate) fn events(conn: &mut Conn, query: &EventQuery) -> Result<Page<Event, Seq>, StoreError> {
    within(conn, query, WINDOW)
}

fn within(conn: &mut Conn, query: &EventQuery, most: i64) -> Result<Page<Event, Seq>, StoreError> {
    let kinds = kinds(query);
    let by_kind = query.text.is_none() && query.subject_kind.is_none() && query.from.is_none() && query.until.is_none();
    let rows = match kinds {
        _ if query.subject_id.is_some() => part(conn, query, None, 1..i64::MAX)?,
        Some(kinds) if by_kind => {
            // Newest of each kind, and of all these the newest.
            let mut rows = Vec::new();
            for kind in kinds {
                rows.extend(part(conn, query, Some(kind), 1..i64::MAX)?);
            }
            rows.sort_by_key(|row| std::cmp::Reverse(row.seq));
            rows.truncate(usize::try_from(bound(query.limit)).unwrap_or(usize::MAX));
            rows
        }
        None if by_kind => part(conn, query, None, 1..i64::MAX)?,
        _ => return window(conn, query, most),
    };
    let items = rows.into_iter().map(EventRow::event).collect::<Result<_, _>>()?;
    Ok(page(items, query.limit, |event: &Event| event.seq))
}

/// The kinds that are asked for; `None` for all.
fn kinds(query: &EventQuery) -> Option<Vec<EventKind>> {
    let fits = |kind: &EventKind| {
        query.level.is_none_or(|level| level <= kind.level()) && query.kind.is_none_or(|wanted| wanted == *kind)
    };
    let kinds: Vec<EventKind> = EventKind::ALL.iter().copied().filter(fits).collect();
    (kinds.len() < EventKind::ALL.len()).then_some(kinds)
}

/// One part of the log, and where the next one begins.
fn window(conn: &mut Conn, query: &EventQuery, most: i64) -> Result<Page<Event, Seq>, StoreError> {
    let nothing = Page { items: Vec::new(), next: None };
    let Some(last) = last(conn)? else { return Ok(nothing) };
    let newest = match query.until {
        Some(until) => match edge(conn, until, Edge::LastBefore)? {
            Some(seq) => seq.saturating_add(SLACK).min(last),
            None => return Ok(nothing),
        },
        None => last,
    };
    let oldest = match query.from {
        Some(from) => match edge(conn, from, Edge::FirstFrom)? {
            Some(seq) => seq.saturating_sub(SLACK).max(1),
            None => return Ok(nothing),
        },
        None => 1,
    };
    let before = query.before.map_or(i64::MAX, |before| i64::try_from(before.get()).unwrap_or(i64::MAX));
    let top = before.min(newest.saturating_add(1));
    let low = top.saturating_sub(most).max(oldest);
    let rows = part(conn, query, None, low..top)?;
    let items = rows.into_iter().map(EventRow::event).collect::<Result<_, _>>()?;
    let full = page(items, query.limit, |event: &Event| event.seq);
    let further = (oldest < low).then(|| Seq::new(u64::try_from(low).unwrap_or(1)));
    Ok(Page { next: full.next.or(further), ..full })
}

/// Events with these numbers that fit, newest first, one more than a page has.
fn part(
    conn: &mut Conn,
    query: &EventQuery,
    only: Option<EventKind>,
    seqs: std::ops::Range<i64>,
) -> Result<Vec<EventRow>, StoreError> {
    each!(conn, c => {
        let mut rows = events::table.order(events::seq.desc()).limit(bound(query.limit)).into_boxed();
        match (only, kinds(query)) {
            (Some(kind), _) => rows = rows.filter(events::kind.eq(kind.as_str())),
            (None, Some(kinds)) => {
                rows = rows.filter(events::kind.eq_any(kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>()));
            }
            (None, None) => {}
        }
        if let Some(kind) = query.subject_kind {
            rows = rows.filter(events::subject_kind.eq(kind.as_str()));
        }
        if let Some(id) = &query.subject_id {
            rows = rows.filter(events::subject_id.eq(id.clone()));
        }
        if let Some(from) = query.from {
            rows = rows.filter(events::at.ge(from.get()));
        }
        if let Some(until) = query.until {
            rows = rows.filter(events::at.lt(until.get()));
        }
        if let Some(before) = query.before {
            rows = rows.filter(events::seq.lt(i64::try_from(before.get()).unwrap_or(i64::MAX)));
        }
        if 1 < seqs.start {
            rows = rows.filter(events::seq.ge(seqs.start));
        }
        if seqs.end < i64::MAX {
            rows = rows.filter(events::seq.lt(seqs.end));
        }
        if let Some(text) = &query.text {
            rows = rows.filter(events::message_folded.like(contains(text)).escape('\\'));
        }
        rows.load(c.as_mut())
    })
    .map_err(failed)
}

/// The number of the last event.
fn last(conn: &mut Conn) -> Result<Option<i64>, StoreError> {
    each!(conn, c => events::table.select(events::seq).order(events::seq.desc()).first(c.as_mut()).optional())
        .map_err(failed)
}

/// An end of a range of time.
#[derive(Clone, Copy)]
enum Edge {
    /// The first event not before.
    FirstFrom,
    /// The last event before.
    LastBefore,
}

fn edge(conn: &mut Conn, at: UnixMicros, edge: Edge) -> Result<Option<i64>, StoreError> {
    each!(conn, c => {
        let seq = events::table.select(events::seq);
        match edge {
            Edge::FirstFrom => {
                seq.filter(events::at.ge(at.get())).order((events::at.asc(), events::seq.asc())).first(c.as_mut())
            }
            Edge::LastBefore => {
                seq.filter(events::at.lt(at.get())).order((events::at.desc(), events::seq.desc())).first(c.as_mut())
            }
        }
        .optional()
    })
    .map_err(failed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::{Config, TestRunner};
    use token_core::{Level, SubjectKind};

    use super::*;
    use crate::token_lists::tests::stores;

    const KINDS: [EventKind; 3] = [EventKind::RoleCreated, EventKind::RoleDeleted, EventKind::KeyWithdrawn];
    const NAMES: [&str; 3] = ["reader", "importer", "nobody"];

    /// Events by their place: kind, name, and by how much its time is off.
    type Seed = (usize, usize, i64);

    fn rows(seeds: &[Seed]) -> Vec<EventRow> {
        let row = |(number, (kind, name, off)): (usize, &Seed)| {
            let seq = i64::try_from(number).unwrap() + 1;
            EventRow::sample(seq, 1_000 + seq * 10 + off, KINDS[kind % 3], NAMES[name % 3])
        };
        seeds.iter().enumerate().map(row).collect()
    }

    fn fits(event: &Event, query: &EventQuery) -> bool {
        query.level.is_none_or(|level| level <= event.kind.level())
            && query.kind.is_none_or(|kind| kind == event.kind)
            && query.subject_kind.is_none_or(|kind| kind == event.subject.kind)
            && query.subject_id.as_ref().is_none_or(|id| *id == event.subject.id)
            && query.from.is_none_or(|from| from <= event.at)
            && query.until.is_none_or(|until| event.at < until)
            && query.text.as_ref().is_none_or(|text| event.message().contains(text.as_str()))
    }

    #[test]
    fn t08_d09_pages_lead_through_all_events_that_fit_newest_first_on_both_databases() {
        for (store, _folder) in stores() {
            let seeds = proptest::collection::vec((0_usize..3, 0_usize..3, -15_i64..15), 0..40);
            let maybe = |range| proptest::option::of(range);
            let filters =
                (maybe(0_i64..3), maybe(0_i64..3), maybe(0_i64..3), maybe(990_i64..1_450), maybe(990_i64..1_450));
            let strategy = (seeds, filters, proptest::option::of(0_usize..3), 1_usize..8, 1_i64..12);
            let mut runner = TestRunner::new(Config { cases: 48, failure_persistence: None, ..Config::default() });
            let outcome = runner.run(&strategy, |(seeds, (level, kind, id, from, until), text, limit, most)| {
                let at = |at: i64| UnixMicros::new(at).unwrap();
                let pick = |number: i64| usize::try_from(number).unwrap();
                let query = EventQuery {
                    level: level.map(|level| Level::ALL[pick(level)]),
                    kind: kind.map(|kind| KINDS[pick(kind)]),
                    subject_kind: id.map(|_| SubjectKind::Role),
                    subject_id: id.map(|id| NAMES[pick(id)].to_owned()),
                    from: from.map(at),
                    until: until.map(at),
                    text: text.map(|text| NAMES[text].to_owned()),
                    before: None,
                    limit,
                };
                let rows = rows(&seeds);
                let expected: Vec<Event> = rows.iter().rev().cloned().map(|row| row.event().unwrap()).collect();
                let expected: Vec<Seq> =
                    expected.iter().filter(|event| fits(event, &query)).map(|event| event.seq).collect();
                let found = store.pools.write(|conn| {
                    // Behind the triggers: these rows are of no log.
                    let triggers = if conn.is_embedded() {
                        "DROP TRIGGER IF EXISTS events_kept"
                    } else {
                        "ALTER TABLE events DISABLE TRIGGER USER"
                    };
                    conn.batch(triggers).unwrap();
                    conn.batch("DELETE FROM events").unwrap();
                    for row in &rows {
                        each!(conn, c => diesel::insert_into(events::table).values(row.clone()).execute(c.as_mut()))
                            .unwrap();
                    }
                    let (mut found, mut before) = (Vec::new(), None);
                    for _ in 0..200 {
                        let page = within(conn, &EventQuery { before, ..query.clone() }, most)?;
                        assert!(page.items.len() <= limit);
                        found.extend(page.items.iter().map(|event| event.seq));
                        before = page.next;
                        if before.is_none() {
                            return Ok(Some(found));
                        }
                    }
                    panic!("it does not end");
                });
                prop_assert_eq!(found.unwrap().unwrap(), expected);
                Ok(())
            });
            outcome.unwrap();
        }
    }
}
