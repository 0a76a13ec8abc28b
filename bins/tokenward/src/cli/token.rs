//! `tokenward token …`

mod import;
mod issued;
mod list;
mod many;
mod print;
mod rotate;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;
use token_admin::{EditToken, ExplainToken, NewToken};
use token_core::{AllowedNetworks, Author, IdempotencyKey, Permission, RoleSet, TokenId, UnixSeconds};
use token_wire::{ExplanationView, RuleView, parse_end};

use self::print::print;
use super::confirmation::Confirmation;
use super::{field, role_id};
use crate::failure::Failure;
use crate::output::{self, Format};
use crate::parts::Parts;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a token and print its text
    Create(Create),
    /// Make a token of every row of a file
    Import(import::Import),
    /// List tokens, newest first; filters add up
    List(list::List),
    /// Show a token; with `--text` its text, which is logged
    Show {
        /// Which token
        id: TokenId,
        /// Print the text an External Application presents, instead of the object
        #[arg(long)]
        text: bool,
    },
    /// Tell whether a token may do something, and which role and rule decides it
    Explain {
        /// Which token
        id: TokenId,
        /// What it would do, e.g. `assets.applications:read`
        permission: Permission,
    },
    /// Change fields of a token; those that are not named stay
    Edit(Edit),
    /// Make a new text for a token, and end the older ones
    Rotate(rotate::Rotate),
    /// End a token for good, or all that match; they stay listed
    Revoke {
        #[command(flatten)]
        which: many::Which,
        /// Why, for whoever looks at it later
        #[arg(long)]
        reason: Option<String>,
        #[command(flatten)]
        confirmation: Confirmation,
    },
    /// End a token and take it off the list, or all that match
    Delete {
        #[command(flatten)]
        which: many::Which,
        #[command(flatten)]
        confirmation: Confirmation,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Create {
    /// What people call it
    #[arg(long)]
    name: String,
    /// What it is for
    #[arg(long, default_value = "")]
    description: String,
    /// A role, by name or id; may be repeated
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<String>,
    /// The end of its life: a date (that whole day, UTC) or an RFC 3339 time
    #[arg(long, value_name = "TIME")]
    expires: Option<String>,
    /// A network it may be used from, e.g. `10.0.0.0/8`; may be repeated
    #[arg(long = "network", value_name = "CIDR")]
    networks: Vec<String>,
    /// What you call this request, e.g. a random UUID: repeated with it within a day, it makes nothing and prints the
    /// same again
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<IdempotencyKey>,
}

#[derive(Args, Debug)]
pub(crate) struct Edit {
    /// Which token
    id: TokenId,
    /// Its new name
    #[arg(long)]
    name: Option<String>,
    /// Its new description
    #[arg(long)]
    description: Option<String>,
    /// The roles it shall have, by name or id; may be repeated
    #[arg(long = "role", value_name = "ROLE", conflicts_with = "no_roles")]
    roles: Vec<String>,
    /// Take all roles away
    #[arg(long)]
    no_roles: bool,
    /// The new end of its life: a date (that whole day, UTC) or an RFC 3339 time
    #[arg(long, value_name = "TIME", conflicts_with = "no_expiry")]
    expires: Option<String>,
    /// Take the end of its life away
    #[arg(long)]
    no_expiry: bool,
    /// The networks it may be used from; may be repeated
    #[arg(long = "network", value_name = "CIDR", conflicts_with = "any_network")]
    networks: Vec<String>,
    /// Let it be used from anywhere
    #[arg(long)]
    any_network: bool,
}

pub(crate) fn run(command: Command, parts: &Parts, format: Format) -> Result<ExitCode, Failure> {
    let author = Author::command_line();
    match command {
        Command::Create(wanted) => create(wanted, &author, parts, format)?,
        Command::Import(wanted) => import::import(&wanted, &author, parts, format)?,
        Command::List(wanted) => list::list(wanted, parts, format)?,
        Command::Show { id, text: false } => print(&parts.admin.token(id)?, parts, format)?,
        Command::Show { id, text: true } => {
            let shown = parts.admin.reveal_token(&author, id, None)?.value;
            let (jti, text) = (shown.credential.to_string(), shown.text.expose());
            match format {
                Format::Json => output::json(&json!({ "id": id.to_string(), "jti": jti, "token": text })),
                Format::Table => output::line(text),
            }
        }
        Command::Explain { id, permission } => explain(id, permission, parts, format)?,
        Command::Edit(wanted) => edit(wanted, &author, parts, format)?,
        Command::Rotate(wanted) => rotate::rotate(wanted, &author, parts, format)?,
        Command::Revoke { which, reason, confirmation } => {
            return many::revoke(which, reason, confirmation, parts, format);
        }
        Command::Delete { which, confirmation } => return many::delete(which, confirmation, parts, format),
    }
    Ok(ExitCode::SUCCESS)
}

fn create(wanted: Create, author: &Author, parts: &Parts, format: Format) -> Result<(), Failure> {
    let new = NewToken {
        name: field("name", wanted.name.parse())?,
        description: field("description", wanted.description.parse())?,
        roles: role_ids(parts, &wanted.roles)?,
        expires_at: end(wanted.expires)?,
        allowed_networks: some_networks(&wanted.networks)?,
    };
    let key = wanted.idempotency_key.as_ref();
    let issued = parts.admin.create_once(author, &Ok(new), key)?.value;
    issued::print(issued, parts.admin.now(), format);
    Ok(())
}

fn edit(wanted: Edit, author: &Author, parts: &Parts, format: Format) -> Result<(), Failure> {
    let Edit { id, name, description, roles, no_roles, expires, no_expiry, networks, any_network } = wanted;
    let edit = EditToken {
        name: name.map(|name| field("name", name.parse())).transpose()?,
        description: description.map(|text| field("description", text.parse())).transpose()?,
        roles: if roles.is_empty() && !no_roles { None } else { Some(role_ids(parts, &roles)?) },
        expires_at: if no_expiry { Some(None) } else { end(expires)?.map(Some) },
        allowed_networks: if any_network { Some(None) } else { some_networks(&networks)?.map(Some) },
        ..EditToken::default()
    };
    let version = parts.admin.token(id)?.version;
    let saved = parts.admin.edit_token(author, id, Some(version), &Ok(edit))?.value;
    print(&saved, parts, format)
}

fn explain(id: TokenId, permission: Permission, parts: &Parts, format: Format) -> Result<(), Failure> {
    let asked = permission.to_string();
    let explained = parts.admin.explain_token(&ExplainToken { id, permission })?;
    let message = explained.to_string();
    match format {
        Format::Table => output::line(&message),
        Format::Json => output::json(&ExplanationView {
            decision: if explained.decision.is_allowed() { "allow" } else { "deny" }.to_owned(),
            permission: asked,
            role: explained.role.as_ref().map(ToString::to_string),
            rule: explained.rule.as_ref().map(RuleView::from),
            message,
        }),
    }
    Ok(())
}

fn role_ids(parts: &Parts, texts: &[String]) -> Result<RoleSet, Failure> {
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
