//! `tokenward completions …` and `tokenward man`: made from the same description of the command line as its help.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::Cli;
use crate::failure::Failure;
use crate::output::{self, Format};

const NAME: &str = "tokenward";

/// Which shell.
#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// The shell that shall complete commands
    shell: Shell,
}

/// Where pages go.
#[derive(Args, Debug)]
pub(crate) struct Man {
    /// Write one page for each command into this folder instead, e.g. `/usr/local/share/man/man1`
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

/// Prints the script of one shell.
pub(super) fn completions(wanted: &Completions) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(wanted.shell, &mut Cli::command(), NAME, &mut script);
    std::io::stdout().lock().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the page of the program, or writes the pages of all commands.
pub(super) fn man(wanted: &Man, format: Format) -> Result<ExitCode, Failure> {
    let command = Cli::command();
    let Some(folder) = &wanted.dir else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        std::io::stdout().lock().write_all(&page)?;
        return Ok(ExitCode::SUCCESS);
    };
    std::fs::create_dir_all(folder).map_err(|error| not_written(folder, &error))?;
    clap_mangen::generate_to(command, folder).map_err(|error| not_written(folder, &error))?;
    match format {
        Format::Table => output::line(&format!("the pages are in {}", folder.display())),
        Format::Json => output::json(&serde_json::json!({ "folder": folder.display().to_string() })),
    }
    Ok(ExitCode::SUCCESS)
}

fn not_written(folder: &Path, error: &std::io::Error) -> Failure {
    Failure::NotDone(format!("the pages could not be written to {}: {error}", folder.display()))
}
