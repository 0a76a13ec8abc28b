//! A new master key for a database whose own is lost for good.

use std::sync::Arc;

use diesel::prelude::*;
use token_core::{Author, Change, Clock, KeyState, Load as _, Randomness, StoreError};
use token_seal::{ChainKey, MasterKey};

use crate::changes::apply;
use crate::connection::{DatabaseUrl, each};
use crate::database::Pools;
use crate::error::failed;
use crate::events::{append, lock_head, write_head};
use crate::open::{CHAIN_KEY, OpenError, migrate};
use crate::schema::secrets;
use crate::write::seal_pending;

/// Whether a lost master key was replaced.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Replaced {
    /// A new chain key is sealed under the new master key; nothing signs until somebody makes a key.
    Done,
    /// Nothing was done: the master key that was given opens the database, or nothing was ever sealed in it.
    NotLost,
}

/// Puts `master` in the place of a master key that is lost for good, in one commit: what only that could open is kept
/// under another name, the log gets a new chain key from here on, and keys that sign or wait to are retired. Their
/// texts stay good; they can be revoked, and not be shown again.
///
/// # Errors
///
/// [`OpenError`]; then nothing was changed.
pub fn replace_lost_master_key(
    url: &DatabaseUrl,
    master: &MasterKey,
    clock: &Arc<dyn Clock>,
    randomness: &dyn Randomness,
) -> Result<Replaced, OpenError> {
    #[cfg(feature = "sqlite")]
    crate::inspect::ensure_not_foreign(url)?;
    let pools = Pools::new(url, 1)?;
    {
        let mut conn = pools.writer()?;
        migrate(&mut conn)?;
    }
    let chain = ChainKey::generate(randomness).map_err(|_| OpenError::Randomness)?;
    let sealed = chain.seal(master, randomness).map_err(|_| OpenError::Randomness)?;
    let (author, now) = (Author::command_line(), clock.now());
    let replaced = pools.write(|conn| {
        let lost = conn.sealed_secrets()?;
        let chain_key = lost.iter().find(|(name, _)| name == CHAIN_KEY);
        if chain_key.is_none_or(|(_, sealed)| ChainKey::open(master, sealed).is_ok()) {
            return Ok(None);
        }
        let mut head = lock_head(conn)?;
        for (name, _) in &lost {
            let kept = format!("lost:{}:{name}", head.head.seq);
            let row = secrets::table.find(name.as_str());
            each!(conn, c => diesel::update(row).set(secrets::name.eq(kept.as_str())).execute(c.as_mut()))
                .map_err(failed)?;
        }
        let row = (secrets::name.eq(CHAIN_KEY), secrets::sealed.eq(sealed.as_slice()));
        each!(conn, c => diesel::insert_into(secrets::table).values(row).execute(c.as_mut())).map_err(failed)?;
        seal_pending(conn, &mut head, &chain, now)?;
        let count = u64::try_from(lost.len()).unwrap_or(u64::MAX);
        append(conn, &mut head, Some(&chain), (&author, &Change::MasterKeyReplaced { lost: count }, now))?;
        for key in conn.keys()?.into_iter().map(|key| key.public) {
            if matches!(key.state, KeyState::Next | KeyState::Signing) {
                let change = Change::KeyMoved { key, to: KeyState::Retired };
                apply(conn, &change)?;
                append(conn, &mut head, Some(&chain), (&author, &change, now))?;
            }
        }
        write_head(conn, &head)?;
        Ok::<_, StoreError>(Some(()))
    })?;
    Ok(if replaced.is_some() { Replaced::Done } else { Replaced::NotLost })
}
