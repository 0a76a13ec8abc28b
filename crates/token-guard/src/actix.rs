//! The guard in front of actix-web handlers: a middleware that admits, and an extractor that asks for a permission.
//!
//! ```no_run
//! use std::sync::Arc;
//! use actix_web::{App, HttpResponse, web};
//! use token_core::Clock;
//! use token_guard::Guard;
//! use token_guard::actix::{GuardLayer, Require};
//!
//! token_guard::requirement! {
//!     ReadAssets = "assets:read";
//! }
//!
//! async fn list(caller: Require<ReadAssets>) -> HttpResponse {
//!     HttpResponse::Ok().body(format!("hello, {}", caller.caller().name()))
//! }
//!
//! fn app(guard: Arc<Guard>, clock: Arc<dyn Clock>) {
//!     let _ = App::new().wrap(GuardLayer::new(guard, clock)).route("/assets", web::get().to(list));
//! }
//! ```

mod inspection;

use core::future::{Ready, ready};
use std::rc::Rc;
use std::sync::Arc;

use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::error::BlockingError;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::rt::time::timeout;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError, web};
use futures_util::future::{Either, LocalBoxFuture};
use token_core::{Clock, StoreError};

use crate::hop::hides_credentials;
use crate::patience::late;
use crate::{Arrival, Caller, Guard, IpNet, Presented, Refusal, Warm, client_address};

pub use crate::{Refused, Require, Requirement};

pub use inspection::inspect_cold;

/// What the `Authorization` fields of a request present. Nothing, if the request names them as meant for the next hop
/// alone (RFC 9110 §7.6.1): proxies that heed it and those that do not must see the same answer.
#[must_use]
pub fn presented(headers: &HeaderMap) -> Presented<'_> {
    if hides_credentials(headers.get_all(header::CONNECTION).map(header::HeaderValue::as_bytes)) {
        return Presented::Nothing;
    }
    Presented::from_fields(headers.get_all(header::AUTHORIZATION).map(header::HeaderValue::as_bytes))
}

/// Admits the text of a token beside the event loop, for what [`Guard::admit_warm`] does not know. A database that says
/// nothing is not waited for without end: then nobody knows whether the text is good.
///
/// # Errors
///
/// [`BlockingError`] when the guard panicked; inside, [`Refusal`].
pub async fn admit_cold(
    guard: &Arc<Guard>,
    text: String,
    arrival: Arrival,
) -> Result<Result<Caller, Refusal>, BlockingError> {
    let asking = Arc::clone(guard);
    let admitted = timeout(guard.patience(), web::block(move || asking.admit_text(&text, arrival))).await;
    admitted.unwrap_or_else(|_| Ok(Err(late())))
}

/// A middleware that lets only admitted callers through. Behind it, [`Caller`] and [`Require`] are extractors.
///
/// It leaves the event loop only for what the guard does not keep.
#[derive(Clone, Debug)]
pub struct GuardLayer {
    guard: Arc<Guard>,
    clock: Clocked,
    trusted: Arc<[IpNet]>,
}

#[derive(Clone)]
struct Clocked(Arc<dyn Clock>);

impl core::fmt::Debug for Clocked {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Clock")
    }
}

impl GuardLayer {
    /// A middleware over this guard. A call counts from the peer of its connection, whatever it says of itself.
    #[must_use]
    pub fn new(guard: Arc<Guard>, clock: Arc<dyn Clock>) -> Self {
        Self { guard, clock: Clocked(clock), trusted: Arc::default() }
    }

    /// The same middleware behind proxies in these networks: a call that comes from one of them counts from the nearest
    /// address in `X-Forwarded-For` that is none of them (see [`client_address()`]). Without networks nobody is believed.
    #[must_use]
    pub fn trusting(mut self, proxies: Vec<IpNet>) -> Self {
        self.trusted = proxies.into();
        self
    }

    fn arrival(&self, request: &ServiceRequest) -> Arrival {
        let peer = request.peer_addr().map(|address| address.ip());
        if self.trusted.is_empty() {
            // Nobody is believed who speaks for others.
            return Arrival { now: self.clock.0.now().seconds(), peer: peer.map(|peer| peer.to_canonical()) };
        }
        let forwarded = request.headers().get_all(header::X_FORWARDED_FOR).map(header::HeaderValue::as_bytes);
        Arrival { now: self.clock.0.now().seconds(), peer: client_address(peer, forwarded, &self.trusted) }
    }
}

impl<S, B> Transform<S, ServiceRequest> for GuardLayer
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Transform = GuardService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(GuardService { service: Rc::new(service), layer: self.clone() }))
    }
}

/// The running form of [`GuardLayer`].
#[derive(Debug)]
pub struct GuardService<S> {
    service: Rc<S>,
    layer: GuardLayer,
}

impl<S, B> Service<ServiceRequest> for GuardService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    /// What the guard knows costs no future of its own.
    type Future = Either<S::Future, LocalBoxFuture<'static, Result<Self::Response, Self::Error>>>;

    actix_web::dev::forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let arrival = self.layer.arrival(&request);
        let text = match self.layer.guard.admit_warm(&presented(request.headers()), arrival) {
            Warm::Decided(Ok(caller)) => {
                request.extensions_mut().insert(caller);
                return Either::Left(self.service.call(request));
            }
            Warm::Decided(Err(refusal)) => return Either::Right(Box::pin(ready(Err(Refused(refusal).into())))),
            Warm::Cold(text) => text.to_owned(),
        };
        let (service, guard) = (Rc::clone(&self.service), Arc::clone(&self.layer.guard));
        Either::Right(Box::pin(async move {
            let admitted = admit_cold(&guard, text, arrival).await;
            let caller = admitted.unwrap_or(Err(Refusal::Unavailable(StoreError::Busy))).map_err(Refused)?;
            request.extensions_mut().insert(caller);
            service.call(request).await
        }))
    }
}

impl FromRequest for Caller {
    type Error = Refused;
    type Future = Ready<Result<Self, Refused>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or(Refused(Refusal::NoCredentials)))
    }
}

impl<R: Requirement> FromRequest for Require<R> {
    type Error = Refused;
    type Future = Ready<Result<Self, Refused>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let admitted = Caller::from_request(request, payload).into_inner();
        ready(admitted.and_then(|caller| Self::of(caller).map_err(Refused)))
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.answer().status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE)
    }

    fn error_response(&self) -> HttpResponse {
        let answer = self.0.answer();
        let mut response = HttpResponse::build(self.status_code());
        for field in answer.fields() {
            response.insert_header(field);
        }
        response.body(answer.body())
    }
}
