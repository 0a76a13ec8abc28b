//! The code of the first person: made when the server starts and nobody has an account. It is shown on the terminal,
//! or kept in a file for its owner alone, so that it does not stay in somebody's log.

use std::fs::{File, OpenOptions, remove_file, rename};
use std::io::{IsTerminal as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use token_admin::{Admin, Secret};

use crate::config::Config;

/// The file of the code, in the data folder.
pub(crate) fn file(config: &Config) -> PathBuf {
    config.settings.data_dir.join("setup.code")
}

/// Takes away a code that is void.
pub(crate) fn forget(file: &Path) {
    match remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(error = %error, "could not remove the file of the set-up code, which is void");
        }
        Ok(()) | Err(_) => {}
    }
}

/// Makes a code if nobody has an account, and says where it is. A server that cannot make one serves all the same.
pub(crate) fn begin(config: &Config, admin: &Admin) -> Option<String> {
    let file = file(config);
    let made = match admin.start_setup() {
        Ok(made) => made,
        Err(error) => {
            tracing::warn!(error = %error, "could not make a set-up code");
            return None;
        }
    };
    let Some(secret) = made else {
        forget(&file);
        return None;
    };
    let kept = write(&file, &secret);
    if let Err(error) = &kept {
        tracing::warn!(error = %error, "could not write the file of the set-up code");
    }
    let page = format!("{}/set-up", config.public_url.trim_end_matches('/'));
    let place = match kept {
        // The one-time link is for whoever looks at the terminal; a log keeps none.
        Ok(()) if std::io::stdout().is_terminal() => format!("at\n{page}?code={}", secret.text().as_str()),
        Ok(()) => format!("at {page} with the code in {}", file.display()),
        Err(_) => format!("at\n{page}?code={}", secret.text().as_str()),
    };
    Some(format!(
        "Nobody has an account yet. Make the first one within a day in a browser {place}\n\
         or on this machine with `tokenward user create --username <name> --role admin`"
    ))
}

/// The file comes into being whole, and nobody but its owner ever could read it.
fn write(file: &Path, secret: &Secret) -> std::io::Result<()> {
    let next = file.with_added_extension("next");
    forget(&next);
    let mut open: File = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&next)?;
    open.write_all(secret.text().as_bytes())?;
    open.write_all(b"\n")?;
    open.sync_all()?;
    rename(&next, file)
}
