//! Roles as forms offer them, and names for ids.

use std::collections::BTreeMap;

use token_admin::AdminError;
use token_core::limits::PAGE;
use token_core::{BuiltIn, Role, RoleQuery, RoleSet, UserQuery, UserRecord};
use token_http::HttpState;

use crate::forms::Choice;

/// Most roles that a drop-down offers.
const MOST_OFFERED: usize = 2_000;

/// Roles that can be given, by name; the implicit ones are held anyway and not offered (S20). May block.
pub(crate) fn offered(state: &HttpState) -> Result<Vec<Choice>, AdminError> {
    let given = |role: &Role| !role.built_in().is_some_and(BuiltIn::is_implicit);
    let mut choices = Vec::new();
    let mut after = None;
    loop {
        let page = state.admin.store().list_roles(&RoleQuery { name: None, after, limit: PAGE })?;
        let roles = page.items.iter().filter(|role| given(role));
        choices.extend(roles.map(|role| Choice { value: role.id.to_string(), name: role.name.to_string() }));
        after = page.next;
        if after.is_none() || MOST_OFFERED <= choices.len() {
            return Ok(choices);
        }
    }
}

/// Names of those of the roles that exist. May block.
pub(crate) fn names(state: &HttpState, ids: &RoleSet) -> Result<BTreeMap<String, String>, AdminError> {
    let mut names = BTreeMap::new();
    state.admin.store().read(&mut |tx| {
        names = tx.roles(ids)?.into_iter().map(|role| (role.id.to_string(), role.name.to_string())).collect();
        Ok(())
    })?;
    Ok(names)
}

/// Choices, and those of `held` that are none of them any more: what is stored is not lost by a drop-down.
pub(crate) fn with_held(mut choices: Vec<Choice>, held: &[String]) -> Vec<Choice> {
    for id in held.iter().filter(|id| !id.is_empty()) {
        if choices.iter().all(|choice| choice.value != *id) {
            choices.push(Choice { value: id.clone(), name: format!("unknown: {id}") });
        }
    }
    choices
}

/// Most people that a drop-down offers.
const MOST_PEOPLE: usize = 1_000;

/// People who can be given a role, by user name. May block.
pub(crate) fn people(state: &HttpState) -> Result<Vec<Choice>, AdminError> {
    let mut choices = Vec::new();
    let mut after = None;
    loop {
        let page = state.admin.store().list_users(&UserQuery { after, limit: PAGE, ..UserQuery::default() })?;
        choices.extend(page.items.iter().map(|record| Choice { value: record.id().to_string(), name: person(record) }));
        after = page.next;
        if after.is_none() || MOST_PEOPLE <= choices.len() {
            return Ok(choices);
        }
    }
}

/// `ada (Ada Lovelace)`.
pub(crate) fn person(record: &UserRecord) -> String {
    let user = &record.user;
    if user.display_name.as_str().is_empty() {
        user.username.to_string()
    } else {
        format!("{} ({})", user.username, user.display_name)
    }
}
