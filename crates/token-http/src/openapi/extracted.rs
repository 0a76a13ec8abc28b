//! What a handler reads, told by its signature.

use actix_web::web::Data;
use actix_web::{Handler, HttpRequest};
use token_wire::ProblemKind;

use crate::author::{Arrived, Asking};
use crate::body::{JsonBody, OptionalJsonBody};
use crate::forward::Question;
use crate::if_match::IfMatch;
use crate::oauth::OAuthForm;
use crate::own_page::OwnPage;
use crate::path_id::{PathId, PathKid};
use crate::query::{NoQuery, Query};
use crate::request_key::RequestKey;
use crate::state::HttpState;

/// One thing a handler reads.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Part {
    /// Nothing a client sends, or what admission has read.
    Inner,
    /// Where the page is that asks, if a page does.
    Page,
    /// Something of the path.
    Path,
    /// Parameters of the query.
    Query,
    /// No parameter at all.
    NoQuery,
    /// The version a change was made from.
    Version,
    /// What a client calls a request that it may send again.
    RequestKey,
    /// A body.
    Body,
    /// A body that may be left out.
    OptionalBody,
    /// A form.
    Form,
}

impl Part {
    /// The problems that reading it can end with.
    pub(crate) const fn problems(self) -> &'static [ProblemKind] {
        match self {
            Self::Inner => &[],
            Self::Page => &[ProblemKind::Csrf],
            Self::Path => &[ProblemKind::NotFound],
            Self::Query | Self::NoQuery => &[ProblemKind::InvalidQuery],
            Self::Version => &[ProblemKind::InvalidIfMatch, ProblemKind::StaleVersion, ProblemKind::VersionRequired],
            Self::RequestKey => {
                &[ProblemKind::InvalidIdempotencyKey, ProblemKind::IdempotencyKeyReused, ProblemKind::Gone]
            }
            Self::Body | Self::OptionalBody => &[
                ProblemKind::MalformedBody,
                ProblemKind::InvalidFields,
                ProblemKind::RequestTimeout,
                ProblemKind::BodyTooLarge,
                ProblemKind::UnsupportedMediaType,
                ProblemKind::RefusedValues,
            ],
            Self::Form => &[
                ProblemKind::MalformedBody,
                ProblemKind::InvalidFields,
                ProblemKind::RequestTimeout,
                ProblemKind::BodyTooLarge,
                ProblemKind::UnsupportedMediaType,
            ],
        }
    }
}

/// An extractor that the OpenAPI document knows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is an extractor that the OpenAPI document does not know",
    note = "say what it reads with a line in `token-http/src/openapi/extracted.rs`"
)]
pub(crate) trait Extractor {
    const PART: Part;
}

macro_rules! extractors {
    ($($extractor:ty => $part:ident;)+) => {
        $(impl Extractor for $extractor { const PART: Part = Part::$part; })+
    };
}

extractors! {
    Asking => Inner;
    Arrived => Inner;
    OwnPage => Page;
    HttpRequest => Inner;
    Data<HttpState> => Inner;
    PathKid => Path;
    Query => Query;
    Question => Query;
    NoQuery => NoQuery;
    IfMatch => Version;
    RequestKey => RequestKey;
    JsonBody => Body;
    OptionalJsonBody => OptionalBody;
    OAuthForm => Form;
}

impl<T> Extractor for PathId<T> {
    const PART: Part = Part::Path;
}

/// The arguments of a handler.
pub(crate) trait Extractors {
    fn parts() -> Vec<Part>;
}

macro_rules! arguments {
    ($($argument:ident)*) => {
        impl<$($argument: Extractor),*> Extractors for ($($argument,)*) {
            fn parts() -> Vec<Part> {
                vec![$($argument::PART),*]
            }
        }
    };
}

arguments!();
arguments!(A);
arguments!(A B);
arguments!(A B C);
arguments!(A B C D);
arguments!(A B C D E);
arguments!(A B C D E F);
arguments!(A B C D E F G);
arguments!(A B C D E F G H);

/// What this handler reads.
pub(crate) fn extracted<F: Handler<A>, A: Extractors>(_: F) -> Vec<Part> {
    A::parts()
}
