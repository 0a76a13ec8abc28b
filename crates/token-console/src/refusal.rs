//! What a use case refused, said over a form that keeps its input.

use actix_web::http::StatusCode;
use token_admin::{AdminError, Conflict, FieldError};
use token_http::pages::PageError;

use crate::forms::sentence;
use crate::notice::Notice;

/// What a form is answered when its save was refused.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) notice: Option<Notice>,
    pub(crate) errors: Vec<FieldError>,
    /// Somebody else saved meanwhile; the version that is stored.
    pub(crate) current: Option<u64>,
}

impl Refusal {
    /// From the error of a use case; what leaves nothing to mend in the form has a page of its own.
    pub(crate) fn of(error: PageError) -> Result<Self, PageError> {
        let error = error.into_admin()?;
        let refusal = |status, notice, errors, current| Ok(Self { status, notice, errors, current });
        match error {
            AdminError::Invalid(errors) => refusal(StatusCode::UNPROCESSABLE_ENTITY, None, errors, None),
            AdminError::Stale { current } => refusal(StatusCode::PRECONDITION_FAILED, None, Vec::new(), Some(current)),
            AdminError::Conflict(Conflict::RoleNameTaken) => {
                let error =
                    FieldError::new("/name", "is the name of another role; names are compared without regard to case");
                refusal(StatusCode::CONFLICT, None, vec![error], None)
            }
            AdminError::Conflict(Conflict::UsernameTaken) => {
                let error = FieldError::new("/username", "is taken; names are compared without regard to case");
                refusal(StatusCode::CONFLICT, None, vec![error], None)
            }
            error @ (AdminError::NotHeld(_)
            | AdminError::Missing(_)
            | AdminError::Conflict(_)
            | AdminError::CannotSign(_)) => {
                let told = PageError::from(error).told();
                let status = StatusCode::from_u16(told.status).unwrap_or(StatusCode::CONFLICT);
                let notice = Notice::bad(sentence(&told.detail.unwrap_or(told.title)));
                refusal(status, Some(notice), Vec::new(), None)
            }
            other => Err(other.into()),
        }
    }
}
