//! TLS of the server's own: a certificate and its key, read with suspicion at the start, and again when the operator
//! says that there are new ones. HTTP/1.1 is what is spoken inside: the HTTP library bounds neither the streams of an
//! HTTP/2 connection nor the fields of one.

mod files;
mod validity;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use token_core::UnixSeconds;

use crate::config::Config;

/// Why the server cannot, or will not, use a certificate and its key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("{key} `{path}` cannot be read")]
    Read { key: &'static str, path: String, source: std::io::Error },
    #[error("{key} `{path}` is not a regular file")]
    NotAFile { key: &'static str, path: String },
    #[error("{key} `{path}` is larger than {most} bytes")]
    TooLarge { key: &'static str, path: String, most: u64 },
    #[error("{key} `{path}` is open to others (mode {mode:04o}); `chmod 600` makes it yours alone")]
    Exposed { key: &'static str, path: String, mode: u32 },
    #[error("{key} `{path}` holds no {wanted} in PEM")]
    NotPem { key: &'static str, path: String, wanted: &'static str },
    #[error("{key} `{path}` holds {wanted} that cannot be used")]
    Unusable { key: &'static str, path: String, wanted: &'static str, source: rustls::Error },
    #[error("the key in tls_key `{key}` does not belong to the first certificate in tls_cert `{cert}`")]
    Mismatch { cert: String, key: String },
    #[error("TLS cannot be set up")]
    Setup(#[source] rustls::Error),
}

/// The certificate in force, and where newer ones come from.
pub(crate) struct Tls {
    cert: PathBuf,
    key: PathBuf,
    provider: Arc<CryptoProvider>,
    current: ArcSwap<CertifiedKey>,
}

impl Tls {
    /// Reads what the settings name; `None` if they name nothing. Warns of a certificate that is not valid at `now`.
    pub(crate) fn open(config: &Config, now: UnixSeconds) -> Result<Option<Arc<Self>>, TlsError> {
        let (Some(cert), Some(key)) = (config.settings.tls_cert.clone(), config.settings.tls_key.clone()) else {
            return Ok(None);
        };
        let provider = Arc::new(ring::default_provider());
        let current = ArcSwap::new(read(&cert, &key, &provider, now)?);
        Ok(Some(Arc::new(Self { cert, key, provider, current })))
    }

    /// Reads the files again; new connections get what they hold now.
    ///
    /// # Errors
    ///
    /// [`TlsError`]; what was in force stays in force.
    pub(crate) fn reload(&self, now: UnixSeconds) -> Result<(), TlsError> {
        self.current.store(read(&self.cert, &self.key, &self.provider, now)?);
        Ok(())
    }

    /// TLS 1.2 and 1.3, no certificates of clients.
    pub(crate) fn server_config(self: &Arc<Self>) -> Result<ServerConfig, TlsError> {
        let config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Setup)?;
        Ok(config.with_no_client_auth().with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>))
    }
}

impl ResolvesServerCert for Tls {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.load_full())
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("cert", &self.cert).field("key", &self.key).finish_non_exhaustive()
    }
}

fn read(cert: &Path, key: &Path, provider: &CryptoProvider, now: UnixSeconds) -> Result<Arc<CertifiedKey>, TlsError> {
    let chain = files::chain(cert)?;
    if let Some(warning) = chain.first().and_then(|first| validity::doubt(first, now)) {
        tracing::warn!(tls_cert = %cert.display(), "the certificate {warning}");
    }
    let (certified, private) = (|path: &Path| path.display().to_string(), files::private_key(key)?);
    CertifiedKey::from_der(chain, private, provider).map(Arc::new).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => TlsError::Mismatch { cert: certified(cert), key: certified(key) },
        rustls::Error::InvalidCertificate(_) => {
            TlsError::Unusable { key: "tls_cert", path: certified(cert), wanted: "a certificate", source: error }
        }
        error => TlsError::Unusable { key: "tls_key", path: certified(key), wanted: "a key", source: error },
    })
}
