//! The right panel of one token: the form, and what is known around it.

use std::collections::BTreeMap;

use token_admin::{AdminError, FieldError, rights};
use token_core::{SubjectKind, TokenRecord, UnixSeconds};
use token_http::HttpState;
use token_http::pages::{Visit, format_seconds};

use super::explain::Explained;
use super::input::Input;
use super::reveal::Secret;
use super::state::mark;
use super::usage::Use;
use super::{PATH, explain, usage};
use crate::access;
use crate::changelog::{Line, history};
use crate::forms::{Choice, Field, Summary};
use crate::moment;
use crate::panels::Mark;

/// How many events the form shows.
const HISTORY: usize = 8;

/// A fact beside the form.
pub(super) struct Facts {
    pub(super) id: String,
    pub(super) mark: Mark,
    pub(super) note: String,
    pub(super) created: String,
    pub(super) key: String,
    pub(super) texts: usize,
    pub(super) text_end: String,
    pub(super) used: Option<Use>,
    /// By whom, when and why, for a revoked one.
    pub(super) revoked: Option<(String, String, Option<String>)>,
}

/// Buttons somebody may see.
#[expect(clippy::struct_excessive_bools, reason = "what a template asks, each by itself")]
pub(super) struct May {
    pub(super) save: bool,
    pub(super) show: bool,
    pub(super) revoke: bool,
    pub(super) delete: bool,
    pub(super) rotate: bool,
    pub(super) explain: bool,
    pub(super) read_log: bool,
}

/// The form of a token, new or stored.
#[expect(clippy::struct_excessive_bools, reason = "what a template asks, each by itself")]
pub(super) struct Form {
    pub(super) action: String,
    pub(super) title: String,
    pub(super) summary: Summary,
    pub(super) name: Field,
    pub(super) description: Field,
    pub(super) expires: Field,
    pub(super) expires_exactly: String,
    pub(super) expires_help: String,
    pub(super) today: String,
    pub(super) roles: Vec<String>,
    pub(super) roles_problem: Option<String>,
    pub(super) networks: Vec<String>,
    pub(super) networks_problem: Option<String>,
    pub(super) choices: Vec<Choice>,
    pub(super) version: String,
    pub(super) key: String,
    pub(super) revoke: bool,
    pub(super) reason: Field,
    /// Everything but name and description is final.
    pub(super) fixed: bool,
    /// The save that was asked for ends the token: asks once more.
    pub(super) confirm: bool,
    /// What others saved since the form was made.
    pub(super) meanwhile: Vec<Line>,
    pub(super) is_stale: bool,
    pub(super) facts: Option<Facts>,
    pub(super) may: May,
    pub(super) secret: Option<Secret>,
    pub(super) secret_problem: Option<String>,
    pub(super) question: String,
    pub(super) explained: Option<Explained>,
    pub(super) history: Vec<Line>,
    pub(super) list: String,
    pub(super) filters: String,
    pub(super) shows_texts: bool,
    pub(super) dirty: bool,
}

impl Form {
    /// The form of a stored token as it is. May block.
    pub(super) fn of(
        record: &TokenRecord,
        visit: &Visit,
        state: &HttpState,
        filters: &str,
    ) -> Result<Self, AdminError> {
        Self::typed(Some(record), Input::of(record), &[], visit, state, filters)
    }

