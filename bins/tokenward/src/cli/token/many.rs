//! Ends one token, or all that match.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use token_admin::{AdminError, BulkAction, BulkChoice, BulkEnd, BulkResult, RevokeToken};
use token_core::limits::{BULK, PAGE};
use token_core::{Author, Reason, Store as _, TokenId, TokenName, TokenQuery, TokenStateFilter};

use super::list::State;
use super::print::print;
use crate::cli::confirmation::Confirmation;
use crate::cli::{deleted, field, needle, role_id};
use crate::failure::Failure;
use crate::output::{self, Format};
use crate::parts::Parts;

/// One token by its id, or all that match.
#[derive(Args, Debug)]
#[group(required = true, multiple = true)]
pub(crate) struct Which {
    /// Which token; or say which ones by `--name`, `--state` and `--role`, which add up
    #[arg(conflicts_with_all = ["name", "state", "role"])]
    id: Option<TokenId>,
    /// All tokens with this piece in their name, in any letter case
    #[arg(long, value_parser = needle)]
    name: Option<String>,
    /// All tokens in this state
    #[arg(long)]
    state: Option<State>,
    /// All tokens that hold this role, by name or id
    #[arg(long)]
    role: Option<String>,
}

pub(super) fn revoke(
    which: Which,
    reason: Option<String>,
    confirmation: Confirmation,
    parts: &Parts,
    format: Format,
) -> Result<ExitCode, Failure> {
    let reason = reason.map(|reason| field("reason", reason.parse())).transpose()?;
    let Some(id) = which.id else {
        return end(which, BulkAction::Revoke, reason.as_ref(), confirmation, parts, format);
    };
    let revoked = parts.admin.revoke_token(&Author::command_line(), &RevokeToken { id, reason })?.value;
    print(&revoked, parts, format)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn delete(
    which: Which,
    confirmation: Confirmation,
    parts: &Parts,
    format: Format,
) -> Result<ExitCode, Failure> {
    confirmation.ensure_possible()?;
    let Some(id) = which.id else {
        return end(which, BulkAction::Delete, None, confirmation, parts, format);
    };
    let record = parts.admin.token(id)?;
    let name = &record.token.grant().name;
    confirmation.ask(&format!("End token `{name}` ({id}) for good and take it off the list?"))?;
    parts.admin.delete_token(&Author::command_line(), id)?;
    Ok(deleted(&id.to_string(), format))
}

/// Ends all that match now, thousands at a time; what is made meanwhile is left alone.
fn end(
    which: Which,
    action: BulkAction,
    reason: Option<&Reason>,
    confirmation: Confirmation,
    parts: &Parts,
    format: Format,
) -> Result<ExitCode, Failure> {
    confirmation.ensure_possible()?;
    let ids = matching(which, parts)?;
    let count = ids.len();
    if format == Format::Table {
        output::line(&format!("{count} tokens match"));
    }
    let what = match action {
        BulkAction::Revoke => "End them for good?",
        BulkAction::Delete => "End them for good and take them off the list?",
    };
    if 0 < count {
        confirmation.ask(&format!("{count} tokens match. {what}"))?;
    }
    let mut results = Vec::with_capacity(count);
    for thousand in ids.chunks(BULK) {
        let wanted = BulkEnd { choice: BulkChoice::Ids(thousand.to_vec()), action, reason: reason.cloned() };
        let done = parts.admin.end_tokens(&Author::command_line(), &Ok(wanted)).map_err(|error| {
            let done = results.len();
            Failure::NotDone(format!("{error}; {done} of {count} tokens were done before"))
        })?;
        results.extend(done.value.into_iter().map(|(_, result)| result));
    }
    let each = |wanted: BulkResult| results.iter().filter(|result| **result == wanted).count();
    let kinds = [BulkResult::Revoked, BulkResult::AlreadyRevoked, BulkResult::Deleted, BulkResult::NotFound];
    let counts = kinds.map(|kind| (kind.as_str(), each(kind)));
    match format {
        Format::Table => counts
            .iter()
            .filter(|(_, count)| 0 < *count)
            .for_each(|(result, count)| output::line(&format!("{count} {result}"))),
        Format::Json => {
            let counts = counts.map(|(result, count)| (result.replace(' ', "_"), json!(count)));
            let matched = ("matched".to_owned(), json!(count));
            output::json(&counts.into_iter().chain([matched]).collect::<serde_json::Map<_, _>>());
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn matching(which: Which, parts: &Parts) -> Result<Vec<TokenId>, Failure> {
    let mut query = TokenQuery {
        name: which.name.map(|name| TokenName::fold_needle(&name)),
        state: which.state.map(TokenStateFilter::from),
        role: which.role.map(|role| role_id(parts, &role)).transpose()?,
        ..TokenQuery::newest(parts.admin.now(), PAGE)
    };
    let mut ids = Vec::new();
    loop {
        let page = parts.store.list_tokens(&query).map_err(AdminError::Store)?;
        ids.extend(page.items.iter().map(token_core::TokenRecord::id));
        query.after = page.next;
        if query.after.is_none() {
            return Ok(ids);
        }
    }
}
