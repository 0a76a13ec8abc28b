//! Tokenward, the program: configuration, wiring and command line. Refuses to know how anything is done: it opens the
//! crates that do it and hands them to each other.

mod acknowledgement;
mod cli;
mod clock;
mod config;
mod connections;
mod failure;
#[cfg(feature = "failpoints")]
mod faults;
mod hardening;
mod key_keeper;
mod log_lines;
mod master_key;
mod metrics;
mod output;
mod parts;
mod readiness;
mod refused;
mod route_file;
mod serve;
mod setup;
mod signals;
mod state_file;
mod tls;
mod usage;
mod use_keeper;
mod whole;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    #[cfg(feature = "failpoints")]
    if let Err(why) = faults::set() {
        output::error(&[why], output::Format::Table);
        return ExitCode::from(2);
    }
    if !is_traceable() {
        hardening::harden();
    }
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage::tell(&error),
    };
    let format = cli.format();
    cli::run(cli).unwrap_or_else(|failure| {
        output::error(&failure.lines(), format);
        failure.exit_code()
    })
}

/// Whether a test wants to look on with a tracer.
fn is_traceable() -> bool {
    cfg!(feature = "failpoints") && std::env::var_os("TOKENWARD_TRACEABLE").is_some()
}
