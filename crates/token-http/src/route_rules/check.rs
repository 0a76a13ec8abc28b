//! Which rule decides about a call.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::{RouteCheck, rights};
use token_core::{RouteRule, TokenId};
use token_wire::{RouteCheckTokenView, RouteCheckView, RouteRuleView};

use crate::answer::json;
use crate::author::Asking;
use crate::error::ApiError;
use crate::query::Query;
use crate::state::{HttpState, blocking};

/// Most characters of a method.
const METHOD: usize = 32;

/// `GET /api/v1/routes/check?method=&path=&token=`: the rule, and whether a token would pass. About a token only whoever
/// may ask why it may do something.
pub(crate) async fn check(asking: Asking, mut query: Query, state: Data<HttpState>) -> Result<HttpResponse, ApiError> {
    let name = |text: &str| (1..=METHOD).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    let method = query.parsed("method", "expected the name of a method", |text| name(text).then(|| text.to_owned()));
    let method = query.required("method", method);
    let path = query.text("path");
    let path = query.required("path", path);
    let token = query.typed::<TokenId>("token", "expected the id of a token");
    let asked = query.finish(method.zip(path))?;
    if token.is_some() {
        asking.asker.require(&rights::DECISIONS_EXPLAIN).map_err(ApiError::Refused)?;
    }
    let (method, path) = asked.unwrap_or_default();
    let (asked_method, asked_path) = (method.clone(), path.clone());
    let found = blocking(&state, move |state| state.admin.check_route(&asked_method, &asked_path, token)).await?;
    Ok(json(&view(method, path, token, &found)))
}

fn view(method: String, path: String, token: Option<TokenId>, found: &RouteCheck) -> RouteCheckView {
    let told = token.zip(found.token.as_ref());
    RouteCheckView {
        method,
        path,
        rule: found.rule.as_ref().map(|rule: &RouteRule| RouteRuleView::from(rule)),
        refused: found.refused.map(|why| why.to_string()),
        token: told.map(|(id, (passes, why))| RouteCheckTokenView {
            id: id.to_string(),
            passes: *passes,
            message: why.clone(),
        }),
    }
}
