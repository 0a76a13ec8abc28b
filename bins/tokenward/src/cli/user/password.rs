//! A new password, from a terminal without showing it, or from standard input. Never from a flag or the environment,
//! where other users of the machine could read it.

use std::io::{IsTerminal as _, Read as _};

use clap::Args;
use token_admin::Password;

use crate::cli::field;
use crate::failure::Failure;

/// Where the password comes from.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct PasswordSource {
    /// Read the password from standard input, to its end; one line break there does not count
    #[arg(long)]
    password_stdin: bool,
}

impl PasswordSource {
    pub(super) fn read(self) -> Result<Password, Failure> {
        if self.password_stdin {
            return from_input();
        }
        if !std::io::stdin().is_terminal() {
            let why = "there is no terminal to ask for the password on; say `--password-stdin`";
            return Err(Failure::Usage(why.to_owned()));
        }
        let text = rpassword::prompt_password("Password: ")?;
        let again = Password::new(rpassword::prompt_password("Again: ")?);
        let password = field("password", Password::new(text))?;
        if again.is_ok_and(|again| again.expose() == password.expose()) {
            Ok(password)
        } else {
            Err(Failure::NotDone("the two passwords differ; nothing was changed".to_owned()))
        }
    }
}

fn from_input() -> Result<Password, Failure> {
    let most = Password::MAX_BYTES.saturating_add(3).try_into().unwrap_or(u64::MAX);
    let mut text = String::new();
    std::io::stdin().lock().take(most).read_to_string(&mut text)?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    field("password", Password::new(text))
}
