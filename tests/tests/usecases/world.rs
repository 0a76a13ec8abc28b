//! The parts of the product put together in this process, as the program does it, over a real store.

use std::sync::Arc;

use token_admin::{Admin, Created, EditRole, InUse, NewRole, NewToken};
use token_core::{
    Actor, Author, BuiltIn, Clock, Head, Origin, Role, RoleId, RoleQuery, Rule, Store, TokenQuery, TokenRecord,
    UnixSeconds, UserQuery, UserRecord,
};
use token_guard::{Arrival, Caller, Guard, Presented, Refusal, Warm};
use token_seal::MasterKey;
use token_store::TokenStore;
use token_testkit::{Database, FixedClock, Kind, Product, SeededRandomness};

/// When every world begins.
const START: i64 = 1_800_000_000;

/// An installation on a fresh database, with a clock that stands still.
pub(crate) struct World {
    pub(crate) admin: Arc<Admin>,
    pub(crate) guard: Arc<Guard>,
    pub(crate) store: Arc<TokenStore>,
    pub(crate) master: Arc<MasterKey>,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) randomness: Arc<SeededRandomness>,
    // Last, so that it goes when nobody is connected any more.
    database: Database,
}

/// Everything an administrator can see of tokens, roles and people, and how far the log has come.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Rows {
    pub(crate) head: Head,
    pub(crate) tokens: Vec<TokenRecord>,
    pub(crate) roles: Vec<Role>,
    pub(crate) users: Vec<UserRecord>,
}

impl World {
    pub(crate) fn fresh(kind: Kind) -> Self {
        let database = Database::fresh(kind);
        let clock = Arc::new(FixedClock::at(START));
        let randomness = Arc::new(SeededRandomness::new(if kind == Kind::Sqlite { 7 } else { 11 }));
        let master = Arc::new(MasterKey::generate(randomness.as_ref()).unwrap());
        let Product { admin, guard, store, .. } = Product::open(&database.address(), &master, &clock, &randomness);
        let world = Self { admin, guard, store, master, clock, randomness, database };
        // Issuer and audience are fixed with the first token: from here on every change is one event.
        let first = world.token(&[]).record.id();
        world.admin.delete_token(&Author::command_line(), first).unwrap();
        world.guard.look().unwrap();
        world
    }

    /// Opens the same database anew, as a restart does.
    pub(crate) fn reopen(&mut self) {
        self.guard.leave().unwrap();
        let address = self.database.address();
        let Product { admin, guard, store, .. } = Product::open(&address, &self.master, &self.clock, &self.randomness);
        (self.store, self.admin, self.guard) = (store, admin, guard);
    }

    /// The use cases of another node on the same database.
    pub(crate) fn beside(&self) -> Arc<Admin> {
        Product::open(&self.database.address(), &self.master, &self.clock, &self.randomness).admin
    }

    /// Removes every token, every person without a password and every role that can be removed, and empties the others.
    pub(crate) fn clear(&self) {
        let (author, rows) = (Author::command_line(), self.rows());
        for token in &rows.tokens {
            self.admin.delete_token(&author, token.id()).unwrap();
        }
        for user in rows.users.iter().filter(|user| user.password.is_none()) {
            self.admin.delete_user(&author, user.id()).unwrap();
        }
        for role in &rows.roles {
            match role.built_in() {
                None => drop(self.admin.delete_role(&author, role.id, InUse::Force).unwrap()),
                Some(BuiltIn::Admin) => {}
                Some(implicit) => self.set_rules(implicit.id(), Vec::new()),
            }
        }
    }

    /// # Panics
    ///
    /// When there is more than one page of anything.
    pub(crate) fn rows(&self) -> Rows {
        let limit = token_core::limits::PAGE;
        let tokens = TokenQuery::newest(self.now(), limit);
        let tokens = self.store.list_tokens(&tokens).unwrap();
        let roles = self.store.list_roles(&RoleQuery { name: None, after: None, limit }).unwrap();
        let users = UserQuery { name: None, role: None, enabled: None, after: None, limit };
        let users = self.store.list_users(&users).unwrap();
        let is_one = tokens.next.is_none() && roles.next.is_none() && users.next.is_none();
        assert!(is_one, "a test looks at one page");
        Rows { head: self.head(), tokens: tokens.items, roles: roles.items, users: users.items }
    }

    pub(crate) fn head(&self) -> Head {
        self.store.head().unwrap()
    }

