//! Changes: everything that can be written. Each knows the event that tells of it, so that a change without its event
//! cannot be expressed.

use crate::{
    Credential, CredentialId, Epoch, EventKind, Identity, KeyId, KeyState, PublicKey, RefusedCalls, RememberedRequest,
    Resealed, Revoked, Role, RoleId, SealedKey, Seq, StoredRoutes, Token, TokenId, TokenName, TokenRecord, UnixSeconds,
    Unrevoked, UserChange, UserId,
};

/// One thing that is written, together with what it replaces.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Issuer and audience, with the first token.
    IdentityFixed(Identity),
    /// A new token with its first JWT.
    TokenCreated(Box<TokenRecord>),
    /// Fields of a token; versions differ by one. The end of the token is not among them.
    TokenUpdated {
        /// As it is stored.
        before: Box<TokenRecord>,
        /// As it shall be stored; same id, credentials and end.
        after: Box<TokenRecord>,
    },
    /// The end of a token, alone or together with other fields in one save.
    TokenRevoked {
        /// As it is stored; unrevoked.
        before: Box<TokenRecord>,
        /// As it shall be stored; revoked.
        after: Box<TokenRecord>,
    },
    /// A token goes off the list, and is ended if it was not.
    TokenDeleted {
        /// As it is stored.
        token: Box<TokenRecord>,
        /// How it ended: the first end stays.
        end: Revoked,
    },
    /// A token gets a new text, and its older ones an end; versions differ by one.
    TokenRotated {
        /// As it is stored.
        before: Box<TokenRecord>,
        /// As it shall be stored: one JWT more, ended ones may be gone.
        after: Box<TokenRecord>,
    },
    /// The first admitted call with a text ends older ones that waited for it.
    TokenFirstUsed {
        /// Which.
        token: TokenId,
        /// Its name then.
        name: TokenName,
        /// The text that was used.
        used: CredentialId,
        /// The texts it ends, oldest first.
        ended: Vec<CredentialId>,
        /// When.
        at: UnixSeconds,
    },
    /// The text of a token is shown. Changes nothing but the log.
    TokenRevealed {
        /// Which.
        token: TokenId,
        /// Its name then.
        name: TokenName,
        /// Which of its JWTs.
        credential: Credential,
    },
    /// A change that makes a text, and the request that asked for it: asked for again, it makes nothing. One change
    /// with one event, the one of the change inside.
    Repeatable {
        /// What is made.
        change: Box<Change>,
        /// What is remembered.
        request: RememberedRequest,
    },
    /// A new role.
    RoleCreated(Role),
    /// Fields or rules of a role; versions differ by one.
    RoleUpdated {
        /// As it is stored.
        before: Role,
        /// As it shall be stored; same id.
        after: Role,
    },
    /// A role goes, also from its holders.
    RoleDeleted {
        /// As it is stored.
        role: Role,
        /// How many tokens and people held it.
        holders: u64,
    },
    /// Other route rules, all of them; versions differ by one.
    RoutesChanged {
        /// As they are stored.
        before: StoredRoutes,
        /// As they shall be stored.
        after: StoredRoutes,
    },
    /// Something about people and their sessions.
    User(UserChange),
    /// A new signing key made here.
    KeyCreated(SealedKey),
    /// A new signing key from elsewhere.
    KeyImported(SealedKey),
    /// A key goes forward in its life.
    KeyMoved {
        /// As it is stored.
        key: PublicKey,
        /// Where it goes.
        to: KeyState,
    },
    /// Every secret is sealed under another master key.
    MasterKeyRewrapped {
        /// All that the master key before opened.
        resealed: Vec<Resealed>,
        /// How many private halves it did not open; they stay as they are.
        left: u64,
    },
    /// The master key was lost for good and another takes its place: what was sealed before is lost with it. Written
    /// by the store itself.
    MasterKeyReplaced {
        /// How many secrets of the installation are lost.
        lost: u64,
    },
    /// A database that has gone back is gone on with: the log begins another life with this event, and whoever followed
    /// the life before forgets everything.
    RestoreAccepted {
        /// The new life.
        epoch: Epoch,
    },
    /// Calls were refused. Changes nothing but the log.
    CallsRefused {
        /// Why, whose and how many.
        calls: RefusedCalls,
        /// The name of the token, if it is known and still there.
        name: Option<TokenName>,
        /// The minute they came in.
        minute: UnixSeconds,
    },
    /// Events got their MAC; written by the store itself.
    LogSealed {
        /// The first that had none.
        from: Seq,
        /// The last that had none.
        to: Seq,
    },
    /// The log begins; written by the store itself.
    InstallationCreated,
}

