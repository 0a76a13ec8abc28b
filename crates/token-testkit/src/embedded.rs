//! A service of somebody else with the guard in front of it, called without a socket.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::test::{TestRequest, init_service};
use actix_web::{App, HttpResponse, web};
use token_core::Clock;
use token_guard::actix::GuardLayer;
use token_guard::{Caller, Guard, IpNet};

/// What a service behind a [`GuardLayer`] that trusts these proxies answers to a call with this token, that comes
/// from this peer and has these `X-Forwarded-For` fields: 200, or the status of the refusal.
#[must_use]
pub fn call_embedded(
    (guard, clock): (&Arc<Guard>, Arc<dyn Clock>),
    trusted: &[IpNet],
    text: &str,
    peer: IpAddr,
    forwarded: &[&str],
) -> u16 {
    let layer = GuardLayer::new(Arc::clone(guard), clock).trusting(trusted.to_vec());
    let mut request = TestRequest::get()
        .uri("/assets")
        .insert_header(("Authorization", format!("Bearer {text}")))
        .peer_addr((peer, 4_711).into());
    for field in forwarded {
        request = request.append_header(("X-Forwarded-For", *field));
    }
    actix_web::rt::System::new().block_on(async {
        let assets = web::get().to(|caller: Caller| async move { HttpResponse::Ok().body(caller.name().to_string()) });
        let service = init_service(App::new().wrap(layer).route("/assets", assets)).await;
        match actix_web::dev::Service::call(&service, request.to_request()).await {
            Ok(response) => response.status().as_u16(),
            Err(refused) => refused.as_response_error().status_code().as_u16(),
        }
    })
}
