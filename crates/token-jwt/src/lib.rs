//! Compact JWS to claims and back: key ring, signing, verifying, JWKS. Refuses to know states of tokens, clocks and
//! stores: a verified text says who it claims to be, not whether it may pass.
//!
//! Exactly one profile exists. What is presented must be spelled, byte for byte, as we would have written it; nothing
//! of a header or payload is interpreted before a key of ours vouches for it.
//!
//! ```
//! use token_core::{Algorithm, Credential, CredentialId, Encoding, Ends, Identity, KeyState, TokenId, UnixMicros};
//! use token_jwt::{KeyRing, MAX_TOKEN, NewKey, SigningInput, SigningKey, SystemRandomness, UnverifiedJwt};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (now, randomness) = (UnixMicros::new(1_800_000_000_000_000)?, SystemRandomness::new());
//! let identity = Identity { issuer: "https://tokens.example".parse()?, audience: "assets".parse()? };
//!
//! // A key, and one text signed by it.
//! let new = NewKey::generate(Algorithm::EdDsa)?;
//! let public = new.public(KeyState::Signing, now.seconds())?;
//! let key = SigningKey::open(public.algorithm, public.id.clone(), new.private())?;
//! let token = TokenId::new(now, &randomness)?;
//! let credential = Credential {
//!     id: CredentialId::new(now, &randomness)?,
//!     key: public.id.clone(),
//!     issued_at: now.seconds(),
//!     expires_at: None,
//!     encoding: Encoding::V1,
//!     ends: Ends::Never,
//! };
//! let text = key.sign(&SigningInput::new(&identity, token, &credential, public.algorithm))?;
//!
//! // Elsewhere, with the public half alone.
//! let ring = KeyRing::new(&[public], Some(&identity))?;
//! let claims = ring.verify(&UnverifiedJwt::parse(text.expose(), MAX_TOKEN)?)?;
//! assert_eq!(claims.sub(), token);
//! assert!(claims.is_exactly(&identity, token, &credential));
//! # Ok(())
//! # }
//! ```

mod claims;
mod encoding;
mod error;
mod jwks;
mod keys;
mod new_key;
mod pem;
mod public_pem;
mod randomness;
mod ring_of_keys;
mod signing;
mod text;
mod text_digest;
mod thumbprint;

pub use claims::VerifiedClaims;
pub use encoding::SigningInput;
pub use error::{KeyError, VerifyError};
pub use jwks::{Jwk, Jwks};
pub use new_key::NewKey;
pub use public_pem::public_pem;
pub use randomness::SystemRandomness;
pub use ring_of_keys::KeyRing;
pub use signing::SigningKey;
pub use text::{MAX_TOKEN, TokenText, UnverifiedJwt};
pub use text_digest::{TextDigest, TextDigests};
