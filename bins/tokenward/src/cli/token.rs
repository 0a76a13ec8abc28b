//! `tokenward token …`

use std::collections::BTreeSet;
use std::process::ExitCode;

use clap::Subcommand;
use token_admin::{EditToken, NewToken, RevokeToken};
use token_core::{AllowedNetworks, Author, RoleId, Store as _, TokenId, TokenQuery, TokenRecord, UnixSeconds};
use token_wire::{CreatedView, PageView, TokenView, parse_end};

use super::{Format, done, role_id};
use crate::output;
use crate::parts::{Failure, Parts};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a token and print its text
    Create {
        /// What people call it
        #[arg(long)]
        name: String,
        /// What it is for
        #[arg(long, default_value = "")]
        description: String,
        /// A role, by name or id; may be repeated
        #[arg(long = "role")]
        roles: Vec<String>,
        /// The end of its life: a date (that whole day, UTC) or an RFC 3339 time
        #[arg(long)]
        expires: Option<String>,
        /// A network it may be used from; may be repeated
        #[arg(long = "network")]
        networks: Vec<String>,
    },
    /// List tokens, newest first
    List {
        /// A piece of the name
        #[arg(long)]
        name: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=500))]
        limit: u16,
    },
    /// Show a token; with `--text` its raw text, which is logged
    Show {
        id: TokenId,
        #[arg(long)]
        text: bool,
    },
    /// Change fields of a token
    Edit {
        id: TokenId,
        #[arg(long)]
        name: Option<String>,
        #[arg(long)]
        description: Option<String>,
        /// The roles it shall have; may be repeated
        #[arg(long = "role", conflicts_with = "no_roles")]
        roles: Vec<String>,
        /// Take all roles away
        #[arg(long)]
        no_roles: bool,
        #[arg(long, conflicts_with = "no_expiry")]
        expires: Option<String>,
        #[arg(long)]
        no_expiry: bool,
        #[arg(long = "network", conflicts_with = "any_network")]
        networks: Vec<String>,
        #[arg(long)]
        any_network: bool,
    },
    /// End a token for good
    Revoke {
        id: TokenId,
        #[arg(long)]
        reason: Option<String>,
    },
    /// End a token and take it off the list
    Delete { id: TokenId },
}

pub(crate) fn run(command: Command, parts: &Parts, format: Format) -> Result<ExitCode, Failure> {
    let author = Author::command_line();
    match command {
        Command::Create { name, description, roles, expires, networks } => {
            let new = NewToken {
                name: field("name", name.parse())?,
                description: field("description", description.parse())?,
                roles: role_ids(parts, &roles)?,
                expires_at: end(expires)?,
                allowed_networks: some_networks(&networks)?,
            };
            let created = parts.admin.create_token(&author, &new)?.value;
            let view = CreatedView {
                object: TokenView::new(&created.record, parts.admin.now()),
                token: created.text.expose().to_owned(),
            };
            match format {
                Format::Json => output::json(&view),
                Format::Table => {
                    output::line(&format!("id     {}", view.object.id));
                    output::line(&format!("token  {}", view.token));
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::List { name, limit } => list(parts, format, name, limit),
        Command::Show { id, text: false } => {
            let record = parts.admin.token(id)?;
            print(&record, parts, format);
            Ok(ExitCode::SUCCESS)
        }
        Command::Show { id, text: true } => {
            let shown = parts.admin.reveal_token(&author, id, None)?.value;
            match format {
                Format::Json => output::json(&serde_json::json!({"id": id.to_string(), "token": shown.text.expose()})),
                Format::Table => output::line(shown.text.expose()),
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::Edit { id, name, description, roles, no_roles, expires, no_expiry, networks, any_network } => {
            let roles = if roles.is_empty() && !no_roles { None } else { Some(role_ids(parts, &roles)?) };
            let expires_at = if no_expiry { Some(None) } else { end(expires)?.map(Some) };
            let allowed_networks = if any_network { Some(None) } else { some_networks(&networks)?.map(Some) };
            let edit = EditToken {
                name: name.map(|name| field("name", name.parse())).transpose()?,
                description: description.map(|text| field("description", text.parse())).transpose()?,
                roles,
                expires_at,
                allowed_networks,
                ..EditToken::default()
            };
            let version = parts.admin.token(id)?.version;
            let saved = parts.admin.edit_token(&author, id, Some(version), &Ok(edit))?.value;
            print(&saved, parts, format);
            Ok(ExitCode::SUCCESS)
        }
        Command::Revoke { id, reason } => {
            let reason = reason.map(|reason| field("reason", reason.parse())).transpose()?;
            let revoked = parts.admin.revoke_token(&author, &RevokeToken { id, reason })?.value;
            print(&revoked, parts, format);
            Ok(ExitCode::SUCCESS)
        }
        Command::Delete { id } => {
            parts.admin.delete_token(&author, id)?;
            Ok(done("deleted", format))
        }
    }
}

fn list(parts: &Parts, format: Format, name: Option<String>, limit: u16) -> Result<ExitCode, Failure> {
    let now = parts.admin.now();
    let query = TokenQuery { name, state: None, role: None, now, after: None, limit: usize::from(limit) };
    let page = parts.store.list_tokens(&query).map_err(token_admin::AdminError::Store)?;
    let items: Vec<TokenView> = page.items.iter().map(|record| TokenView::new(record, now)).collect();
    match format {
        Format::Json => output::json(&PageView { items, next: None }),
        Format::Table => {
            let row = |view: TokenView| {
                let state = state(&view);
                vec![view.id, view.name, state, view.expires_at.unwrap_or_else(|| "no expiry".to_owned())]
            };
            output::table(&["id", "name", "state", "expires"], items.into_iter().map(row));
            if page.next.is_some() {
                output::line("There are more; narrow the list with --name, or raise --limit.");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn state(view: &TokenView) -> String {
    serde_json::to_value(view.state).ok().and_then(|state| state.as_str().map(ToOwned::to_owned)).unwrap_or_default()
}

fn print(record: &TokenRecord, parts: &Parts, format: Format) {
    let view = TokenView::new(record, parts.admin.now());
    if format == Format::Json {
        return output::json(&view);
    }
    let state = state(&view);
    let reason = view.revoked.and_then(|end| end.reason).unwrap_or_default();
    let rows = [
        ("id", view.id),
        ("name", view.name),
        ("description", view.description),
        ("state", state),
        ("reason", reason),
        ("roles", view.roles.join(" ")),
        ("expires", view.expires_at.unwrap_or_else(|| "never".to_owned())),
        ("networks", view.allowed_networks.map_or_else(|| "any".to_owned(), |networks| networks.join(" "))),
        ("version", view.version.to_string()),
    ];
    output::table(&["field", "value"], rows.map(|(name, value)| vec![name.to_owned(), value]));
}

fn field<T, E: core::fmt::Display>(name: &str, parsed: Result<T, E>) -> Result<T, Failure> {
    parsed.map_err(|error| Failure::Usage(format!("{name}: {error}")))
}

fn role_ids(parts: &Parts, texts: &[String]) -> Result<BTreeSet<RoleId>, Failure> {
    texts.iter().map(|text| role_id(parts, text)).collect()
}

fn end(text: Option<String>) -> Result<Option<UnixSeconds>, Failure> {
    text.map(|text| field("expires", parse_end(&text))).transpose()
}

fn some_networks(texts: &[String]) -> Result<Option<AllowedNetworks>, Failure> {
    if texts.is_empty() {
        return Ok(None);
    }
    field("network", AllowedNetworks::parse(texts.iter().map(String::as_str))).map(Some)
}
