//! The store as a guard sees it: every answer with the head of its snapshot.

use token_core::{AsOf, GuardSource, Head, KeySet, Load, Role, StoreError, StoredToken, TokenId};

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
