//! `tokenward user …`

mod password;
mod print;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;
use token_admin::{AdminError, EditUser, NewUser};
use token_core::{Author, RoleSet, Store as _, TokenName, UserId, UserQuery, UserRecord, Username};
use token_wire::UserView;

use self::password::PasswordSource;
use self::print::print;
use super::amount::{Amount, tell_more};
use super::confirmation::Confirmation;
use super::{deleted, field, needle, role_id};
use crate::failure::Failure;
use crate::output::{self, Format};
use crate::parts::Parts;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an account for a person; asks for the password
    Create(Create),
    /// List people by user name; filters add up
    List(List),
    /// Show a person, their roles and how many tokens they made
    Show {
        /// User name or id
        user: String,
    },
    /// Change names and roles of a person; what is not named stays
    Edit(Edit),
    /// Let a person sign in again
    Enable {
        /// User name or id
        user: String,
    },
    /// Let a person sign in no more, and end their sessions
    Disable {
        /// User name or id
        user: String,
    },
    /// Give a person another password, and end their sessions; asks for it
    Password {
        /// User name or id
        user: String,
        #[command(flatten)]
        source: PasswordSource,
    },
    /// End all sessions of a person, or of everybody
    SignOut {
        /// User name or id
        #[arg(required_unless_present = "everybody", conflicts_with = "everybody")]
        user: Option<String>,
        /// Everybody
        #[arg(long)]
        everybody: bool,
    },
    /// Delete a person's account; the tokens they made stay
    Delete {
        /// User name or id
        user: String,
        #[command(flatten)]
        confirmation: Confirmation,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Create {
    /// What they sign in with; letter case does not count
    #[arg(long)]
    username: String,
    /// What others call them
    #[arg(long, default_value = "")]
    display_name: String,
    /// A role, by name or id; may be repeated
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<String>,
    /// They may not sign in yet
    #[arg(long)]
    disabled: bool,
    /// They get a password later
    #[arg(long, conflicts_with = "password_stdin")]
    no_password: bool,
    #[command(flatten)]
    source: PasswordSource,
}

#[derive(Args, Debug)]
pub(crate) struct List {
    /// A piece of the user name or the display name, in any letter case
    #[arg(long, value_parser = needle)]
    name: Option<String>,
    /// Only people who hold this role, by name or id
    #[arg(long)]
    role: Option<String>,
    /// Only people who may sign in
    #[arg(long, conflicts_with = "disabled")]
    enabled: bool,
    /// Only people who may not sign in
    #[arg(long)]
    disabled: bool,
    #[command(flatten)]
    amount: Amount,
}

#[derive(Args, Debug)]
pub(crate) struct Edit {
    /// User name or id
    user: String,
    /// The new name to sign in with
    #[arg(long)]
    username: Option<String>,
    /// The new name for others to see
    #[arg(long)]
    display_name: Option<String>,
    /// The roles they shall have, by name or id; may be repeated
    #[arg(long = "role", value_name = "ROLE", conflicts_with = "no_roles")]
    roles: Vec<String>,
    /// Take all roles away
    #[arg(long)]
    no_roles: bool,
}

pub(crate) fn run(command: Command, parts: &Parts, format: Format) -> Result<ExitCode, Failure> {
    let author = Author::command_line();
    match command {
        Command::Create(wanted) => create(wanted, &author, parts, format)?,
        Command::List(wanted) => list(wanted, parts, format)?,
        Command::Show { user } => print(parts, user_id(parts, &user)?, format)?,
        Command::Edit(wanted) => {
            let Edit { user, username, display_name, roles, no_roles } = wanted;
            let edit = EditUser {
                username: username.map(|name| field("username", name.parse())).transpose()?,
                display_name: display_name.map(|name| field("display-name", name.parse())).transpose()?,
                roles: if roles.is_empty() && !no_roles { None } else { Some(role_ids(parts, &roles)?) },
                ..EditUser::default()
            };
            save(&user, edit, &author, parts, format)?;
        }
        Command::Enable { user } => {
            save(&user, EditUser { enabled: Some(true), ..EditUser::default() }, &author, parts, format)?;
        }
        Command::Disable { user } => {
            save(&user, EditUser { enabled: Some(false), ..EditUser::default() }, &author, parts, format)?;
        }
        Command::Password { user, source } => {
            let id = user_id(parts, &user)?;
            let edit = EditUser { password: Some(source.read()?), ..EditUser::default() };
            save(&id.to_string(), edit, &author, parts, format)?;
        }
        Command::SignOut { user: Some(user), .. } => {
            let ended = parts.admin.end_sessions_of(&author, user_id(parts, &user)?)?.value;
            tell_ended(ended, format);
        }
        Command::SignOut { user: None, .. } => tell_ended(parts.admin.end_all_sessions(&author)?.value, format),
        Command::Delete { user, confirmation } => {
            confirmation.ensure_possible()?;
            let details = parts.admin.user(user_id(parts, &user)?)?;
            let (id, name) = (details.record.id(), details.record.user.username);
            let made = match details.tokens_made {
                0 => String::new(),
                made => format!(" The {made} tokens they made stay."),
            };
            confirmation.ask(&format!("Delete the account of `{name}` ({id})?{made}"))?;
            parts.admin.delete_user(&author, id)?;
            return Ok(deleted(&id.to_string(), format));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn create(wanted: Create, author: &Author, parts: &Parts, format: Format) -> Result<(), Failure> {
    let Create { username, display_name, roles, disabled, no_password, source } = wanted;
    let new = NewUser {
        username: field("username", username.parse())?,
        display_name: field("display-name", display_name.parse())?,
        roles: role_ids(parts, &roles)?,
        enabled: !disabled,
        password: if no_password { None } else { Some(source.read()?) },
    };
    let made = parts.admin.create_user(author, &Ok(new))?.value;
    print(parts, made.id(), format)
}

fn list(wanted: List, parts: &Parts, format: Format) -> Result<(), Failure> {
    let name = wanted.name.map(|name| TokenName::fold_needle(&name));
    let role = wanted.role.map(|role| role_id(parts, &role)).transpose()?;
    let enabled = (wanted.enabled || wanted.disabled).then_some(wanted.enabled);
    let listed = wanted.amount.collect(|after, limit| {
        let query = UserQuery { name: name.clone(), role, enabled, after, limit };
        Ok(parts.store.list_users(&query).map_err(AdminError::Store)?)
    })?;
    match format {
        Format::Json => output::json(&listed.map(|record| UserView::from(&record))),
        Format::Table => {
            let row = |record: &UserRecord| {
                let (user, state) = (&record.user, print::state(record));
                vec![user.id.to_string(), user.username.to_string(), user.display_name.to_string(), state.to_owned()]
            };
            output::table(&["id", "user name", "display name", "state"], listed.items.iter().map(row));
            tell_more(listed.more);
        }
    }
    Ok(())
}

fn save(user: &str, edit: EditUser, author: &Author, parts: &Parts, format: Format) -> Result<(), Failure> {
    let id = user_id(parts, user)?;
    let version = parts.admin.user(id)?.record.version;
    parts.admin.edit_user(author, id, Some(version), &Ok(edit))?;
    print(parts, id, format)
}

fn tell_ended(ended: u64, format: Format) {
    match format {
        Format::Json => output::json(&json!({ "sessions_ended": ended })),
        Format::Table => output::line(&format!("{ended} sessions ended")),
    }
}

fn role_ids(parts: &Parts, texts: &[String]) -> Result<RoleSet, Failure> {
    texts.iter().map(|text| role_id(parts, text)).collect()
}

/// A person by id, or by user name in any spelling.
pub(super) fn user_id(parts: &Parts, text: &str) -> Result<UserId, Failure> {
    if let Ok(id) = text.parse::<UserId>() {
        return Ok(id);
    }
    let name: Username = field("user", text.parse())?;
    match parts.admin.user_named(&name) {
        Ok(record) => Ok(record.id()),
        Err(AdminError::NotFound(_)) => {
            Err(Failure::NotDone(format!("there is no person `{name}`; `tokenward user list` shows who there is")))
        }
        Err(error) => Err(error.into()),
    }
}
