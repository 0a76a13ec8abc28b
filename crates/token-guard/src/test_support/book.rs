//! The tokens, roles and the key of a test, in memory, with a log that numbers every change.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use token_core::{
    Actor, Algorithm, AsOf, CaughtUp, Continuity, Credential, CredentialId, Credentials, Digest, Encoding, Ends, Epoch,
    Grant, GuardSource, Head, Identity, KeyId, KeySet, KeyState, Link, NodeId, Randomness, RandomnessFailed, Renewal,
    Revoked, Role, RoleId, RouteRules, Rule, Rules, Seq, StoreError, StoredToken, Token, TokenId, Touches, UnixMicros,
    UnixSeconds,
};
use token_jwt::{NewKey, SigningInput, SigningKey, TokenText};

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Book(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pages: Mutex<Pages>,
    identity: Identity,
    key: SigningKey,
    key_id: KeyId,
    numbers: Numbers,
}

#[derive(Debug)]
struct Pages {
    head: Head,
    rules: Rules,
    tokens: BTreeMap<TokenId, StoredToken>,
    away: bool,
}

/// Ids of tests tell nobody anything: they are counted.
#[derive(Debug, Default)]
struct Numbers(AtomicU64);

impl Randomness for Numbers {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
        let next = self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        bytes.fill(0);
        for (byte, digit) in bytes.iter_mut().rev().zip(next.iter().rev()) {
            *byte = *digit;
        }
        Ok(())
    }
}

impl Book {
    /// A book with a key of its own.
    pub(super) fn new(now: UnixMicros) -> Self {
        let new = NewKey::generate(Algorithm::EdDsa).expect("randomness for a key");
        let public = new.public(KeyState::Signing, now.seconds()).expect("a name for a key");
        let key = SigningKey::open(public.algorithm, public.id.clone(), new.private()).expect("a key that signs");
        let identity = Identity {
            issuer: "https://tokens.test".parse().expect("an issuer"),
            audience: "tests".parse().expect("an audience"),
        };
        let key_id = public.id.clone();
        let keys = KeySet { keys: vec![public], identity: Some(identity.clone()) };
        let head = Head { epoch: Epoch([1; 16]), seq: Seq::ZERO, digest: Digest([0; 32]) };
        let rules = Rules { roles: Vec::new(), keys, routes: RouteRules::default() };
        let pages = Mutex::new(Pages { head, rules, tokens: BTreeMap::new(), away: false });
        Self(Arc::new(Inner { pages, identity, key, key_id, numbers: Numbers::default() }))
    }

    /// A token with a role of its own.
    pub(super) fn issue(
        &self,
        now: UnixMicros,
        name: &str,
        rules: Vec<Rule>,
        seconds: Option<u32>,
    ) -> (TokenId, RoleId, TokenText) {
        let numbers = &self.0.numbers;
        let id = TokenId::new(now, numbers).expect("a number");
        let role_id = RoleId::new(now, numbers).expect("a number");
        let role = Role {
            id: role_id,
            name: format!("role of {id}").parse().expect("a name"),
            description: "".parse().expect("a description"),
            rules,
            version: 1,
        };
        let end =
            |seconds: u32| UnixSeconds::new(now.seconds().get() + i64::from(seconds)).expect("a year below 10000");
        let credential = Credential {
            id: CredentialId::new(now, numbers).expect("a number"),
            key: self.0.key_id.clone(),
            issued_at: now.seconds(),
            expires_at: seconds.map(end),
            encoding: Encoding::V1,
            ends: Ends::Never,
        };
        let input = SigningInput::new(&self.0.identity, id, &credential, Algorithm::EdDsa);
        let text = self.0.key.sign(&input).expect("a signature");
        let grant = Grant {
            id,
            name: name.parse().expect("a name of a token"),
            roles: [role_id].into(),
            expires_at: credential.expires_at,
            allowed_networks: None,
            credentials: Credentials::first(credential),
        };
        self.change(|pages| {
            pages.rules.roles.push(role);
            pages.tokens.insert(id, StoredToken::Unrevoked(Token::unrevoked(grant)));
        });
        (id, role_id, text)
    }

    pub(super) fn edit_role(&self, id: RoleId, edit: impl FnOnce(&mut Role)) {
        self.change(|pages| pages.rules.roles.iter_mut().find(|role| role.id == id).map(edit));
    }

    /// Edits a token that nobody ended.
    pub(super) fn edit_grant(&self, id: TokenId, edit: impl FnOnce(&mut Grant)) {
        self.replace(id, |stored| {
            assert!(stored.end().is_none(), "a revoked token is not edited");
            let mut grant = stored.grant().clone();
            edit(&mut grant);
            Some(StoredToken::Unrevoked(Token::unrevoked(grant)))
        });
    }

    /// Another state of a token, or none; a deleted one stays deleted.
    pub(super) fn replace(&self, id: TokenId, change: impl FnOnce(StoredToken) -> Option<StoredToken>) {
        self.change(|pages| {
            if let Some(after) = pages.tokens.remove(&id).and_then(change) {
                pages.tokens.insert(id, after);
            }
        });
    }

    /// Answers nothing from now on.
    pub(super) fn go_away(&self) {
        self.pages().away = true;
    }

    pub(super) fn come_back(&self) {
        self.pages().away = false;
    }

    pub(super) fn is_away(&self) -> bool {
        self.pages().away
    }

    /// Every change is one event.
    fn change<T>(&self, change: impl FnOnce(&mut Pages) -> T) {
        let mut pages = self.pages();
        let _ = change(&mut pages);
        pages.head.seq = pages.head.seq.next().expect("a number");
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, read: impl FnOnce(&Pages) -> T) -> Result<T, StoreError> {
        let pages = self.pages();
        if pages.away { Err(StoreError::Unavailable("the test took the log away".into())) } else { Ok(read(&pages)) }
    }
}

/// The token after its end; its first end stays.
pub(super) fn revoked(stored: StoredToken, at: UnixSeconds) -> StoredToken {
    match stored {
        StoredToken::Unrevoked(token) => {
            StoredToken::Revoked(token.revoke(Revoked { at, by: Actor::System, reason: None }))
        }
        ended @ StoredToken::Revoked(_) => ended,
    }
}

impl GuardSource for Book {
    fn rules(&self) -> Result<AsOf<Rules>, StoreError> {
        self.read(|pages| AsOf { head: pages.head, value: pages.rules.clone() })
    }

    fn token(&self, id: TokenId) -> Result<AsOf<Option<StoredToken>>, StoreError> {
        self.read(|pages| AsOf { head: pages.head, value: pages.tokens.get(&id).cloned() })
    }

    /// No text of a test waits for a first use.
    fn tell_first_use(&self, _: TokenId, _: CredentialId) -> Result<Seq, StoreError> {
        self.read(|pages| pages.head.seq)
    }

    fn link(&self) -> Result<Box<dyn Link>, StoreError> {
        Ok(Box::new(self.clone()))
    }
}

impl Link for Book {
    fn renew(&mut self, _: NodeId, _: Seq) -> Result<Renewal, StoreError> {
        self.read(|_| Renewal::Kept)
    }

    fn catch_up(&mut self, _: &Head) -> Result<CaughtUp, StoreError> {
        // Few tokens and few roles: all are read anew.
        let touches = Touches { everything: true, ..Touches::default() };
        self.read(|pages| CaughtUp {
            head: pages.head,
            continuity: Continuity::Unbroken,
            touches,
            rules: Some(pages.rules.clone()),
        })
    }

    fn leave(&mut self, _: NodeId) -> Result<(), StoreError> {
        Ok(())
    }
}
