//! The command line: everything an administrator does, on the machine itself.

mod events;
mod key;
mod role;
mod token;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use token_core::{BuiltIn, RoleId, RoleName};

use crate::config::{Config, Flags};
use crate::output;
use crate::parts::{Failure, Parts};

/// Issues API tokens, shows, revokes and deletes them, and checks them on every call.
///
/// Exit codes: 0 done; 1 not done; 2 wrong usage; `events verify`: 3 broken, 4 events without a MAC.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = false)]
pub(crate) struct Cli {
    #[command(flatten)]
    flags: Flags,
    /// Print JSON instead of tables
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server; also without any command
    Serve,
    /// API tokens
    #[command(subcommand)]
    Token(token::Command),
    /// Roles and their rules
    #[command(subcommand)]
    Role(role::Command),
    /// Signing keys
    #[command(subcommand)]
    Key(key::Command),
    /// The changelog
    #[command(subcommand)]
    Events(events::Command),
}

/// How answers are printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Format {
    Table,
    Json,
}

/// Runs one command.
pub(crate) fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let config = Config::read(&cli.flags)?;
    let format = if cli.json { Format::Json } else { Format::Table };
    let command = match cli.command {
        None | Some(Command::Serve) => return crate::serve::serve(&config),
        Some(command) => command,
    };
    let parts = Parts::open(&config)?;
    let before = parts.head()?;
    let done = dispatch(command, &parts, format);
    let after = parts.head()?;
    if before != after {
        crate::acknowledgement::wait(&config, after.seq);
    }
    done
}

fn dispatch(command: Command, parts: &Parts, format: Format) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve => Ok(ExitCode::SUCCESS),
        Command::Token(command) => token::run(command, parts, format),
        Command::Role(command) => role::run(command, parts, format),
        Command::Key(command) => key::run(command, parts, format),
        Command::Events(command) => events::run(&command, parts, format),
    }
}

/// A role by id, or by name in any spelling.
pub(crate) fn role_id(parts: &Parts, text: &str) -> Result<RoleId, Failure> {
    if let Ok(id) = text.parse::<RoleId>() {
        return Ok(id);
    }
    if text == BuiltIn::Admin.name() {
        return Ok(BuiltIn::Admin.id());
    }
    let unknown = || Failure::Usage(format!("there is no role `{}`", text.escape_debug()));
    let name: RoleName = text.parse().map_err(|_| unknown())?;
    parts.admin.role_named(&name).map(|role| role.id).map_err(|_| unknown())
}

/// Says that something was done.
pub(crate) fn done(text: &str, format: Format) -> ExitCode {
    if format == Format::Table {
        output::line(text);
    }
    ExitCode::SUCCESS
}
