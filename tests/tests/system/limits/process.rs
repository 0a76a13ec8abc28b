//! A server that is started under limits of the system, or beside outputs of its own.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use token_testkit::{Answer, Program};

/// A running server; ends with the test.
pub(super) struct Bound {
    pub(super) child: Child,
    pub(super) address: SocketAddr,
}

impl Bound {
    /// The server of `program`, started by `prlimit` with these options.
    pub(super) fn limited(program: &Program, options: &[&str], log: PathBuf) -> Self {
        let file = File::options().create(true).append(true).open(log).unwrap();
        Self::start(program, options, |command| {
            command.stdout(file.try_clone().unwrap()).stderr(file.try_clone().unwrap());
        })
    }

    /// The same with outputs as they are set.
    pub(super) fn start(program: &Program, options: &[&str], outputs: impl Fn(&mut Command)) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let listen = address.to_string();
        let original = program.command(&["serve", "--listen", &listen]);
        let mut command = Command::new("prlimit");
        command.args(options).arg(original.get_program()).args(original.get_args()).stdin(Stdio::null());
        for (name, value) in original.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        outputs(&mut command);
        let bound = Self { child: command.spawn().unwrap(), address };
        assert!(bound.serves_within(1_500), "not ready");
        bound
    }

    /// Asks until there is a good answer, at most so many times, 20 ms apart.
    pub(super) fn serves_within(&self, times: usize) -> bool {
        (0..times).any(|_| {
            let ready = self.get("/readyz", "").is_some_and(|answer| answer.status == 200);
            ready || {
                sleep(Duration::from_millis(20));
                false
            }
        })
    }

    /// One call on a connection of its own; `None` if nothing came.
    pub(super) fn get(&self, path: &str, fields: &str) -> Option<Answer> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(8))).ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{fields}\r\n");
        stream.write_all(request.as_bytes()).ok()?;
        let mut status = [0; 12];
        stream.read_exact(&mut status).ok()?;
        let mut rest = String::new();
        let _ = stream.read_to_string(&mut rest);
        let status = std::str::from_utf8(&status).ok()?.split(' ').nth(1)?.parse().ok()?;
        Some(Answer { status, headers: Vec::new(), text: rest })
    }

    /// Makes a token; its id if that was acknowledged.
    pub(super) fn create(&self, bearer: &str, name: &str) -> Option<String> {
        let body = format!("{{\"name\":\"{name}\"}}");
        let request = format!(
            "POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {bearer}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        // It may end at any moment: what is not answered is not acknowledged.
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, made) = answer.split_once("\r\n\r\n").filter(|(head, _)| head.starts_with("HTTP/1.1 201 "))?;
        let made: serde_json::Value =
            serde_json::from_str(made).unwrap_or_else(|error| unreachable!("{error}: {head}"));
        made["id"].as_str().map(str::to_owned)
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A number of kilobytes the system tells of a process, e.g. `VmRSS`.
pub(super) fn kilobytes(process: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
