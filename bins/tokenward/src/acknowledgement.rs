//! How a command that ran beside a server learns that the server knows of its change: the server writes the number of
//! the last event it knows into a file of the data folder. Where there is no common folder, the command waits a moment.

use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use token_core::Seq;

use crate::config::Config;
use crate::failure::Failure;
use crate::serve::may_run;
use crate::state_file;

/// Longest wait for a server; five looks of it.
const LONGEST: Duration = Duration::from_millis(500);
const LOOK: Duration = Duration::from_millis(10);

/// The file in which a server tells how far it knows the log.
pub(crate) struct Acknowledgement {
    file: Option<PathBuf>,
    written: Option<Seq>,
}

impl Acknowledgement {
    pub(crate) fn of(config: &Config) -> Self {
        let file = config.database.is_embedded().then(|| config.settings.data_dir.join("server.applied"));
        Self { file, written: None }
    }

    /// Tells that everything up to `seq` is known here.
    pub(crate) fn write(&mut self, seq: Seq) {
        if self.written == Some(seq) {
            return;
        }
        let Some(file) = &self.file else { return };
        match state_file::replace(file, &seq.to_string()) {
            Ok(()) => self.written = Some(seq),
            Err(error) => tracing::warn!(error = %error, "could not tell commands how far the log is known"),
        }
    }

    fn known(&self) -> Option<u64> {
        std::fs::read_to_string(self.file.as_ref()?).ok()?.trim().parse().ok()
    }
}

/// Waits until a server that may be running knows everything up to `seq`; bounded.
pub(crate) fn wait(config: &Config, seq: Seq) {
    if !may_run(config) {
        return;
    }
    let acknowledgement = Acknowledgement::of(config);
    for _ in 0..LONGEST.as_millis() / LOOK.as_millis() {
        if acknowledgement.known().is_some_and(|known| seq.get() <= known) {
            return;
        }
        sleep(LOOK);
    }
}

/// Refuses a database that has gone back behind what its server knew: with a write-ahead log that was cut, or a backup
/// in its place, tokens would pass again that were revoked since.
pub(crate) fn ensure_not_gone_back(config: &Config, seq: Seq) -> Result<(), Failure> {
    let acknowledgement = Acknowledgement::of(config);
    match (acknowledgement.known(), acknowledgement.file) {
        (Some(known), Some(file)) if seq.get() < known => {
            Err(Failure::GoneBack { known, found: seq.get(), file: file.display().to_string() })
        }
        _ => Ok(()),
    }
}
