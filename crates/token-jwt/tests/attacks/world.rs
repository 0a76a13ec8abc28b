//! One installation with one key, the text it issued, and how a changed text is judged.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use token_core::{Algorithm, Credential, Encoding, Ends, Identity, KeyState, PublicKey, TokenId, UnixSeconds};
use token_jwt::{
    KeyRing, MAX_TOKEN, NewKey, SigningInput, SigningKey, TokenText, UnverifiedJwt, VerifiedClaims, VerifyError,
};

use crate::hand;
use crate::members::{Members, quoted};

pub(crate) const SUB: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120002";
pub(crate) const JTI: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120003";
pub(crate) const RSA: &str = include_str!("../keys/test-only-rsa-2048.pem");
const FOREIGN_RSA: &str = include_str!("../keys/test-only-rsa-2048-foreign.pem");

/// A key, its private half, the ring that holds it, and the text issued with it.
pub(crate) struct World {
    pub(crate) identity: Identity,
    pub(crate) key: NewKey,
    pub(crate) public: PublicKey,
    pub(crate) ring: KeyRing,
    pub(crate) text: TokenText,
}

pub(crate) fn at(seconds: i64) -> UnixSeconds {
    UnixSeconds::new(seconds).unwrap()
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(segment: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(segment).unwrap()
}

pub(crate) fn identity() -> Identity {
    Identity { issuer: "https://tokens.example".parse().unwrap(), audience: "assets".parse().unwrap() }
}

pub(crate) fn token() -> TokenId {
    SUB.parse().unwrap()
}

/// The claims of the issued text.
pub(crate) fn claims() -> Members {
    Members::new(vec![
        ("iss", quoted("https://tokens.example")),
        ("aud", quoted("assets")),
        ("sub", quoted(SUB)),
        ("jti", quoted(JTI)),
        ("iat", "1700000000".to_owned()),
        ("exp", "1800000000".to_owned()),
    ])
}

pub(crate) fn new_key(algorithm: Algorithm) -> NewKey {
    match algorithm {
        Algorithm::EdDsa | Algorithm::Es256 => NewKey::generate(algorithm).unwrap(),
        Algorithm::Rs256 => NewKey::import_pem(RSA).unwrap(),
    }
}

/// Runs a case against an installation of each algorithm.
pub(crate) fn on_each(mut case: impl FnMut(&World)) {
    for algorithm in Algorithm::ALL {
        case(&World::new(*algorithm));
    }
}

impl World {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        Self::with(new_key(algorithm))
    }

    /// Another installation of the same names, with a key of its own.
    pub(crate) fn foreign(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::EdDsa | Algorithm::Es256 => Self::new(algorithm),
            Algorithm::Rs256 => Self::with(NewKey::import_pem(FOREIGN_RSA).unwrap()),
        }
    }

    pub(crate) fn with(key: NewKey) -> Self {
        let public = key.public(KeyState::Signing, at(0)).unwrap();
        let identity = identity();
        let ring = KeyRing::new(std::slice::from_ref(&public), Some(&identity)).unwrap();
        let signing = SigningKey::open(public.algorithm, public.id.clone(), key.private()).unwrap();
        let input = SigningInput::new(&identity, token(), &credential(&public), public.algorithm);
        let text = signing.sign(&input).unwrap();
        Self { identity, key, public, ring, text }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.public.algorithm
    }

    /// What is stored for the issued text.
    pub(crate) fn credential(&self) -> Credential {
        credential(&self.public)
    }

    pub(crate) fn signing(&self) -> SigningKey {
        SigningKey::open(self.algorithm(), self.public.id.clone(), self.key.private()).unwrap()
    }

    pub(crate) fn input(&self) -> SigningInput {
        SigningInput::new(&self.identity, token(), &self.credential(), self.algorithm())
    }

    pub(crate) fn segments(&self) -> [&str; 3] {
        self.text.expose().split('.').collect::<Vec<_>>().try_into().unwrap()
    }

    /// The header of the issued text.
    pub(crate) fn header(&self) -> Members {
        Members::new(vec![
            ("alg", quoted(self.algorithm())),
            ("kid", quoted(&self.public.id)),
            ("typ", quoted("api-token+jwt")),
        ])
    }

    /// Whatever these segments say, with a good signature of the installation's own key over exactly them.
    pub(crate) fn sign_segments(&self, header: &str, payload: &str) -> String {
        let input = format!("{header}.{payload}");
        let signature = hand::sign(self.algorithm(), self.key.private(), input.as_bytes());
        format!("{input}.{}", encode(signature))
    }

    /// The same for a header and a payload in clear.
    pub(crate) fn sign(&self, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
        self.sign_segments(&encode(header), &encode(payload))
    }

    pub(crate) fn verify(&self, text: &str) -> Result<VerifiedClaims, VerifyError> {
        self.ring.verify(&UnverifiedJwt::parse(text, MAX_TOKEN)?)
    }

    /// Refused for this reason; a text over the bound for its size, and for the same reason where the bound is higher.
    pub(crate) fn refuses(&self, text: &str, reason: VerifyError) {
        let unbounded = UnverifiedJwt::parse(text, usize::MAX).and_then(|jwt| self.ring.verify(&jwt));
        assert_eq!(unbounded.err(), Some(reason), "{}: {text}", self.algorithm());
        let bounded = if MAX_TOKEN < text.len() { VerifyError::Size } else { reason };
        assert_eq!(self.verify(text).err(), Some(bounded), "{}: {text}", self.algorithm());
    }

    /// A header refused with the old signature and truly signed.
    pub(crate) fn refuses_header(&self, header: impl AsRef<[u8]>) {
        let header = header.as_ref();
        assert_ne!(header, self.header().to_string().as_bytes(), "this is the good header");
        let [_, payload, signature] = self.segments();
        self.refuses(&format!("{}.{payload}.{signature}", encode(header)), VerifyError::UnknownHeader);
        self.refuses(&self.sign(header, claims().to_string()), VerifyError::UnknownHeader);
    }

    /// A payload refused with the old signature, and, because we never spell one so, truly signed.
    pub(crate) fn refuses_payload(&self, payload: impl AsRef<[u8]>) {
        self.refuses_with_the_old_signature(payload.as_ref());
        self.refuses(&self.sign(self.header().to_string(), payload), VerifyError::Claims);
    }

    /// A payload spelled as we spell them, of other claims: refused with the old signature; truly signed, as by a
    /// stolen key, it is a verified text that is not the stored one.
    pub(crate) fn takes_for_another(&self, payload: &str) {
        self.refuses_with_the_old_signature(payload.as_bytes());
        let claims = self.verify(&self.sign(self.header().to_string(), payload)).unwrap();
        assert!(!claims.is_exactly(&self.identity, token(), &self.credential()), "{payload}");
    }

    pub(crate) fn refuses_with_the_old_signature(&self, payload: &[u8]) {
        assert_ne!(payload, claims().to_string().as_bytes(), "this is the good payload");
        let [header, _, signature] = self.segments();
        self.refuses(&format!("{header}.{}.{signature}", encode(payload)), VerifyError::Signature);
    }
}

fn credential(key: &PublicKey) -> Credential {
    Credential {
        id: JTI.parse().unwrap(),
        key: key.id.clone(),
        issued_at: at(1_700_000_000),
        expires_at: Some(at(1_800_000_000)),
        encoding: Encoding::V1,
        ends: Ends::Never,
    }
}
