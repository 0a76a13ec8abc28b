//! What cannot be undone is asked about on a terminal, and must be said where there is none.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use clap::Args;

use crate::failure::Failure;

/// Whether it was said beforehand.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Confirmation {
    /// Do not ask; needed where there is no terminal
    #[arg(long)]
    yes: bool,
}

impl Confirmation {
    /// Refuses at once what could not be asked later.
    pub(super) fn ensure_possible(self) -> Result<(), Failure> {
        if self.yes || std::io::stdin().is_terminal() {
            return Ok(());
        }
        Err(Failure::Usage("this cannot be undone, and there is no terminal to ask on; say `--yes`".to_owned()))
    }

    /// Asks, unless it was said.
    pub(super) fn ask(self, question: &str) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        self.ensure_possible()?;
        write!(std::io::stderr().lock(), "{} [y/N] ", question.replace(char::is_control, " "))?;
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer)?;
        match answer.trim() {
            "y" | "Y" | "yes" => Ok(()),
            _ => Err(Failure::NotDone("nothing was changed".to_owned())),
        }
    }
}
