//! Whether a text is good (RFC 7662).

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_core::{Audience, Issuer, UnixSeconds};
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
    let fields = (form.text(), form.address());
    let (text, peer) = form.finish(fields)?;
    let question = Question { call: Arrival { now: arrived.now, peer }, asked_from: arrived.address };
    match inspect(&state, text, question).await?.verdict {
        Ok(good) => Ok(json(&view(&good))),
        Err(refusal) => certain(refusal).map(|()| json(&IntrospectionView::default())),
    }
}

fn view(good: &Inspected) -> IntrospectionView {
    let identity = good.identity();
    let mut roles: Vec<String> = good.roles().map(|role| role.name.to_string()).collect();
    roles.sort_unstable();
    IntrospectionView {
        active: true,
        iss: identity.map(|identity| &identity.issuer).map(Issuer::to_string),
        sub: Some(good.id().to_string()),
        aud: identity.map(|identity| &identity.audience).map(Audience::to_string),
        jti: Some(good.credential().to_string()),
        iat: Some(good.issued_at().get()),
        exp: good.ends_at().map(UnixSeconds::get),
        token_type: Some("Bearer".to_owned()),
        scope: Some(good.scope().to_owned()),
        name: Some(good.name().to_string()),
        roles: Some(roles),
    }
}
