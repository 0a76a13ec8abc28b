//! Whether the embedded database is whole: before anything is served where that takes no time, else beside it.

use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use token_store::{DatabaseUrl, OpenError};

use crate::failure::Failure;

/// Up to so many bytes a file is read to its end before the server is ready; of a larger one nobody should wait for that.
const AT_ONCE: u64 = 64 * 1_024 * 1_024;

/// How often is looked whether the check has ended.
const LOOK: Duration = Duration::from_millis(100);

/// A check of a large file, which goes on while the server serves.
pub(crate) struct Whole(Option<JoinHandle<Result<(), OpenError>>>);

impl Whole {
    /// Reads a small file to its end, before anybody else opens it; says whether that is done.
    pub(crate) fn at_once(database: &DatabaseUrl) -> Result<bool, Failure> {
        let large = database.file_size().is_some_and(|size| AT_ONCE < size);
        if !large {
            token_store::ensure_whole(database)?;
        }
        Ok(!large)
    }

    /// Nothing is left to be read.
    pub(crate) fn done() -> Self {
        Self(None)
    }

    /// Begins to read a large file, which is open already: readers are in nobody's way from then on.
    pub(crate) fn begin(database: &DatabaseUrl) -> Result<Self, Failure> {
        let database = database.clone();
        let check = std::thread::Builder::new().name("whole".to_owned());
        let check = check.spawn(move || token_store::ensure_whole(&database)).map_err(Failure::Io)?;
        tracing::info!("the database is read to its end beside the calls; a fault in it ends the server");
        Ok(Self(Some(check)))
    }

    /// Stops the server as soon as a fault is found, and says which.
    pub(crate) async fn watch(self, server: ServerHandle) -> Result<(), Failure> {
        let Some(check) = self.0 else { return Ok(()) };
        while !check.is_finished() {
            actix_web::rt::time::sleep(LOOK).await;
        }
        let found = match check.join() {
            Ok(Ok(())) => {
                tracing::info!("the database is whole");
                return Ok(());
            }
            // Whoever writes just now is in the way; the next start looks again.
            Ok(Err(OpenError::Store(error))) => {
                tracing::warn!(error = %error, "the database could not be read to its end");
                return Ok(());
            }
            Ok(Err(fault)) => {
                tracing::error!(error = %fault, "the database is damaged: the server ends");
                fault.into()
            }
            Err(_) => {
                tracing::error!("the check of the database panicked: the server ends");
                Failure::Io(std::io::Error::other("the check of the database panicked"))
            }
        };
        actix_web::rt::spawn(server.stop(false));
        Err(found)
    }
}
