//! The parts of the product put together in this process, as the program does it, over a real store; and its router,
//! called without a socket.

use core::fmt;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_web::body::to_bytes;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::test::{TestRequest, call_service, init_service};
use serde_json::Value;
use token_admin::{Admin, KeySettings, SessionLimits, Settings, ShowToken, Signer};
use token_core::{Author, Clock, Cluster, GuardSource, Identity, NodeId, Randomness, RemoteNodes, Store};
use token_guard::{Everywhere, Follow, Guard, SystemBoot};
use token_http::{HttpLimits, HttpState, Readiness, SignIn, app};
use token_seal::MasterKey;
use token_store::{StoreOptions, TokenStore};
use token_wire::ReadinessView;

use crate::{Answer, FixedClock, SeededRandomness};

/// An installation in this process.
pub struct Product {
    /// The use cases.
    pub admin: Arc<Admin>,
    /// Who may pass.
    pub guard: Arc<Guard>,
    /// What changes wait for.
    pub everywhere: Arc<Everywhere>,
    /// The store of both.
    pub store: Arc<TokenStore>,
    /// How people sign in.
    pub sign_in: Arc<SignIn>,
    clock: Arc<FixedClock>,
    randomness: Arc<SeededRandomness>,
}

/// A node that is always ready: it has no parts that could be away.
struct Always;

impl Readiness for Always {
    fn check(&self) -> ReadinessView {
        ReadinessView { ready: true, parts: BTreeMap::new() }
    }
}

/// How long a node goes by what it has read, where nobody says otherwise.
const LEASE: Duration = Duration::from_secs(1);

/// Another node with every call.
fn next_node() -> NodeId {
    static NODES: AtomicU64 = AtomicU64::new(1);
    NodeId(u128::from(NODES.fetch_add(1, Ordering::SeqCst)).to_be_bytes())
}

/// The guard knows of a change before its author is answered, as in the program.
fn learn_at_once(admin: &Admin, guard: &Arc<Guard>) {
    let guard = Arc::clone(guard);
    admin.after_change(Arc::new(move || {
        // A database that is away answers nobody: whoever asks the guard is told.
        let _ = guard.look();
    }));
}

impl Product {
    /// Opens the database at `address`, as settings spell it, and makes a first signing key if there is none.
    ///
    /// # Panics
    ///
    /// When it cannot be opened.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test fails by panicking")]
    pub fn open(
        address: &str,
        master: &Arc<MasterKey>,
        clock: &Arc<FixedClock>,
        randomness: &Arc<SeededRandomness>,
    ) -> Self {
        let url = address.parse().expect("an address of a database");
        let options = StoreOptions { readers: 2, master: Some(Arc::clone(master)) };
        let port = Arc::clone(clock) as Arc<dyn Clock>;
        let store = TokenStore::open(&url, &options, Arc::clone(&port), randomness.as_ref()).expect("a store");
        let store = Arc::new(store);
        let identity = Identity {
            issuer: "https://tokens.example".parse().expect("an issuer"),
            audience: "applications".parse().expect("an audience"),
        };
        let admin = Admin::new(
            Arc::clone(&store) as Arc<dyn Store>,
            port,
            Arc::clone(randomness) as Arc<dyn Randomness>,
            Signer::new(Some(Arc::clone(master))),
            Settings {
                identity,
                show_token: ShowToken::Always,
                sessions: SessionLimits::default(),
                keys: KeySettings::default(),
            },
        );
        admin.ensure_signing_key(&Author::system()).expect("a signing key");
        let lease = store.lease(None, LEASE).expect("a database").expect("a lease");
        let guard = Guard::open(Arc::clone(&store) as Arc<dyn GuardSource>, Follow::new(next_node(), lease));
        let guard = Arc::new(guard.expect("a guard"));
        learn_at_once(&admin, &guard);
        let cluster = Arc::clone(&store) as Arc<dyn Cluster>;
        let everywhere = Everywhere::begin(cluster, Arc::new(SystemBoot), lease, Some(guard.own_node()));
        let everywhere = Arc::new(everywhere.expect("a thread"));
        guard.wait_with(Arc::clone(&everywhere));
        let (clock, randomness) = (Arc::clone(clock), Arc::clone(randomness));
        let listen = ([127, 0, 0, 1], 8080).into();
        let sign_in = SignIn::new("https://tokens.example", listen, &store.cursor_key()).expect("threads");
        let sign_in = Arc::new(sign_in);
        Self { admin: Arc::new(admin), guard, everywhere, store, sign_in, clock, randomness }
    }

