//! Open connections, so that none stays open for nothing. The HTTP library times the first head of a connection and
//! the silence after an answer; a later head that comes to a halt half-way it would wait for for ever. And so that no
//! address takes all that there are.

mod per_address;

use std::any::Any;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::body::MessageBody;
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use actix_web::rt::net::TcpStream as Stream;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

pub(crate) use per_address::PerAddress;
use per_address::Place;

/// How often idle connections are counted; time is told by counting.
const LOOK: Duration = Duration::from_millis(500);

/// One connection, for as long as it is open.
#[derive(Debug)]
struct Connection {
    socket: TcpStream,
    /// A request of it is being answered.
    busy: AtomicBool,
    /// How many looks in a row found it idle.
    idle: AtomicU32,
    /// Its place among those of its address.
    _place: Place,
}

/// All open connections.
#[derive(Clone, Debug)]
pub(crate) struct Connections {
    open: Arc<Mutex<Vec<Weak<Connection>>>>,
    per_address: PerAddress,
}

impl Connections {
    /// None yet.
    pub(crate) fn new(per_address: PerAddress) -> Self {
        Self { open: Arc::default(), per_address }
    }

    /// Takes note of a new connection; for the server's `on_connect`. Closes it if its address has too many.
    pub(crate) fn opened(&self, stream: &dyn Any, data: &mut Extensions) {
        let inside_tls = || stream.downcast_ref::<TlsStream<Stream>>().map(|tls| tls.get_ref().0);
        let Some(stream) = stream.downcast_ref::<Stream>().or_else(inside_tls) else { return };
        let peer = stream.peer_addr().ok().map(|peer| peer.ip());
        // Without a second handle it could not be closed later: the system is out of them, and this one makes room.
        let (Some(place), Ok(handle)) = (self.per_address.take(peer), stream.as_fd().try_clone_to_owned()) else {
            let _ = rustix::net::shutdown(stream.as_fd(), rustix::net::Shutdown::Both);
            return;
        };
        let connection = Arc::new(Connection {
            socket: handle.into(),
            busy: AtomicBool::new(false),
            idle: AtomicU32::new(0),
            _place: place,
        });
        self.all().push(Arc::downgrade(&connection));
        data.insert(connection);
    }

    /// Closes connections that were idle for longer than `limit`, until `stopped`.
    pub(crate) fn watch(&self, limit: Duration, stopped: &AtomicBool) {
        let looks = u32::try_from(limit.as_millis() / LOOK.as_millis()).unwrap_or(u32::MAX);
        while !stopped.load(Ordering::SeqCst) {
            std::thread::sleep(LOOK);
            self.all().retain(|connection| connection.upgrade().is_some_and(|open| open.may_stay(looks)));
        }
    }

    fn all(&self) -> std::sync::MutexGuard<'_, Vec<Weak<Connection>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets the process have the files that so many connections need: two each, and some for itself.
pub(crate) fn make_room(connections: usize) {
    let needed = u64::try_from(connections).unwrap_or(u64::MAX).saturating_mul(2).saturating_add(256);
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| needed <= current) {
        return;
    }
    let most = limit.maximum.map_or(needed, |maximum| maximum.min(needed));
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: Some(most), maximum: limit.maximum }) {
        tracing::warn!(error = %error, "could not raise the limit of open files");
    } else if most < needed {
        tracing::warn!(needed, allowed = most, "the system allows fewer open files than `max_connections` needs");
    }
}

impl Connection {
    /// Counts one look; closes the connection if there were too many.
    fn may_stay(&self, looks: u32) -> bool {
        if self.busy.load(Ordering::SeqCst) {
            self.idle.store(0, Ordering::SeqCst);
            return true;
        }
        let stays = self.idle.fetch_add(1, Ordering::SeqCst) < looks;
        if !stays {
            let _ = self.socket.shutdown(Shutdown::Both);
        }
        stays
    }
}

/// Middleware: a connection is not idle while one of its requests is answered.
pub(crate) async fn busy<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let connection = request.conn_data::<Arc<Connection>>().cloned();
    let mark = |busy: bool| {
        if let Some(connection) = &connection {
            connection.idle.store(0, Ordering::SeqCst);
            connection.busy.store(busy, Ordering::SeqCst);
        }
    };
    mark(true);
    let answered = tell_last(request, next).await;
    mark(false);
    answered
}

/// Middleware: the HTTP library closes a connection after a request that offers another protocol (RFC 9110 §7.8), as Java's
/// client does with each of its requests. The answer says so, else the client sends the next one into a closed connection.
pub(crate) async fn tell_last<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let is_last = request.head().connection_type() == ConnectionType::Upgrade;
    let mut answered = next.call(request).await?;
    if is_last {
        answered.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(answered)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn only_idle_connections_are_closed() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (socket, _) = listener.accept().unwrap();
        let place = PerAddress::new(0, Vec::new()).take(None).unwrap();
        let connection = Connection { socket, busy: AtomicBool::new(true), idle: AtomicU32::new(0), _place: place };
        for _ in 0..10 {
            assert!(connection.may_stay(2), "busy");
        }
        connection.busy.store(false, Ordering::SeqCst);
        assert!(connection.may_stay(2) && connection.may_stay(2));
        assert!(!connection.may_stay(2), "idle for longer than two looks");
        assert_eq!(client.read(&mut [0]).unwrap(), 0, "closed");
    }
}
