//! Another master key, in steps of which each can be the last before the power goes: the new key waits in a file beside
//! the old one; everything is sealed under it in one commit; the file takes the place of the old one. A start opens the
//! database with whichever of the two fits, and the command goes on where it was when it is said again.

use std::path::Path;
use std::process::ExitCode;

use serde_json::json;
use token_core::Author;
use token_seal::{MasterKey, MasterKeyError};

use crate::failure::Failure;
use crate::master_key::{adopt, next_path};
use crate::output::{self, Format};
use crate::parts::Parts;

pub(super) fn run(file: &Path, parts: &Parts, format: Format) -> Result<ExitCode, Failure> {
    let (Some(path), Some(current)) = (&parts.master_key_file, &parts.master) else {
        let why = parts.verify_only.unwrap_or("it has no master key");
        return Err(Failure::NotDone(format!("this needs the master key that is in force: {why}")));
    };
    let new = match MasterKey::read(file) {
        Err(MasterKeyError::Missing { .. }) => MasterKey::create(file, parts.randomness.as_ref())?,
        read => read?,
    };
    let (mut secrets, mut left) = (0, 0);
    if !current.is(&new) {
        prepare(path, &new)?;
        stop("rewrap.prepared");
        let done = parts.admin.rewrap(&Author::command_line(), &new)?.value;
        (secrets, left) = (done.resealed, done.left);
        stop("rewrap.committed");
        adopt(path).map_err(|error| Failure::file(&next_path(path), error))?;
        stop("rewrap.replaced");
    }
    match format {
        Format::Json => output::json(&json!({ "master_key_file": path, "resealed": secrets, "left": left })),
        Format::Table => {
            output::line(&format!(
                "the master key in {} is in force; {secrets} secrets are sealed anew",
                path.display()
            ));
            if 0 < left {
                output::line(&format!("{left} keys of a master key that was lost stay as they are"));
            }
            output::line("keep a copy of it apart from the backups of the database, and start the servers again");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Puts the new key beside the old one, whole or not at all.
fn prepare(path: &Path, new: &MasterKey) -> Result<(), Failure> {
    let next = next_path(path);
    match MasterKey::read(&next) {
        Ok(waits) if waits.is(new) => Ok(()),
        Ok(_) => Err(Failure::NotDone(format!(
            "another change of the master key was begun with the key in `{next}`; go on with \
             `--new-master-key-file {next}`, or remove that file",
            next = next.display()
        ))),
        Err(MasterKeyError::Missing { .. }) => Ok(new.store(&next)?),
        Err(error) => Err(error.into()),
    }
}

/// A named stop for crash tests.
fn stop(name: &str) {
    #[cfg(feature = "failpoints")]
    fail::fail_point!(name);
    let _ = name;
}
