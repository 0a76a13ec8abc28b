//! Changes of people and their sessions, and what their events say.

use crate::{
    DetailValue, Details, EventKind, RefusedSignIns, SecretDigest, Session, SetupCode, Subject, SubjectKind,
    UnixSeconds, User, UserId, UserRecord, Username,
};

/// One thing about people that is written, together with what it replaces.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum UserChange {
    /// A new account. It voids the set-up code.
    Created(Box<UserRecord>),
    /// Names, roles, or whether they may sign in; versions differ by one. Whoever is disabled loses all sessions.
    Updated {
        /// As it is stored.
        before: Box<UserRecord>,
        /// As it shall be stored; same id and password.
        after: Box<UserRecord>,
    },
    /// An account goes, and all sessions with it.
    Deleted(Box<UserRecord>),
    /// Another password; versions differ by one, and all sessions end.
    PasswordChanged {
        /// As it is stored.
        before: Box<UserRecord>,
        /// As it shall be stored; only password and version differ.
        after: Box<UserRecord>,
    },
    /// A person signed in.
    SessionStarted {
        /// Their name then.
        name: Username,
        /// The session.
        session: Session,
        /// Sessions of theirs that are over, or too many, and go.
        dropped: Vec<SecretDigest>,
    },
    /// A person signed out.
    SessionEnded {
        /// Whose.
        user: UserId,
        /// Their name then.
        name: Username,
        /// Which.
        digest: SecretDigest,
    },
    /// All sessions of one person, or of everybody, end.
    SessionsEnded {
        /// Whose; everybody's where nobody is named.
        user: Option<(UserId, Username)>,
        /// How many there were.
        ended: u64,
    },
    /// Sign-ins were refused. Changes nothing but the log.
    SignInsRefused {
        /// Whose and how many.
        sign_ins: RefusedSignIns,
        /// The person's name, if they are still there.
        name: Option<Username>,
        /// The minute they came in.
        minute: UnixSeconds,
    },
    /// A code for the first person; it replaces any before it.
    SetupStarted(SetupCode),
    /// The first person was made with the code. Changes nothing but the log: their account voided the code.
    SetupCompleted {
        /// Who.
        user: UserId,
        /// Their name.
        name: Username,
    },
}

fn fields(before: Option<&User>, after: &User) -> Details {
    let roles = |user: &User| user.roles.iter().map(ToString::to_string).collect::<DetailValue>();
    let enabled = |user: &User| DetailValue::from(if user.enabled { "yes" } else { "no" });
    Details::default()
        .changed("username", before.map(|user| user.username.as_str().into()), Some(after.username.as_str().into()))
        .changed(
            "display_name",
            before.map(|user| user.display_name.as_str().into()),
            Some(after.display_name.as_str().into()),
        )
        .changed("roles", before.map(roles), Some(roles(after)))
        .changed("enabled", before.map(enabled), Some(enabled(after)))
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl UserChange {
    /// The kind of event that tells of it.
    #[must_use]
    pub const fn kind(&self) -> EventKind {
        match self {
            Self::Created(_) => EventKind::UserCreated,
            Self::Updated { before, after } if before.user.enabled && !after.user.enabled => EventKind::UserDisabled,
            Self::Updated { .. } => EventKind::UserUpdated,
            Self::Deleted(_) => EventKind::UserDeleted,
            Self::PasswordChanged { .. } => EventKind::PasswordChanged,
            Self::SessionStarted { .. } => EventKind::SessionStarted,
            Self::SessionEnded { .. } => EventKind::SessionEnded,
            Self::SessionsEnded { .. } => EventKind::SessionsEnded,
            Self::SignInsRefused { .. } => EventKind::SignInsRefused,
            Self::SetupStarted(_) => EventKind::SetupStarted,
            Self::SetupCompleted { .. } => EventKind::SetupCompleted,
        }
    }

    /// What it is about.
    #[must_use]
    pub fn subject(&self) -> Subject {
        let person = |id: UserId, name: &Username| Subject {
            kind: SubjectKind::User,
            id: id.to_string(),
            name: name.as_str().to_owned(),
        };
        let nobody = |name: &str| Subject { kind: SubjectKind::Installation, id: String::new(), name: name.to_owned() };
        match self {
            Self::Created(record) | Self::Deleted(record) => person(record.id(), &record.user.username),
            Self::Updated { after, .. } | Self::PasswordChanged { after, .. } => {
                person(after.id(), &after.user.username)
            }
            Self::SessionStarted { name, session, .. } => person(session.user, name),
            Self::SessionEnded { user, name, .. } | Self::SetupCompleted { user, name } => person(*user, name),
            Self::SessionsEnded { user, .. } => {
                user.as_ref().map_or_else(|| nobody("everybody"), |(id, name)| person(*id, name))
            }
            Self::SignInsRefused { sign_ins, name, .. } => match (sign_ins.user, name) {
                (Some(id), Some(name)) => person(id, name),
                _ => nobody("unknown"),
            },
            Self::SetupStarted(_) => nobody(""),
        }
    }

    /// The people about whom nothing that was known before counts any more.
    #[must_use]
    pub fn touched(&self) -> Vec<UserId> {
        match self {
            Self::Created(record) | Self::Deleted(record) => vec![record.id()],
            Self::Updated { after, .. } | Self::PasswordChanged { after, .. } => vec![after.id()],
            Self::SessionEnded { user, .. } => vec![*user],
            Self::SessionsEnded { user, .. } => user.iter().map(|(id, _)| *id).collect(),
            Self::SessionStarted { .. }
            | Self::SignInsRefused { .. }
            | Self::SetupStarted(_)
            | Self::SetupCompleted { .. } => Vec::new(),
        }
    }

    /// The fields before and after; never a secret, nor what one could be guessed from.
    #[must_use]
    pub fn details(&self) -> Details {
        match self {
            Self::Created(record) => fields(None, &record.user),
            Self::Updated { before, after } => fields(Some(&before.user), &after.user),
            Self::Deleted(record) => {
                Details::default().changed("username", Some(record.user.username.as_str().into()), None)
            }
            Self::PasswordChanged { .. } | Self::SessionEnded { .. } | Self::SetupCompleted { .. } => {
                Details::default()
            }
            Self::SessionStarted { session, dropped, .. } => {
                let details = Details::default().with("expires_at", session.expires_at.get());
                if dropped.is_empty() { details } else { details.with("dropped", number(dropped.len() as u64)) }
            }
            Self::SessionsEnded { ended, .. } => Details::default().with("ended", number(*ended)),
            Self::SignInsRefused { sign_ins, minute, .. } => {
                Details::default().with("count", number(sign_ins.count)).with("minute", minute.get())
            }
            Self::SetupStarted(code) => Details::default().with("expires_at", code.expires_at.get()),
        }
    }
}
