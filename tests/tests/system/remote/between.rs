//! What stands between a service and its server: passes requests on, and may hold, cut, repeat or change the answers to
//! `POST /guard/sync`.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// Changes the body of an answer.
pub(super) type Change = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// What happens to the answers.
#[derive(Clone)]
pub(super) enum Mood {
    /// Nothing.
    Passes,
    /// No connection gets through.
    Away,
    /// They come so much later.
    Late(Duration),
    /// They are something else.
    Changed(Change),
    /// Half of their bytes come, and then nothing.
    Cut,
    /// The last answer that passed comes again and again.
    Repeats,
}

/// A proxy on a port of its own; its threads end with the process.
pub(super) struct Between {
    address: String,
    shared: Arc<Shared>,
}

struct Shared {
    upstream: Mutex<String>,
    mood: Mutex<Mood>,
    last: Mutex<String>,
    spoiled: AtomicUsize,
    turned: Condvar,
}

impl Between {
    /// In front of the server at this address.
    pub(super) fn new(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            upstream: Mutex::new(host(server)),
            mood: Mutex::new(Mood::Passes),
            last: Mutex::default(),
            spoiled: AtomicUsize::new(0),
            turned: Condvar::new(),
        });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = Arc::clone(&serving);
                std::thread::spawn(move || pass(&shared, client));
            }
        });
        Self { address, shared }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) fn turn(&self, mood: Mood) {
        *self.shared.mood.lock().unwrap() = mood;
        self.shared.turned.notify_all();
    }

    /// Passes on to another server from here on.
    pub(super) fn lead_to(&self, server: &str) {
        *self.shared.upstream.lock().unwrap() = host(server);
    }

    /// How many answers were not left alone.
    pub(super) fn spoiled(&self) -> usize {
        self.shared.spoiled.load(Ordering::SeqCst)
    }
}

fn host(server: &str) -> String {
    server.trim_start_matches("http://").to_owned()
}

/// One request and its answer; whoever asks again connects again.
fn pass(shared: &Shared, mut client: TcpStream) -> Option<()> {
    let (head, body) = message(&mut client)?;
    let mood = shared.mood.lock().unwrap().clone();
    if matches!(mood, Mood::Away) {
        return None;
    }
    let upstream = shared.upstream.lock().unwrap().clone();
    let mut server = TcpStream::connect(upstream).ok()?;
    let head: String = without(&head, "connection") + "Connection: close\r\n\r\n";
    server.write_all(head.as_bytes()).ok()?;
    server.write_all(body.as_bytes()).ok()?;
    let mut answer = String::new();
    server.read_to_string(&mut answer).ok()?;
    let (told, mut body) = answer.split_once("\r\n\r\n").map(|(told, body)| (told.to_owned(), body.to_owned()))?;
    let mut cut = usize::MAX;
    if head.starts_with("POST /api/v1/guard/sync ") {
        match mood {
            Mood::Passes | Mood::Away => shared.last.lock().unwrap().clone_from(&body),
            Mood::Late(time) => {
                let mood = shared.mood.lock().unwrap();
                let late = |mood: &mut Mood| matches!(mood, Mood::Late(_));
                drop(shared.turned.wait_timeout_while(mood, time, late).unwrap());
            }
            Mood::Changed(change) => body = change(&body),
            Mood::Cut => cut = body.len() / 2,
            Mood::Repeats => body.clone_from(&shared.last.lock().unwrap()),
        }
        if !matches!(*shared.mood.lock().unwrap(), Mood::Passes) {
            shared.spoiled.fetch_add(1, Ordering::SeqCst);
        }
    }
    let told = without(&without(&(told + "\r\n\r\n"), "connection"), "content-length");
    let head = format!("{told}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    client.write_all(head.as_bytes()).ok()?;
    client.write_all(&body.as_bytes()[..cut.min(body.len())]).ok()
}

/// The lines of a head but the one of this name and the empty one.
fn without(head: &str, name: &str) -> String {
    let kept = head.lines().filter(|line| {
        let field = line.split(':').next().unwrap_or_default();
        !line.is_empty() && !field.eq_ignore_ascii_case(name)
    });
    kept.flat_map(|line| [line, "\r\n"]).collect()
}

/// Reads a request to its end.
fn message(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let mut some = [0; 4_096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            });
            if length.unwrap_or(0) <= body.len() {
                return Some((format!("{head}\r\n\r\n"), body.to_owned()));
            }
        }
        match stream.read(&mut some) {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&some[..read]),
        }
    }
}
