//! Why the program stops: one line each, which says how to mend it.

use std::error::Error;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use token_admin::{AdminError, Conflict};
use token_core::SubjectKind;
use token_seal::MasterKeyError;
use token_store::OpenError;

use crate::config::ConfigError;
use crate::tls::TlsError;

/// Why the program stops.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("the data folder `{0}` cannot be used")]
    Folder(String, #[source] std::io::Error),
    #[error("another server runs on `{0}`; a data folder serves one at a time")]
    SecondServer(String),
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Admin(#[from] AdminError),
    #[error("{0}")]
    OtherIdentity(String),
    #[error("setting `lease`")]
    Lease(#[source] token_store::LeaseInUse),
    #[error("the database ends with event {found}, and this node knew {known}: it is older than it was")]
    GoneBack { known: u64, found: u64 },
    #[error("cannot listen on {0}")]
    Listen(SocketAddr, #[source] std::io::Error),
    #[error("the metrics cannot be at {0}")]
    ListenMetrics(SocketAddr, #[source] std::io::Error),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("cannot read `{0}`")]
    File(String, #[source] std::io::Error),
    /// The command makes no sense as it is.
    #[error("{0}")]
    Usage(String),
    /// It makes sense, and was not done.
    #[error("{0}")]
    NotDone(String),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Failure {
    /// A file that cannot be read.
    pub(crate) fn file(path: &Path, error: std::io::Error) -> Self {
        Self::File(path.display().to_string(), error)
    }

    /// 2 for what was asked wrongly, 1 for what could not be done.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) | Self::OtherIdentity(_) | Self::Lease(_) | Self::Tls(_) | Self::Usage(_) => {
                ExitCode::from(2)
            }
            _ => ExitCode::FAILURE,
        }
    }

    /// Everything to be told, each in a line: what failed, why, and what to do.
    pub(crate) fn lines(&self) -> Vec<String> {
        if let Self::Config(ConfigError(lines)) = self {
            return lines.clone();
        }
        let mut line = chain(self);
        if let Self::Admin(AdminError::Invalid(fields)) = self {
            let field = |field: &token_admin::FieldError| {
                format!("{}: {}", field.pointer.trim_start_matches('/'), field.detail)
            };
            line = fields.iter().map(field).collect::<Vec<_>>().join("; ");
        }
        if let Some(hint) = self.hint() {
            line = format!("{line}; {hint}");
        }
        vec![line]
    }

    fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Folder(..) => "choose another with `--data-dir`, or give yourself the right to it",
            Self::SecondServer(_) => "stop the other one, or choose another folder with `--data-dir`",
            Self::Open(OpenError::Store(_)) => "is the database running, and is `database_url` right?",
            Self::GoneBack { .. } => {
                "if that is meant, as after restoring a backup, `tokenward restore accept` goes on with it, and with \
                 `--revoke-all` ends every token issued before"
            }
            Self::Lease(_) => "take the setting away, or stop every server for a moment to change it",
            Self::OtherIdentity(_) => "take the setting away, or make it the same",
            Self::Open(OpenError::Damaged(_)) => "restore a backup; `docs/guides/operate.md` says how",
            Self::Open(OpenError::Newer) => "start the newer program",
            Self::Listen(..) => "choose another address with `--listen`",
            Self::ListenMetrics(..) => "choose another address with `--metrics-listen`, or `off`",
            Self::Admin(AdminError::NotFound(SubjectKind::Token)) => "`tokenward token list --all` shows what there is",
            Self::Admin(AdminError::NotFound(SubjectKind::Role)) => "`tokenward role list` shows what there is",
            Self::Admin(AdminError::NotFound(SubjectKind::User)) => "`tokenward user list` shows who there is",
            Self::Admin(AdminError::NotFound(SubjectKind::Key)) => "`tokenward key list` shows what there is",
            Self::Admin(AdminError::Conflict(Conflict::RoleInUse { .. })) => "that is `--force` here",
            Self::Admin(AdminError::CannotSign(_)) => "name its file with `--master-key-file`",
            Self::Admin(AdminError::Stale { .. }) => "look at it, and try again",
            _ => return None,
        })
    }
}

/// An error and its causes, without those whose text says nothing new.
fn chain(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !told.contains(&text) {
            told = format!("{told}: {text}");
        }
        next = cause.source();
    }
    told
}

#[cfg(test)]
mod tests {
    use token_core::StoreError;

    use super::*;

    #[test]
    fn causes_are_told_once_and_in_one_line() {
        let cause = || std::io::Error::other("the disk is full");
        assert_eq!(
            Failure::Folder("x".to_owned(), cause()).lines(),
            [
                "the data folder `x` cannot be used: the disk is full; choose another with `--data-dir`, or give yourself \
              the right to it"
            ]
        );
        assert_eq!(Failure::Io(cause()).lines(), ["the disk is full"]);
        let away = Failure::Open(OpenError::Store(StoreError::Unavailable(Box::new(cause()))));
        assert!(away.lines()[0].contains(": the disk is full; is the database running"), "{:?}", away.lines());
    }

    #[test]
    fn all_refused_fields_are_told() {
        let field = |pointer: &str| token_admin::FieldError::new(pointer, "no");
        let failure = Failure::Admin(AdminError::Invalid(vec![field("/name"), field("/roles/1")]));
        assert_eq!(failure.lines(), ["name: no; roles/1: no"]);
    }
}
