//! Threads that come to the memory in many orders, tried by shuttle: the code is the product's, its locks and atomics are
//! shuttle's. Each rule is proved twice: kept, nothing is found; left out, something is.

mod fills;
mod states;

use token_core::{
    AsOf, Boot, Credential, CredentialId, Credentials, Digest, Encoding, Ends, Epoch, Grant, Head, KeySet, RoleSet,
    RouteRules, Rules, Seq, StoredToken, Token, TokenId, Touches, UnixSeconds,
};

use super::*;
use crate::sync::Mutex;

/// How many orders are tried where a rule is kept.
const ORDERS: usize = 400;
/// How many at most until something is found, where it is left out.
const MOST_ORDERS: usize = 20_000;

/// How many changes of direction a schedule has at most.
const DEPTH: usize = 3;

/// The only token there is.
fn token() -> TokenId {
    "0192f3c1-7a52-7c11-8d4e-0242ac120001".parse().unwrap()
}

fn head(seq: u64) -> Head {
    Head { epoch: Epoch([7; 16]), seq: Seq::new(seq), digest: Digest([0; 32]) }
}

/// The rules as of an event.
fn rules(seq: u64) -> Published {
    let keys = KeySet { keys: Vec::new(), identity: None };
    Published::new(head(seq), Rules { roles: Vec::new(), keys, routes: RouteRules::default() }).unwrap()
}

/// The token as it is from an event on: its name is the number of the event.
fn version(seq: u64) -> StoredToken {
    let from = UnixSeconds::new(0).unwrap();
    let id: CredentialId = "0192f3c1-7a52-7c11-8d4e-0242ac120002".parse().unwrap();
    let key = "k".parse().unwrap();
    let credential =
        Credential { id, key, issued_at: from, expires_at: None, encoding: Encoding::V1, ends: Ends::Never };
    StoredToken::Unrevoked(Token::unrevoked(Grant {
        id: token(),
        name: seq.to_string().parse().unwrap(),
        roles: RoleSet::none(),
        expires_at: None,
        allowed_networks: None,
        credentials: Credentials::first(credential),
    }))
}

fn version_of(known: &Known) -> u64 {
    let Known::Token(token) = known else { panic!("the token is never deleted") };
    token.stored.grant().name.as_str().parse().unwrap()
}

/// A memory and the database it reads, where the token is changed and its rules with it, event after event.
struct World {
    memory: Memory,
    log: Mutex<u64>,
}

impl World {
    fn new() -> Self {
        Self { memory: Memory::new(rules(0), 4), log: Mutex::new(0) }
    }

    /// The token and the head, in one snapshot.
    fn read(&self) -> AsOf<Option<StoredToken>> {
        let seq = *self.log.lock().unwrap();
        AsOf { head: head(seq), value: Some(version(seq)) }
    }

    /// The next event is committed.
    fn commit(&self) {
        *self.log.lock().unwrap() += 1;
    }

    /// The log is followed up to its end.
    fn follow(&self) {
        let seq = *self.log.lock().unwrap();
        let touches = Touches { tokens: vec![token()], ..Touches::default() };
        self.memory.apply(&touches, rules(seq));
    }

    /// As a call does that does not know the token.
    fn fill(&self) -> Known {
        self.memory.fill(token(), || Ok(self.read())).unwrap()
    }

    fn kept_or_filled(&self) -> Known {
        self.memory.token(token()).unwrap_or_else(|| self.fill())
    }
}

/// Nothing is found, at random and with few changes of direction.
fn holds(scene: fn()) {
    shuttle::check_random(scene, ORDERS);
    shuttle::check_pct(scene, ORDERS, DEPTH);
}

/// Something is found.
#[track_caller]
fn is_caught(scene: fn()) {
    let tried = std::panic::catch_unwind(|| {
        shuttle::check_pct(scene, MOST_ORDERS, DEPTH);
        shuttle::check_random(scene, MOST_ORDERS);
    });
    assert!(tried.is_err(), "a rule is left out, and nobody notices");
}

/// Runs these at once, to their ends.
fn at_once(threads: Vec<Box<dyn FnOnce() + Send>>) {
    let threads: Vec<_> = threads.into_iter().map(shuttle::thread::spawn).collect();
    for thread in threads {
        thread.join().unwrap();
    }
}
