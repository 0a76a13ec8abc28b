//! Why a token may do something or not.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::ExplainToken;
use token_core::{Permission, TokenId};
use token_wire::{ExplanationView, FieldError, RuleView};

use crate::answer::json;
use crate::author::Asking;
use crate::error::ApiError;
use crate::path_id::PathId;
use crate::query::Query;
use crate::state::{HttpState, blocking};

/// `GET /api/v1/tokens/{id}/explain?permission=`: the decision, and the role and rule that made it.
pub(crate) async fn explain(
    _: Asking,
    PathId(id): PathId<TokenId>,
    mut query: Query,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let expected = "expected `resource:action`, e.g. `assets.applications:read`";
    let permission = query.typed::<Permission>("permission", expected);
    let permission = query.finish(permission)?;
    let permission = permission.ok_or_else(missing)?;
    let asked = permission.to_string();
    let question = ExplainToken { id, permission };
    let explained = blocking(&state, move |state| state.admin.explain_token(&question)).await?;
    Ok(json(&ExplanationView {
        decision: if explained.decision.is_allowed() { "allow" } else { "deny" }.to_owned(),
        permission: asked,
        role: explained.role.as_ref().map(ToString::to_string),
        rule: explained.rule.as_ref().map(RuleView::from),
        message: explained.to_string(),
    }))
}

fn missing() -> ApiError {
    ApiError::Query(vec![FieldError::new("?permission", "must be given")])
}
