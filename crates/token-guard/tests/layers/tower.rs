//! What the tower layer alone has: a layer for a permission, and bodies of any kind.

use core::convert::Infallible;
use core::task::{Context, Poll};

use axum::http::{Request, Response};
use axum::routing::get;
use token_core::permission;
use token_guard::Caller;
use token_guard::test_support::TestGuard;
use token_guard::tower::{GuardLayer, RequirePermission};
use tokio::runtime::Builder;
use tower_layer::Layer as _;
use tower_service::Service;

/// A service that knows neither axum nor its bodies: it answers with whom it was told of.
#[derive(Clone)]
struct Names;

impl Service<Request<()>> for Names {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = core::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        let caller = request.extensions().get::<Caller>().map(|caller| caller.name().to_string());
        core::future::ready(Ok(Response::new(caller.unwrap_or_default())))
    }
}

/// Status and body of a call with these credentials.
fn call<S>(service: &mut S, bearer: &str) -> (u16, String)
where
    S: Service<Request<()>, Response = Response<String>, Error = Infallible>,
{
    let request = Request::builder().header("authorization", bearer).body(()).unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let response = runtime.block_on(service.call(request)).unwrap();
    (response.status().as_u16(), response.into_body())
}

#[test]
fn x02_any_service_is_guarded_and_told_who_calls() {
    let fake = TestGuard::new();
    let (reader, nobody) = (fake.token("reader", &["allow assets:read"]), fake.token("nobody", &[]));
    let layer = GuardLayer::new(fake.guard(), fake.clock(), |_| None);
    let mut service = layer.layer(RequirePermission::new(permission!("assets:read")).layer(Names));
    for _ in 0..2 {
        assert_eq!(call(&mut service, &reader.bearer()), (200, "reader".to_owned()));
        let (status, body) = call(&mut service, &nobody.bearer());
        assert!(status == 403 && body.contains("needs the permission `assets:read`"), "{body}");
    }
    // Without an address, what is bound to networks does not pass.
    fake.allow_from(&reader, &["0.0.0.0/0", "::/0"]);
    assert_eq!(call(&mut service, &reader.bearer()).0, 401);
}

#[test]
fn a_permission_without_a_guard_in_front_of_it_lets_nobody_through() {
    let fake = TestGuard::new();
    let admin = fake.token("admin", &["allow *:*"]);
    let mut service = RequirePermission::new(permission!("assets:read")).layer(Names);
    assert_eq!(call(&mut service, &admin.bearer()).0, 401);
    let mut router: axum::Router =
        axum::Router::new().route("/", get(async |caller: Caller| caller.name().to_string()));
    let request = Request::builder().uri("/").header("authorization", admin.bearer());
    let request = request.body(axum::body::Body::empty()).unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(runtime.block_on(router.call(request)).unwrap().status().as_u16(), 401);
}
