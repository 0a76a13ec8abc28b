//! The right panel of one role.

use std::collections::BTreeMap;

use token_admin::{AdminError, FieldError, RoleDetails, rights};
use token_core::{BuiltIn, SubjectKind, TokenQuery};
use token_http::HttpState;
use token_http::pages::Visit;

use super::PATH;
use super::input::{Input, TypedRule};
use crate::access;
use crate::changelog::{Line, history};
use crate::counts::counted;
use crate::forms::{Choice, Field, Summary};
use crate::panels::Mark;
use crate::tokens::mark;

const HISTORY: usize = 8;
/// Tokens that the form names.
const NAMED: usize = 12;

/// A token that holds the role.
pub(super) struct HeldBy {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) mark: Mark,
}

/// What is known around a stored role.
#[expect(clippy::struct_excessive_bools, reason = "what a template asks, each by itself")]
pub(super) struct Facts {
    pub(super) id: String,
    pub(super) built_in: bool,
    pub(super) implicit: bool,
    pub(super) admin: bool,
    pub(super) tokens: String,
    pub(super) tokens_at: String,
    pub(super) people: String,
    pub(super) held_by: Vec<HeldBy>,
    pub(super) more: bool,
}

/// The form of a role, new or stored.
#[expect(clippy::struct_excessive_bools, reason = "what a template asks, each by itself")]
pub(super) struct Form {
    pub(super) action: String,
    pub(super) title: String,
    pub(super) summary: Summary,
    pub(super) name: Field,
    pub(super) description: Field,
    pub(super) rules: Vec<TypedRule>,
    pub(super) rules_problem: Option<String>,
    pub(super) people: Option<Vec<String>>,
    pub(super) people_problem: Option<String>,
    pub(super) choices: Vec<Choice>,
    /// Permissions that are known here, to complete what is typed.
    pub(super) known: Vec<String>,
    pub(super) version: String,
    pub(super) facts: Option<Facts>,
    pub(super) may_save: bool,
    pub(super) may_delete: bool,
    pub(super) may_read_log: bool,
    pub(super) history: Vec<Line>,
    pub(super) is_stale: bool,
    pub(super) meanwhile: Vec<Line>,
    pub(super) list: String,
    pub(super) filters: String,
    pub(super) dirty: bool,
}

impl Form {
    /// The form of a stored role as it is. May block.
    pub(super) fn of(
        details: &RoleDetails,
        visit: &Visit,
        state: &HttpState,
        filters: &str,
    ) -> Result<Self, AdminError> {
        let input = Input::of(&details.role, details.users.as_deref());
        Self::typed(Some(details), input, &[], visit, state, filters)
    }

    /// The form as it was typed, with what is wrong with it. May block.
    pub(super) fn typed(
        details: Option<&RoleDetails>,
        input: Input,
        errors: &[FieldError],
        visit: &Visit,
        state: &HttpState,
        filters: &str,
    ) -> Result<Self, AdminError> {
        let stored = details.map(|details| Input::of(&details.role, details.users.as_deref()));
        let built_in = details.and_then(|details| details.role.built_in());
        let may_people = visit.may(&rights::USERS_UPDATE) && visit.may(&rights::USERS_READ);
        let implicit = built_in.is_some_and(BuiltIn::is_implicit);
        let people = input.people.clone().filter(|_| may_people && !implicit);
        let choices = match &people {
            Some(held) => access::with_held(access::people(state)?, held),
            None => Vec::new(),
        };
        let may_read_log = details.is_some() && visit.may(&rights::EVENTS_READ);
        let history = match details {
            Some(details) if may_read_log => {
                history(state, SubjectKind::Role, &details.role.id.to_string(), HISTORY, &BTreeMap::new())?
            }
            _ => Vec::new(),
        };
        let problem = |name: &str| Field::with("", errors, name).problem;
        Ok(Self {
            action: match details {
                Some(details) => format!("{PATH}/{}{filters}", details.role.id),
                None => format!("{PATH}/new{filters}"),
            },
            title: details.map_or_else(|| "New role".to_owned(), |details| details.role.name.to_string()),
            summary: Summary::of(errors),
            dirty: !errors.is_empty()
                || Input { version: None, ..input.clone() }
                    != Input {
                        version: None,
                        ..stored.unwrap_or_else(|| Input {
                            people: input.people.as_ref().map(|_| Vec::new()),
                            ..Input::default()
                        })
                    },
            name: Field::with(input.name, errors, "name"),
            description: Field::with(input.description, errors, "description"),
            rules: input.rules,
            rules_problem: problem("rules"),
            people,
            people_problem: problem("users"),
            choices,
            known: rights::ALL.iter().map(ToString::to_string).collect(),
            version: input.version.map(|version| version.to_string()).unwrap_or_default(),
            facts: details.map(|details| facts(details, visit, state)).transpose()?,
            may_save: if details.is_some() {
                visit.may(&rights::ROLES_UPDATE)
            } else {
                visit.may(&rights::ROLES_CREATE)
            },
            may_delete: details.is_some() && built_in.is_none() && visit.may(&rights::ROLES_DELETE),
            may_read_log,
            history,
            is_stale: false,
            meanwhile: Vec::new(),
            list: format!("{PATH}{filters}"),
            filters: filters.to_owned(),
        })
    }

    /// Whether name and description are fixed.
    pub(super) fn is_named(&self) -> bool {
        self.facts.as_ref().is_some_and(|facts| facts.built_in)
    }

    /// Whether its rules are fixed.
    pub(super) fn is_fixed(&self) -> bool {
        self.facts.as_ref().is_some_and(|facts| facts.admin)
    }

    /// Resources of the known permissions.
    pub(super) fn resources(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.known.iter().filter_map(|known| known.split(':').next()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Actions of the known permissions.
    pub(super) fn actions(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.known.iter().filter_map(|known| known.split(':').nth(1)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

fn facts(details: &RoleDetails, visit: &Visit, state: &HttpState) -> Result<Facts, AdminError> {
    let RoleDetails { role, used, .. } = details;
    let implicit = role.built_in().is_some_and(BuiltIn::is_implicit);
    let (mut held_by, mut more) = (Vec::new(), false);
    if !implicit && visit.may(&rights::TOKENS_READ) {
        let query = TokenQuery { role: Some(role.id), ..TokenQuery::newest(visit.now(), NAMED) };
        let page = state.admin.store().list_tokens(&query)?;
        more = page.next.is_some();
        let named = page.items.iter().map(|record| HeldBy {
            name: record.token.grant().name.to_string(),
            href: format!("/admin/api-tokens/{}", record.id()),
            mark: mark(record, visit.now()).0,
        });
        held_by.extend(named);
    }
    Ok(Facts {
        id: role.id.to_string(),
        built_in: role.built_in().is_some(),
        implicit,
        admin: role.built_in() == Some(BuiltIn::Admin),
        tokens: counted(used.tokens, "token", "tokens"),
        tokens_at: format!("/admin/api-tokens?role={}", role.id),
        people: counted(used.users, "person", "people"),
        held_by,
        more,
    })
}
