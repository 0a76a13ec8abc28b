//! `tokenward role …`

use std::collections::BTreeSet;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use token_admin::{AdminError, EditRole, InUse, NewRole, RoleDetails};
use token_core::{Author, BuiltIn, Effect, Role, RoleId, RoleQuery, RoleUse, Rule, Store as _, TokenName, UserId};
use token_wire::{RoleView, RoleWithUseView};

use super::amount::{Amount, tell_more};
use super::confirmation::Confirmation;
use super::user::user_id;
use super::{deleted, field, needle, role_id};
use crate::failure::Failure;
use crate::output::{self, Format};
use crate::parts::Parts;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a role
    Create {
        /// What people call it
        #[arg(long)]
        name: String,
        /// What it is for
        #[arg(long, default_value = "")]
        description: String,
        /// A pattern it allows, e.g. `assets.*:read`; may be repeated
        #[arg(long, value_name = "PATTERN")]
        allow: Vec<String>,
        /// A pattern it denies, whatever else allows it; may be repeated
        #[arg(long, value_name = "PATTERN")]
        deny: Vec<String>,
        /// A person who holds it, by user name or id; may be repeated
        #[arg(long = "user", value_name = "USER")]
        users: Vec<String>,
    },
    /// List roles by name
    List {
        /// A piece of the name, in any letter case
        #[arg(long, value_parser = needle)]
        name: Option<String>,
        #[command(flatten)]
        amount: Amount,
    },
    /// Show a role, its rules and who holds it
    Show {
        /// Name or id
        role: String,
    },
    /// Add rules to a role, remove rules, rename it
    Edit(Edit),
    /// Delete a role
    Delete {
        /// Name or id
        role: String,
        /// Also when tokens or people hold it
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        confirmation: Confirmation,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Edit {
    /// Name or id
    role: String,
    /// Its new name
    #[arg(long)]
    name: Option<String>,
    /// Its new description
    #[arg(long)]
    description: Option<String>,
    /// A pattern to allow; may be repeated
    #[arg(long, value_name = "PATTERN")]
    allow: Vec<String>,
    /// A pattern to deny; may be repeated
    #[arg(long, value_name = "PATTERN")]
    deny: Vec<String>,
    /// A rule to remove, as it is shown, e.g. `allow assets:read`; may be repeated
    #[arg(long, value_name = "RULE")]
    remove: Vec<String>,
    /// A person to give it to, by user name or id; may be repeated
    #[arg(long, value_name = "USER")]
    add_user: Vec<String>,
    /// A person to take it from, by user name or id; may be repeated
    #[arg(long, value_name = "USER")]
    remove_user: Vec<String>,
}

pub(crate) fn run(command: Command, parts: &Parts, format: Format) -> Result<ExitCode, Failure> {
    let author = Author::command_line();
    match command {
        Command::Create { name, description, allow, deny, users } => {
            let new = NewRole {
                name: field("name", name.parse())?,
                description: field("description", description.parse())?,
                rules: rules(&allow, &deny)?,
                users: users.iter().map(|user| user_id(parts, user)).collect::<Result<_, _>>()?,
            };
            print(&parts.admin.create_role(&author, &Ok(new))?.value, None, format);
        }
        Command::List { name, amount } => list(name.as_deref(), amount, parts, format)?,
        Command::Show { role } => {
            print_details(&parts.admin.role_details(role_id(parts, &role)?)?, format);
        }
        Command::Edit(wanted) => edit(wanted, &author, parts, format)?,
        Command::Delete { role, force, confirmation } => {
            confirmation.ensure_possible()?;
            let (role, used) = parts.admin.role(role_id(parts, &role)?)?;
            let held = format!("{} tokens and {} people", used.tokens, used.users);
            confirmation.ask(&format!("Delete role `{}`, which {held} hold?", role.name))?;
            parts.admin.delete_role(&author, role.id, if force { InUse::Force } else { InUse::Refuse })?;
            return Ok(deleted(&role.id.to_string(), format));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(name: Option<&str>, amount: Amount, parts: &Parts, format: Format) -> Result<(), Failure> {
    let name = name.map(TokenName::fold_needle);
    let listed = amount.collect(|after, limit| {
        let query = RoleQuery { name: name.clone(), after, limit };
        Ok(parts.store.list_roles(&query).map_err(AdminError::Store)?)
    })?;
    match format {
        Format::Json => output::json(&listed.map(|role| RoleView::from(&role))),
        Format::Table => {
            let row = |role: &Role| vec![role.id.to_string(), role.name.to_string(), role.rules.len().to_string()];
            output::table(&["id", "name", "rules"], listed.items.iter().map(row));
            tell_more(listed.more);
        }
    }
    Ok(())
}

fn edit(wanted: Edit, author: &Author, parts: &Parts, format: Format) -> Result<(), Failure> {
    let id = role_id(parts, &wanted.role)?;
    let before = parts.admin.role(id)?.0;
    let gone: Vec<Rule> =
        wanted.remove.iter().map(|text| field("remove", text.parse())).collect::<Result<_, Failure>>()?;
    if let Some(missing) = gone.iter().find(|rule| !before.rules.contains(rule)) {
        return Err(Failure::NotDone(format!("remove: the role has no rule `{missing}`; `role show` tells its rules")));
    }
    let mut kept: Vec<Rule> = before.rules.iter().filter(|rule| !gone.contains(rule)).cloned().collect();
    kept.extend(rules(&wanted.allow, &wanted.deny)?);
    let edit = EditRole {
        name: wanted.name.map(|name| field("name", name.parse())).transpose()?,
        description: wanted.description.map(|text| field("description", text.parse())).transpose()?,
        rules: (kept != before.rules).then_some(kept),
        users: members(&wanted.add_user, &wanted.remove_user, id, parts)?,
    };
    print(&parts.admin.edit_role(author, id, Some(before.version), &Ok(edit))?.value, None, format);
    Ok(())
}

/// Who shall hold the role, if anybody is named.
fn members(add: &[String], remove: &[String], id: RoleId, parts: &Parts) -> Result<Option<BTreeSet<UserId>>, Failure> {
    if add.is_empty() && remove.is_empty() {
        return Ok(None);
    }
    let too_many = || Failure::NotDone("too many people hold this role; use `tokenward user edit`".to_owned());
    let users = parts.admin.role_details(id)?.users.ok_or_else(too_many)?;
    let mut members = BTreeSet::from_iter(users);
    for user in add {
        members.insert(user_id(parts, user)?);
    }
    for user in remove {
        if !members.remove(&user_id(parts, user)?) {
            return Err(Failure::NotDone(format!("remove-user: `{user}` does not hold this role")));
        }
    }
    Ok(Some(members))
}

fn rules(allow: &[String], deny: &[String]) -> Result<Vec<Rule>, Failure> {
    let allowed = allow.iter().map(|pattern| (Effect::Allow, pattern));
    let denied = deny.iter().map(|pattern| (Effect::Deny, pattern));
    let rule =
        |(effect, pattern): (Effect, &String)| Ok(Rule { effect, pattern: field(effect.as_str(), pattern.parse())? });
    allowed.chain(denied).map(rule).collect()
}

fn print_details(RoleDetails { role, used, users }: &RoleDetails, format: Format) {
    match format {
        Format::Json => output::json(&RoleWithUseView::new(role, used, users.as_deref())),
        Format::Table => print(role, Some(used), format),
    }
}

fn print(role: &Role, used: Option<&RoleUse>, format: Format) {
    if format == Format::Json {
        return output::json(&RoleView::from(role));
    }
    let mut rows = vec![
        ("id", role.id.to_string()),
        ("name", role.name.to_string()),
        ("description", role.description.to_string()),
        ("version", role.version.to_string()),
    ];
    rows.extend(used.map(|used| ("held by", format!("{} tokens and {} people", used.tokens, used.users))));
    rows.extend((role.built_in() == Some(BuiltIn::Admin)).then(|| ("rule", "may do everything".to_owned())));
    rows.extend(role.rules.iter().map(|rule| ("rule", rule.to_string())));
    output::table(&["field", "value"], rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]));
}
