//! One call, through either layer.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use token_guard::test_support::{TestGuard, TestToken};
use token_guard::{IpNet, Require, actix, tower};
use tokio::runtime::Builder;
use tower_service::Service as _;

token_guard::requirement! {
    pub(crate) ReadAssets = "assets:read";
}

/// What is sent to `GET /assets`, which asks for `assets:read`.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) peer: &'static str,
    pub(crate) trusted: Vec<IpNet>,
    pub(crate) fields: Vec<(&'static str, String)>,
}

/// What a caller sees: status, the fields that answer a refusal, and the body.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: String,
}

const FIELDS: [&str; 3] = ["www-authenticate", "cache-control", "retry-after"];

impl Call {
    pub(crate) fn bare() -> Self {
        Self { peer: "192.0.2.1", trusted: Vec::new(), fields: Vec::new() }
    }

    pub(crate) fn of(token: &TestToken) -> Self {
        Self::bare().with("authorization", &token.bearer())
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.fields.push((name, value.to_owned()));
        self
    }

    pub(crate) fn from(mut self, peer: &'static str, trusted: &[&str]) -> Self {
        self.peer = peer;
        self.trusted = trusted.iter().map(|network| network.parse().unwrap()).collect();
        self
    }

    fn peer(&self) -> SocketAddr {
        SocketAddr::from((self.peer.parse::<IpAddr>().unwrap(), 4_711))
    }

    /// Through axum.
    pub(crate) fn by_axum(&self, fake: &TestGuard) -> Seen {
        let peer =
            |extensions: &axum::http::Extensions| extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let layer = tower::GuardLayer::new(fake.guard(), fake.clock(), peer).trusting(self.trusted.clone());
        let list = async |caller: Require<ReadAssets>| caller.caller().name().to_string();
        let mut app: axum::Router = axum::Router::new().route("/assets", axum::routing::get(list)).layer(layer);
        let mut request = axum::http::Request::builder().uri("/assets").extension(ConnectInfo(self.peer()));
        for (name, value) in &self.fields {
            request = request.header(*name, value);
        }
        let request = request.body(axum::body::Body::empty()).unwrap();
        Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let response = app.call(request).await.unwrap();
            let fields = response.headers().iter();
            let fields = kept(fields.map(|(name, value)| (name.as_str(), value.as_bytes())));
            let status = response.status().as_u16();
            let body = axum::body::to_bytes(response.into_body(), 4_096).await.unwrap();
            Seen { status, fields, body: text(&body) }
        })
    }

    /// Through actix-web.
    pub(crate) fn by_actix(&self, fake: &TestGuard) -> Seen {
        use actix_web::{App, test, web};

        let layer = actix::GuardLayer::new(fake.guard(), fake.clock()).trusting(self.trusted.clone());
        let mut request = test::TestRequest::get().uri("/assets").peer_addr(self.peer());
        for (name, value) in &self.fields {
            request = request.append_header((*name, value.as_str()));
        }
        actix_web::rt::System::new().block_on(async {
            let list = web::get().to(|caller: Require<ReadAssets>| async move { caller.caller().name().to_string() });
            let app = test::init_service(App::new().wrap(layer).route("/assets", list)).await;
            let response = match actix_web::dev::Service::call(&app, request.to_request()).await {
                Ok(response) => response.into_parts().1.map_into_boxed_body(),
                Err(refused) => refused.error_response(),
            };
            let fields = response.headers().iter();
            let fields = kept(fields.map(|(name, value)| (name.as_str(), value.as_bytes())));
            let status = response.status().as_u16();
            let body = actix_web::body::to_bytes(response.into_body()).await.unwrap();
            Seen { status, fields, body: text(&body) }
        })
    }
}

fn kept<'a>(fields: impl Iterator<Item = (&'a str, &'a [u8])>) -> Vec<(String, String)> {
    let told = fields.filter(|(name, value)| FIELDS.contains(name) || value.starts_with(b"application/problem"));
    let mut kept: Vec<_> = told.map(|(name, value)| (name.to_owned(), text(value))).collect();
    kept.sort();
    kept
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
