//! What the domain needs of the world: time, randomness, and a store. Implemented elsewhere, also by embedding teams.

use crate::{
    Author, Change, Event, EventQuery, Head, Identity, KeyId, Page, PublicKey, Role, RoleId, RoleName, RoleQuery,
    RoleSet, RoleUse, SealedKey, Seq, TokenCount, TokenId, TokenPosition, TokenQuery, TokenRecord, TokenTotals,
    UnixMicros, UnixSeconds,
};
use crate::{Durability, TokenUsage, UsageDay, UsageRecord};
use crate::{Holders, SecretDigest, Session, SetupCode, UserId, UserQuery, UserRecord, Username};
use crate::{RememberedRequest, RequestMac, StoredRoutes};

/// A wall clock, UTC.
pub trait Clock: Send + Sync {
    /// The time now. Outside 1970..=9999 a clock answers the nearest bound.
    fn now(&self) -> UnixMicros;
}

/// The source of randomness gave none.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the system's source of randomness failed")]
pub struct RandomnessFailed;

/// A cryptographically secure source of random bytes.
pub trait Randomness: Send + Sync {
    /// Fills all of `bytes`.
    ///
    /// # Errors
    ///
    /// [`RandomnessFailed`]; then `bytes` must not be used.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessFailed>;
}

/// Why the store gave no answer. None of these means "no".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database is away or too slow. Nothing was changed.
    #[error("the database is not reachable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Somebody else holds the lock longer than we wait. Nothing was changed.
    #[error("the database is busy; nothing was changed")]
    Busy,
    /// The connection was lost in the commit: it may or may not have happened.
    #[error("the outcome of the commit is unknown")]
    OutcomeUnknown(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A row is not what it can be. Nothing was changed.
    #[error("row `{id}` of table `{table}` is corrupt: {what}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The row.
        id: String,
        /// What is wrong with it.
        what: String,
    },
    /// What was decided no longer fits what is stored; a fault of ours. Nothing was changed.
    #[error("a change did not apply: {0}")]
    NotApplied(&'static str),
}

/// Rows as one transaction sees them.
pub trait Load {
    /// A token, unless it is unknown or deleted.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as for every reading here.
    fn token(&mut self, id: TokenId) -> Result<Option<TokenRecord>, StoreError>;
    /// A role.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn role(&mut self, id: RoleId) -> Result<Option<Role>, StoreError>;
    /// The role with this name in its folded form.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn role_named(&mut self, name: &RoleName) -> Result<Option<Role>, StoreError>;
    /// Those of the roles that exist.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn roles(&mut self, ids: &RoleSet) -> Result<Vec<Role>, StoreError>;
    /// Where a role is used.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn role_use(&mut self, id: RoleId) -> Result<RoleUse, StoreError>;
    /// The tokens of one page, as they are under the lock.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn tokens(&mut self, query: &TokenQuery) -> Result<Page<TokenRecord, TokenPosition>, StoreError>;
    /// What is remembered of a request with this scope, forgotten or not.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn remembered(&mut self, scope: &RequestMac) -> Result<Option<RememberedRequest>, StoreError>;
    /// The route rules.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn routes(&mut self) -> Result<StoredRoutes, StoreError>;
    /// All signing keys, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn keys(&mut self) -> Result<Vec<SealedKey>, StoreError>;
    /// How many texts of unrevoked tokens this key signed that could pass at `now`.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn live_texts(&mut self, key: &KeyId, now: UnixSeconds) -> Result<u64, StoreError>;
    /// Secrets of the installation by their names, sealed; those of a lost master key are left out.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn sealed_secrets(&mut self) -> Result<Vec<(String, Vec<u8>)>, StoreError>;
    /// Issuer and audience, once there was a token.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn identity(&mut self) -> Result<Option<Identity>, StoreError>;
    /// A person, unless unknown or deleted.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn user(&mut self, id: UserId) -> Result<Option<UserRecord>, StoreError>;
    /// The person with this user name in its folded form.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn user_named(&mut self, name: &Username) -> Result<Option<UserRecord>, StoreError>;
    /// Whether anybody has an account.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn has_users(&mut self) -> Result<bool, StoreError>;
    /// The people who hold a role explicitly, by id, at most `limit` of them.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn users_with(&mut self, role: RoleId, limit: usize) -> Result<Vec<UserId>, StoreError>;
    /// Enabled people other than `but` who hold a role explicitly.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn other_holders(&mut self, role: RoleId, but: UserId) -> Result<Holders, StoreError>;
    /// How many tokens a person made that are still on the list; also of a deleted person.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn tokens_made_by(&mut self, id: UserId) -> Result<u64, StoreError>;
    /// The session with this digest, over or not.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn session(&mut self, digest: &SecretDigest) -> Result<Option<Session>, StoreError>;
    /// All sessions of a person, over or not, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn sessions_of(&mut self, id: UserId) -> Result<Vec<Session>, StoreError>;
    /// How many sessions there are, over or not.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn count_sessions(&mut self) -> Result<u64, StoreError>;
    /// The code of the first person, if there is one, past its end or not.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn setup_code(&mut self) -> Result<Option<SetupCode>, StoreError>;
}