    /// The form as it was typed, with what is wrong with it. May block.
    pub(super) fn typed(
        record: Option<&TokenRecord>,
        input: Input,
        errors: &[FieldError],
        visit: &Visit,
        state: &HttpState,
        filters: &str,
    ) -> Result<Self, AdminError> {
        let now = visit.now();
        let stored = record.map(Input::of);
        let fixed = record.is_some_and(|record| record.token.end().is_some());
        // What is final is shown as it is, whatever was typed.
        let input = match &stored {
            Some(stored) if fixed => {
                Input { name: input.name, description: input.description, version: input.version, ..stored.clone() }
            }
            Some(_) | None => input,
        };
        // Version, key and reason are not what somebody would lose.
        let kept = |input: &Input| Input { version: None, key: String::new(), reason: String::new(), ..input.clone() };
        let dirty = !errors.is_empty() || kept(&input) != kept(&stored.unwrap_or_default());
        let choices = access::with_held(access::offered(state)?, &input.roles);
        let history = match record {
            Some(record) if visit.may(&rights::EVENTS_READ) => {
                history(state, SubjectKind::Token, &record.id().to_string(), HISTORY, &role_names(&choices))?
            }
            _ => Vec::new(),
        };
        let problem = |name: &str| Field::with("", errors, name).problem;
        Ok(Self {
            action: match record {
                Some(record) => format!("{PATH}/{}{filters}", record.id()),
                None => format!("{PATH}/new{filters}"),
            },
            title: record.map_or_else(|| "New API token".to_owned(), |record| record.token.grant().name.to_string()),
            summary: Summary::of(errors),
            name: Field::with(input.name, errors, "name"),
            description: Field::with(input.description, errors, "description"),
            expires_exactly: input.expires_exactly.map(format_seconds).unwrap_or_default(),
            expires_help: expiry_help(record, now),
            expires: Field::with(input.expires, errors, "expires_at"),
            today: moment::date_field(now.get()),
            roles: input.roles,
            roles_problem: problem("roles"),
            networks: input.networks,
            networks_problem: problem("allowed_networks"),
            choices,
            version: input.version.map(|version| version.to_string()).unwrap_or_default(),
            key: input.key,
            revoke: input.revoke && !fixed,
            reason: Field::with(input.reason, errors, "reason"),
            fixed,
            confirm: false,
            meanwhile: Vec::new(),
            is_stale: false,
            facts: record.map(|record| facts(record, now, state)).transpose()?,
            may: may(record, visit, fixed),
            secret: None,
            secret_problem: None,
            question: String::new(),
            explained: None,
            history,
            list: format!("{PATH}{filters}"),
            filters: filters.to_owned(),
            shows_texts: state.admin.shows_texts(),
            dirty,
        })
    }

    /// With the answer to what the token may do, if that was asked. May block.
    pub(super) fn explaining(self, state: &HttpState, question: Option<String>) -> Result<Self, AdminError> {
        let Some(question) = question.filter(|_| self.may.explain) else { return Ok(self) };
        let id = self.facts.as_ref().and_then(|facts| facts.id.parse().ok());
        let explained = id.map(|id| explain::explained(state, id, &question)).transpose()?;
        Ok(Self { question, explained, ..self })
    }

    /// Whether the token is stored.
    pub(super) fn is_stored(&self) -> bool {
        self.facts.is_some()
    }
}

fn role_names(choices: &[Choice]) -> BTreeMap<String, String> {
    choices.iter().map(|choice| (choice.value.clone(), choice.name.clone())).collect()
}

fn expiry_help(record: Option<&TokenRecord>, now: UnixSeconds) -> String {
    let recommended =
        "Recommended: a token that ends by itself is one less to forget. It is good until the end of that day, UTC.";
    let Some(record) = record else { return recommended.to_owned() };
    if record.token.end().is_some() {
        return "Of a revoked token it is final.".to_owned();
    }
    let grant = record.token.grant();
    match (grant.expires_at, grant.credentials.newest().expires_at) {
        (_, Some(last)) => format!(
            "It may be moved up to {}, the end that is written in the token's text. Later needs a new text: rotate the token.",
            moment::end(last)
        ),
        (Some(end), None) => format!("Now: {}, {}.", moment::end(end), moment::ahead(end, now)),
        (None, None) => recommended.to_owned(),
    }
}

fn facts(record: &TokenRecord, now: UnixSeconds, state: &HttpState) -> Result<Facts, AdminError> {
    let grant = record.token.grant();
    let newest = grant.credentials.newest();
    let (mark, note) = mark(record, now);
    Ok(Facts {
        id: record.id().to_string(),
        mark,
        note,
        created: format!("{} by {}", moment::date_time(record.created_at), record.created_by.name()),
        key: newest.key.as_str().to_owned(),
        texts: grant.credentials.len(),
        used: usage::of(state, grant.id, now)?,
        text_end: newest
            .expires_at
            .map_or_else(|| "does not end by itself".to_owned(), |end| format!("is good until {}", moment::end(end))),
        revoked: record.token.end().map(|end| {
            (end.by.name().to_owned(), moment::date_time(end.at), end.reason.as_ref().map(ToString::to_string))
        }),
    })
}

fn may(record: Option<&TokenRecord>, visit: &Visit, fixed: bool) -> May {
    let stored = record.is_some();
    May {
        save: if stored { visit.may(&rights::TOKENS_UPDATE) } else { visit.may(&rights::TOKENS_CREATE) },
        show: stored && !fixed && visit.may(&rights::TOKENS_SHOW),
        revoke: stored && !fixed && visit.may(&rights::TOKENS_REVOKE) && visit.may(&rights::TOKENS_UPDATE),
        delete: stored && visit.may(&rights::TOKENS_DELETE),
        rotate: stored && !fixed && visit.may(&rights::TOKENS_ROTATE),
        explain: stored && visit.may(&rights::DECISIONS_EXPLAIN),
        read_log: stored && visit.may(&rights::EVENTS_READ),
    }
}
