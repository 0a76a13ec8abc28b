//! A service whose process stands still, as the machine under it may, and goes on.

use std::io::ErrorKind;

use token_testkit::{Line, on_each_database};

use super::service::Service;
use super::{call, follower, nodes, revoke, server, until, waited};
use crate::app::Made;

/// In milliseconds.
const LEASE: u64 = 1_000;

/// What a machine that has little else to do takes beyond the bound.
const SLACK: u64 = 200;

/// What a busy machine may take beyond it; without a bound it would be for ever.
const BUSY: u64 = 8_000;

/// Of so many rounds one has to find the machine like that: whoever waits for too long does so in each of them.
const ROUNDS: usize = 3;

fn send(line: &mut Line, token: &Made) {
    line.send("GET", "/assets", &token.text, "").unwrap();
}

/// The status of an answer; `None` if the connection was idle for too long, and closed.
fn status(line: &mut Line) -> Option<u16> {
    match line.receive() {
        Ok(answer) => Some(answer.status),
        Err(error) => {
            assert!(matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset), "{error}");
            None
        }
    }
}

#[test]
fn p12_p33_x02_atk_m02_atk_t06_a_service_that_was_stopped_admits_nobody_who_was_revoked_meanwhile() {
    on_each_database(|database| {
        let (app, reader) = server(database, &format!("{LEASE}ms"));
        let good = app.token("good", &[&reader]);
        let log = app.database.folder().join("service.log");
        let mut service = Service::start(app.server.address(), &follower(&app), log);
        let mut waits = Vec::new();
        for round in 0..ROUNDS {
            let token = app.token(&format!("caller {round}"), &[&reader]);
            let _ = until(200, || call(&service, &good));
            // Every thread of the service knows it.
            let mut lines: Vec<Line> = (0..4).map(|_| Line::open(service.address()).unwrap()).collect();
            for line in &mut lines {
                send(line, &token);
                assert_eq!(line.receive().unwrap().status, 200);
            }
            let paused = service.pause();
            let revoked = revoke(&app, &token);
            assert_eq!(nodes(&revoked), 2, "the server, and the service that stands still: {revoked:?}");
            let waited = waited(&revoked);
            assert!(LEASE * 11 / 10 <= waited, "a silent node may go by what it has read: {waited} ms");
            assert!(waited < LEASE * 12 / 10 + BUSY, "{waited} ms");
            waits.push(waited);
            // All are there before it goes on: on connections that it knows, and on others.
            lines.extend((0..4).map(|_| Line::open(service.address()).unwrap()));
            for line in &mut lines {
                send(line, &token);
            }
            drop(paused);
            let first: Vec<u16> = lines.iter_mut().filter_map(status).collect();
            assert!(4 <= first.len(), "the others are answered: {first:?}");
            assert!(first.iter().all(|status| [401, 503].contains(status)), "its first answers are {first:?}");
            for (expected, token) in [(401, &token), (200, &good)] {
                let before = until(expected, || call(&service, token));
                assert!(before.iter().all(|status| *status == 503), "before {expected}: {before:?}");
            }
        }
        assert!(waits.iter().any(|waited| *waited <= LEASE * 12 / 10 + SLACK), "always for too long: {waits:?} ms");
        assert!(service.lives(), "nobody started it again");
    });
}