/// Looks at rows under the lock and says what shall change; no changes, no write.
pub type Decide<'a> = dyn FnMut(&mut dyn Load) -> Result<Vec<Change>, StoreError> + 'a;

/// What is in force after a write.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Committed {
    /// The last event; the one of this write if it changed anything.
    pub head: Head,
}

/// What a check of the whole log found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LogVerdict {
    /// How many events there are.
    pub events: u64,
    /// The first event that is not what was written, and why.
    pub broken: Option<(Seq, String)>,
    /// Ranges of events without a MAC.
    pub unsealed: Vec<(Seq, Seq)>,
    /// Whether MACs were checked, or links alone because the chain key cannot be opened here.
    pub macs_checked: bool,
    /// How far the log has come; to be kept elsewhere as a checkpoint.
    pub head: Head,
}

/// The store as administrators' use cases see it.
pub trait Store: Send + Sync {
    /// The one way to write: takes the lock of the log's head *first*, then calls `decide`, then writes every change
    /// with its event, or nothing at all.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; only after [`StoreError::OutcomeUnknown`] may anything have changed.
    fn write(&self, author: &Author, decide: &mut Decide<'_>) -> Result<Committed, StoreError>;
    /// Notes that a session was used at `at`. It is written without an event, since it says nothing
    /// that anybody decides on but when an unused session ends: it moves the time of a session that is there
    /// forward, and neither makes a session nor brings one back.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; then nothing was noted.
    fn session_seen(&self, digest: &SecretDigest, at: UnixSeconds) -> Result<(), StoreError>;
    /// Adds what a guard counted to what is stored, in one transaction, without an event: numbers decide nothing. Handed
    /// over twice, it counts twice. Of a token that is not there any more nothing is kept. Gives the tokens that somebody
    /// is deleting at this moment: of them nothing was written, and it may be tried again.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; only after [`StoreError::OutcomeUnknown`] may anything have been added.
    fn record_usage(&self, usage: &[TokenUsage]) -> Result<Vec<TokenId>, StoreError>;
    /// What is stored of the use of a token, with the counts from the day `from` on; `None` for an unknown one.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn usage(&self, token: TokenId, from: UsageDay) -> Result<Option<UsageRecord>, StoreError>;
    /// One page of people.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn list_users(&self, query: &UserQuery) -> Result<Page<UserRecord, String>, StoreError>;
    /// Reads rows as of one instant.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn read(&self, look: &mut dyn FnMut(&mut dyn Load) -> Result<(), StoreError>) -> Result<(), StoreError>;
    /// The MAC of a request under a key of the installation, the same on every node; `None` on a node that cannot open
    /// that key, which signs nothing either.
    fn request_mac(&self, request: &[u8]) -> Option<RequestMac>;
    /// One page of tokens. It may hold fewer than were asked for although there are more, where that keeps a rare
    /// answer from being looked for in all of them at once: it has ended when it names no next page, not before.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn list_tokens(&self, query: &TokenQuery) -> Result<Page<TokenRecord, TokenPosition>, StoreError>;
    /// How many tokens a question finds on all its pages, as far as counting is quick.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn count_tokens(&self, query: &TokenQuery) -> Result<TokenCount, StoreError>;
    /// How many tokens there are in which state at `now`. Looks at all of them: some hundred milliseconds for a million.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn token_totals(&self, now: UnixSeconds) -> Result<TokenTotals, StoreError>;
    /// One page of roles.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn list_roles(&self, query: &RoleQuery) -> Result<Page<Role, String>, StoreError>;
    /// One page of the log, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn list_events(&self, query: &EventQuery) -> Result<Page<Event, Seq>, StoreError>;
    /// What a confirmed change survives, as the database was set up when somebody looked last.
    fn durability(&self) -> Durability {
        Durability::Local
    }
    /// Checks every link and every MAC of the log.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn verify_log(&self) -> Result<LogVerdict, StoreError>;
}

/// An answer with the head of the log that was read before it, in the same snapshot.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AsOf<T> {
    /// How far the log had come.
    pub head: Head,
    /// The answer.
    pub value: T,
}

/// The keys tokens are verified with, and what the tokens say of their origin.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeySet {
    /// Every key, withdrawn ones included, oldest first.
    pub keys: Vec<PublicKey>,
    /// Issuer and audience, once there was a token.
    pub identity: Option<Identity>,
}
