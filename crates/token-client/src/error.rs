//! Why there is no answer. None of these means "no", and none of them "yes".

use token_core::StoreError;
use token_wire::GuardAnswerError;

use crate::AddressError;

/// Why an answer is not believed although it is well formed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Untrusted {
    /// It names another request, another token, or no renewal where one was asked for.
    #[error("the answer is to another request")]
    OtherRequest,
    /// It is older than what this guard has seen already.
    #[error("the answer is older than what was seen before")]
    Older,
    /// What it says of itself does not fit together.
    #[error("the answer contradicts itself or what was seen before")]
    Contradiction,
    /// Another issuer or audience, or none of the keys that were known.
    #[error("the answer is of another installation")]
    OtherInstallation,
    /// The nodes go by another lease than the one this guard began with; the service has to be started again.
    #[error("the lease of the server has changed; start this service again")]
    OtherLease,
    /// The server's log has gone back behind what this guard knows.
    #[error("the log of the server has gone back behind what this guard knows")]
    GoneBack,
}

/// Why a call to the server has no answer that counts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// No answer, or none in time.
    #[error("the server does not answer")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An answer with another status than 200.
    #[error("the server answers with status {0}; 401 and 403 are about the token of this guard")]
    Status(u16),
    /// No JSON, or with members missing or unknown.
    #[error("the answer is cut, malformed, or of a version that is not known here")]
    Malformed(#[source] serde_json::Error),
    /// A member that is not what it can be.
    #[error("the answer is not understood")]
    Answer(#[from] GuardAnswerError),
    /// Well formed, and not believed.
    #[error("the answer is not believed: {0}")]
    Untrusted(#[from] Untrusted),
    /// The system's source of randomness failed.
    #[error("the system's source of randomness failed")]
    Randomness,
}

impl From<CallError> for StoreError {
    fn from(error: CallError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

/// Why a remote guard could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The address is none.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The server gives no answer that counts.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The guard could not begin to follow.
    #[error("the guard cannot follow the log")]
    Follow(#[source] StoreError),
    /// There is no thread to be had.
    #[error("there is no thread for the guard")]
    Thread(#[source] std::io::Error),
}