    pub(crate) fn now(&self) -> UnixSeconds {
        self.clock.now().seconds()
    }

    /// So many seconds from now.
    pub(crate) fn after(&self, seconds: i64) -> UnixSeconds {
        UnixSeconds::new(self.now().get() + seconds).unwrap()
    }

    /// Makes a role, on the machine itself.
    pub(crate) fn role(&self, name: &str, rules: Vec<Rule>) -> RoleId {
        let new = NewRole {
            name: name.parse().unwrap(),
            description: "".parse().unwrap(),
            rules,
            users: std::collections::BTreeSet::new(),
        };
        self.admin.create_role(&Author::command_line(), &Ok(new)).unwrap().value.id
    }

    /// Changes the rules of a role, on the machine itself.
    pub(crate) fn set_rules(&self, role: RoleId, rules: Vec<Rule>) {
        let version = self.admin.role(role).unwrap().0.version;
        let edit = EditRole { rules: Some(rules), ..EditRole::default() };
        self.admin.edit_role(&Author::command_line(), role, Some(version), &Ok(edit)).unwrap();
    }

    /// Makes a token, on the machine itself.
    pub(crate) fn token(&self, roles: &[RoleId]) -> Created {
        self.admin.create_token(&Author::command_line(), &new_token(roles)).unwrap().value
    }

    /// Presents a text now, from nowhere in particular.
    pub(crate) fn admit(&self, text: &str) -> Result<Caller, Refusal> {
        self.guard.admit_text(text, Arrival { now: self.now(), peer: None })
    }

    /// The kind of its database.
    pub(crate) fn kind(&self) -> Kind {
        self.database.kind
    }

    /// The file of an embedded database.
    pub(crate) fn file(&self) -> std::path::PathBuf {
        self.database.folder().join("tokenward.db")
    }

    /// Brings everything that was written into that file.
    pub(crate) fn checkpoint(&self) {
        self.database.sql("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    }

    /// From now on no event can be written.
    pub(crate) fn break_log(&self) {
        let refusing = match self.database.kind {
            Kind::Sqlite => "BEGIN SELECT RAISE(ABORT, 'no'); END",
            Kind::Postgres => "FOR EACH ROW EXECUTE FUNCTION refuse('no')",
        };
        self.database.sql(&format!("CREATE TRIGGER broken BEFORE INSERT ON events {refusing}")).unwrap();
    }

    /// And now they can again.
    pub(crate) fn mend_log(&self) {
        let table = if self.database.kind == Kind::Sqlite { "" } else { " ON events" };
        self.database.sql(&format!("DROP TRIGGER broken{table}")).unwrap();
    }

    /// Everything that is stored, as statements.
    pub(crate) fn dump(&self) -> String {
        self.database.dump()
    }

    /// The log has no gap and every link and MAC of it holds.
    pub(crate) fn ensure_good_log(&self) {
        let verdict = self.store.verify_log().unwrap();
        assert!(verdict.broken.is_none() && verdict.unsealed.is_empty() && verdict.macs_checked, "{verdict:?}");
        assert_eq!(verdict.events, self.head().seq.get());
    }
}

/// What a call on this thread comes to without asking anybody; `None` where that does not do.
pub(crate) fn from_memory(guard: &Guard, text: &str, arrival: Arrival) -> Option<Result<Caller, Refusal>> {
    match guard.admit_warm(&Presented::Bearer(text), arrival) {
        Warm::Decided(admitted) => Some(admitted),
        Warm::Cold(_) => None,
    }
}

/// A call on this thread, as the event loop makes it: from memory, and only otherwise beside it.
pub(crate) fn call(guard: &Guard, text: &str, arrival: Arrival) -> Result<Caller, Refusal> {
    from_memory(guard, text, arrival).unwrap_or_else(|| guard.admit_text(text, arrival))
}

/// A token without an end, for calls from everywhere.
pub(crate) fn new_token(roles: &[RoleId]) -> NewToken {
    NewToken {
        name: "application".parse().unwrap(),
        description: "".parse().unwrap(),
        roles: roles.iter().copied().collect(),
        expires_at: None,
        allowed_networks: None,
    }
}

/// Whoever calls with this token.
pub(crate) fn author_of(token: &TokenRecord) -> Author {
    let actor = Actor::Token { id: token.id(), name: token.token.grant().name.clone() };
    Author { actor, origin: Origin::default() }
}
