//! The one table from errors to answers.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, ResponseError};
use token_admin::{AdminError, Refused, Submitted};
use token_core::StoreError;
use token_guard::{Refusal, RefusalAnswer};
use token_wire::{BodyError, FieldError, Problem, ProblemKind, RequestError};

use crate::forward::ForwardError;
use crate::sign_in::Foreign;

/// Why a request has no better answer. Its text is for our log; the client gets a problem.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error("the guard refused the call")]
    Refused(Refusal),
    #[error(transparent)]
    Admin(AdminError),
    #[error(transparent)]
    Body(BodyError),
    #[error("the body was not understood or not accepted")]
    Request(RequestError),
    #[error("the query was not understood")]
    Query(Vec<FieldError>),
    #[error("the field `If-Match` was not understood")]
    IfMatch(&'static str),
    #[error("the call needs a signed-in person")]
    SessionRequired,
    #[error("name and password let nobody in")]
    SignInRefused,
    #[error("the set-up code is not accepted")]
    SetupRefused,
    #[error("a sign-in came {0} seconds too early")]
    TooEarly(u32),
    #[error("too many passwords wait to be hashed")]
    TooBusy,
    #[error("the request is not known to come from a page of `{1}`: {0}")]
    Foreign(Foreign, String),
    #[error("a session is used under a name that is not this server's")]
    Misdirected,
    #[error("the field `Idempotency-Key` was not understood")]
    RequestKey(&'static str),
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("the path has only the methods {0}")]
    MethodNotAllowed(String),
    #[error("the body is not announced as JSON")]
    UnsupportedMediaType,
    #[error("the body is not announced as a form")]
    FormExpected,
    #[error("the body is no form")]
    FormMalformed,
    #[error("the body is longer than {0} bytes")]
    BodyTooLarge(usize),
    #[error("the body did not come whole")]
    BodyCut,
    #[error("the body did not come in time")]
    RequestTimeout,
    #[error(transparent)]
    Forward(ForwardError),
    #[error("the head is too large")]
    HeadTooLarge,
    #[error("{0}")]
    Internal(&'static str),
}

impl From<RequestError> for ApiError {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}

/// What was submitted as use cases take it: refused values travel on, since missing objects, stale versions and
/// conflicts are answered before them. A wrong shape does not.
pub(crate) fn submitted<T, U>(
    read: Result<T, RequestError>,
    into: impl FnOnce(T) -> U,
) -> Result<Submitted<U>, ApiError> {
    submitted_with(read, into, |()| ())
}

/// The same; `good` turns what was good of a refused body into what the use case looks at beside the errors.
pub(crate) fn submitted_with<T, P, U, Q>(
    read: Result<T, RequestError<P>>,
    into: impl FnOnce(T) -> U,
    good: impl FnOnce(P) -> Q,
) -> Result<Submitted<U, Q>, ApiError> {
    match read {
        Ok(request) => Ok(Ok(into(request))),
        Err(RequestError::Refused(errors, parts)) => {
            let error = |error: FieldError| token_admin::FieldError::new(error.pointer, error.detail);
            Ok(Err(Refused { errors: errors.into_iter().map(error).collect(), good: Box::new(good(*parts)) }))
        }
        Err(RequestError::Shape(errors)) => Err(ApiError::Request(RequestError::Shape(errors))),
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.answer().problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The answer without its body, which the frame writes with the request's id.
    fn error_response(&self) -> HttpResponse {
        let answer = self.answer();
        let status = StatusCode::from_u16(answer.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(error = %self, "a fault of ours");
        } else if status == StatusCode::SERVICE_UNAVAILABLE {
            tracing::warn!(error = %self, "cannot serve a request now");
        }
        let mut response = HttpResponse::build(status);
        if let Some(challenge) = answer.www_authenticate {
            response.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        if let Some(seconds) = answer.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if let Self::MethodNotAllowed(allow) = self {
            response.insert_header((header::ALLOW, allow.as_str()));
        }
        let mut response = response.finish();
        response.extensions_mut().insert(answer.problem);
        response
    }
}

/// A problem, and the header fields that go with it.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Answer {
    problem: Problem,
    www_authenticate: Option<String>,
    retry_after: Option<u32>,
}

fn plain(kind: ProblemKind, detail: impl Into<String>) -> Answer {
    Answer { problem: Problem::new(kind, Some(detail.into())), www_authenticate: None, retry_after: None }
}

fn listed(kind: ProblemKind, detail: &str, errors: Vec<FieldError>) -> Answer {
    let mut answer = plain(kind, detail);
    answer.problem.errors = errors;
    answer
}

fn internal() -> Answer {
    Answer { problem: Problem::new(ProblemKind::Internal, None), www_authenticate: None, retry_after: None }
}

fn refused(refusal: &Refusal) -> Answer {
    let RefusalAnswer { status, problem, title, detail, www_authenticate, retry_after } = refusal.answer();
    let problem = Problem {
        kind: format!("/problems/{problem}"),
        title: title.to_owned(),
        status,
        detail: Some(detail),
        request_id: None,
        errors: Vec::new(),
        error: None,
        error_description: None,
    };
    Answer { problem, www_authenticate, retry_after }
}

impl ApiError {
    /// What is told of it.
    pub(crate) fn problem(&self) -> Problem {
        self.answer().problem
    }

    fn answer(&self) -> Answer {
        match self {
            Self::Refused(refusal) => refused(refusal),
            Self::Admin(error) => admin(error),
            Self::Body(error) => plain(ProblemKind::MalformedBody, sentence(&error.to_string())),
            Self::Request(RequestError::Shape(errors)) => {
                listed(ProblemKind::InvalidFields, "The body does not have the expected shape.", errors.clone())
            }
            Self::Request(RequestError::Refused(errors, _)) => {
                listed(ProblemKind::RefusedValues, "Some values are refused.", errors.clone())
            }
            Self::Query(errors) => {
                listed(ProblemKind::InvalidQuery, "Some parameters are not accepted.", errors.clone())
            }
            Self::RequestKey(why) => plain(ProblemKind::InvalidIdempotencyKey, sentence(why)),
            Self::IfMatch(why) => plain(ProblemKind::InvalidIfMatch, sentence(why)),
            Self::SessionRequired => Answer {
                // A 401 names a way to authenticate (RFC 9110 §15.5.2); without an error code, since no token is at
                // fault.
                www_authenticate: Refusal::NoCredentials.answer().www_authenticate,
                ..plain(ProblemKind::SessionRequired, "Sign in; there is no session, or it has ended.")
            },
            Self::SignInRefused => Answer {
                www_authenticate: Refusal::NoCredentials.answer().www_authenticate,
                ..plain(ProblemKind::SignInRefused, "Name and password do not belong to anybody who may sign in.")
            },
            Self::SetupRefused => Answer {
                www_authenticate: Refusal::NoCredentials.answer().www_authenticate,
                ..plain(ProblemKind::SetupRefused, "The code is wrong, was used, or is too old.")
            },
            Self::TooEarly(seconds) => Answer {
                retry_after: Some(*seconds),
                ..plain(ProblemKind::TooManySignIns, format!("There were too many failures; try again in {seconds} s."))
            },
            Self::TooBusy => Answer {
                retry_after: Some(1),
                ..plain(ProblemKind::Unavailable, "Too many people sign in at this moment; try again.")
            },
            Self::Foreign(foreign, origin) => {
                plain(ProblemKind::Csrf, format!("Ask from a page of `{origin}`: {foreign}."))
            }
            Self::Misdirected => plain(
                ProblemKind::Misdirected,
                "Sessions are for the name in the setting `public_url`, or the address the server listens at.",
            ),
            Self::NotFound(what) => plain(ProblemKind::NotFound, format!("There is no such {what}.")),
            Self::MethodNotAllowed(allow) => {
                plain(ProblemKind::MethodNotAllowed, format!("This address takes only: {allow}."))
            }
            Self::UnsupportedMediaType => plain(
                ProblemKind::UnsupportedMediaType,
                "Send the body with one header `Content-Type: application/json`, in UTF-8, without Content-Encoding.",
            ),
            Self::FormExpected => plain(
                ProblemKind::UnsupportedMediaType,
                "Send the form with one header `Content-Type: application/x-www-form-urlencoded`, in UTF-8.",
            ),
            Self::FormMalformed => {
                plain(ProblemKind::MalformedBody, "The form has characters that are no text, or a broken `%`.")
            }
            Self::BodyTooLarge(max) => plain(ProblemKind::BodyTooLarge, format!("A body has at most {max} bytes.")),
            Self::BodyCut => plain(ProblemKind::MalformedBody, "The body did not come whole."),
            Self::RequestTimeout => plain(ProblemKind::RequestTimeout, "The body did not come in time."),
            Self::Forward(error) => plain(error.kind(), error.detail()),
            Self::HeadTooLarge => {
                plain(ProblemKind::HeadTooLarge, "Request line and header fields together are too long.")
            }
            Self::Internal(_) => internal(),
        }
    }
}

fn admin(error: &AdminError) -> Answer {
    let detail = || sentence(&error.to_string());
    match error {
        // The token was good a moment ago and is not any more: answered like any other that is not accepted.
        AdminError::CallerGone => refused(&Refusal::Invalid),
        AdminError::Missing(permission) => refused(&Refusal::Missing(permission.clone())),
        AdminError::NotHeld(_) => plain(ProblemKind::NotHeld, detail()),
        AdminError::NotFound(_) => plain(ProblemKind::NotFound, detail()),
        AdminError::VersionRequired => plain(
            ProblemKind::VersionRequired,
            "Send the header `If-Match` with the ETag of what you changed, so that nobody's save is lost.",
        ),
        AdminError::Stale { .. } => plain(ProblemKind::StaleVersion, detail()),
        AdminError::Conflict(_) => plain(ProblemKind::Conflict, detail()),
        AdminError::Invalid(errors) => {
            let field = |error: &token_admin::FieldError| FieldError::new(&error.pointer, &error.detail);
            listed(ProblemKind::RefusedValues, "Some values are refused.", errors.iter().map(field).collect())
        }
        AdminError::TooMany(_) => plain(ProblemKind::TooManyItems, detail()),
        AdminError::KeyReused => plain(ProblemKind::IdempotencyKeyReused, detail()),
        AdminError::Gone => plain(ProblemKind::Gone, detail()),
        AdminError::CannotSign(_) => plain(ProblemKind::CannotSign, detail()),
        AdminError::Store(error) => store(error),
        // Randomness, and whatever comes that this table does not know yet.
        _ => internal(),
    }
}

fn store(error: &StoreError) -> Answer {
    match error {
        StoreError::Unavailable(_) | StoreError::Busy => Answer {
            retry_after: Some(1),
            ..plain(ProblemKind::Unavailable, "The database does not answer now. Nothing was changed; try again.")
        },
        StoreError::OutcomeUnknown(_) => Answer {
            retry_after: Some(1),
            ..plain(
                ProblemKind::OutcomeUnknown,
                "The connection to the database was lost in the commit: the change may or may not have happened. \
                 Look before you try again.",
            )
        },
        _ => internal(),
    }
}

/// An error's text as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

#[cfg(test)]
mod tests;
