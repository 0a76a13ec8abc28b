//! The program of a gateway: found, started on a free port, and ended with the test.

use std::fs::File;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// A running gateway; ends with this value, also when the test fails.
pub(crate) struct Gateway {
    child: Child,
    address: SocketAddr,
}

impl Gateway {
    /// Starts a program that listens at `address`, and waits until it does.
    #[track_caller]
    pub(crate) fn start(program: &str, arguments: &[&str], folder: &Path, address: SocketAddr) -> Self {
        let log = folder.join("gateway.log");
        let file = File::options().create(true).append(true).open(&log).unwrap();
        let mut command = Command::new(found(program));
        command.args(arguments).current_dir(folder).stdin(Stdio::null());
        // Some of them keep files at home.
        for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"] {
            command.env(variable, folder);
        }
        let child = command.stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap();
        let mut gateway = Self { child, address };
        let text = || std::fs::read_to_string(&log).unwrap_or_default();
        for _ in 0..1_000 {
            if TcpStream::connect(address).is_ok() {
                return gateway;
            }
            if let Some(status) = gateway.child.try_wait().unwrap() {
                panic!("{program} ended with {status}: {}", text());
            }
            sleep(Duration::from_millis(20));
        }
        panic!("{program} does not listen: {}", text());
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address at which nobody listens.
pub(crate) fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap()
}

/// Debian keeps servers where not every user looks for programs.
fn found(program: &str) -> PathBuf {
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/usr/local/sbin";
    let mut places = path.split(':').map(|folder| Path::new(folder).join(program));
    places.find(|place| place.is_file()).unwrap_or_else(|| panic!("{program}; `cargo xtask test` installs it"))
}
