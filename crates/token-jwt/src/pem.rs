//! The little of PEM (RFC 7468) and DER (X.690) that importing private keys takes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::KeyError;

/// What a PEM text says it holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Label {
    /// `PRIVATE KEY`: PKCS#8 (RFC 5958).
    Pkcs8,
    /// `RSA PRIVATE KEY`: PKCS#1 (RFC 8017).
    Pkcs1,
    /// `EC PRIVATE KEY`: SEC1 (RFC 5915).
    Sec1,
}

/// Reads one private key.
pub(crate) fn read(text: &str) -> Result<(Label, Zeroizing<Vec<u8>>), KeyError> {
    // 16 KiB hold an RSA key of 8192 bits twice.
    if 16 * 1_024 < text.len() {
        return Err(KeyError::Pem);
    }
    [(Label::Pkcs8, "PRIVATE KEY"), (Label::Pkcs1, "RSA PRIVATE KEY"), (Label::Sec1, "EC PRIVATE KEY")]
        .into_iter()
        .find_map(|(label, name)| body(text.trim(), name).map(|der| (label, der)))
        .ok_or(KeyError::Pem)
}

fn body(text: &str, name: &str) -> Option<Zeroizing<Vec<u8>>> {
    let inner =
        text.strip_prefix(&format!("-----BEGIN {name}-----"))?.strip_suffix(&format!("-----END {name}-----"))?;
    let base64: Zeroizing<String> = Zeroizing::new(inner.split_ascii_whitespace().collect());
    STANDARD.decode(base64.as_bytes()).ok().map(Zeroizing::new)
}

/// A SEC1 key of P-256 in PKCS#8 (RFC 5958 §2): what opens keys takes them in that form alone. A key of another curve
/// does not pass for one of P-256: its own parameters, or its length, say otherwise.
pub(crate) fn p256_in_pkcs8(sec1: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    // version 0, and the algorithm: id-ecPublicKey with the curve prime256v1.
    const HEAD: [u8; 24] = [
        0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
        0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
    ];
    // With the public half, which is needed, 109 bytes, and 121 with the name of the curve: lengths of these forms.
    let inner = u8::try_from(sec1.len()).ok().filter(|length| (102..0x80).contains(length))?;
    let mut key = Zeroizing::new(Vec::with_capacity(256));
    key.extend([0x30, 0x81, 24 + 2 + inner]);
    key.extend(HEAD);
    key.extend([0x04, inner]);
    key.extend(sec1);
    Some(key)
}

/// One DER element of this tag: its content, and what follows it.
pub(crate) fn read_element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let [found, first, rest @ ..] = der else { return None };
    if *found != tag {
        return None;
    }
    let (length, rest) = match *first {
        short @ 0..=0x7f => (usize::from(short), rest),
        0x81 => rest.split_first().map(|(length, rest)| (usize::from(*length), rest))?,
        0x82 => rest.split_first_chunk::<2>().map(|(length, rest)| (usize::from(u16::from_be_bytes(*length)), rest))?,
        _ => return None,
    };
    // DER writes a length in the shortest way (X.690 §10.1).
    let shortest = match *first {
        0x81 => 0x80 <= length,
        0x82 => 0x100 <= length,
        _ => true,
    };
    if !shortest {
        return None;
    }
    rest.split_at_checked(length)
}

/// A positive DER integer without its leading zero; in its shortest form only (X.690 §8.3.2).
pub(crate) fn read_integer(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (number, rest) = read_element(der, 0x02)?;
    let number = match number {
        [0, positive @ ..] if positive.first().is_some_and(|first| 0x80 <= *first) => positive,
        [1..=0x7f, ..] => number,
        _ => return None,
    };
    Some((number, rest))
}
