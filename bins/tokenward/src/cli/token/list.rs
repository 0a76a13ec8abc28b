//! Lists tokens.

use clap::{Args, ValueEnum};
use token_admin::AdminError;
use token_core::{
    CreatedBy, Store as _, TokenCount, TokenId, TokenName, TokenQuery, TokenSort, TokenStateFilter, UnixMicros,
    UnixSeconds, UserId,
};
use token_wire::{ParseTimeError, TokenView, parse_from};

use super::end;
use super::print::state;
use crate::cli::amount::{Amount, tell_more};
use crate::cli::{needle, role_id};
use crate::failure::Failure;
use crate::output::{self, Format};
use crate::parts::Parts;

#[derive(Args, Debug)]
pub(crate) struct List {
    /// A piece of the name, in any letter case
    #[arg(long, value_parser = needle)]
    name: Option<String>,
    /// Only tokens in this state
    #[arg(long)]
    state: Option<State>,
    /// Only tokens that hold this role, by name or id
    #[arg(long)]
    role: Option<String>,
    /// Only tokens that end before this date or time
    #[arg(long, value_name = "TIME")]
    expires_before: Option<String>,
    /// Only tokens that were made before this date or second and were not admitted from then on
    #[arg(long, value_name = "TIME", value_parser = begin)]
    unused_since: Option<UnixSeconds>,
    /// Only tokens made by this person or token, by id, or by the `command line`
    #[arg(long, value_name = "WHO", value_parser = creator)]
    created_by: Option<CreatedBy>,
    /// In which order; a `-` turns it round. A token without an end stands behind all that have one
    #[arg(long, value_name = "ORDER", default_value = "-created", allow_hyphen_values = true,
        value_parser = clap::builder::PossibleValuesParser::new(TokenSort::ALL.map(|(name, _)| name)))]
    sort: String,
    /// Only count them; further than 10 000 nobody counts
    #[arg(long)]
    count: bool,
    #[command(flatten)]
    amount: Amount,
}

/// Where a token is in its life.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum State {
    /// Neither revoked nor expired
    Active,
    /// Not revoked, and its end has come
    Expired,
    /// Ended for good
    Revoked,
}

impl From<State> for TokenStateFilter {
    fn from(state: State) -> Self {
        match state {
            State::Active => Self::Active,
            State::Expired => Self::Expired,
            State::Revoked => Self::Revoked,
        }
    }
}

pub(super) fn list(wanted: List, parts: &Parts, format: Format) -> Result<(), Failure> {
    let now = parts.admin.now();
    let name = wanted.name.map(|name| TokenName::fold_needle(&name));
    let role = wanted.role.map(|role| role_id(parts, &role)).transpose()?;
    let query = TokenQuery {
        name,
        state: wanted.state.map(TokenStateFilter::from),
        role,
        expires_before: end(wanted.expires_before)?,
        unused_since: wanted.unused_since,
        created_by: wanted.created_by,
        sort: TokenSort::by_name(&wanted.sort).unwrap_or(TokenSort::NEWEST),
        ..TokenQuery::newest(now, 1)
    };
    if wanted.count {
        tell_count(parts.store.count_tokens(&query).map_err(AdminError::Store)?, format);
        return Ok(());
    }
    let listed = wanted.amount.collect(|after, limit| {
        let query = TokenQuery { after, limit, ..query.clone() };
        Ok(parts.store.list_tokens(&query).map_err(AdminError::Store)?)
    })?;
    let listed = listed.map(|record| TokenView::new(&record, now));
    match format {
        Format::Json => output::json(&listed),
        Format::Table => {
            let row = |view: TokenView| {
                let state = state(&view).to_owned();
                vec![view.id, view.name, state, view.expires_at.unwrap_or_else(|| "no expiry".to_owned())]
            };
            output::table(&["id", "name", "state", "expires"], listed.items.into_iter().map(row));
            tell_more(listed.more);
        }
    }
    Ok(())
}

fn tell_count(count: TokenCount, format: Format) {
    let TokenCount { total, exact } = count;
    match format {
        Format::Json => output::json(&serde_json::json!({ "total": total, "total_is_exact": exact })),
        Format::Table => output::line(&format!("{total}{}", if exact { "" } else { " or more" })),
    }
}

fn begin(text: &str) -> Result<UnixSeconds, ParseTimeError> {
    parse_from(text).map(UnixMicros::seconds)
}

fn creator(text: &str) -> Result<CreatedBy, &'static str> {
    let id = || {
        let token = text.parse::<TokenId>().map(|id| *id.as_bytes());
        token.or_else(|_| text.parse::<UserId>().map(|id| *id.as_bytes())).ok()
    };
    match text {
        "command line" => Ok(CreatedBy::CommandLine),
        _ => id().map(CreatedBy::Id).ok_or("expected the id of a person or token, or `command line`"),
    }
}
