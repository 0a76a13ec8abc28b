//! Before a good signature nothing reaches the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use token_core::{AsOf, CredentialId, GuardSource, Link, NodeId, Rules, Seq, StoreError, StoredToken, TokenId};
use token_guard::{Arrival, Follow, Guard, Presented, Refusal};
use token_store::TokenStore;
use token_testkit::Kind;

use crate::world::World;

/// A store that counts how often it is asked anything.
struct Counting {
    store: Arc<TokenStore>,
    asked: AtomicUsize,
}

impl Counting {
    fn count(&self) -> &TokenStore {
        self.asked.fetch_add(1, Ordering::SeqCst);
        &self.store
    }
}

impl GuardSource for Counting {
    fn rules(&self) -> Result<AsOf<Rules>, StoreError> {
        self.count().rules()
    }

    fn token(&self, id: TokenId) -> Result<AsOf<Option<StoredToken>>, StoreError> {
        self.count().token(id)
    }

    fn tell_first_use(&self, token: TokenId, used: CredentialId) -> Result<Seq, StoreError> {
        self.count().tell_first_use(token, used)
    }

    fn link(&self) -> Result<Box<dyn Link>, StoreError> {
        self.count().link()
    }
}

#[test]
fn p01_nothing_reaches_the_database_before_a_good_signature() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let world = World::fresh(kind);
        let text = world.token(&[]).text.expose().to_owned();
        let source = Arc::new(Counting { store: Arc::clone(&world.store), asked: AtomicUsize::new(0) });
        let follow = Follow::new(NodeId([255; 16]), Duration::from_mins(10));
        let guard = Guard::open(Arc::clone(&source) as Arc<dyn GuardSource>, follow).unwrap();
        guard.round().unwrap();
        guard.round().unwrap();
        let arrival = Arrival { now: world.now(), peer: None };
        let begun = source.asked.load(Ordering::SeqCst);
        for position in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(bytes).unwrap();
            if altered == text {
                continue;
            }
            assert!(matches!(guard.admit_text(&altered, arrival), Err(Refusal::Invalid)), "position {position}");
            let field = format!("Bearer {altered}x");
            let presented = Presented::from_fields([field.as_bytes()]);
            assert!(guard.admit(&presented, arrival).is_err());
        }
        for presented in [Presented::Nothing, Presented::OtherScheme, Presented::Several, Presented::Malformed] {
            assert!(guard.admit(&presented, arrival).is_err());
        }
        assert_eq!(source.asked.load(Ordering::SeqCst), begun, "on {kind:?}");
        assert!(guard.admit_text(&text, arrival).is_ok());
        assert!(begun < source.asked.load(Ordering::SeqCst), "a good one asks");
    }
}
