//! A service whose process stands still, as the machine under it may, and goes on.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use token_testkit::on_each_database;

use super::service::Service;
use super::{call, follower, nodes, revoke, server, until, waited};
use crate::app::Made;

/// In milliseconds.
const LEASE: u64 = 1_000;

/// What a busy machine may take beyond that; without a bound it would be for ever.
const SLACK: u64 = 8_000;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(25);

/// A connection that stays open: what is sent lies there until the service reads it.
struct Line(BufReader<TcpStream>);

impl Line {
    fn open(service: &Service) -> Self {
        let stream = TcpStream::connect(service.listen()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(BufReader::new(stream))
    }

    fn send(&mut self, token: &Made) {
        let head = format!("GET /assets HTTP/1.1\r\nHost: service\r\nAuthorization: Bearer {}\r\n\r\n", token.text);
        self.0.get_mut().write_all(head.as_bytes()).unwrap();
    }

    /// The status of the next answer; `None` if the connection was closed without one.
    fn receive(&mut self) -> Option<u16> {
        let status = self.line().split(' ').nth(1)?.parse().unwrap();
        let mut length = 0;
        loop {
            let field = self.line();
            match field.split_once(':') {
                None => break,
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().unwrap();
                }
                Some(_) => {}
            }
        }
        self.0.read_exact(&mut vec![0; length]).unwrap();
        Some(status)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        if let Err(error) = self.0.read_line(&mut line) {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
        }
        line
    }
}

#[test]
fn p12_p33_x02_atk_m02_atk_t06_a_service_that_was_stopped_admits_nobody_who_was_revoked_meanwhile() {
    on_each_database(|database| {
        let (app, reader) = server(database, &format!("{LEASE}ms"));
        let good = app.token("good", &[&reader]);
        let log = app.database.folder().join("service.log");
        let mut service = Service::start(app.server.address(), &follower(&app), log);
        for round in 0..3 {
            let token = app.token(&format!("caller {round}"), &[&reader]);
            let _ = until(200, || call(&service, &good));
            // Every thread of the service knows it.
            let mut lines: Vec<Line> = (0..4).map(|_| Line::open(&service)).collect();
            for line in &mut lines {
                line.send(&token);
                assert_eq!(line.receive(), Some(200));
            }
            let paused = service.pause();
            let revoked = revoke(&app, &token);
            assert_eq!(nodes(&revoked), 2, "the server, and the service that stands still: {revoked:?}");
            let waited = waited(&revoked);
            assert!(LEASE * 11 / 10 <= waited, "a silent node may go by what it has read: {waited} ms");
            assert!(waited < LEASE * 12 / 10 + SLACK, "{waited} ms");
            // All are there before it goes on: on connections that it knows, and on others.
            lines.extend((0..4).map(|_| Line::open(&service)));
            for line in &mut lines {
                line.send(&token);
            }
            drop(paused);
            // One that was idle for too long may be closed.
            let first: Vec<u16> = lines.iter_mut().filter_map(Line::receive).collect();
            assert!(4 <= first.len(), "the others are answered: {first:?}");
            assert!(first.iter().all(|status| [401, 503].contains(status)), "its first answers are {first:?}");
            for (expected, token) in [(401, &token), (200, &good)] {
                let before = until(expected, || call(&service, token));
                assert!(before.iter().all(|status| *status == 503), "before {expected}: {before:?}");
            }
        }
        assert!(service.lives(), "nobody started it again");
    });
}
