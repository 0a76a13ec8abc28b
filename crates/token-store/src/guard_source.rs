//! The store as a guard sees it: every answer with the head of its snapshot.

use token_core::{
    Actor, AsOf, Author, Change, CredentialId, GuardSource, Head, KeySet, Link, Load, Rules, Seq, Store as _,
    StoreError, StoredToken, TokenId,
};

use crate::TokenStore;
use crate::connection::Conn;
use crate::events::read_head;
use crate::load::all_roles;

/// Policy and keys as a transaction sees them.
pub(crate) fn rules(conn: &mut Conn) -> Result<Rules, StoreError> {
    let keys = conn.keys()?.into_iter().map(|key| key.public).collect();
    let keys = KeySet { keys, identity: conn.identity()? };
    Ok(Rules { roles: all_roles(conn)?, keys, routes: conn.routes()?.rules })
}

impl GuardSource for TokenStore {
    fn rules(&self) -> Result<AsOf<Rules>, StoreError> {
        self.pools.read(|conn| Ok(AsOf { head: read_head(conn)?.head, value: rules(conn)? }))
    }

    fn token(&self, id: TokenId) -> Result<AsOf<Option<StoredToken>>, StoreError> {
        self.pools.read(|conn| {
            let head = read_head(conn)?.head;
            Ok(AsOf { head, value: conn.token(id)?.map(|record| record.token) })
        })
    }

    fn tell_first_use(&self, token: TokenId, used: CredentialId) -> Result<Seq, StoreError> {
        let at = self.clock.now().seconds();
        let mut author = Author::system();
        if let Some(known) = self.token(token)?.value {
            author.actor = Actor::Token { id: token, name: known.grant().name.clone() };
        }
        let decide = &mut |tx: &mut dyn Load| {
            let Some(StoredToken::Unrevoked(unrevoked)) = tx.token(token)?.map(|record| record.token) else {
                return Ok(Vec::new());
            };
            let grant = unrevoked.grant();
            let ended: Vec<_> = grant.credentials.ended_by_use(used).map(|credential| credential.id).collect();
            if ended.is_empty() {
                return Ok(Vec::new());
            }
            Ok(vec![Change::TokenFirstUsed { token, name: grant.name.clone(), used, ended, at }])
        };
        self.write(&author, decide).map(|committed| committed.head.seq)
    }

    fn link(&self) -> Result<Box<dyn Link>, StoreError> {
        self.following()
    }
}

impl TokenStore {
    /// How far the log has come.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn head(&self) -> Result<Head, StoreError> {
        self.pools.read(|conn| Ok(read_head(conn)?.head))
    }

    /// How the log goes on behind an event that was known once.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn since(&self, known: &Head) -> Result<token_core::CaughtUp, StoreError> {
        self.pools.read(|conn| crate::follow::caught_up(conn, known))
    }
}
