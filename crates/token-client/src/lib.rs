//! A guard in another service: follows the log of a Tokenward server over HTTP, is waited for like every node, and answers
//! without a call per request. Refuses to know databases and async: it is a source of tokens for `token-guard`, over one
//! small blocking client, and believes no answer that is cut, old, unknown, of another installation or to another request.
//!
//! ```no_run
//! use token_client::RemoteGuard;
//!
//! fn main() -> Result<(), token_client::ConnectError> {
//!     let remote = RemoteGuard::connect("https://tokens.example", "eyJ…")?;
//!     let guard = remote.guard(); // for `token_guard::actix::GuardLayer`
//!     Ok(())
//! }
//! ```

mod api;
mod clock;
mod error;
mod learned;
mod link;
mod remote;
mod source;

pub use api::{AddressError, ServerAddress};
pub use clock::WallClock;
pub use error::{CallError, ConnectError, Untrusted};
pub use remote::{Remote, RemoteGuard};
pub use source::RemoteSource;
