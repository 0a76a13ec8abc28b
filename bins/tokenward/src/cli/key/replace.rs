//! The way out when the master key is lost for good.

use std::process::ExitCode;
use std::sync::Arc;

use token_core::Clock;
use token_seal::{MasterKey, MasterKeyError, SystemRandomness};
use token_store::{Replaced, replace_lost_master_key};

use super::super::confirmation::Confirmation;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::failure::Failure;
use crate::master_key::next_path;
use crate::output::Format;
use crate::parts::Parts;

pub(crate) fn run(config: &Config, confirmation: Confirmation, format: Format) -> Result<ExitCode, Failure> {
    let Some(path) = config.master_key() else {
        return Err(Failure::Usage("name the file of the new master key with `--master-key-file`".to_owned()));
    };
    let waits = next_path(&path);
    if std::fs::symlink_metadata(&waits).is_ok() {
        let told = "a change of the master key was begun, and `{}` may be the key of this database; rename it to `{}`";
        let told = told.replacen("{}", &waits.display().to_string(), 1).replacen("{}", &path.display().to_string(), 1);
        return Err(Failure::NotDone(told));
    }
    if config.database.is_embedded() && !config.settings.data_dir.join("tokenward.db").exists() {
        return Err(Failure::NotDone("there is no database here yet, so no master key is lost".to_owned()));
    }
    if config.database.is_embedded() && crate::serve::may_run(config) {
        return Err(Failure::NotDone("a server runs on this folder; stop it first".to_owned()));
    }
    confirmation.ask(
        "Is the master key lost for good? Texts of tokens stay good and revocable, but none of them can be shown again.",
    )?;
    let randomness = SystemRandomness::new();
    let master = match MasterKey::read(&path) {
        Err(MasterKeyError::Missing { .. }) => MasterKey::create(&path, &randomness)?,
        read => read?,
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::open(&config.settings.data_dir));
    match replace_lost_master_key(&config.database, &master, &clock, &randomness)? {
        Replaced::Done => super::list(&Parts::open(config)?, format),
        Replaced::NotLost => Err(Failure::NotDone(format!(
            "the master key in `{}` is the one of this database; nothing was changed",
            path.display()
        ))),
    }
}
