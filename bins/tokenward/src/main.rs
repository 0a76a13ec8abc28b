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
mod output;
mod parts;
mod refused;
mod serve;
mod usage;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    hardening::harden();
    #[cfg(feature = "failpoints")]
    faults::set();
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
