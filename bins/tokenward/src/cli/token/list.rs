//! Lists tokens.

use clap::{Args, ValueEnum};
use token_admin::AdminError;
use token_core::{Store as _, TokenName, TokenQuery, TokenStateFilter};
use token_wire::TokenView;

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
    let state_filter = wanted.state.map(TokenStateFilter::from);
    let listed = wanted.amount.collect(|after, limit| {
        let query = TokenQuery { name: name.clone(), state: state_filter, role, now, after, limit };
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
