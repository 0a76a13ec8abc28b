//! The command line: everything an administrator does, on the machine itself.

mod amount;
mod config;
mod confirmation;
mod events;
mod examples;
mod key;
mod openapi;
mod restore;
mod role;
mod routes;
mod shell;
mod token;
mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use token_admin::AdminError;
use token_core::{RoleId, RoleName};

use crate::config::{Config, Flags};
use crate::failure::Failure;
use crate::output::{self, Format};
use crate::parts::Parts;

/// Issues API tokens for External Applications, shows, revokes and deletes them, and checks them on every call.
///
/// Exit codes: 0 done; 1 not done; 2 wrong usage or settings; `events verify`: 3 broken, 4 events without a MAC.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = false, after_long_help = examples::PROGRAM)]
pub(crate) struct Cli {
    #[command(flatten)]
    flags: Flags,
    /// Print JSON instead of tables, also of errors: `{"error": "…"}`
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server; also without any command
    Serve,
    /// API tokens, which External Applications present. A token is an object with a name and a description; its text
    /// is a JWT that can be shown again
    #[command(subcommand, after_long_help = examples::TOKEN)]
    Token(token::Command),
    /// Roles and their rules: what the tokens that hold them may do
    #[command(subcommand, after_long_help = examples::ROLE)]
    Role(role::Command),
    /// Route rules: which permission calls of other programs need, which gateways ask for
    #[command(subcommand, after_long_help = examples::ROUTES)]
    Routes(routes::Command),
    /// People who administer, their roles and sessions
    #[command(subcommand)]
    User(user::Command),
    /// Keys that sign the texts of tokens
    #[command(subcommand, after_long_help = examples::KEY)]
    Key(key::Command),
    /// The changelog: every change, who made it and when
    #[command(subcommand, after_long_help = examples::EVENTS)]
    Events(events::Command),
    /// A restored database
    #[command(subcommand, after_long_help = examples::RESTORE)]
    Restore(restore::Command),
    /// The settings
    #[command(subcommand)]
    Config(config::Command),
    /// Print the OpenAPI 3.1 document of the JSON API, which a server answers with at `/api/openapi.json`; needs no
    /// settings
    ///
    /// To make a client: `tokenward openapi > openapi.json`
    Openapi,
    /// Print the script with which a shell completes commands; needs no settings
    ///
    /// For bash: `tokenward completions bash > ~/.local/share/bash-completion/completions/tokenward`
    Completions(shell::Completions),
    /// Print the manual page; needs no settings
    ///
    /// To read it: `tokenward man | man -l -`
    Man(shell::Man),
}

impl Cli {
    /// How this call wants its answers.
    pub(crate) fn format(&self) -> Format {
        if self.json { Format::Json } else { Format::Table }
    }
}

/// Runs one command.
pub(crate) fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let format = cli.format();
    match &cli.command {
        Some(Command::Completions(wanted)) => return shell::completions(wanted),
        Some(Command::Openapi) => return openapi::openapi(),
        Some(Command::Man(wanted)) => return shell::man(wanted, format),
        _ => {}
    }
    let read = Config::read(&cli.flags);
    if let Some(Command::Config(config::Command::Check)) = cli.command {
        return Ok(config::check(read, format));
    }
    let config = read?;
    let command = match cli.command {
        None | Some(Command::Serve) => return crate::serve::serve(&config),
        Some(command) => command,
    };
    output::warning(&config.warnings, format);
    if let Command::Key(key::Command::ReplaceLostMasterKey { confirmation }) = command {
        return key::replace::run(&config, confirmation, format);
    }
    let parts = Parts::open(&config)?;
    let before = parts.head()?;
    let done = match command {
        Command::Restore(command) => restore::run(&command, &config, &parts, format),
        command => dispatch(command, &parts, format),
    };
    let after = parts.head()?;
    if before != after {
        let effective = crate::acknowledgement::wait(&config, &parts.store, after.seq)?;
        output::effective(effective.as_ref(), format);
    }
    done
}

fn dispatch(command: Command, parts: &Parts, format: Format) -> Result<ExitCode, Failure> {
    match command {
        Command::Token(command) => token::run(command, parts, format),
        Command::Role(command) => role::run(command, parts, format),
        Command::Routes(command) => routes::run(command, parts, format),
        Command::User(command) => user::run(command, parts, format),
        Command::Key(command) => key::run(command, parts, format),
        Command::Events(command) => events::run(command, parts, format),
        Command::Serve
        | Command::Restore(_)
        | Command::Config(_)
        | Command::Openapi
        | Command::Completions(_)
        | Command::Man(_) => Ok(ExitCode::SUCCESS),
    }
}

/// A role by id, or by name in any spelling.
fn role_id(parts: &Parts, text: &str) -> Result<RoleId, Failure> {
    if let Ok(id) = text.parse::<RoleId>() {
        return Ok(id);
    }
    let name: RoleName = field("role", text.parse())?;
    match parts.admin.role_named(&name) {
        Ok(role) => Ok(role.id),
        Err(AdminError::NotFound(_)) => {
            Err(Failure::NotDone(format!("there is no role `{name}`; `tokenward role list` shows what there is")))
        }
        Err(error) => Err(error.into()),
    }
}

/// A value of one field, or what is wrong with it.
fn field<T, E: core::fmt::Display>(name: &str, parsed: Result<T, E>) -> Result<T, Failure> {
    parsed.map_err(|error| Failure::Usage(format!("{name}: {error}")))
}

/// A piece of text to look for, as it was given.
fn needle(text: &str) -> Result<String, String> {
    let good = (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    good.then(|| text.to_owned()).ok_or_else(|| "expected 1 to 100 characters without control characters".to_owned())
}

/// Says that something is gone.
fn deleted(id: &str, format: Format) -> ExitCode {
    match format {
        Format::Table => output::line("deleted"),
        Format::Json => output::json(&serde_json::json!({ "id": id, "deleted": true })),
    }
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn untold(command: &clap::Command, path: &str, missing: &mut Vec<String>) {
        let path = format!("{path} {}", command.get_name());
        if command.get_about().is_none() {
            missing.push(path.clone());
        }
        let silent = command.get_arguments().filter(|argument| argument.get_help().is_none());
        missing.extend(silent.map(|argument| format!("{path} {}", argument.get_id())));
        command.get_subcommands().for_each(|below| untold(below, &path, missing));
    }

    #[test]
    fn the_command_line_is_sound_and_tells_every_command_and_flag() {
        Cli::command().debug_assert();
        let mut missing = Vec::new();
        untold(&Cli::command(), "", &mut missing);
        assert!(missing.is_empty(), "without help: {missing:?}");
    }
}
