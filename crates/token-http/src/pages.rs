//! What HTML pages over this crate are made with: the same frame, sessions, limits, lists and errors as the JSON API
//! has, for handlers that answer with HTML. The pages themselves are made elsewhere.
//!
//! A table of [`PageRoute`]s is served by [`configure`]. Before a handler runs, the name of the server, the origin of
//! a change, the session, its CSRF token and the permission have been looked at; a handler cannot forget to.

mod admission;
mod answer;
mod compressed;
mod failure;
mod fields;
mod lists;
mod people;
mod route;
mod visit;

pub use answer::{html, html_with, redirect};
pub use compressed::{gzip, takes_gzip};
pub use failure::{PageError, Told};
pub(crate) use fields::form;
pub use fields::{CSRF_FIELD, Fields};
pub use lists::{EventList, RoleList, TokenList, UserList, events, roles, tokens, users};
pub use people::{SignedInNow, change_password, complete_setup, sign_in, sign_out};
pub use route::{Interrupted, Looks, PageNeed, PageRoute, configure};
pub use token_wire::{format_micros, format_seconds, parse_end, parse_from, parse_until};
pub use visit::{Visit, Visitor};

pub use crate::query::Query;

use actix_web::web::Data;
use token_admin::AdminError;

use crate::state::HttpState;

/// Runs what blocks beside the event loop. A panic there is a fault of ours like any other.
///
/// # Errors
///
/// What `work` failed with.
pub async fn blocking<T: Send + 'static>(
    state: &Data<HttpState>,
    work: impl FnOnce(&HttpState) -> Result<T, AdminError> + Send + 'static,
) -> Result<T, PageError> {
    crate::state::blocking(state, work).await.map_err(PageError::from)
}

/// The `{name}` of the path, if it has one and it reads as `T`. What does not read names nothing: 404.
///
/// # Errors
///
/// A page that says that there is no such `what`.
pub fn in_path<T: core::str::FromStr>(
    request: &actix_web::HttpRequest,
    name: &str,
    what: &'static str,
) -> Result<T, PageError> {
    let read = request.match_info().get(name).and_then(|text| text.parse().ok());
    read.ok_or_else(|| PageError::not_found(what))
}
