//! Refusals, and the one table of how each is answered (RFC 6750 §3, RFC 9110 §11).

use token_core::{Inactive, Permission, StoreError};

/// Why a call does not pass. Closed: a new reason breaks the build where reasons are answered.
#[derive(Debug)]
pub enum Refusal {
    /// No credentials, or none of the scheme `Bearer`.
    NoCredentials,
    /// More than one `Authorization` field.
    SeveralCredentials,
    /// Anything that no good signature of ours vouches for, and unknown and deleted tokens. One answer for all:
    /// nothing tells them apart.
    Invalid,
    /// The signature is good; the token has expired.
    Expired,
    /// The signature is good; the token was revoked.
    Revoked,
    /// The signature is good; a newer text took its place.
    Superseded,
    /// The signature is good; the call comes from an address the token is not for.
    Address,
    /// The address has had as many signatures checked in this second as it may, and this text was not seen before.
    TooManyChecks,
    /// The caller is known and lacks this permission.
    Missing(Permission),
    /// The guard could not follow the log for longer than its lease, so that it might miss a revocation.
    Stale(StoreError),
    /// It cannot be known now whether the call may pass: never a yes, and never a no.
    Unavailable(StoreError),
}

impl From<Inactive> for Refusal {
    fn from(inactive: Inactive) -> Self {
        match inactive {
            Inactive::UnknownCredential => Self::Invalid,
            Inactive::Expired => Self::Expired,
            Inactive::Superseded => Self::Superseded,
            Inactive::Address => Self::Address,
        }
    }
}

/// How a refusal is answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RefusalAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The name of the problem, for `/problems/<name>`.
    pub problem: &'static str,
    /// The problem in a few words, always the same for one name.
    pub title: &'static str,
    /// What happened and how to mend it.
    pub detail: String,
    /// The field `WWW-Authenticate`.
    pub www_authenticate: Option<String>,
    /// The field `Retry-After`, in seconds.
    pub retry_after: Option<u32>,
}

const CHALLENGE: &str = "Bearer realm=\"tokenward\"";

impl Refusal {
    /// The table.
    #[must_use]
    pub fn answer(&self) -> RefusalAnswer {
        match self {
            Self::NoCredentials => RefusalAnswer {
                status: 401,
                problem: "credentials-required",
                title: "Credentials required",
                detail: "Send the header `Authorization: Bearer <token>`.".to_owned(),
                www_authenticate: Some(CHALLENGE.to_owned()),
                retry_after: None,
            },
            Self::SeveralCredentials => RefusalAnswer {
                status: 400,
                problem: "invalid-request",
                title: "Invalid request",
                detail: "There is more than one Authorization header; send one.".to_owned(),
                www_authenticate: Some(challenge("invalid_request", "more than one Authorization header")),
                retry_after: None,
            },
            Self::Invalid => invalid("the token is not accepted"),
            Self::Expired => invalid("the token is expired"),
            Self::Revoked => invalid("the token is revoked"),
            Self::Superseded => invalid("the token was replaced by a newer one"),
            Self::Address => invalid("the token is not allowed from this address"),
            Self::TooManyChecks => RefusalAnswer {
                status: 429,
                problem: "too-many-checks",
                title: "Too many unknown tokens",
                detail: "Too many tokens that were not seen before came from this address; try again.".to_owned(),
                www_authenticate: None,
                retry_after: Some(1),
            },
            Self::Missing(permission) => RefusalAnswer {
                status: 403,
                problem: "insufficient-scope",
                title: "Permission missing",
                detail: format!("This call needs the permission `{permission}`."),
                www_authenticate: Some(format!(
                    "{}, scope=\"{permission}\"",
                    challenge("insufficient_scope", "the permission is missing")
                )),
                retry_after: None,
            },
            Self::Stale(_) => RefusalAnswer {
                status: 503,
                problem: "stale",
                title: "Not up to date",
                detail: "This node cannot learn of revocations at the moment, so it lets nobody pass; try again."
                    .to_owned(),
                www_authenticate: None,
                retry_after: Some(1),
            },
            Self::Unavailable(_) => RefusalAnswer {
                status: 503,
                problem: "unavailable",
                title: "Not available now",
                detail: "Whether the token is good cannot be known at the moment; try again.".to_owned(),
                www_authenticate: None,
                retry_after: Some(1),
            },
        }
    }
}

fn invalid(why: &str) -> RefusalAnswer {
    RefusalAnswer {
        status: 401,
        problem: "invalid-token",
        title: "Token not accepted",
        detail: format!("This call was refused: {why}."),
        www_authenticate: Some(challenge("invalid_token", why)),
        retry_after: None,
    }
}

fn challenge(error: &str, description: &str) -> String {
    format!("{CHALLENGE}, error=\"{error}\", error_description=\"{description}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s36_a_missing_permission_is_403_and_named() {
        let answer = Refusal::Missing(Permission::literal("assets:write")).answer();
        assert_eq!(answer.status, 403);
        assert!(answer.detail.contains("`assets:write`"));
        let header = answer.www_authenticate.unwrap();
        assert!(header.contains("error=\"insufficient_scope\"") && header.ends_with("scope=\"assets:write\""));
    }

    #[test]
    fn only_a_known_caller_learns_a_reason() {
        assert_eq!(Refusal::NoCredentials.answer().www_authenticate.unwrap(), "Bearer realm=\"tokenward\"");
        let reasons = [Refusal::Expired, Refusal::Revoked, Refusal::Superseded, Refusal::Address];
        for reason in reasons {
            let (answer, uniform) = (reason.answer(), Refusal::Invalid.answer());
            assert_eq!((answer.status, answer.problem), (401, uniform.problem));
            assert_ne!(answer.detail, uniform.detail);
        }
        assert_eq!(Refusal::from(Inactive::UnknownCredential).answer(), Refusal::Invalid.answer());
    }

    #[test]
    fn too_many_checks_are_429_with_a_time_to_come_back() {
        let answer = Refusal::TooManyChecks.answer();
        assert_eq!((answer.status, answer.retry_after, answer.www_authenticate), (429, Some(1), None));
    }

    #[test]
    fn not_knowing_is_503_never_401() {
        for refusal in [Refusal::Unavailable(StoreError::Busy), Refusal::Stale(StoreError::Busy)] {
            let answer = refusal.answer();
            assert_eq!((answer.status, answer.retry_after, answer.www_authenticate), (503, Some(1), None));
        }
    }
}
