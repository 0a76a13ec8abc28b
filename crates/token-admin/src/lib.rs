//! What an administrator does: one use case each. Every one checks, under the lock of the log, that its author may do
//! it and gives nothing away that the author does not hold, and commits the change with its event. Refuses to know
//! SQL, HTTP and async: it is handed implementations of the ports of `token-core`.

mod authority;
mod commands;
mod error;
mod keys;
mod master_key;
mod refused;
mod restore;
pub mod rights;
mod roles;
mod routes;
mod sessions;
mod signer;
mod tokens;
mod transaction;
mod users;

use std::sync::{Arc, Mutex, OnceLock};

use token_core::{Clock, Identity, Randomness, RouteRules, Store, UnixSeconds};

pub use commands::{
    Created, Done, EditRole, EditToken, ExplainToken, InUse, Issued, NewRole, NewToken, OldEnds, Refused, Revealed,
    RevokeToken, RotateToken, Submitted,
};
pub use error::{AdminError, Conflict, FieldError};
pub use keys::{Begin, KeyImport, KeySettings, RotateKey, Withdrawn};
pub use master_key::Rewrapped;
pub use roles::RoleDetails;
pub use routes::{RouteCheck, RoutesInForce, RoutesSource};
pub use sessions::{SessionLimits, SignedIn};
pub use signer::Signer;
pub use token_seal::{ParseSecretError, Password, PasswordError, Secret};
pub use tokens::bulk::{BulkAction, BulkChoice, BulkEnd, BulkResult};
pub use tokens::{ImportMode, Imported, PresentedEnd, Usage};
pub use users::{EditUser, NewUser, UserDetails};

/// Whether the text of a token can be shown again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ShowToken {
    /// By whoever holds `tokens:show`, at any time.
    Always,
    /// Only once, when it is created.
    Never,
}

/// What use cases are told by the configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Issuer and audience of the first token; afterwards the stored ones count.
    pub identity: Identity,
    /// Whether texts can be shown again.
    pub show_token: ShowToken,
    /// How long people stay signed in.
    pub sessions: SessionLimits,
    /// How signing keys are made and follow each other.
    pub keys: KeySettings,
}

/// The use cases, over a store.
pub struct Admin {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    signer: Signer,
    settings: Settings,
    hashing: Mutex<()>,
    own_routes: Option<RouteRules>,
    on_first_person: Option<Arc<dyn Fn() + Send + Sync>>,
    after_change: OnceLock<Arc<dyn Fn() + Send + Sync>>,
}

impl Admin {
    /// Use cases over these ports.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        signer: Signer,
        settings: Settings,
    ) -> Self {
        Self {
            store,
            clock,
            randomness,
            signer,
            settings,
            hashing: Mutex::new(()),
            own_routes: None,
            on_first_person: None,
            after_change: OnceLock::new(),
        }
    }

    /// Goes by these route rules, whatever is stored: stored ones cannot be changed from here then.
    #[must_use]
    pub fn with_routes(self, rules: RouteRules) -> Self {
        Self { own_routes: Some(rules), ..self }
    }

    /// Calls `act` after an account was made, since the set-up code is void from then on.
    #[must_use]
    pub fn on_first_person(self, act: Arc<dyn Fn() + Send + Sync>) -> Self {
        Self { on_first_person: Some(act), ..self }
    }

    /// Calls `act` after every change, before whoever asked for it is answered: a guard in the same process learns
    /// of it there, so that the next call to this node is judged by it. Set once; a second time changes nothing.
    pub fn after_change(&self, act: Arc<dyn Fn() + Send + Sync>) {
        let _ = self.after_change.set(act);
    }

    fn first_person_arrived(&self) {
        if let Some(act) = &self.on_first_person {
            act();
        }
    }

    /// The store, for questions that are no use case: lists and the check of the log.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// Whether this node holds the master key, so that it can issue and show tokens.
    #[must_use]
    pub fn can_sign(&self) -> bool {
        self.signer.can_sign()
    }

    /// Whether the text of a token can be shown again.
    #[must_use]
    pub fn shows_texts(&self) -> bool {
        self.settings.show_token == ShowToken::Always
    }

    /// Who tokens say that issued them, and for whom, as long as none was issued: from the first one on what is stored counts.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.settings.identity
    }

    /// The second that use cases call now.
    #[must_use]
    pub fn now(&self) -> UnixSeconds {
        self.clock.now().seconds()
    }
}

impl core::fmt::Debug for Admin {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Admin").field("settings", &self.settings).finish_non_exhaustive()
    }
}
