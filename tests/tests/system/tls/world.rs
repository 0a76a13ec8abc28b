//! A server that speaks TLS, certificates, and clients that trust them.

use std::fs::{File, Permissions, set_permissions, write};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::CertificateDer;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};
use token_testkit::{Database, Program};

pub(super) static VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

/// A self-signed certificate for `localhost`, and its key.
pub(super) struct Pair {
    pub(super) cert: String,
    pub(super) key: String,
    pub(super) der: CertificateDer<'static>,
}

/// One that is valid for a long time.
pub(super) fn pair() -> Pair {
    pair_of(&CertificateParams::new(["localhost".to_owned()]).unwrap())
}

pub(super) fn pair_of(params: &CertificateParams) -> Pair {
    let key = KeyPair::generate().unwrap();
    let cert = params.self_signed(&key).unwrap();
    Pair { cert: cert.pem(), key: key.serialize_pem(), der: cert.der().clone() }
}

/// Where the files of the certificate are.
pub(super) fn paths(folder: &Path) -> [PathBuf; 2] {
    [folder.join("cert.pem"), folder.join("key.pem")]
}

/// Writes both files as an operator should.
pub(super) fn put(folder: &Path, pair: &Pair) {
    let [cert, key] = paths(folder);
    write(cert, &pair.cert).unwrap();
    write(&key, &pair.key).unwrap();
    set_permissions(key, Permissions::from_mode(0o600)).unwrap();
}

/// The settings of a server with these files.
pub(super) fn program(database: &Database) -> Program {
    let [cert, key] = paths(database.folder());
    database
        .program()
        .with("TOKENWARD_TLS_CERT", &cert.to_string_lossy())
        .with("TOKENWARD_TLS_KEY", &key.to_string_lossy())
}

/// A running server; ends with the test.
pub(super) struct Secure {
    child: Child,
    log: PathBuf,
    pub(super) address: SocketAddr,
}

impl Secure {
    /// Starts it, or tells its exit code and what it said.
    pub(super) fn start(program: &Program, folder: &Path) -> Result<Self, (Option<i32>, String)> {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let log = folder.join(format!("{}.log", address.port()));
        let file = File::create(&log).unwrap();
        let mut command = program.command(&["serve", "--listen", &address.to_string()]);
        let child = command.stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap();
        let mut secure = Self { child, log, address };
        for _ in 0..1_500 {
            if secure.log().contains("Tokenward listens on") {
                return Ok(secure);
            }
            if let Some(status) = secure.child.try_wait().unwrap() {
                return Err((status.code(), secure.log()));
            }
            sleep(Duration::from_millis(20));
        }
        Err((None, secure.log()))
    }

    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    pub(super) fn hang_up(&self) {
        let asked = std::process::Command::new("kill").args(["-HUP", &self.child.id().to_string()]).status();
        assert!(asked.unwrap().success());
    }

    /// A handshake as far as it goes.
    pub(super) fn connect(&self, trusted: &Pair, version: &'static SupportedProtocolVersion, alpn: &[&str]) -> Tls {
        let mut roots = RootCertStore::empty();
        roots.add(trusted.der.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[version]).unwrap();
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        let connection = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
        let socket = TcpStream::connect(self.address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(8))).unwrap();
        Tls(StreamOwned::new(connection, socket))
    }

    /// One call; the whole answer, or why there is none.
    pub(super) fn call(&self, trusted: &Pair, path: &str, fields: &str) -> Result<String, String> {
        let mut tls = self.connect(trusted, &TLS13, &["http/1.1"]);
        tls.ask(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{fields}\r\n"))
    }
}

impl Drop for Secure {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A connection.
pub(super) struct Tls(pub(super) StreamOwned<ClientConnection, TcpStream>);

impl Tls {
    /// Sends a request and reads to the end of the connection.
    pub(super) fn ask(&mut self, request: &str) -> Result<String, String> {
        self.0.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
        let mut answer = Vec::new();
        match self.0.read_to_end(&mut answer) {
            Err(error) if answer.is_empty() => Err(error.to_string()),
            Ok(_) | Err(_) => Ok(String::from_utf8(answer).unwrap()),
        }
    }
}
