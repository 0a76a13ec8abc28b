//! The store as a guard sees it: every answer with the head of its snapshot.

use token_core::{
    Actor, AsOf, Author, Change, CredentialId, GuardSource, Head, KeySet, Load, Role, Store as _, StoreError,
    StoredToken, TokenId,
};

use crate::TokenStore;
use crate::events::read_head;
use crate::load::all_roles;

impl GuardSource for TokenStore {
    fn head(&self) -> Result<Head, StoreError> {
        self.pools.read(|conn| Ok(read_head(conn)?.head))
    }

    fn token(&self, id: TokenId) -> Result<AsOf<Option<StoredToken>>, StoreError> {
        self.pools.read(|conn| {
            let head = read_head(conn)?.head;
            Ok(AsOf { head, value: conn.token(id)?.map(|record| record.token) })
        })
    }

    fn tell_first_use(&self, token: TokenId, used: CredentialId) -> Result<(), StoreError> {
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
        self.write(&author, decide).map(|_| ())
    }

    fn policy(&self) -> Result<AsOf<Vec<Role>>, StoreError> {
        self.pools.read(|conn| Ok(AsOf { head: read_head(conn)?.head, value: all_roles(conn)? }))
    }

    fn keys(&self) -> Result<AsOf<KeySet>, StoreError> {
        self.pools.read(|conn| {
            let head = read_head(conn)?.head;
            let keys = conn.keys()?.into_iter().map(|key| key.public).collect();
            Ok(AsOf { head, value: KeySet { keys, identity: conn.identity()? } })
        })
    }
}
