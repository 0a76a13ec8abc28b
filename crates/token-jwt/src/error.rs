//! Why a text or a key is refused. The texts are for our log; a caller sees one answer for all.

/// Why a presented JWT was refused. Nothing of what was presented is in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// Longer than the bound.
    #[error("the text is too long")]
    Size,
    /// Not three segments of the base64url alphabet.
    #[error("the text is no compact JWS")]
    Shape,
    /// The header is none that a key of ours writes.
    #[error("the header is of no key here")]
    UnknownHeader,
    /// The payload is not written as we write it, or of another issuer or audience.
    #[error("the claims are not of this installation")]
    Claims,
    /// The signature does not hold.
    #[error("the signature does not hold")]
    Signature,
    /// No token was ever issued here.
    #[error("there is no issuer yet")]
    NoIdentity,
}

/// Why a key is refused, or does not sign.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not a public key of the algorithm: wrong length, wrong family, a point of small order or off the curve.
    #[error("the public key is not valid for its algorithm")]
    Public,
    /// Not a private key of the algorithm.
    #[error("the private key is not valid for its algorithm")]
    Private,
    /// Two keys of one name.
    #[error("two keys have the same name")]
    Duplicate,
    /// RSA keys are not made here.
    #[error("RSA keys cannot be made here; make one with another tool and import it")]
    Unsupported,
    /// Not a PEM text with one private key.
    #[error(
        "expected one private key in PEM: Ed25519 or P-256 as `PRIVATE KEY`, P-256 as `EC PRIVATE KEY`, RSA of 2048 to 4096 bits as `PRIVATE KEY` or `RSA PRIVATE KEY`"
    )]
    Pem,
    /// Something to be signed that says another key or algorithm.
    #[error("the header names another key")]
    WrongKey,
    /// The source of randomness failed, or the key could not be used.
    #[error("the key could not be made or used")]
    Failed,
}
