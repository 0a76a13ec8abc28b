//! Questions about texts: by the same judgement as calls, and without using anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use token_core::{
    AsOf, BootClock, CaughtUp, CredentialId, GuardSource, Head, Link, NodeId, Renewal, Rules, Seq, StoreError,
    StoredToken, TokenId,
};
use token_guard::{Arrival, Follow, Guard, Inspection, Question, Refusal};
use token_store::TokenStore;

use crate::each_store::in_each_world;
use crate::hand::Hand;
use crate::world::World;

/// A store that can be away.
struct Leaving {
    store: Arc<TokenStore>,
    away: Arc<AtomicBool>,
    asked: AtomicU64,
}

impl Leaving {
    fn store(&self) -> Result<&TokenStore, StoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.away.load(Ordering::SeqCst) { Err(away()) } else { Ok(&self.store) }
    }
}

impl GuardSource for Leaving {
    fn rules(&self) -> Result<AsOf<Rules>, StoreError> {
        self.store()?.rules()
    }

    fn token(&self, id: TokenId) -> Result<AsOf<Option<StoredToken>>, StoreError> {
        self.store()?.token(id)
    }

    fn tell_first_use(&self, token: TokenId, used: CredentialId) -> Result<Seq, StoreError> {
        self.store()?.tell_first_use(token, used)
    }

    fn link(&self) -> Result<Box<dyn Link>, StoreError> {
        let away = Arc::clone(&self.away);
        Ok(Box::new(Line { link: self.store()?.link()?, away }))
    }
}

/// What follows the log of a store that can be away.
struct Line {
    link: Box<dyn Link>,
    away: Arc<AtomicBool>,
}

impl Line {
    fn link(&mut self) -> Result<&mut dyn Link, StoreError> {
        if self.away.load(Ordering::SeqCst) { Err(away()) } else { Ok(self.link.as_mut()) }
    }
}

impl Link for Line {
    fn renew(&mut self, node: NodeId, applied: Seq) -> Result<Renewal, StoreError> {
        self.link()?.renew(node, applied)
    }

    fn catch_up(&mut self, known: &Head) -> Result<CaughtUp, StoreError> {
        self.link()?.catch_up(known)
    }

    fn leave(&mut self, node: NodeId) -> Result<(), StoreError> {
        self.link()?.leave(node)
    }
}

fn away() -> StoreError {
    StoreError::Unavailable("away".into())
}

const LEASE: Duration = Duration::from_mins(1);

fn question(world: &World) -> Question {
    Question { call: Arrival { now: world.now(), peer: None }, asked_from: None }
}

fn is_good(found: &Inspection) -> bool {
    match &found.verdict {
        Ok(good) => found.named == Some((good.id(), good.credential())),
        Err(_) => false,
    }
}

#[test]
fn p24_what_is_known_of_texts_is_told_until_the_lease_ends_and_nothing_else() {
    in_each_world(|world| {
        let (known, other) = (world.token(&[]), world.token(&[]));
        let (known, other) = (known.text.expose(), other.text.expose());
        let source = Leaving { store: Arc::clone(&world.store), away: Arc::default(), asked: AtomicU64::new(0) };
        let (source, boot) = (Arc::new(source), Arc::new(Hand::new()));
        let follow = Follow { boot: Arc::clone(&boot) as Arc<dyn BootClock>, ..Follow::new(NodeId([254; 16]), LEASE) };
        let guard = Guard::open(Arc::clone(&source) as Arc<dyn GuardSource>, follow).unwrap();
        guard.round().unwrap();
        guard.round().unwrap();
        let question = question(world);
        assert!(guard.inspect_warm(known, question).is_none(), "nobody has asked yet");
        assert!(is_good(&guard.inspect(known, question)));
        assert!(is_good(&guard.inspect_warm(known, question).unwrap()));

        source.away.store(true, Ordering::SeqCst);
        let asked = source.asked.load(Ordering::SeqCst);
        assert!(is_good(&guard.inspect(known, question)) && guard.admit_text(known, question.call).is_ok());
        assert_eq!(source.asked.load(Ordering::SeqCst), asked, "what is known is not asked for");
        assert!(matches!(guard.inspect(other, question).verdict, Err(Refusal::Unavailable(_))));
        assert!(matches!(guard.inspect("a.b.c", question).verdict, Err(Refusal::Invalid)));
        boot.pass(LEASE);
        assert!(guard.inspect_warm(known, question).is_none(), "the lease is over");
        for text in [known, other] {
            let verdict = guard.inspect(text, question).verdict;
            assert!(matches!(verdict, Err(Refusal::Stale(_) | Refusal::Unavailable(_))), "{verdict:?}");
        }
        source.away.store(false, Ordering::SeqCst);
        assert!(is_good(&guard.inspect(other, question)), "and it is back");
    });
}

#[test]
fn x09_a_question_counts_nothing_and_writes_nothing() {
    in_each_world(|world| {
        let token = world.token(&[]);
        let (text, question) = (token.text.expose(), question(world));
        let day = token_core::UsageDay::of(world.now());
        let _ = (world.guard.take_usage(day), world.guard.take_refused());
        let head = world.head();
        for asked in [text, "garbage", "a.b.c"] {
            let _ = (world.guard.inspect(asked, question), world.guard.inspect_warm(asked, question));
        }
        assert_eq!(world.guard.take_usage(day), []);
        assert!(world.guard.take_refused().is_empty());
        assert_eq!(world.head(), head);
        assert!(world.guard.admit_text(text, question.call).is_ok());
        assert_eq!(world.guard.take_usage(day).len(), 1, "a call counts");
    });
}
