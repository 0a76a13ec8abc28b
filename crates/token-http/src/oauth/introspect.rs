//! Whether a text is good (RFC 7662).

use std::borrow::Cow;

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_core::UnixSeconds;
use token_guard::{Arrival, Inspected, Question};
use token_wire::IntrospectionView;

use super::{OAuthForm, certain, inspect};
use crate::answer::json;
use crate::author::{Arrived, Asking};
use crate::error::ApiError;
use crate::query::NoQuery;
use crate::state::HttpState;

/// `POST /oauth2/introspect`: what a text is that a call would pass with now; of every other only that it is not active.
pub(crate) async fn introspect(
    _: Asking,
    arrived: Arrived,
    NoQuery: NoQuery,
    mut form: OAuthForm,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let fields = (form.take_text(), form.address());
    let (text, peer) = form.finish(fields)?;
    let question = Question { call: Arrival { now: arrived.now, peer }, asked_from: arrived.address };
    match inspect(&state, text, question).await?.verdict {
        Ok(good) => Ok(json(&view(&good))),
        Err(refusal) => certain(refusal).map(|()| json(&IntrospectionView::default())),
    }
}

fn view(good: &Inspected) -> IntrospectionView<'_> {
    let identity = good.identity();
    let mut roles: Vec<Cow<'_, str>> = good.roles().map(|role| role.name.as_str().into()).collect();
    roles.sort_unstable();
    IntrospectionView {
        active: true,
        iss: identity.map(|identity| identity.issuer.as_str().into()),
        sub: Some(good.id().to_string().into()),
        aud: identity.map(|identity| identity.audience.as_str().into()),
        jti: Some(good.credential().to_string().into()),
        iat: Some(good.issued_at().get()),
        exp: good.ends_at().map(UnixSeconds::get),
        token_type: Some("Bearer".into()),
        scope: Some(good.scope().into()),
        name: Some(good.name().as_str().into()),
        roles: Some(roles),
    }
}