    /// What the router works with.
    #[must_use]
    pub fn state(&self) -> Arc<HttpState> {
        Arc::new(HttpState {
            admin: Arc::clone(&self.admin),
            guard: Arc::clone(&self.guard),
            everywhere: Arc::clone(&self.everywhere),
            remote: Arc::clone(&self.store) as Arc<dyn RemoteNodes>,
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            randomness: Arc::clone(&self.randomness) as Arc<dyn Randomness>,
            cursor_key: self.store.cursor_key(),
            readiness: Arc::new(Always),
            metrics: Arc::default(),
            serves_metrics: true,
            sign_in: Arc::clone(&self.sign_in),
            limits: HttpLimits::default(),
            trusted_proxies: Vec::new(),
        })
    }

    /// One request to the router: with this token, if any, and this JSON body, if any.
    ///
    /// # Panics
    ///
    /// When the body of the answer breaks off.
    #[must_use]
    pub fn call(&self, method: &str, path: &str, text: Option<&str>, body: Option<&Value>) -> Answer {
        let bearer = text.map(|text| ("Authorization".to_owned(), format!("Bearer {text}")));
        let tag = ("If-Match".to_owned(), "\"1\"".to_owned());
        let fields: Vec<_> = [tag].into_iter().chain(bearer).collect();
        self.request(method, path, &fields, body, None)
    }

    /// One request to the router with these header fields, from this address.
    ///
    /// # Panics
    ///
    /// When the body of the answer breaks off.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test fails by panicking")]
    pub fn request(
        &self,
        method: &str,
        path: &str,
        fields: &[(String, String)],
        body: Option<&Value>,
        from: Option<IpAddr>,
    ) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = TestRequest::default().method(method).uri(path);
        for (name, value) in fields {
            request = request.append_header((name.as_str(), value.as_str()));
        }
        if let Some(from) = from {
            request = request.peer_addr((from, 4_711).into());
        }
        if let Some(body) = body {
            request = request.insert_header(("Content-Type", "application/json")).set_payload(body.to_string());
        }
        let state = self.state();
        actix_web::rt::System::new().block_on(async {
            let service = init_service(app(state)).await;
            answer(call_service(&service, request.to_request()).await).await
        })
    }
}

/// A request as it is, however odd.
#[derive(Clone, Debug, Default)]
pub struct RawRequest {
    /// The method.
    pub method: String,
    /// Path and query, percent-encoded.
    pub target: String,
    /// Header fields.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Product {
    /// Sends requests to the router, one after another, and gives what each was answered.
    ///
    /// # Panics
    ///
    /// When a request cannot be written, or the body of an answer breaks off.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test fails by panicking")]
    pub fn answers(&self, requests: &[RawRequest]) -> Vec<Answer> {
        let state = self.state();
        actix_web::rt::System::new().block_on(async {
            let service = init_service(app(state)).await;
            let mut answers = Vec::with_capacity(requests.len());
            for raw in requests {
                let method = Method::from_bytes(raw.method.as_bytes()).expect("a method");
                let request = TestRequest::default().method(method).uri(&raw.target).set_payload(raw.body.clone());
                let field = |(name, value): &(String, String)| (name.clone(), value.clone());
                let request = raw.headers.iter().map(field).fold(request, TestRequest::append_header);
                answers.push(answer(call_service(&service, request.to_request()).await).await);
            }
            answers
        })
    }
}

impl Product {
    /// One request to the pages, from this address.
    ///
    /// # Panics
    ///
    /// When a request cannot be written, or the body of an answer breaks off.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test fails by panicking")]
    pub fn page(&self, raw: &RawRequest, from: IpAddr) -> Answer {
        let state = self.state();
        let method = Method::from_bytes(raw.method.as_bytes()).expect("a method");
        let request = TestRequest::default().method(method).uri(&raw.target).set_payload(raw.body.clone());
        let field = |(name, value): &(String, String)| (name.clone(), value.clone());
        let request =
            raw.headers.iter().map(field).fold(request.peer_addr((from, 4_711).into()), TestRequest::append_header);
        actix_web::rt::System::new().block_on(async {
            let pages = token_console::configure(Arc::clone(&state), Arc::new(token_console::Console::default()));
            let service = init_service(app(state).configure(pages)).await;
            answer(call_service(&service, request.to_request()).await).await
        })
    }
}

/// What was answered, read to its end.
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
async fn answer(response: ServiceResponse) -> Answer {
    let status = response.status().as_u16();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let fields = response.headers().iter();
    let headers = fields.map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect();
    let body = to_bytes(response.into_body()).await.map_err(|_| "a body that breaks off");
    Answer { status, headers, text: text(&body.expect("a whole body")) }
}

impl fmt::Debug for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Product").field("store", &self.store).finish_non_exhaustive()
    }
}
