//! Tokenward, the program: configuration, wiring and command line. Refuses to know how anything is done: it opens the
//! crates that do it and hands them to each other.

mod acknowledgement;
mod cli;
mod clock;
mod config;
#[cfg(feature = "failpoints")]
mod faults;
mod output;
mod parts;
mod refused;
mod serve;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    #[cfg(feature = "failpoints")]
    faults::set();
    match cli::run(cli::Cli::parse()) {
        Ok(code) => code,
        Err(failure) => {
            output::error(&failure);
            ExitCode::FAILURE
        }
    }
}
