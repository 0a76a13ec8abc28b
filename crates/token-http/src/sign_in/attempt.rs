//! One try with a name and a password. Whether the name is nobody's, the person is disabled or the password is wrong:
//! the same answer, after the same work.

use actix_web::HttpRequest;
use actix_web::web::Data;
use token_admin::Password;
use token_core::{RefusedSignIns, UserId, UserRecord, Username};

use super::{Counter, TooEarly};
use crate::author::Arrived;
use crate::error::ApiError;
use crate::state::{HttpState, blocking};

/// The person behind a name and a password.
pub(crate) async fn attempt(
    state: &Data<HttpState>,
    http: &HttpRequest,
    arrived: Arrived,
    username: Username,
    password: Password,
) -> Result<UserRecord, ApiError> {
    let counters = state.sign_in.counters(http, &username.folded(), arrived);
    let refused = |user| {
        state.sign_in.refused.add(&RefusedSignIns { user, count: 1 });
        ApiError::SignInRefused
    };
    let tried = tried(state, &counters, arrived, async {
        let stored = blocking(state, move |state| state.admin.password_of(&username)).await?;
        let (id, candidate) = (stored.as_ref().map(UserRecord::id), stored.filter(|record| record.user.enabled));
        Ok((id, right(state, candidate, password).await?))
    });
    match tried.await {
        Ok((_, Some(record))) => Ok(record),
        Ok((id, None)) => Err(refused(id)),
        Err(error @ ApiError::TooEarly(_)) => {
            // Nobody has looked whose name it is.
            refused(None);
            Err(error)
        }
        Err(error) => Err(error),
    }
}

/// The person of a session, asked for the password once more. Failures of strangers do not matter here.
pub(crate) async fn confirm(
    state: &Data<HttpState>,
    arrived: Arrived,
    user: UserId,
    username: Username,
    password: Password,
) -> Result<Option<UserRecord>, ApiError> {
    let counters = [Counter::person(user)];
    let tried = tried(state, &counters, arrived, async {
        let stored = blocking(state, move |state| state.admin.password_of(&username)).await?;
        let candidate = stored.filter(|record| record.id() == user && record.user.enabled);
        Ok(((), right(state, candidate, password).await?))
    });
    tried.await.map(|((), record)| record)
}

/// Tries, unless it is too early; a try that came to no result is not counted.
async fn tried<T>(
    state: &Data<HttpState>,
    counters: &[Counter],
    arrived: Arrived,
    work: impl Future<Output = Result<(T, Option<UserRecord>), ApiError>>,
) -> Result<(T, Option<UserRecord>), ApiError> {
    let throttle = &state.sign_in.throttle;
    let begun = throttle.begin(counters, arrived.now).map_err(|TooEarly(seconds)| ApiError::TooEarly(seconds))?;
    let outcome = work.await;
    match &outcome {
        Ok((_, Some(_))) => throttle.succeeded(begun),
        Ok((_, None)) => drop(begun),
        Err(_) => throttle.withdrawn(begun),
    }
    outcome
}

/// The candidate, if the password is theirs. Costs the same without a candidate, and for one without a password.
async fn right(
    state: &HttpState,
    candidate: Option<UserRecord>,
    password: Password,
) -> Result<Option<UserRecord>, ApiError> {
    let checked = move || {
        let hash = candidate.as_ref().and_then(|record| record.password.as_ref());
        password.is_behind(hash).then_some(candidate).flatten()
    };
    state.sign_in.pool.run(checked).await
}
