//! The right panel of one person.

use std::collections::BTreeMap;

use token_admin::{AdminError, FieldError, UserDetails, rights};
use token_core::SubjectKind;
use token_http::HttpState;
use token_http::pages::Visit;

use super::input::Input;
use super::{PATH, mark};
use crate::access;
use crate::changelog::{Line, history};
use crate::counts::counted;
use crate::forms::{Choice, Field, Summary};
use crate::moment;
use crate::panels::Mark;

const HISTORY: usize = 8;

/// What is known around a stored person.
pub(super) struct Facts {
    pub(super) id: String,
    pub(super) mark: Mark,
    pub(super) created: String,
    pub(super) sessions: u64,
    pub(super) tokens: String,
    pub(super) made_tokens: bool,
    pub(super) tokens_at: String,
    pub(super) myself: bool,
}

/// The form of a person, new or stored.
#[expect(clippy::struct_excessive_bools, reason = "what a template asks, each by itself")]
pub(super) struct Form {
    pub(super) action: String,
    pub(super) title: String,
    pub(super) summary: Summary,
    pub(super) username: Field,
    pub(super) display_name: Field,
    pub(super) password: Field,
    pub(super) enabled: bool,
    pub(super) roles: Vec<String>,
    pub(super) roles_problem: Option<String>,
    pub(super) choices: Vec<Choice>,
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
    /// The form of a stored person as they are. May block.
    pub(super) fn of(
        details: &UserDetails,
        visit: &Visit,
        state: &HttpState,
        filters: &str,
    ) -> Result<Self, AdminError> {
        Self::typed(Some(details), Input::of(&details.record), &[], visit, state, filters)
    }

    /// The form as it was typed, with what is wrong with it; a password is never shown again. May block.
    pub(super) fn typed(
        details: Option<&UserDetails>,
        input: Input,
        errors: &[FieldError],
        visit: &Visit,
        state: &HttpState,
        filters: &str,
    ) -> Result<Self, AdminError> {
        let choices = access::with_held(access::offered(state)?, &input.roles);
        let names: BTreeMap<String, String> =
            choices.iter().map(|choice| (choice.value.clone(), choice.name.clone())).collect();
        let may_read_log = details.is_some() && visit.may(&rights::EVENTS_READ);
        let history = match details {
            Some(details) if may_read_log => {
                history(state, SubjectKind::User, &details.record.id().to_string(), HISTORY, &names)?
            }
            _ => Vec::new(),
        };
        let stored = details.map(|details| Input::of(&details.record));
        Ok(Self {
            action: match details {
                Some(details) => format!("{PATH}/{}{filters}", details.record.id()),
                None => format!("{PATH}/new{filters}"),
            },
            title: details.map_or_else(|| "New person".to_owned(), |details| access::person(&details.record)),
            summary: Summary::of(errors),
            dirty: !errors.is_empty()
                || Input { version: None, ..input.clone() }
                    != Input { version: None, ..stored.unwrap_or_else(|| Input { enabled: true, ..Input::default() }) },
            username: Field::with(input.username, errors, "username"),
            display_name: Field::with(input.display_name, errors, "display_name"),
            password: Field::with("", errors, "password"),
            enabled: input.enabled,
            roles: input.roles,
            roles_problem: Field::with("", errors, "roles").problem,
            choices,
            version: input.version.map(|version| version.to_string()).unwrap_or_default(),
            facts: details.map(|details| facts(details, visit)),
            may_save: if details.is_some() {
                visit.may(&rights::USERS_UPDATE)
            } else {
                visit.may(&rights::USERS_CREATE)
            },
            may_delete: details.is_some() && visit.may(&rights::USERS_DELETE),
            may_read_log,
            history,
            is_stale: false,
            meanwhile: Vec::new(),
            list: format!("{PATH}{filters}"),
            filters: filters.to_owned(),
        })
    }

    /// Whether it is the form of whoever looks at it: their own password is changed elsewhere.
    pub(super) fn is_mine(&self) -> bool {
        self.facts.as_ref().is_some_and(|facts| facts.myself)
    }
}

fn facts(details: &UserDetails, visit: &Visit) -> Facts {
    let UserDetails { record, tokens_made, sessions } = details;
    Facts {
        id: record.id().to_string(),
        mark: mark(record),
        created: format!("{} by {}", moment::date_time(record.created_at), record.created_by.name()),
        sessions: *sessions,
        tokens: counted(*tokens_made, "token", "tokens"),
        made_tokens: 0 < *tokens_made,
        tokens_at: format!("/admin/api-tokens?created_by={}", record.id()),
        myself: visit.signed_in().user.id == record.id(),
    }
}
