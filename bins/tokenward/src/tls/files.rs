//! The two files. Links are followed, because tools that renew certificates keep them as links; everything else that
//! is odd is refused, and nothing hangs.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use super::TlsError;

/// More than any chain needs.
const MOST: u64 = 256 * 1_024;

/// The certificates of a file, the server's own first.
pub(super) fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let key = "tls_cert";
    let bytes = content(key, path, false)?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let found = certificates.ok().filter(|certificates| !certificates.is_empty());
    found.ok_or_else(|| TlsError::NotPem { key, path: shown(path), wanted: "certificate" })
}

/// The first private key of a file: PKCS#8, PKCS#1 or SEC1, not encrypted.
pub(super) fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let key = "tls_key";
    let bytes = content(key, path, true)?;
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|_| TlsError::NotPem {
        key,
        path: shown(path),
        wanted: "private key (without a password)",
    })
}

fn content(key: &'static str, path: &Path, secret: bool) -> Result<Zeroizing<Vec<u8>>, TlsError> {
    let failed = |source| TlsError::Read { key, path: shown(path), source };
    // A pipe does not hang us.
    let nonblocking = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
    let file = OpenOptions::new().read(true).custom_flags(nonblocking).open(path).map_err(failed)?;
    vet(key, path, &file, secret)?;
    // Room for all of it, so that growing leaves no copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(MOST).unwrap_or(0) + 1));
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn vet(key: &'static str, path: &Path, file: &File, secret: bool) -> Result<(), TlsError> {
    let found = file.metadata().map_err(|source| TlsError::Read { key, path: shown(path), source })?;
    if !found.is_file() {
        return Err(TlsError::NotAFile { key, path: shown(path) });
    }
    if MOST < found.len() {
        return Err(TlsError::TooLarge { key, path: shown(path), most: MOST });
    }
    let mode = found.permissions().mode() & 0o7777;
    if secret && mode & 0o077 != 0 {
        return Err(TlsError::Exposed { key, path: shown(path), mode });
    }
    Ok(())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
