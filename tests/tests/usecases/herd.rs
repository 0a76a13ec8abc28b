//! A herd: very many who come at one moment, with a text of a token that this node has not read yet, as after a start, or to
//! a node that does not know how things are.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread::sleep;
use std::time::Duration;

use token_core::{
    AsOf, BootClock, CaughtUp, CredentialId, GuardSource, Head, Link, NodeId, Renewal, Rules, Seq, StoreError,
    StoredToken, TokenId,
};
use token_guard::{Arrival, Follow, Guard, Refusal};
use token_store::TokenStore;
use token_testkit::Kind;

use crate::hand::Hand;
use crate::world::World;

const LEASE: Duration = Duration::from_secs(1);

/// How many come at once.
const CALLERS: usize = 200;

/// A store whose readings of tokens are counted, and what nodes say of themselves. The first reading is answered when
/// everybody is on the way.
struct Counted {
    store: Arc<TokenStore>,
    coming: AtomicUsize,
    readings: AtomicUsize,
    rounds: Arc<AtomicUsize>,
}

impl Counted {
    fn of(world: &World) -> Arc<Self> {
        let (coming, readings, rounds) = Default::default();
        Arc::new(Self { store: Arc::clone(&world.store), coming, readings, rounds })
    }

    /// A guard that nobody lets follow the log.
    fn guard(self: &Arc<Self>, boot: &Arc<Hand>) -> Guard {
        let boot = Arc::clone(boot) as Arc<dyn BootClock>;
        let follow = Follow { boot, ..Follow::new(NodeId([14; 16]), LEASE) };
        Guard::open(Arc::clone(self) as Arc<dyn GuardSource>, follow).unwrap().with_signature_checks(0)
    }

    /// Nothing waits for anybody from now on.
    fn everybody_is_coming(&self) {
        self.coming.store(CALLERS, Ordering::SeqCst);
    }

    /// All come with this text at once; what becomes of each.
    fn herd(&self, guard: &Guard, text: &str, arrival: Arrival) -> Vec<Result<(), Refusal>> {
        let together = Barrier::new(CALLERS);
        std::thread::scope(|scope| {
            let call = || {
                together.wait();
                self.coming.fetch_add(1, Ordering::SeqCst);
                guard.admit_text(text, arrival).map(|_| ())
            };
            let callers: Vec<_> = (0..CALLERS).map(|_| scope.spawn(call)).collect();
            callers.into_iter().map(|caller| caller.join().unwrap()).collect()
        })
    }
}

impl GuardSource for Counted {
    fn rules(&self) -> Result<AsOf<Rules>, StoreError> {
        GuardSource::rules(self.store.as_ref())
    }

    fn token(&self, id: TokenId) -> Result<AsOf<Option<StoredToken>>, StoreError> {
        self.readings.fetch_add(1, Ordering::SeqCst);
        while self.coming.load(Ordering::SeqCst) < CALLERS {
            sleep(Duration::from_millis(1));
        }
        GuardSource::token(self.store.as_ref(), id)
    }

    fn tell_first_use(&self, token: TokenId, used: CredentialId) -> Result<Seq, StoreError> {
        GuardSource::tell_first_use(self.store.as_ref(), token, used)
    }

    fn link(&self) -> Result<Box<dyn Link>, StoreError> {
        let link = GuardSource::link(self.store.as_ref())?;
        Ok(Box::new(CountedLink { link, rounds: Arc::clone(&self.rounds) }))
    }
}

struct CountedLink {
    link: Box<dyn Link>,
    rounds: Arc<AtomicUsize>,
}

impl Link for CountedLink {
    fn renew(&mut self, node: NodeId, applied: Seq) -> Result<Renewal, StoreError> {
        self.rounds.fetch_add(1, Ordering::SeqCst);
        self.link.renew(node, applied)
    }

    fn catch_up(&mut self, known: &Head) -> Result<CaughtUp, StoreError> {
        self.link.catch_up(known)
    }

    fn leave(&mut self, node: NodeId) -> Result<(), StoreError> {
        self.link.leave(node)
    }
}

#[test]
fn atk_m14_two_hundred_who_come_at_once_with_a_token_nobody_has_read_share_its_reading() {
    let world = World::fresh(Kind::Sqlite);
    let made = world.token(&[]);
    let (source, arrival) = (Counted::of(&world), Arrival { now: world.now(), peer: None });
    let guard = source.guard(&Arc::new(Hand::new()));
    guard.ensure_fresh().unwrap();
    let came = source.herd(&guard, made.text.expose(), arrival);
    assert!(came.iter().all(Result::is_ok), "all of them pass: {came:?}");
    assert_eq!(source.readings.load(Ordering::SeqCst), 1, "one reads, the others wait for what it reads");
    assert!(guard.admit_text(made.text.expose(), arrival).is_ok());
    assert_eq!(source.readings.load(Ordering::SeqCst), 1, "from then on it is known");
}

#[test]
fn atk_m14_two_hundred_who_come_at_once_to_a_node_whose_lease_has_ended_share_its_look_at_the_log() {
    let world = World::fresh(Kind::Sqlite);
    let made = world.token(&[]);
    let (source, arrival) = (Counted::of(&world), Arrival { now: world.now(), peer: None });
    let boot = Arc::new(Hand::new());
    let guard = source.guard(&boot);
    source.everybody_is_coming();
    assert!(guard.admit_text(made.text.expose(), arrival).is_ok());
    let before = source.rounds.load(Ordering::SeqCst);
    boot.pass(LEASE);
    let came = source.herd(&guard, made.text.expose(), arrival);
    // A busy machine may take longer than a call waits for that.
    assert!(came.iter().all(|call| matches!(call, Ok(()) | Err(Refusal::Stale(_)))), "{came:?}");
    assert_eq!(source.rounds.load(Ordering::SeqCst), before + 1, "one looks, the others go by what it found");
    assert!(guard.admit_text(made.text.expose(), arrival).is_ok());
}
