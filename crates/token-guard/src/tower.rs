//! The guard as a tower layer over `http::Request`, e.g. in front of an axum router: it lets only admitted callers
//! through, and a second layer asks for a permission. It runs in a tokio runtime with its timer.
//!
//! ```
//! use std::net::SocketAddr;
//! use std::sync::Arc;
//!
//! use axum::extract::ConnectInfo;
//! use axum::{Router, routing};
//! use token_core::{Clock, permission};
//! use token_guard::tower::{GuardLayer, RequirePermission};
//! use token_guard::{Caller, Guard};
//!
//! fn app(guard: Arc<Guard>, clock: Arc<dyn Clock>) -> Router {
//!     // The address of the connection: `into_make_service_with_connect_info::<SocketAddr>()` of axum provides it.
//!     let layer = GuardLayer::new(guard, clock, |extensions| {
//!         extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())
//!     });
//!     let list = routing::get(async |caller: axum::Extension<Caller>| format!("the assets, for {}", caller.name()));
//!     Router::new().route("/assets", list.layer(RequirePermission::new(permission!("assets:read")))).layer(layer)
//! }
//! ```
//!
//! With the feature `axum`, [`Caller`] and [`Require`](crate::Require) are extractors of axum themselves.

mod permission;

use core::future::{Ready, ready};
use core::pin::Pin;
use core::task::{Context, Poll};
use std::net::IpAddr;
use std::sync::Arc;

use futures_util::future::Either;
use http::header::{AUTHORIZATION, CONNECTION, HeaderMap, HeaderName, HeaderValue};
use http::{Extensions, Request, Response, StatusCode};
use token_core::{Clock, StoreError};
use tower_layer::Layer;
use tower_service::Service;

use crate::hop::hides_credentials;
use crate::patience::late;
use crate::{Arrival, Caller, Guard, IpNet, Presented, Refusal, Warm, client_address};

pub use permission::{RequirePermission, RequirePermissionService};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// What the `Authorization` fields of a request present. Nothing, if the request names them as meant for the next hop
/// alone (RFC 9110 §7.6.1).
#[must_use]
pub fn presented(headers: &HeaderMap) -> Presented<'_> {
    if hides_credentials(headers.get_all(CONNECTION).iter().map(HeaderValue::as_bytes)) {
        return Presented::Nothing;
    }
    Presented::from_fields(headers.get_all(AUTHORIZATION).iter().map(HeaderValue::as_bytes))
}

/// A refusal as a response.
#[must_use]
pub fn refused<B: From<String>>(refusal: &Refusal) -> Response<B> {
    let answer = refusal.answer();
    let mut response = Response::new(B::from(answer.body()));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    for (name, value) in answer.fields() {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// Where a connection comes from, as whoever accepted it has put it into the extensions of its requests.
type PeerOf = dyn Fn(&Extensions) -> Option<IpAddr> + Send + Sync;

/// A layer that lets only admitted callers through. Behind it a [`Caller`] is among the extensions of a request.
///
/// It leaves the task only for what the guard does not keep.
#[derive(Clone)]
pub struct GuardLayer {
    guard: Arc<Guard>,
    clock: Arc<dyn Clock>,
    peer: Arc<PeerOf>,
    trusted: Arc<[IpNet]>,
}

impl GuardLayer {
    /// A layer over this guard. `peer` gives the address of the connection a request came by: a call counts from it,
    /// whatever it says of itself. Where there is none, tokens that are bound to networks are refused, and all calls share
    /// one budget of signature checks.
    #[must_use]
    pub fn new(
        guard: Arc<Guard>,
        clock: Arc<dyn Clock>,
        peer: impl Fn(&Extensions) -> Option<IpAddr> + Send + Sync + 'static,
    ) -> Self {
        Self { guard, clock, peer: Arc::new(peer), trusted: Arc::default() }
    }

    /// The same layer behind proxies in these networks: a call that comes from one of them counts from the nearest
    /// address in `X-Forwarded-For` that is none of them (see [`client_address()`]). Without networks nobody is believed.
    #[must_use]
    pub fn trusting(mut self, proxies: Vec<IpNet>) -> Self {
        self.trusted = proxies.into();
        self
    }

    fn arrival<B>(&self, request: &Request<B>) -> Arrival {
        let forwarded = request.headers().get_all(FORWARDED_FOR).iter().map(HeaderValue::as_bytes);
        let peer = client_address((self.peer)(request.extensions()), forwarded, &self.trusted);
        Arrival { now: self.clock.now().seconds(), peer }
    }
}

impl core::fmt::Debug for GuardLayer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("GuardLayer").field("guard", &self.guard).field("trusted", &self.trusted).finish_non_exhaustive()
    }
}

impl<S> Layer<S> for GuardLayer {
    type Service = GuardService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        GuardService { inner, layer: self.clone() }
    }
}

/// The running form of [`GuardLayer`].
#[derive(Clone, Debug)]
pub struct GuardService<S> {
    inner: S,
    layer: GuardLayer,
}

type Answer<R, E> = Result<Response<R>, E>;
/// A refusal at once; the service at once; the service, or a refusal, after the guard has asked.
type Guarded<F, R, E> = Either<Ready<Answer<R, E>>, Either<F, Pin<Box<dyn Future<Output = Answer<R, E>> + Send>>>>;

impl<S, B, R> Service<Request<B>> for GuardService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: From<String>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Guarded<S::Future, R, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let arrival = self.layer.arrival(&request);
        let known = match self.layer.guard.admit_warm(&presented(request.headers()), arrival) {
            Warm::Decided(decided) => Ok(decided),
            Warm::Cold(text) => Err(text.to_owned()),
        };
        match known {
            Ok(Ok(caller)) => {
                request.extensions_mut().insert(caller);
                Either::Right(Either::Left(self.inner.call(request)))
            }
            Ok(Err(refusal)) => Either::Left(ready(Ok(refused(&refusal)))),
            Err(text) => {
                let guard = Arc::clone(&self.layer.guard);
                // The one that was ready goes along.
                let next = self.inner.clone();
                let mut inner = core::mem::replace(&mut self.inner, next);
                Either::Right(Either::Right(Box::pin(async move {
                    match admit_cold(guard, text, arrival).await {
                        Ok(caller) => {
                            request.extensions_mut().insert(caller);
                            inner.call(request).await
                        }
                        Err(refusal) => Ok(refused(&refusal)),
                    }
                })))
            }
        }
    }
}

/// Admits beside the task, for what [`Guard::admit_warm`] does not know. A database that says nothing is not waited for
/// without end, and a guard that panics knows nothing.
async fn admit_cold(guard: Arc<Guard>, text: String, arrival: Arrival) -> Result<Caller, Refusal> {
    let most = guard.patience();
    let asked = tokio::task::spawn_blocking(move || guard.admit_text(&text, arrival));
    match tokio::time::timeout(most, asked).await {
        Ok(Ok(admitted)) => admitted,
        Ok(Err(_)) => Err(Refusal::Unavailable(StoreError::Busy)),
        Err(_) => Err(late()),
    }
}
