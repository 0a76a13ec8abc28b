//! A small TCP proxy between a node and its database, which can be told to misbehave.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::sleep;
use std::time::Duration;

/// What the proxy does with bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Way {
    /// Passes them on.
    Pass,
    /// Accepts everything and passes nothing on, as a network that drops packets; they come when it passes again.
    Hole,
    /// Closes every connection, also new ones.
    Cut,
    /// Passes them on, each piece so much later.
    Slow(Duration),
}

/// See the module.
pub(crate) struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    target: Mutex<String>,
}

struct State {
    way: Way,
    ended: bool,
    open: Vec<TcpStream>,
}

impl Proxy {
    /// In front of a server, e.g. `127.0.0.1:5432`.
    pub(crate) fn before(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Mutex::new(State { way: Way::Pass, ended: false, open: Vec::new() });
        let shared = Arc::new(Shared { state, changed: Condvar::new(), target: Mutex::new(target.to_owned()) });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if accepting.state.lock().unwrap().ended {
                    return;
                }
                let shared = Arc::clone(&accepting);
                std::thread::spawn(move || shared.serve(stream));
            }
        });
        Self { port, shared }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// New connections lead to this server from now on.
    pub(crate) fn lead_to(&self, target: &str) {
        target.clone_into(&mut self.shared.target.lock().unwrap());
    }

    /// From now on it goes this way.
    pub(crate) fn go(&self, way: Way) {
        let mut state = self.shared.state.lock().unwrap();
        state.way = way;
        if way == Way::Cut {
            state.close();
        }
        self.shared.changed.notify_all();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let mut state = self.shared.state.lock().unwrap();
        state.ended = true;
        state.close();
        self.shared.changed.notify_all();
        drop(state);
        // Wakes the thread that accepts, so that it ends.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl State {
    fn close(&mut self) {
        for stream in self.open.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    fn serve(self: Arc<Self>, near: TcpStream) {
        if !self.keep(&near) || !self.may_pass() {
            return;
        }
        let target = self.target.lock().unwrap().clone();
        let Ok(far) = TcpStream::connect(target) else {
            let _ = near.shutdown(Shutdown::Both);
            return;
        };
        if !self.keep(&far) {
            return;
        }
        let (near_too, far_too) = (near.try_clone().unwrap(), far.try_clone().unwrap());
        let back = Arc::clone(&self);
        std::thread::spawn(move || back.copy(far_too, near_too));
        self.copy(near, far);
    }

    /// Whether this connection lives; then it can be closed from outside.
    fn keep(&self, stream: &TcpStream) -> bool {
        let mut state = self.state.lock().unwrap();
        if state.ended || state.way == Way::Cut {
            let _ = stream.shutdown(Shutdown::Both);
            return false;
        }
        let _ = stream.set_nodelay(true);
        state.open.push(stream.try_clone().unwrap());
        true
    }

    /// Waits as long as nothing passes; false where nothing will.
    fn may_pass(&self) -> bool {
        let state = self.state.lock().unwrap();
        let state = self.changed.wait_while(state, |state| state.way == Way::Hole && !state.ended).unwrap();
        let (way, ended) = (state.way, state.ended);
        drop(state);
        if let Way::Slow(later) = way {
            sleep(later);
        }
        way != Way::Cut && !ended
    }

    fn copy(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut buffer = [0; 16 * 1_024];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            if !self.may_pass() || to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        // An end is bytes like any other: it passes when they do.
        let _ = self.may_pass();
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    }
}

#[test]
fn a_proxy_passes_holds_back_and_cuts() {
    let echo = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = Proxy::before(&echo.local_addr().unwrap().to_string());
    std::thread::spawn(move || {
        for mut stream in echo.incoming().map_while(Result::ok) {
            std::thread::spawn(move || std::io::copy(&mut stream.try_clone().unwrap(), &mut stream));
        }
    });
    let open = || {
        let stream = TcpStream::connect(("127.0.0.1", proxy.port())).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    };
    let say = |mut stream: &TcpStream| {
        stream.write_all(b"x")?;
        stream.read_exact(&mut [0])
    };
    let old = open();
    say(&old).unwrap();
    proxy.go(Way::Hole);
    let new = open();
    std::thread::scope(|scope| {
        let held = [&old, &new].map(|stream| scope.spawn(move || say(stream)));
        sleep(Duration::from_millis(50));
        assert!(held.iter().all(|thread| !thread.is_finished()), "nothing passes");
        proxy.go(Way::Pass);
        assert!(held.into_iter().all(|thread| thread.join().unwrap().is_ok()), "what was held back comes");
    });
    proxy.go(Way::Cut);
    assert!(say(&old).is_err() && say(&open()).is_err());
    proxy.go(Way::Slow(Duration::from_millis(1)));
    say(&open()).unwrap();
}