/// The kind of thing an event is about.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum SubjectKind {
    /// The installation as a whole, its log included.
    Installation,
    /// A token.
    Token,
    /// A role.
    Role,
    /// A signing key.
    Key,
    /// A person.
    User,
}

impl SubjectKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Installation, Self::Token, Self::Role, Self::Key, Self::User];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Installation => "installation",
            Self::Token => "token",
            Self::Role => "role",
            Self::Key => "key",
            Self::User => "user",
        }
    }
}

/// What an event is about; the name as it was then.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Subject {
    /// The kind of thing.
    pub kind: SubjectKind,
    /// Its id as text; empty for the installation.
    pub id: String,
    /// Its name; empty where it has none.
    pub name: String,
}

/// What guards must forget when they learn of an event.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Touches {
    /// Everything: set for kinds of event a guard does not know.
    pub everything: bool,
    /// These tokens.
    pub tokens: Vec<TokenId>,
    /// These roles.
    pub roles: Vec<RoleId>,
    /// These keys.
    pub keys: Vec<KeyId>,
    /// These people.
    pub users: Vec<UserId>,
    /// The route rules.
    pub routes: bool,
}

impl Change {
    /// The kind of event that tells of it.
    #[must_use]
    pub const fn kind(&self) -> EventKind {
        match self {
            Self::IdentityFixed(_) => EventKind::InstallationIdentified,
            Self::TokenCreated(_) => EventKind::TokenCreated,
            Self::TokenUpdated { .. } => EventKind::TokenUpdated,
            Self::TokenRevoked { .. } => EventKind::TokenRevoked,
            Self::TokenDeleted { .. } => EventKind::TokenDeleted,
            Self::TokenRotated { .. } => EventKind::TokenRotated,
            Self::TokenFirstUsed { .. } => EventKind::TokenFirstUsed,
            Self::TokenRevealed { .. } => EventKind::TokenRevealed,
            Self::Repeatable { change, .. } => change.kind(),
            Self::RoleCreated(_) => EventKind::RoleCreated,
            Self::RoleUpdated { .. } => EventKind::RoleUpdated,
            Self::RoleDeleted { .. } => EventKind::RoleDeleted,
            Self::RoutesChanged { .. } => EventKind::RoutesChanged,
            Self::User(change) => change.kind(),
            Self::KeyCreated(_) => EventKind::KeyCreated,
            Self::KeyImported(_) => EventKind::KeyImported,
            Self::KeyMoved { to: KeyState::Next | KeyState::Signing, .. } => EventKind::KeyPromoted,
            Self::KeyMoved { to: KeyState::Retired, .. } => EventKind::KeyRetired,
            Self::KeyMoved { to: KeyState::Withdrawn, .. } => EventKind::KeyWithdrawn,
            Self::MasterKeyRewrapped { .. } => EventKind::MasterKeyRewrapped,
            Self::MasterKeyReplaced { .. } => EventKind::MasterKeyReplaced,
            Self::RestoreAccepted { .. } => EventKind::RestoreAccepted,
            Self::CallsRefused { .. } => EventKind::CallsRefused,
            Self::LogSealed { .. } => EventKind::LogSealed,
            Self::InstallationCreated => EventKind::InstallationCreated,
        }
    }

