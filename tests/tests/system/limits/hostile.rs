//! A hundred thousand requests of somebody who means harm.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use token_testkit::{Database, Kind};

use super::process::kilobytes;
use crate::app::App;

/// On one connection before it is opened anew.
const TOGETHER: usize = 25;
const ALL: usize = 100_000;
const AT_ONCE: usize = 4;
/// What the server may have grown by, in KiB.
const MOST: u64 = 10 * 1_024;

/// A cheap generator: what is sent must differ, not surprise.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn letters(&mut self, length: usize) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        (0..length).map(|_| char::from(ALPHABET[usize::try_from(self.next() % 64).unwrap()])).collect()
    }
}

/// One request; the server answers each and stays on the connection.
fn request(numbers: &mut Numbers, admin: &str) -> String {
    let (signed, _) = admin.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    let get = |path: &str, fields: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\n{fields}\r\n");
    let bearer = |text: &str| format!("Authorization: Bearer {text}\r\n");
    match numbers.next() % 10 {
        0 => get("/api/v1/whoami", &bearer(&format!("{}.{payload}.{}", numbers.letters(80), numbers.letters(86)))),
        1 => get("/api/v1/whoami", &bearer(&format!("{signed}.{}", numbers.letters(86)))),
        2 => get("/api/v1/tokens", &bearer(&format!("{header}.{}.{}", numbers.letters(300), numbers.letters(86)))),
        3 => get("/api/v1/whoami", &bearer(&numbers.letters(8_000))),
        4 => get(&format!("/{}", numbers.letters(2_000)), &format!("X-{}: y\r\n", numbers.letters(50))),
        5 => get(&format!("/api/v1/tokens?cursor={}", numbers.letters(900)), &bearer(admin)),
        6 => get(
            "/api/v1/whoami",
            &format!("Authorization: {}\r\nCookie: a={}\r\n", numbers.letters(20), numbers.letters(3_000)),
        ),
        7 => get(&format!("/api/v1/tokens/{}/explain?permission={}", numbers.letters(30), numbers.letters(30)), ""),
        8 => {
            let body =
                format!("{{\"{}\":{}", numbers.letters(40), "[".repeat(usize::try_from(numbers.next() % 900).unwrap()));
            let fields =
                format!("{}Content-Type: application/json\r\nContent-Length: {}\r\n", bearer(admin), body.len());
            format!("POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\n{fields}\r\n{body}")
        }
        _ => format!("{} /api/v1/roles HTTP/1.1\r\nHost: {}\r\n\r\n", numbers.letters(12), numbers.letters(40)),
    }
}

/// Sends so many requests; how many answers came, and how many of them were a fault.
fn assault(address: &str, admin: &str, seed: u64, number: usize) -> (usize, usize) {
    let mut numbers = Numbers(seed);
    let (mut answers, mut faults) = (0, 0);
    for _ in 0..number / TOGETHER {
        let mut sent: Vec<String> = (0..TOGETHER).map(|_| request(&mut numbers, admin)).collect();
        sent.push("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_owned());
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
        let _ = stream.write_all(sent.concat().as_bytes());
        let mut received = Vec::new();
        let _ = stream.read_to_end(&mut received);
        let received = String::from_utf8_lossy(&received);
        answers += received.matches("HTTP/1.1 ").count();
        faults += received.matches("HTTP/1.1 5").count();
    }
    (answers, faults)
}

fn assault_together(app: &App, number: usize) -> (usize, usize) {
    let address = app.server.address().trim_start_matches("http://");
    std::thread::scope(|scope| {
        let seeds = (1..=u64::try_from(AT_ONCE).unwrap()).map(|seed| seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let running: Vec<_> =
            seeds.map(|seed| scope.spawn(move || assault(address, &app.admin_text, seed, number / AT_ONCE))).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1))
    })
}

#[test]
fn p06_atk_d01_d07_a_hundred_thousand_hostile_requests_leave_no_trace_in_memory() {
    let database = Database::fresh(Kind::Sqlite);
    let program = database.program().with("TOKENWARD_LOG_LEVEL", "error");
    let app = App::with(database, program);
    // Threads, pools and tables have their size after this.
    let _ = assault_together(&app, 5_000);
    let before = kilobytes(app.server.id(), "VmRSS");
    let (answers, faults) = assault_together(&app, ALL);
    let peak = kilobytes(app.server.id(), "VmHWM");
    println!("{answers} answers; {before} KiB before, {peak} KiB at most");
    assert_eq!(faults, 0, "{}", app.server.log());
    assert!(ALL / 2 < answers, "{answers}");
    assert!(peak.saturating_sub(before) < MOST, "{before} KiB before, {peak} KiB at most");
    assert!(!app.server.log().contains("panicked"), "{}", app.server.log());
    let _ = app.admin.get("/api/v1/whoami").expect(200);
    let listed = app.admin.get("/api/v1/tokens").expect(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "nothing was made");
    let size = std::fs::metadata(app.database.folder().join("server.log")).unwrap().len();
    assert!(size < 100_000, "{size} bytes of log");
}
