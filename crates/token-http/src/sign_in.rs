//! Signing in: who may try, where passwords are hashed, what browsers hold, and which requests they made on purpose.

mod attempt;
mod cookie;
mod csrf;
mod device;
mod pool;
mod site;
mod tally;
mod throttle;

use core::fmt;
use std::net::SocketAddr;

use actix_web::HttpRequest;
use token_core::RefusedSignIns;

use crate::author::Arrived;

pub(crate) use attempt::{attempt, confirm};
pub(crate) use cookie::{SESSION, Sent, device as device_cookie, no_session, sent, session as session_cookie};
pub(crate) use csrf::{csrf_token, is_csrf_token};
pub(crate) use site::{Foreign, Site};
pub(crate) use throttle::{Counter, Throttle, TooEarly};

use device::Devices;
use pool::PasswordPool;
use tally::Tally;

/// What signing in works with; one for the whole server. Counters are of this process alone, and begin anew with it.
pub struct SignIn {
    pub(crate) site: Site,
    pub(crate) throttle: Throttle,
    pub(crate) pool: PasswordPool,
    pub(crate) devices: Devices,
    refused: Tally,
}

impl SignIn {
    /// For a server that browsers reach at `public_url`, e.g. `https://tokens.example`, and that listens at `listen`.
    /// Browsers that signed in before are known by `key`, which is the same on all nodes.
    ///
    /// # Errors
    ///
    /// When the system has no thread for passwords.
    pub fn new(public_url: &str, listen: SocketAddr, key: &[u8; 32]) -> std::io::Result<Self> {
        Ok(Self {
            site: Site::new(public_url, listen),
            throttle: Throttle::default(),
            pool: PasswordPool::start()?,
            devices: Devices::new(key),
            refused: Tally::default(),
        })
    }

    /// Where browsers reach the server: `https://tokens.example`, without a path (RFC 6454 §6.2).
    #[must_use]
    pub fn origin(&self) -> &str {
        self.site.origin()
    }

    /// How many passwords were checked since the server began.
    #[must_use]
    pub fn passwords_checked(&self) -> u64 {
        self.pool.done()
    }

    /// Takes the counts of refused sign-ins since the last time; at most 30 lines.
    #[must_use]
    pub fn take_refused(&self) -> Vec<RefusedSignIns> {
        self.refused.take()
    }

    /// Puts counts back that could not be written.
    pub fn return_refused(&self, refused: &[RefusedSignIns]) {
        for sign_ins in refused {
            self.refused.add(sign_ins);
        }
    }

    /// What a sign-in is counted by: a browser that is known for the account by itself, all others by account and
    /// address.
    fn counters(&self, http: &HttpRequest, account: &str, arrived: Arrived) -> Vec<Counter> {
        let device = match sent(http.headers(), cookie::DEVICE) {
            Sent::One(text) => self.devices.known(text, account),
            Sent::Nothing | Sent::Unclear => None,
        };
        match device {
            Some(id) => vec![Counter::device(&id)],
            None => vec![Counter::account(account), Counter::address(arrived.address)],
        }
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn").field("site", &self.site).field("pool", &self.pool).finish_non_exhaustive()
    }
}
