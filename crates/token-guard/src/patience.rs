//! How long a call waits for what the guard has to ask.

use std::time::Duration;

use token_core::StoreError;

use crate::waiter::bound;
use crate::{Guard, Refusal};

/// How long a call waits for a database that says nothing, beside what its answer may have to wait for all nodes.
const SILENCE: Duration = Duration::from_secs(5);

impl Guard {
    /// How long a call may wait for [`Guard::admit`], which asks. Beyond that nobody knows whether its text is good.
    pub(crate) fn patience(&self) -> Duration {
        bound(self.lease) + SILENCE
    }
}

/// What a call is answered whose time is over.
pub(crate) fn late() -> Refusal {
    Refusal::Unavailable(StoreError::Unavailable("no answer in time".into()))
}
