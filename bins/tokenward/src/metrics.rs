//! Where `GET /metrics` is: nobody needs a credential there, so it is where only the machine itself reaches it, or where
//! somebody put it on purpose.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer};
use token_http::HttpState;

use crate::config::Config;
use crate::connections::tell_last;
use crate::failure::Failure;

/// Where it is when `listen` is for other machines too.
const APART: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9_090);

/// The setting `metrics_listen`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum MetricsListen {
    /// Nowhere.
    Off,
    /// There.
    At(SocketAddr),
}

/// Where it is in force.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    Nowhere,
    /// Beside everything else.
    Here,
    /// On a listener of its own, because somebody said so.
    Told(SocketAddr),
    /// On a listener of its own, where that address is free.
    Usual(SocketAddr),
}

impl Place {
    fn new(told: Option<MetricsListen>, listen: SocketAddr) -> Self {
        match told {
            Some(MetricsListen::Off) => Self::Nowhere,
            Some(MetricsListen::At(address)) if address == listen => Self::Here,
            Some(MetricsListen::At(address)) => Self::Told(address),
            None if listen.ip().is_loopback() => Self::Here,
            None => Self::Usual(APART),
        }
    }

    fn of(config: &Config) -> Self {
        Self::new(config.settings.metrics_listen, config.settings.listen)
    }
}

/// Whether the listener of everything else has it too.
pub(crate) fn is_here(config: &Config) -> bool {
    Place::of(config) == Place::Here
}

/// The address in force, in words.
pub(crate) fn shown(config: &Config) -> String {
    match Place::of(config) {
        Place::Nowhere => "off".to_owned(),
        Place::Here => config.settings.listen.to_string(),
        Place::Told(address) | Place::Usual(address) => address.to_string(),
    }
}

/// Opens a listener of its own, where there is one.
pub(crate) fn listen(config: &Config, state: &Arc<HttpState>) -> Result<Option<Server>, Failure> {
    let place = Place::of(config);
    let (Place::Told(address) | Place::Usual(address)) = place else { return Ok(None) };
    let (settings, state) = (&config.settings, Arc::clone(state));
    let app = move || App::new().configure(token_http::configure_metrics(Arc::clone(&state))).wrap(from_fn(tell_last));
    let server = HttpServer::new(app)
        .workers(1)
        .worker_max_blocking_threads(1)
        .max_connections(64)
        .client_request_timeout(settings.head_timeout)
        .keep_alive(settings.keep_alive)
        .shutdown_timeout(settings.shutdown_timeout.as_secs())
        .disable_signals()
        .bind(address);
    match server {
        Ok(server) => Ok(Some(server.run())),
        Err(error) if place == Place::Usual(address) => {
            let why = "the usual address of the metrics cannot be used, so there are none; set `metrics_listen`";
            tracing::warn!(error = %error, listen = %address, "{why}");
            Ok(None)
        }
        Err(error) => Err(Failure::ListenMetrics(address, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atk_i11_only_who_says_so_shows_metrics_to_other_machines() {
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        let (near, far) = (at("127.0.0.1:8080"), at("0.0.0.0:8443"));
        assert_eq!(Place::new(None, near), Place::Here);
        assert_eq!(Place::new(None, at("[::1]:8080")), Place::Here);
        assert_eq!(Place::new(None, far), Place::Usual(at("127.0.0.1:9090")));
        assert_eq!(Place::new(Some(MetricsListen::At(far)), far), Place::Here);
        assert_eq!(Place::new(Some(MetricsListen::At(at("10.0.0.1:9100"))), near), Place::Told(at("10.0.0.1:9100")));
        for listen in [near, far] {
            assert_eq!(Place::new(Some(MetricsListen::Off), listen), Place::Nowhere);
        }
    }
}
