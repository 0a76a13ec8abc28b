//! `tokenward role …`

use std::process::ExitCode;

use clap::Subcommand;
use token_admin::{EditRole, InUse, NewRole};
use token_core::{Author, Effect, Role, RoleQuery, Rule, Store as _};
use token_wire::{PageView, RoleView};

use super::{Format, done, role_id};
use crate::output;
use crate::parts::{Failure, Parts};

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
        #[arg(long)]
        allow: Vec<String>,
        /// A pattern it denies, whatever else allows it; may be repeated
        #[arg(long)]
        deny: Vec<String>,
    },
    /// List roles
    List,
    /// Show a role and its rules, by name or id
    Show { role: String },
    /// Add rules to a role, remove rules, rename it
    Edit {
        /// Name or id
        role: String,
        #[arg(long)]
        name: Option<String>,
        #[arg(long)]
        description: Option<String>,
        /// A pattern to allow; may be repeated
        #[arg(long)]
        allow: Vec<String>,
        /// A pattern to deny; may be repeated
        #[arg(long)]
        deny: Vec<String>,
        /// A rule to remove, as it is shown, e.g. `allow assets:read`; may be repeated
        #[arg(long)]
        remove: Vec<String>,
    },
    /// Delete a role
    Delete {
        /// Name or id
        role: String,
        /// Also when tokens hold it
        #[arg(long)]
        force: bool,
    },
}

pub(crate) fn run(command: Command, parts: &Parts, format: Format) -> Result<ExitCode, Failure> {
    let author = Author::command_line();
    match command {
        Command::Create { name, description, allow, deny } => {
            let new = NewRole {
                name: name.parse().map_err(|error| usage("name", &error))?,
                description: description.parse().map_err(|error| usage("description", &error))?,
                rules: rules(&allow, &deny)?,
            };
            let role = parts.admin.create_role(&author, &Ok(new))?.value;
            print(&role, format);
        }
        Command::List => {
            let query = RoleQuery { name: None, after: None, limit: token_core::limits::PAGE };
            let page = parts.store.list_roles(&query).map_err(token_admin::AdminError::Store)?;
            match format {
                Format::Json => {
                    output::json(&PageView { items: page.items.iter().map(RoleView::from).collect(), next: None });
                }
                Format::Table => {
                    let row =
                        |role: &Role| vec![role.id.to_string(), role.name.to_string(), role.rules.len().to_string()];
                    output::table(&["id", "name", "rules"], page.items.iter().map(row));
                }
            }
        }
        Command::Show { role } => print(&parts.admin.role(role_id(parts, &role)?)?.0, format),
        Command::Edit { role, name, description, allow, deny, remove } => {
            let id = role_id(parts, &role)?;
            let (before, _) = parts.admin.role(id)?;
            let gone: Vec<Rule> = remove
                .iter()
                .map(|text| text.parse().map_err(|error| usage("remove", &error)))
                .collect::<Result<_, _>>()?;
            if let Some(missing) = gone.iter().find(|rule| !before.rules.contains(rule)) {
                return Err(Failure::Usage(format!("remove: the role has no rule `{missing}`")));
            }
            let mut kept: Vec<Rule> = before.rules.iter().filter(|rule| !gone.contains(rule)).cloned().collect();
            kept.extend(rules(&allow, &deny)?);
            let edit = EditRole {
                name: name.map(|name| name.parse()).transpose().map_err(|error| usage("name", &error))?,
                description: description
                    .map(|text| text.parse())
                    .transpose()
                    .map_err(|error| usage("description", &error))?,
                rules: Some(kept),
            };
            let saved = parts.admin.edit_role(&author, id, Some(before.version), &Ok(edit))?.value;
            print(&saved, format);
        }
        Command::Delete { role, force } => {
            let in_use = if force { InUse::Force } else { InUse::Refuse };
            parts.admin.delete_role(&author, role_id(parts, &role)?, in_use)?;
            return Ok(done("deleted", format));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn usage(field: &str, error: &dyn core::fmt::Display) -> Failure {
    Failure::Usage(format!("{field}: {error}"))
}

fn rules(allow: &[String], deny: &[String]) -> Result<Vec<Rule>, Failure> {
    let allowed = allow.iter().map(|pattern| (Effect::Allow, pattern));
    let denied = deny.iter().map(|pattern| (Effect::Deny, pattern));
    let rule = |(effect, pattern): (Effect, &String)| {
        let pattern = pattern.parse().map_err(|error| usage(effect.as_str(), &error))?;
        Ok(Rule { effect, pattern })
    };
    allowed.chain(denied).map(rule).collect()
}

fn print(role: &Role, format: Format) {
    if format == Format::Json {
        return output::json(&RoleView::from(role));
    }
    output::line(&format!("id     {}", role.id));
    output::line(&format!("name   {}", role.name));
    for rule in &role.rules {
        output::line(&format!("rule   {rule}"));
    }
}
