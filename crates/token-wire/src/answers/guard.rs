//! What guards in other processes are told: the same types are written by the server and read by `token-client`.
//!
//! Read strictly: a member that a guard does not know may be a restriction that it would not heed, so an answer with one
//! is no answer. Nothing here says who did something, or why.

mod rules;
mod sync;
mod token;

pub use rules::{GuardKeyView, GuardRoleView, GuardRulesAnswer, GuardRulesView};
pub use sync::{ContinuityView, GuardFirstUseView, GuardSyncView, HeadView, RenewalView, TouchesView};
pub use token::{GuardCredentialView, GuardEndsView, GuardTokenAnswer, GuardTokenView};

/// An answer to a guard that is not what it can be.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("member `{0}` is not what it can be")]
pub struct GuardAnswerError(pub(crate) &'static str);

/// A text that one of the domain's types reads.
fn parsed<T: core::str::FromStr>(member: &'static str, text: &str) -> Result<T, GuardAnswerError> {
    text.parse().map_err(|_| GuardAnswerError(member))
}

/// The same for a list.
fn all<T: core::str::FromStr, C: FromIterator<T>>(
    member: &'static str,
    texts: &[String],
) -> Result<C, GuardAnswerError> {
    texts.iter().map(|text| parsed(member, text)).collect()
}

/// A member that may be `null` and must not be left out: what is missing could be a restriction.
fn given<'de, D: serde::Deserializer<'de>, T: serde::Deserialize<'de>>(value: D) -> Result<Option<T>, D::Error> {
    serde::Deserialize::deserialize(value)
}
