//! A guard in another service: follows the log of a Tokenward server over HTTP, is waited for like every node, and answers
//! without a call per request. Refuses to know databases and async: it is a source of tokens for `token-guard`, over one
//! small blocking client, and believes no answer that is cut, old, unknown, of another installation or to another request.
//!
//! ```no_run
//! use token_client::RemoteGuard;
//!
//! fn main() -> Result<(), token_client::ConnectError> {
//!     let remote = RemoteGuard::connect("https://tokens.example", "eyJ…")?;
//!     let guard = remote.guard(); // for the `GuardLayer` of `token_guard::actix` or `token_guard::tower`
//!     Ok(())
//! }
//! ```
//!
//! The guard's own token goes to its server and nowhere else, and never in clear over a network:
//!
//! ```
//! use token_client::{AddressError, ServerAddress};
//!
//! assert!("https://tokens.example".parse::<ServerAddress>().is_ok());
//! assert!("http://127.0.0.1:8080".parse::<ServerAddress>().is_ok());
//! assert_eq!("http://tokens.example".parse::<ServerAddress>(), Err(AddressError::Url));
//! ```

mod api;
mod error;
mod learned;
mod link;
mod remote;
mod reporter;
mod source;

pub use api::{AddressError, ServerAddress};
pub use error::{CallError, ConnectError, Untrusted};
pub use remote::{Remote, RemoteGuard};
pub use source::RemoteSource;
pub use token_guard::WallClock;
