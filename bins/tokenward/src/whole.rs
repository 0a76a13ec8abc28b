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
    /// Checks a small file now, and begins with a large one.
    pub(crate) fn check(database: &DatabaseUrl) -> Result<Self, Failure> {
        if database.file_size().is_none_or(|size| size <= AT_ONCE) {
            token_store::ensure_whole(database)?;
            return Ok(Self(None));
        }
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
        match check.join() {
            Ok(Ok(())) => {
                tracing::info!("the database is whole");
                Ok(())
            }
            // Whoever writes just now is in the way; the next start looks again.
            Ok(Err(OpenError::Store(error))) => {
                tracing::warn!(error = %error, "the database could not be read to its end");
                Ok(())
            }
            Ok(Err(fault)) => {
                tracing::error!(error = %fault, "the database is damaged: the server ends");
                actix_web::rt::spawn(server.stop(false));
                Err(fault.into())
            }
            Err(_) => Err(Failure::Io(std::io::Error::other("the check of the database panicked"))),
        }
    }
}
