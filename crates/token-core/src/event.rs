//! The one log: audit trail, replication stream and tamper evidence.

use core::fmt;
use core::str::FromStr;

use crate::{Actor, Details, Origin, Subject, Touches, UnixMicros};

/// The number of an event: from 1, without gaps, in commit order. 0 stands before the first.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Seq(u64);

impl Seq {
    /// Before the first event.
    pub const ZERO: Self = Self(0);

    /// The event number `number`.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The one after this; `None` at the end of all numbers.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The SHA-256 that links an event to the one before it.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Digest(pub [u8; 32]);

/// The HMAC-SHA-256 of an event's digest under the chain key.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Mac(pub [u8; 32]);

/// One life of a log: 128 random bits made with the database, and anew when an operator accepts a restore.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Epoch(pub [u8; 16]);

macro_rules! hexadecimal {
    ($($name:ident)+) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    )+};
}
hexadecimal!(Digest Mac Epoch);

/// How far a log has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Head {
    /// Which life of the log.
    pub epoch: Epoch,
    /// The last event.
    pub seq: Seq,
    /// Its digest; all zero before the first.
    pub digest: Digest,
}

/// How much an event deserves attention.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Level {
    /// Everyday.
    Info,
    /// Takes something away, or shows a secret.
    Notice,
    /// Somebody should look.
    Warning,
}

impl Level {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Info, Self::Notice, Self::Warning];

    /// `info`, `notice` or `warning`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
        }
    }
}

/// A name that is no kind of event.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{0}` is no kind of event")]
pub struct UnknownEventKind(pub String);

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $level:ident, $verb:literal;)+) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum EventKind { $($(#[$doc])* $variant,)+ }

        impl EventKind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name, `resource.verb`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// How much it deserves attention.
            #[must_use]
            pub const fn level(self) -> Level {
                match self { $(Self::$variant => Level::$level,)+ }
            }

            /// What a person reads before the subject's name, e.g. `revoked token`.
            #[must_use]
            pub const fn phrase(self) -> &'static str {
                match self { $(Self::$variant => $verb,)+ }
            }
        }

        impl FromStr for EventKind {
            type Err = UnknownEventKind;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text { $($text => Ok(Self::$variant),)+ _ => Err(UnknownEventKind(text.to_owned())) }
            }
        }
    };
}

kinds! {
    /// The log began.
    InstallationCreated = "installation.created", Info, "created the installation";
    /// Issuer and audience were fixed with the first token.
    InstallationIdentified = "installation.identified", Info, "fixed issuer and audience";
    /// A token was made.
    TokenCreated = "token.created", Info, "created token";
    /// Fields of a token changed.
    TokenUpdated = "token.updated", Info, "changed token";
    /// A token was ended.
    TokenRevoked = "token.revoked", Notice, "revoked token";
    /// A token was ended, if it was not, and taken off the list.
    TokenDeleted = "token.deleted", Notice, "deleted token";
    /// A token got a new text, and its older ones an end.
    TokenRotated = "token.rotated", Notice, "made a new text of token";
    /// The first call with a new text ended older ones.
    TokenFirstUsed = "token.first-used", Notice, "used the new text of token";
    /// The text of a token was shown.
    TokenRevealed = "token.revealed", Notice, "showed the text of token";
    /// A role was made.
    RoleCreated = "role.created", Info, "created role";
    /// Fields or rules of a role changed.
    RoleUpdated = "role.updated", Info, "changed role";
    /// A role was removed, also from its holders.
    RoleDeleted = "role.deleted", Notice, "deleted role";
    /// Other route rules took the place of those before.
    RoutesChanged = "routes.changed", Notice, "changed the route rules";
    /// A signing key was made.
    KeyCreated = "key.created", Info, "created signing key";
    /// A signing key was imported.
    KeyImported = "key.imported", Notice, "imported signing key";
    /// A key signs from now on.
    KeyPromoted = "key.promoted", Info, "began to sign with key";
    /// A key signs no more.
    KeyRetired = "key.retired", Info, "stopped signing with key";
    /// A key verifies nothing any more.
    KeyWithdrawn = "key.withdrawn", Warning, "withdrew signing key";
    /// A person got an account.
    UserCreated = "user.created", Info, "created person";
    /// Names or roles of a person changed.
    UserUpdated = "user.updated", Info, "changed person";
    /// A person may not sign in any more; their sessions ended.
    UserDisabled = "user.disabled", Notice, "disabled person";
    /// A person's account is gone; their sessions ended.
    UserDeleted = "user.deleted", Notice, "deleted person";
    /// A person got another password; their sessions ended.
    PasswordChanged = "user.password-changed", Notice, "changed the password of";
    /// A person signed in.
    SessionStarted = "user.signed-in", Notice, "signed in as";
    /// A person signed out.
    SessionEnded = "user.signed-out", Info, "signed out";
    /// All sessions of a person, or of everybody, ended.
    SessionsEnded = "user.sessions-ended", Notice, "ended all sessions of";
    /// Sign-ins were refused; counted by the minute.
    SignInsRefused = "user.sign-ins-refused", Notice, "refused sign-ins of";
    /// A one-time code for the first person was made.
    SetupStarted = "setup.started", Info, "made a set-up code";
    /// The first person made their account with the one-time code.
    SetupCompleted = "setup.completed", Notice, "took the set-up code for";
    /// Every secret was sealed under another master key.
    MasterKeyRewrapped = "master-key.rewrapped", Notice, "changed the master key";
    /// The master key was lost, and another took its place.
    MasterKeyReplaced = "master-key.replaced", Warning, "replaced the lost master key";
    /// A database that had gone back is gone on with, as another life of its log.
    RestoreAccepted = "restore.accepted", Warning, "accepted a restored database";
    /// Calls were refused; counted by the minute.
    CallsRefused = "calls.refused", Notice, "refused calls of";
    /// Events written without the master key got their MAC later.
    LogSealed = "log.sealed", Notice, "sealed events";
}

impl EventKind {
    /// One sentence for people: who did this to what, by their names.
    #[must_use]
    pub fn message(self, actor: &str, subject: &str) -> String {
        let blank = if subject.is_empty() { "" } else { " " };
        format!("{actor} {}{blank}{subject}", self.phrase())
    }
}

/// One entry of the log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Event {
    /// Its number.
    pub seq: Seq,
    /// When.
    pub at: UnixMicros,
    /// Who.
    pub actor: Actor,
    /// What.
    pub kind: EventKind,
    /// To what.
    pub subject: Subject,
    /// Fields before and after.
    pub details: Details,
    /// What guards must forget.
    pub touches: Touches,
    /// From where.
    pub origin: Origin,
    /// The link to the event before.
    pub digest: Digest,
    /// `None` until a node with the master key seals it.
    pub mac: Option<Mac>,
}

impl Event {
    /// One sentence for people: `ada revoked token CI pipeline`.
    #[must_use]
    pub fn message(&self) -> String {
        self.kind.message(self.actor.name(), &self.subject.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_round_trip() {
        for kind in EventKind::ALL {
            assert_eq!(kind.as_str().parse::<EventKind>().as_ref(), Ok(kind));
        }
        assert!("token.unrevoked".parse::<EventKind>().is_err());
    }

    #[test]
    fn numbers_end_without_wrapping() {
        assert_eq!(Seq::ZERO.next(), Some(Seq::new(1)));
        assert_eq!(Seq::new(u64::MAX).next(), None);
    }
}
