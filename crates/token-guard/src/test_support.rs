//! A guard for the tests of a service that embeds one, and callers for it. For tests alone: name the feature
//! `test-support` under `[dev-dependencies]`, never under `[dependencies]`.
//!
//! The guard is the real one, in front of a book of tokens in memory. Texts are signed by a key that is made with the book,
//! so a test sends what a caller sends and sees what a caller sees. Nothing goes over a network, nothing follows in the
//! background, and no clock moves by itself: what a test does to a token is in force when the method returns.
//!
//! ```
//! use token_core::permission;
//! use token_guard::Arrival;
//! use token_guard::test_support::TestGuard;
//!
//! let fake = TestGuard::new();
//! let reader = fake.token("reader", &["allow assets:read"]);
//! let call = |text: &str| fake.guard().admit_text(text, Arrival { now: fake.now(), peer: None });
//!
//! let caller = call(reader.text()).unwrap();
//! assert!(caller.require(&permission!("assets:read")).is_ok());
//! assert_eq!(caller.require(&permission!("assets:write")).unwrap_err().answer().status, 403);
//!
//! fake.revoke(&reader);
//! assert_eq!(call(reader.text()).unwrap_err().answer().status, 401);
//!
//! fake.lose_log();
//! assert_eq!(call(reader.text()).unwrap_err().answer().status, 503);
//! ```
//!
//! Hand [`TestGuard::guard`] and [`TestGuard::clock`] to whatever makes your app with its layer, and test that.

mod book;
mod clocks;

use std::sync::Arc;
use std::time::Duration;

use token_core::{
    AllowedNetworks, BootClock, Clock, GuardSource, NodeId, Role, RoleId, Rule, StoredToken, TokenId, UnixSeconds,
};

use crate::{Follow, Guard};
use book::Book;
use clocks::{TestBoot, TestClock};

/// How long the guard goes by what it has read; no time passes by itself.
const LEASE: Duration = Duration::from_mins(1);

/// A guard, its tokens and its clocks.
#[derive(Debug)]
pub struct TestGuard {
    guard: Arc<Guard>,
    book: Book,
    clock: Arc<TestClock>,
    boot: Arc<TestBoot>,
}

/// A token of a [`TestGuard`], with its text.
#[derive(Clone, Debug)]
pub struct TestToken {
    id: TokenId,
    role: RoleId,
    text: String,
}

impl TestToken {
    /// Which token.
    #[must_use]
    pub fn id(&self) -> TokenId {
        self.id
    }

    /// What stands behind `Bearer `.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value of the field `Authorization`.
    #[must_use]
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.text)
    }
}

impl Default for TestGuard {
    fn default() -> Self {
        Self::new()
    }
}

impl TestGuard {
    /// A guard that is fresh and knows of no token yet. Signature checks have no limit.
    ///
    /// # Panics
    ///
    /// When the system gives no randomness or no thread.
    #[must_use]
    pub fn new() -> Self {
        let (clock, boot) = (Arc::new(TestClock::default()), Arc::new(TestBoot::default()));
        let book = Book::new(clock.now());
        let follow = Follow {
            boot: Arc::clone(&boot) as Arc<dyn BootClock>,
            cached_tokens: 1_000,
            ..Follow::new(NodeId([1; 16]), LEASE)
        };
        let source = Arc::new(book.clone()) as Arc<dyn GuardSource>;
        let guard = Guard::open(source, follow).expect("a book that answers").with_signature_checks(0);
        guard.round().expect("a book that answers");
        Self { guard: Arc::new(guard), book, clock, boot }
    }

    /// The guard, for the layer of the app under test.
    #[must_use]
    pub fn guard(&self) -> Arc<Guard> {
        Arc::clone(&self.guard)
    }

    /// The clock that says whether a token has expired, for the same layer. It stands still.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock) as Arc<dyn Clock>
    }

    /// The second that the clock shows.
    #[must_use]
    pub fn now(&self) -> UnixSeconds {
        self.clock.now().seconds()
    }

    /// Moves the clock on.
    pub fn advance(&self, seconds: u32) {
        self.clock.advance(seconds);
    }

    /// A new token without an end, whose one role has these rules, e.g. `allow assets:read`.
    ///
    /// # Panics
    ///
    /// When a rule or the name is malformed.
    #[must_use]
    pub fn token(&self, name: &str, rules: &[&str]) -> TestToken {
        self.issue(name, rules, None)
    }

    /// A new token like that, which ends so many seconds from now.
    ///
    /// # Panics
    ///
    /// When a rule or the name is malformed.
    #[must_use]
    pub fn token_for(&self, seconds: u32, name: &str, rules: &[&str]) -> TestToken {
        self.issue(name, rules, Some(seconds))
    }

    fn issue(&self, name: &str, rules: &[&str], seconds: Option<u32>) -> TestToken {
        let (id, role, text) = self.book.issue(self.clock.now(), name, parse(rules), seconds);
        self.learn();
        TestToken { id, role, text: text.expose().to_owned() }
    }

    /// The same token with other rules: what an administrator does by editing its role.
    ///
    /// # Panics
    ///
    /// When a rule is malformed.
    pub fn edit_rules(&self, token: &TestToken, rules: &[&str]) {
        let rules = parse(rules);
        self.book.edit_role(token.role, |role: &mut Role| role.rules = rules);
        self.learn();
    }

    /// Allows the token from these networks alone, in CIDR notation.
    ///
    /// # Panics
    ///
    /// When one is malformed, or the token is revoked or deleted.
    pub fn allow_from(&self, token: &TestToken, networks: &[&str]) {
        let networks = AllowedNetworks::parse(networks.iter().copied()).expect("networks in CIDR notation");
        self.book.edit_grant(token.id, |grant| grant.allowed_networks = Some(networks));
        self.learn();
    }

    /// Ends the token now, as its expiry does: 401.
    ///
    /// # Panics
    ///
    /// When it is revoked or deleted.
    pub fn expire(&self, token: &TestToken) {
        let now = self.now();
        self.book.edit_grant(token.id, |grant| grant.expires_at = Some(now));
        self.learn();
    }

    /// Revokes the token: 401 for good.
    pub fn revoke(&self, token: &TestToken) {
        let now = self.now();
        self.book.replace(token.id, |stored| Some(book::revoked(stored, now)));
        self.learn();
    }

    /// Deletes the token: 401 like a text that never was one.
    pub fn delete(&self, token: &TestToken) {
        self.book.replace(token.id, |_: StoredToken| None);
        self.learn();
    }

    /// A well-formed text that another installation has signed: 401.
    ///
    /// # Panics
    ///
    /// When the system gives no randomness.
    #[must_use]
    pub fn foreign_text(&self) -> String {
        Book::new(self.clock.now()).issue(self.clock.now(), "stranger", Vec::new(), None).2.expose().to_owned()
    }

    /// Takes the log away for longer than the guard may go on without: 503 for everybody, until [`TestGuard::find_log`].
    pub fn lose_log(&self) {
        self.book.go_away();
        self.boot.pass(LEASE * 2);
    }

    /// Gives the log back; the next call finds it.
    pub fn find_log(&self) {
        self.book.come_back();
    }

    /// The guard knows of a change before the method that made it returns; of none while the log is away.
    fn learn(&self) {
        let learned = self.guard.look();
        assert!(learned.is_ok() || self.book.is_away(), "the book answers: {learned:?}");
    }
}

fn parse(rules: &[&str]) -> Vec<Rule> {
    rules.iter().map(|rule| rule.parse().expect("a rule, e.g. `allow assets:read`")).collect()
}

#[cfg(test)]
mod tests;
