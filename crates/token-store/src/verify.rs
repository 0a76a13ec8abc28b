//! The check of the whole log: no gap, every link, every MAC, and the head.

use diesel::prelude::*;
use token_core::{Digest, EventKind, LogVerdict, Mac, Seq, StoreError};
use token_seal::{ChainKey, link};

use crate::connection::{Conn, each};
use crate::error::failed;
use crate::events::{EventRow, HeadRow, digest, read_head};
use crate::schema::events;

const CHUNK: i64 = 1_000;

/// Checks every event from the first on; stops at the first that is not what was written.
pub(crate) fn log(conn: &mut Conn, chain: Option<&ChainKey>) -> Result<LogVerdict, StoreError> {
    let HeadRow { head, sealed_through } = read_head(conn)?;
    let macs_from = last_replacement(conn)?;
    let mut walk =
        Walk { macs_from, sealed_through, last: 0, before: Digest([0; 32]), unsealed: Vec::new(), broken: None };
    loop {
        let after = walk.last;
        let chunk = events::table.filter(events::seq.gt(after)).order(events::seq).limit(CHUNK);
        let rows: Vec<EventRow> = each!(conn, c => chunk.load(c.as_mut())).map_err(failed)?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let seq = row.seq;
            if let Err(why) = walk.step(row, chain) {
                walk.broken = Some((Seq::new(seq.min(walk.last + 1).unsigned_abs()), why));
                break;
            }
        }
        if walk.broken.is_some() {
            break;
        }
    }
    let ends_at_head = walk.last.unsigned_abs() == head.seq.get() && walk.before == head.digest;
    if walk.broken.is_none() && !ends_at_head {
        let next = Seq::new(walk.last.unsigned_abs().saturating_add(1).min(head.seq.get().max(1)));
        walk.broken = Some((next, "the log does not end where its head says".to_owned()));
    }
    Ok(LogVerdict {
        events: walk.last.unsigned_abs(),
        broken: walk.broken,
        unsealed: walk.unsealed,
        macs_checked: chain.is_some(),
        head,
    })
}

/// The last event that tells of a new chain key, because the master key was lost. MACs before it are of a key nobody
/// has any more; its own holds the whole log before it by its digest, so nothing can be changed there unnoticed, and
/// without the new key nobody can make such an event.
fn last_replacement(conn: &mut Conn) -> Result<i64, StoreError> {
    let told = events::table.filter(events::kind.eq(EventKind::MasterKeyReplaced.as_str()));
    let last = told.select(diesel::dsl::max(events::seq));
    let last: Option<i64> = each!(conn, c => last.first(c.as_mut())).map_err(failed)?;
    Ok(last.unwrap_or(0))
}

struct Walk {
    /// MACs of earlier events were made with a key that is lost; links hold them.
    macs_from: i64,
    /// Every event up to this one was given its MAC.
    sealed_through: i64,
    last: i64,
    before: Digest,
    unsealed: Vec<(Seq, Seq)>,
    broken: Option<(Seq, String)>,
}

impl Walk {
    fn step(&mut self, row: EventRow, chain: Option<&ChainKey>) -> Result<(), String> {
        let seq = row.seq;
        if seq != self.last + 1 {
            return Err("an event is missing".to_owned());
        }
        let stored = digest(&row.digest).ok_or("the digest is damaged")?;
        if link(&self.before, &row.canonical()) != stored {
            return Err("the event is not what was written".to_owned());
        }
        match (&row.mac, chain) {
            (None, _) if row.is_replacement() => return Err("the new master key did not seal its beginning".to_owned()),
            (None, _) if seq <= self.sealed_through => return Err("the MAC was taken away".to_owned()),
            (None, _) => self.note_unsealed(Seq::new(seq.unsigned_abs())),
            (Some(mac), Some(chain)) if self.macs_from <= seq => {
                let mac: [u8; 32] = mac.as_slice().try_into().map_err(|_| "the MAC is damaged".to_owned())?;
                if !chain.verify(&stored, &Mac(mac)) {
                    return Err("the MAC does not hold".to_owned());
                }
            }
            (Some(_), _) => {}
        }
        row.event().map_err(|error| error.to_string())?;
        (self.last, self.before) = (seq, stored);
        Ok(())
    }

    fn note_unsealed(&mut self, seq: Seq) {
        match self.unsealed.last_mut() {
            Some((_, to)) if to.next() == Some(seq) => *to = seq,
            _ => self.unsealed.push((seq, seq)),
        }
    }
}
