//! What a token may do, and why (X06).

use token_admin::{AdminError, ExplainToken};
use token_core::{Permission, TokenId};
use token_http::HttpState;

use crate::forms::sentence;

/// An answer.
pub(super) struct Explained {
    pub(super) allowed: bool,
    pub(super) text: String,
    /// The question was no permission.
    pub(super) is_problem: bool,
}

/// Asks. May block.
pub(super) fn explained(state: &HttpState, id: TokenId, question: &str) -> Result<Explained, AdminError> {
    let permission: Permission = match question.trim().parse() {
        Ok(permission) => permission,
        Err(error) => {
            let text = format!("{} A permission looks like `assets:read`.", sentence(&format!("{error}")));
            return Ok(Explained { allowed: false, text, is_problem: true });
        }
    };
    let explanation = state.admin.explain_token(&ExplainToken { id, permission })?;
    let text = sentence(&explanation.to_string());
    Ok(Explained { allowed: explanation.decision.is_allowed(), text, is_problem: false })
}