    /// What it is about.
    #[must_use]
    pub fn subject(&self) -> Subject {
        let token = |id: TokenId, name: &TokenName| Subject {
            kind: SubjectKind::Token,
            id: id.to_string(),
            name: name.as_str().to_owned(),
        };
        let record = |record: &TokenRecord| token(record.id(), &record.token.grant().name);
        let role = |role: &Role| Subject {
            kind: SubjectKind::Role,
            id: role.id.to_string(),
            name: role.name.as_str().to_owned(),
        };
        let key = |key: &PublicKey| Subject {
            kind: SubjectKind::Key,
            id: key.id.as_str().to_owned(),
            name: key.id.as_str().to_owned(),
        };
        match self {
            Self::TokenCreated(created) => record(created),
            Self::TokenUpdated { after, .. } | Self::TokenRevoked { after, .. } | Self::TokenRotated { after, .. } => {
                record(after)
            }
            Self::TokenDeleted { token, .. } => record(token),
            Self::TokenRevealed { token: id, name, .. } | Self::TokenFirstUsed { token: id, name, .. } => {
                token(*id, name)
            }
            Self::Repeatable { change, .. } => change.subject(),
            Self::RoleCreated(created) => role(created),
            Self::RoleUpdated { after, .. } => role(after),
            Self::RoleDeleted { role: deleted, .. } => role(deleted),
            Self::User(change) => change.subject(),
            Self::KeyCreated(sealed) | Self::KeyImported(sealed) => key(&sealed.public),
            Self::KeyMoved { key: moved, .. } => key(moved),
            Self::CallsRefused { calls, name, .. } => {
                let name = name.as_ref().map_or("unknown", TokenName::as_str).to_owned();
                match calls.token {
                    Some(id) => Subject { kind: SubjectKind::Token, id: id.to_string(), name },
                    None => Subject { kind: SubjectKind::Installation, id: String::new(), name },
                }
            }
            Self::IdentityFixed(_)
            | Self::RoutesChanged { .. }
            | Self::MasterKeyRewrapped { .. }
            | Self::MasterKeyReplaced { .. }
            | Self::RestoreAccepted { .. }
            | Self::LogSealed { .. }
            | Self::InstallationCreated => {
                Subject { kind: SubjectKind::Installation, id: String::new(), name: String::new() }
            }
        }
    }

    /// What guards must forget. A reveal touches nothing; whatever guards act on is named.
    #[must_use]
    pub fn touches(&self) -> Touches {
        let token = |id| Touches { tokens: vec![id], ..Touches::default() };
        let role = |id| Touches { roles: vec![id], ..Touches::default() };
        let key = |id: &KeyId| Touches { keys: vec![id.clone()], ..Touches::default() };
        match self {
            Self::TokenCreated(created) => token(created.id()),
            Self::TokenUpdated { after, .. } | Self::TokenRevoked { after, .. } | Self::TokenRotated { after, .. } => {
                token(after.id())
            }
            Self::TokenFirstUsed { token: used, .. } => token(*used),
            Self::TokenDeleted { token: deleted, .. } => token(deleted.id()),
            Self::Repeatable { change, .. } => change.touches(),
            Self::RoleCreated(created) => role(created.id),
            Self::RoleUpdated { after, .. } => role(after.id),
            Self::RoleDeleted { role: deleted, .. } => role(deleted.id),
            Self::RoutesChanged { .. } => Touches { routes: true, ..Touches::default() },
            Self::User(change) => Touches { users: change.touched(), ..Touches::default() },
            Self::KeyCreated(sealed) | Self::KeyImported(sealed) => key(&sealed.public.id),
            Self::KeyMoved { key: moved, .. } => key(&moved.id),
            Self::IdentityFixed(_) | Self::RestoreAccepted { .. } => Touches { everything: true, ..Touches::default() },
            Self::TokenRevealed { .. }
            | Self::MasterKeyRewrapped { .. }
            | Self::MasterKeyReplaced { .. }
            | Self::CallsRefused { .. }
            | Self::LogSealed { .. }
            | Self::InstallationCreated => Touches::default(),
        }
    }
}

/// Convenience for the two halves of a save: the same record with another token inside.
impl TokenRecord {
    /// The record after its token was ended.
    #[must_use]
    pub fn with_revoked(&self, token: Token<Unrevoked>, end: Revoked) -> Self {
        let token = crate::StoredToken::Revoked(token.revoke(end));
        Self { token, version: self.version.saturating_add(1), ..self.clone() }
    }
}
