//! From when to when a certificate is valid. Clients judge that; the operator is told beforehand.

use rustls::pki_types::CertificateDer;
use token_core::UnixSeconds;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

/// How long before its end a certificate is worth a word, in seconds.
const SOON: u64 = 7 * 86_400;

/// What is doubtful about a certificate at `now`, as the end of a sentence.
pub(super) fn doubt(certificate: &CertificateDer<'_>, now: UnixSeconds) -> Option<String> {
    let Ok(parsed) = Certificate::from_der(certificate) else {
        return Some("has a form this server cannot look into: whether it is valid now is not known".to_owned());
    };
    let validity = parsed.tbs_certificate.validity;
    let now = now.get().unsigned_abs();
    let (begin, end) = (validity.not_before, validity.not_after);
    if end.to_unix_duration().as_secs() < now {
        Some(format!("has expired ({end}): clients will refuse it"))
    } else if now < begin.to_unix_duration().as_secs() {
        Some(format!("is not valid before {begin}: clients will refuse it"))
    } else if end.to_unix_duration().as_secs() < now.saturating_add(SOON) {
        Some(format!("expires soon ({end})"))
    } else {
        None
    }
}
