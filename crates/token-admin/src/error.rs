//! Why a use case was not done. Nothing was changed, but for an unknown outcome of the store.

use token_authz::NotHeld;
use token_core::{Permission, RandomnessFailed, StoreError, SubjectKind};

/// A refused value of one field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FieldError {
    /// JSON pointer into what was submitted (RFC 6901), e.g. `/roles/1`.
    pub pointer: String,
    /// What is wrong and how to mend it.
    pub detail: String,
}

impl FieldError {
    /// A refused value.
    #[must_use]
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

/// What about the stored state forbids a change, though the version is current.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Conflict {
    /// A revoked token keeps everything but name and description.
    #[error("the token is revoked for good; only its name and description can still be changed")]
    TokenRevoked,
    /// The text of a revoked token is not shown.
    #[error("the token is revoked; its text is not shown any more")]
    RevokedNotShown,
    /// This server never shows a text again.
    #[error("this server shows the text of a token only once, when it is created")]
    NeverShown,
    /// Every text of the token is still good, and there is room for no more.
    #[error("too many texts of this token are still good; end some of them, or make another token")]
    TooManyTexts,
    /// Another role has the name.
    #[error("another role has this name; names are compared without regard to case")]
    RoleNameTaken,
    /// A built-in role cannot be removed.
    #[error("a built-in role cannot be deleted")]
    BuiltInKept,
    /// The role `admin` cannot be edited.
    #[error("the role `admin` may do everything and cannot be changed")]
    AdminFixed,
    /// Name and description of the implicit roles are fixed.
    #[error("only the rules of this built-in role can be changed")]
    BuiltInNameFixed,
    /// Tokens or people hold the role.
    #[error("the role is in use by {tokens} tokens and {users} people; delete it with `force` to take it from them")]
    RoleInUse {
        /// How many tokens.
        tokens: u64,
        /// How many people.
        users: u64,
    },
    /// Another person has the name.
    #[error("another person has this user name; names are compared without regard to case")]
    UsernameTaken,
    /// The route rules of this node stand in a file.
    #[error(
        "this server goes by the route rules in the file of its setting `route_rules`; change the file and start it anew"
    )]
    RoutesInFile,
    /// Somebody must be left who may do everything.
    #[error(
        "nobody else holds the role `admin` and can sign in; give it to somebody before you take it from this person"
    )]
    LastAdmin,
    /// A bulk change met another number of tokens than its author expects.
    #[error("{0} tokens match, which is not the number that was expected; nothing was done")]
    OtherCount(u64),
    /// The key signs nothing any more.
    #[error("the key that signed this text was withdrawn")]
    KeyWithdrawn,
    /// Such a key exists.
    #[error("this key is here already")]
    KeyExists,
    /// Another key is published and does not sign yet.
    #[error("another key waits to sign; wait for it, let it sign now, or withdraw it")]
    KeyWaits,
    /// The private half of the key is gone with a master key.
    #[error("the private key that signed this text is lost; make a new text")]
    KeyLost,
    /// Something is sealed that this program does not know.
    #[error("a newer program has sealed a secret that this one does not know; use the newer one")]
    UnknownSecret,
}

/// Why a use case was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// The caller's own token ended, or was never there.
    #[error("the caller's credential is no longer good")]
    CallerGone,
    /// The caller lacks the permission for this use case.
    #[error("the permission `{0}` is needed")]
    Missing(Permission),
    /// The change would give or take over something the caller does not hold.
    #[error(transparent)]
    NotHeld(NotHeld),
    /// There is no such thing, or no longer.
    #[error("there is no such {}", .0.as_str())]
    NotFound(SubjectKind),
    /// The change needs the version it was made from.
    #[error("say which version you changed")]
    VersionRequired,
    /// Somebody else saved meanwhile.
    #[error("somebody changed it meanwhile: the current version is {current}")]
    Stale {
        /// The version that is stored.
        current: u64,
    },
    /// The state forbids it.
    #[error(transparent)]
    Conflict(Conflict),
    /// Refused values, all of them.
    #[error("some values are refused")]
    Invalid(Vec<FieldError>),
    /// The one-time code is wrong, was used, or is too old.
    #[error("this set-up code is not good, or not any more")]
    CodeRefused,
    /// More things at once than one change takes.
    #[error("at most {0} tokens at once; nothing was done")]
    TooMany(usize),
    /// An `Idempotency-Key` that stands for another request.
    #[error("this `Idempotency-Key` was used for another request; use a new one for each request")]
    KeyReused,
    /// What the repeated request made was deleted since.
    #[error("what this request made was deleted since")]
    Gone,
    /// This node has no master key, or no key signs.
    #[error("this server cannot sign tokens now: {0}")]
    CannotSign(&'static str),
    /// The source of randomness failed.
    #[error(transparent)]
    Randomness(#[from] RandomnessFailed),
    /// The store gave no answer, or no clear one.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AdminError {
    /// One refused value.
    #[must_use]
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(pointer, detail)])
    }
}
