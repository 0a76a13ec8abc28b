//! A herd: very many who come at one moment with a text of a token that this node has not read yet, as after a start.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread::sleep;
use std::time::Duration;

use token_core::{AsOf, CredentialId, GuardSource, Link, NodeId, Rules, Seq, StoreError, StoredToken, TokenId};
use token_guard::{Arrival, Follow, Guard};
use token_store::TokenStore;
use token_testkit::Kind;

use crate::world::World;

/// How many come at once.
const CALLERS: usize = 200;

/// Readings there may be in all: whoever looked just before the token was kept, and came to read just after it, reads
/// once more, and shares that, too.
const FEW: usize = 10;

/// A store whose readings of tokens are counted. The first is answered when everybody is on the way.
struct Counted {
    store: Arc<TokenStore>,
    coming: AtomicUsize,
    readings: AtomicUsize,
    reading: AtomicUsize,
    most_at_once: AtomicUsize,
}

impl GuardSource for Counted {
    fn rules(&self) -> Result<AsOf<Rules>, StoreError> {
        GuardSource::rules(self.store.as_ref())
    }

    fn token(&self, id: TokenId) -> Result<AsOf<Option<StoredToken>>, StoreError> {
        self.readings.fetch_add(1, Ordering::SeqCst);
        let at_once = self.reading.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(at_once, Ordering::SeqCst);
        while self.coming.load(Ordering::SeqCst) < CALLERS {
            sleep(Duration::from_millis(1));
        }
        let read = GuardSource::token(self.store.as_ref(), id);
        self.reading.fetch_sub(1, Ordering::SeqCst);
        read
    }

    fn tell_first_use(&self, token: TokenId, used: CredentialId) -> Result<Seq, StoreError> {
        GuardSource::tell_first_use(self.store.as_ref(), token, used)
    }

    fn link(&self) -> Result<Box<dyn Link>, StoreError> {
        GuardSource::link(self.store.as_ref())
    }
}

#[test]
fn atk_m14_two_hundred_who_come_at_once_with_a_token_nobody_has_read_share_its_reading() {
    let world = World::fresh(Kind::Sqlite);
    let made = world.token(&[]);
    let source = Arc::new(Counted {
        store: Arc::clone(&world.store),
        coming: AtomicUsize::new(0),
        readings: AtomicUsize::new(0),
        reading: AtomicUsize::new(0),
        most_at_once: AtomicUsize::new(0),
    });
    // Nobody follows the log here, and a busy machine takes its time.
    let follow = Follow::new(NodeId([14; 16]), Duration::from_mins(10));
    let guard = Guard::open(Arc::clone(&source) as Arc<dyn GuardSource>, follow).unwrap().with_signature_checks(0);
    guard.round().unwrap();
    guard.round().unwrap();
    let arrival = Arrival { now: world.now(), peer: None };
    let text = made.text.expose();
    let together = Barrier::new(CALLERS);
    let admitted = std::thread::scope(|scope| {
        let call = || {
            together.wait();
            source.coming.fetch_add(1, Ordering::SeqCst);
            guard.admit_text(text, arrival).is_ok()
        };
        let callers: Vec<_> = (0..CALLERS).map(|_| scope.spawn(call)).collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).filter(|passed| *passed).count()
    });
    assert_eq!(admitted, CALLERS, "all of them pass");
    assert_eq!(source.most_at_once.load(Ordering::SeqCst), 1, "one reads, the others wait for what it reads");
    let readings = source.readings.load(Ordering::SeqCst);
    assert!(readings < FEW, "{readings} readings");
    assert!(guard.admit_text(text, arrival).is_ok());
    assert_eq!(source.readings.load(Ordering::SeqCst), readings, "from then on it is known");
}
