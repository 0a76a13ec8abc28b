//! Compact JWS to claims and back: key ring, signing, verifying, JWKS. Refuses to know states of tokens, clocks and
//! stores: a verified text says who it claims to be, not whether it may pass.
//!
//! Exactly one profile exists. What is presented must be spelled, byte for byte, as we would have written it; nothing
//! of a header or payload is interpreted before a key of ours vouches for it.

mod claims;
mod encoding;
mod error;
mod jwks;
mod keys;
mod new_key;
mod pem;
mod ring_of_keys;
mod signing;
mod text;
mod thumbprint;

pub use claims::VerifiedClaims;
pub use encoding::SigningInput;
pub use error::{KeyError, VerifyError};
pub use jwks::{Jwk, Jwks};
pub use new_key::NewKey;
pub use ring_of_keys::KeyRing;
pub use signing::SigningKey;
pub use text::{MAX_TOKEN, TokenText, UnverifiedJwt};
