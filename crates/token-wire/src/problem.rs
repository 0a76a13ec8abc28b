//! Problem details (RFC 9457): every error of the server in one shape.

use serde::{Deserialize, Serialize};

/// One thing wrong with what was sent.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// JSON pointer into the body (RFC 6901), e.g. `/roles/1`; `?limit` for a parameter of the query.
    pub pointer: String,
    /// What is wrong and how to mend it. Never what was sent.
    pub detail: String,
}

impl FieldError {
    /// An error at this place.
    #[must_use]
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

/// An error, for people and programs.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `/problems/<name>`: stable, and a page that explains it.
    #[serde(rename = "type")]
    pub kind: String,
    /// The problem in a few words, always the same for one type.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time; left out where nothing may be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The request, as the logs name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Everything wrong with what was sent, at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// At the OAuth endpoints alone: the code that OAuth clients read (RFC 6749 §5.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// At the OAuth endpoints alone: `detail` as OAuth clients read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
}

impl Problem {
    /// A problem of this kind.
    #[must_use]
    pub fn new(kind: ProblemKind, detail: Option<String>) -> Self {
        Self {
            kind: format!("/problems/{}", kind.name()),
            title: kind.title().to_owned(),
            status: kind.status(),
            detail,
            request_id: None,
            errors: Vec::new(),
            error: None,
            error_description: None,
        }
    }
}

macro_rules! problems {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $status:literal, $title:literal;)+) => {
        /// The kinds of problem there are. Closed: a new one breaks the build where problems are explained.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum ProblemKind { $($(#[$doc])* $variant,)+ }

        impl ProblemKind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name, the last part of the type.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)+ }
            }

            /// The problem in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }
        }
    };
}

problems! {
    /// Nothing was presented.
    CredentialsRequired = "credentials-required", 401, "Credentials required";
    /// What was presented is not accepted.
    InvalidToken = "invalid-token", 401, "Token not accepted";
    /// No session, or one that has ended.
    SessionRequired = "session-required", 401, "Not signed in";
    /// Name and password do not let anybody in.
    SignInRefused = "sign-in-refused", 401, "Sign-in refused";
    /// The code of the first person is not accepted.
    SetupRefused = "setup-refused", 401, "Set-up code not accepted";
    /// More than one credential.
    InvalidRequest = "invalid-request", 400, "Invalid request";
    /// The caller lacks the permission for the call.
    InsufficientScope = "insufficient-scope", 403, "Permission missing";
    /// The change gives or takes over what the caller does not hold.
    NotHeld = "not-held", 403, "Beyond your own permissions";
    /// Whoever asks as a gateway is none that is believed.
    NotTrusted = "not-trusted", 403, "Not a trusted proxy";
    /// The path of a call could be read as another one.
    PathRefused = "path-refused", 403, "Path refused";
    /// No route rule is about a call.
    NoRouteRule = "no-route-rule", 403, "No rule for this call";
    /// What a gateway says of a call is missing or contradicts itself.
    InvalidForwarding = "invalid-forwarding", 400, "Call not told clearly";
    /// A change in a session that no page of ours is known to have asked for.
    Csrf = "csrf", 403, "Not from a page of this server";
    /// The body is no JSON object.
    MalformedBody = "malformed-body", 400, "Body not readable";
    /// Members of a wrong type, or unknown ones.
    InvalidFields = "invalid-fields", 400, "Body of the wrong shape";
    /// Unknown, repeated or malformed parameters.
    InvalidQuery = "invalid-query", 400, "Query not accepted";
    /// `If-Match` is not one strong entity tag.
    InvalidIfMatch = "invalid-if-match", 400, "If-Match not accepted";
    /// `Idempotency-Key` is no visible ASCII, too long, or there twice.
    InvalidIdempotencyKey = "invalid-idempotency-key", 400, "Idempotency-Key not accepted";
    /// No such page, or no such thing.
    NotFound = "not-found", 404, "Not found";
    /// The page has other methods.
    MethodNotAllowed = "method-not-allowed", 405, "Method not allowed";
    /// The state forbids it.
    Conflict = "conflict", 409, "Not possible in this state";
    /// What the repeated request made was deleted since.
    Gone = "gone", 410, "Deleted since";
    /// Somebody else saved meanwhile.
    StaleVersion = "stale-version", 412, "Changed meanwhile";
    /// The body did not come in time.
    RequestTimeout = "request-timeout", 408, "Body too slow";
    /// The body is longer than the server reads.
    BodyTooLarge = "body-too-large", 413, "Body too large";
    /// More things at once than one change takes.
    TooManyItems = "too-many-items", 413, "Too many at once";
    /// The body is not announced as JSON.
    UnsupportedMediaType = "unsupported-media-type", 415, "Body of an unsupported type";
    /// A session is used under a name that is not this server's.
    Misdirected = "misdirected", 421, "Not the name of this server";
    /// Right shape, refused values.
    RefusedValues = "refused-values", 422, "Values refused";
    /// One `Idempotency-Key` for two requests.
    IdempotencyKeyReused = "idempotency-key-reused", 422, "Idempotency-Key of another request";
    /// `If-Match` is missing.
    VersionRequired = "version-required", 428, "Version required";
    /// The address sent more unknown tokens in a second than are checked for it.
    TooManyChecks = "too-many-checks", 429, "Too many unknown tokens";
    /// Too many failures from there, or at that account.
    TooManySignIns = "too-many-sign-ins", 429, "Too many sign-ins";
    /// Request line and header fields are longer than the server reads.
    HeadTooLarge = "head-too-large", 431, "Head too large";
    /// A fault of ours.
    Internal = "internal-error", 500, "Internal error";
    /// The database or the guard cannot answer now.
    Unavailable = "unavailable", 503, "Not available now";
    /// The guard could not follow the log for longer than its lease.
    Stale = "stale", 503, "Not up to date";
    /// The connection was lost in the commit.
    OutcomeUnknown = "outcome-unknown", 503, "Outcome unknown";
    /// This server has no key to sign with.
    CannotSign = "cannot-sign", 503, "Signing not possible here";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_statuses_are_errors() {
        for (index, kind) in ProblemKind::ALL.iter().enumerate() {
            assert!(ProblemKind::ALL[..index].iter().all(|other| other.name() != kind.name()), "{kind:?}");
            assert!((400..600).contains(&kind.status()), "{kind:?}");
        }
    }

    #[test]
    fn shape_of_problem_details() {
        let mut problem = Problem::new(ProblemKind::Conflict, Some("x".to_owned()));
        let json = serde_json::to_string(&problem).unwrap();
        assert_eq!(
            json,
            r#"{"type":"/problems/conflict","title":"Not possible in this state","status":409,"detail":"x"}"#
        );
        problem.errors.push(FieldError::new("/name", "must not be empty"));
        problem.error = Some("invalid_request".to_owned());
        let back: Problem = serde_json::from_str(&serde_json::to_string(&problem).unwrap()).unwrap();
        assert_eq!(back, problem);
    }
}
