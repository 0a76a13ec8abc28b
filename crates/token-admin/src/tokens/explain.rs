//! Explain: why a token may do something or not.

use token_authz::{Explanation, explain};
use token_core::BuiltIn;

use super::found;
use crate::{Admin, AdminError, ExplainToken};

impl Admin {
    /// The decision for a token's roles and a permission, and the role and rule that made it. It is about roles
    /// alone: whether the token is expired or revoked is told by the token itself.
    ///
    /// # Errors
    ///
    /// [`AdminError::NotFound`]; [`AdminError::Store`].
    pub fn explain_token(&self, question: &ExplainToken) -> Result<Explanation, AdminError> {
        self.read(|tx| {
            let record = found(tx, question.id)?;
            let ids = record.token.grant().roles.with(BuiltIn::AllExternalApplications.id());
            Ok(explain(&tx.roles(&ids)?, &question.permission))
        })
    }
}
