//! The calls a guard makes, as one small blocking client. Everything has a bound: time, bytes, redirections (none).

use core::fmt;
use core::str::FromStr;
use core::time::Duration;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use token_core::{TokenId, TokenUsage};
use token_wire::{
    GuardFirstUseRequest, GuardFirstUseView, GuardLeaveRequest, GuardRulesAnswer, GuardSyncRequest, GuardSyncView,
    GuardTokenAnswer, GuardUsageRequest,
};
use ureq::Agent;
use ureq::http::Uri;
use ureq::http::header::HeaderValue;
use ureq::tls::{RootCerts, TlsConfig};

use crate::CallError;

/// Most bytes of an answer: all roles of a large installation many times over.
const MOST: u64 = 32 * 1_024 * 1_024;

/// Servers close idle connections; this is sooner.
const IDLE: Duration = Duration::from_secs(5);

/// Why a text is no address of a server, or no token for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// Not `https://host`, or `http://` with a loopback address.
    #[error("expected `https://host` with or without port and path, or `http://` and a loopback address")]
    Url,
    /// A token has visible characters alone.
    #[error("the token of the guard is no token")]
    Token,
    /// Not one or more certificates in PEM.
    #[error("expected certificates in PEM")]
    Certificates,
}

/// Where a server is: `https://`, or `http://` on this machine alone, since the guard's own token goes there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ServerAddress(String);

impl FromStr for ServerAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: Uri = text.parse().map_err(|_| AddressError::Url)?;
        let authority = uri.authority().ok_or(AddressError::Url)?;
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => is_loopback(authority.host()),
            _ => false,
        };
        if !secure || authority.as_str().contains('@') || authority.host().is_empty() || uri.query().is_some() {
            return Err(AddressError::Url);
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The calls of one server with one token.
#[derive(Clone)]
pub(crate) struct Api {
    agent: Agent,
    base: ServerAddress,
    bearer: HeaderValue,
    tls: TlsConfig,
}

impl Api {
    /// `certificates`: PEM of the authorities that are believed, instead of those of the system.
    pub(crate) fn new(base: ServerAddress, token: &str, certificates: Option<&[u8]>) -> Result<Self, AddressError> {
        let visible = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        let bearer = HeaderValue::from_str(&format!("Bearer {token}")).ok().filter(|_| visible);
        let mut bearer = bearer.ok_or(AddressError::Token)?;
        bearer.set_sensitive(true);
        let roots = match certificates {
            None => RootCerts::PlatformVerifier,
            Some(pem) => RootCerts::new_with_certs(&read_certificates(pem)?),
        };
        let tls = TlsConfig::builder()
            .root_certs(roots)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        Ok(Self { agent: agent(tls.clone()), base, bearer, tls })
    }

    /// The same calls over connections of their own.
    pub(crate) fn apart(&self) -> Self {
        Self { agent: agent(self.tls.clone()), ..self.clone() }
    }

    pub(crate) fn sync(&self, request: &GuardSyncRequest, within: Duration) -> Result<GuardSyncView, CallError> {
        read(&self.post("/api/v1/guard/sync", &request.write(), within)?)
    }

    /// Asked again once where the connection was closed meanwhile.
    pub(crate) fn token(&self, id: TokenId, within: Duration) -> Result<GuardTokenAnswer, CallError> {
        read(&self.get(&format!("/api/v1/guard/tokens/{id}"), within)?)
    }

    pub(crate) fn rules(&self, within: Duration) -> Result<GuardRulesAnswer, CallError> {
        read(&self.get("/api/v1/guard/rules", within)?)
    }

    pub(crate) fn first_use(
        &self,
        request: &GuardFirstUseRequest,
        within: Duration,
    ) -> Result<GuardFirstUseView, CallError> {
        read(&self.post("/api/v1/guard/first-use", &request.write(), within)?)
    }

    pub(crate) fn usage(&self, usage: &[TokenUsage], within: Duration) -> Result<(), CallError> {
        self.post("/api/v1/guard/usage", &GuardUsageRequest::write(usage), within).map(drop)
    }

    pub(crate) fn leave(&self, request: &GuardLeaveRequest, within: Duration) -> Result<(), CallError> {
        self.post("/api/v1/guard/leave", &request.write(), within).map(drop)
    }

    fn post(&self, path: &str, body: &serde_json::Value, within: Duration) -> Result<Vec<u8>, CallError> {
        let request = self.agent.post(format!("{}{path}", self.base.0)).header("Authorization", &self.bearer);
        let request = request.header("Content-Type", "application/json");
        let sent = request.config().timeout_global(Some(within)).build().send(body.to_string());
        body_of(sent.map_err(unreachable)?)
    }

    fn get(&self, path: &str, within: Duration) -> Result<Vec<u8>, CallError> {
        let once = || {
            let request = self.agent.get(format!("{}{path}", self.base.0)).header("Authorization", &self.bearer);
            let sent = request.config().timeout_global(Some(within / 2)).build().call();
            body_of(sent.map_err(unreachable)?)
        };
        match once() {
            Err(CallError::Unreachable(_)) => once(),
            other => other,
        }
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("base", &self.base.0).finish_non_exhaustive()
    }
}

fn agent(tls: TlsConfig) -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        // What the environment says of proxies is meant for others.
        .proxy(None)
        .max_idle_age(IDLE)
        .tls_config(tls)
        .build()
        .into()
}

fn read_certificates(pem: &[u8]) -> Result<Vec<ureq::tls::Certificate<'static>>, AddressError> {
    let mut found = Vec::new();
    for item in ureq::tls::parse_pem(pem) {
        match item {
            Ok(ureq::tls::PemItem::Certificate(certificate)) => found.push(certificate),
            _ => return Err(AddressError::Certificates),
        }
    }
    if found.is_empty() { Err(AddressError::Certificates) } else { Ok(found) }
}

fn unreachable(error: ureq::Error) -> CallError {
    CallError::Unreachable(Box::new(error))
}

fn body_of(mut response: ureq::http::Response<ureq::Body>) -> Result<Vec<u8>, CallError> {
    match response.status().as_u16() {
        200 | 204 => response.body_mut().with_config().limit(MOST).read_to_vec().map_err(unreachable),
        other => Err(CallError::Status(other)),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, CallError> {
    serde_json::from_slice(body).map_err(CallError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_of_a_guard_goes_over_tls_or_stays_on_this_machine() {
        for good in [
            "https://tokens.example",
            "https://tokens.example:8443/behind/a/path/",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
            "http://localhost",
        ] {
            assert!(good.parse::<ServerAddress>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "tokens.example",
            "/path",
            "http://tokens.example",
            "http://10.0.0.1",
            "http://127.0.0.1.example",
            "ftp://127.0.0.1",
            "https://user:pass@tokens.example",
            "https://tokens.example?x",
            "https://",
        ] {
            assert_eq!(bad.parse::<ServerAddress>(), Err(AddressError::Url), "{bad}");
        }
    }

    #[test]
    fn p55_a_token_is_not_printed_and_must_be_one() {
        let address: ServerAddress = "http://127.0.0.1:1".parse().unwrap();
        let api = Api::new(address.clone(), "sesame", None).unwrap();
        assert!(!format!("{api:?}").contains("sesame"));
        for bad in ["", "a b", "a\r\nX-Forwarded-For: 1", "ä"] {
            assert_eq!(Api::new(address.clone(), bad, None).unwrap_err(), AddressError::Token, "{bad:?}");
        }
        assert_eq!(Api::new(address, "a", Some(b"no pem")).unwrap_err(), AddressError::Certificates);
    }
}
