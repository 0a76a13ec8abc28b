//! Where pages of this server are, and whether a request comes from one of them.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use token_admin::Secret;

use super::csrf::is_csrf_token;
use crate::error::ApiError;

/// Addresses by which browsers reach this server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Site {
    /// `https://tokens.example/admin`: as it was set, with no slash at its end.
    url: String,
    /// `https://tokens.example`: scheme, host, and a port that is not the scheme's own (RFC 6454 §6.2).
    origin: String,
    /// What `Host` may say.
    hosts: BTreeSet<String>,
}

/// Why a request is not known to come from a page of ours.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Foreign {
    /// `Origin` is missing, given twice, or another.
    #[error("the field `Origin` does not name this server")]
    Origin,
    /// The browser says that another site made it send this.
    #[error("the field `Sec-Fetch-Site` says that another site sent this")]
    FetchSite,
    /// The token of the session is missing, given twice, or wrong.
    #[error("the field `X-CSRF-Token` does not hold the token of this session")]
    Token,
}

impl Site {
    /// A server reached at `public_url`, listening at `listen`.
    pub(crate) fn new(public_url: &str, listen: SocketAddr) -> Self {
        let url = public_url.to_ascii_lowercase();
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", &url));
        let authority = rest.split('/').next().unwrap_or_default();
        let own = if scheme == "https" { ":443" } else { ":80" };
        let bare = authority.strip_suffix(own).unwrap_or(authority);
        let mut hosts = BTreeSet::from([bare.to_owned(), listen.to_string()]);
        if !has_port(bare) {
            hosts.insert(format!("{bare}{own}"));
        }
        if listen.ip().is_loopback() {
            let port = listen.port();
            hosts.extend(["localhost", "127.0.0.1", "[::1]"].map(|name| format!("{name}:{port}")));
        }
        Self { url: public_url.to_owned(), origin: format!("{scheme}://{bare}"), hosts }
    }

    /// The address by which clients reach the server, with a path if there is one.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// As it is answered.
    pub(crate) fn refused(&self, foreign: Foreign) -> ApiError {
        ApiError::Foreign(foreign, self.origin.clone())
    }

    /// Whether the request was sent to a name of ours. A page of a stranger whose name was made to lead here (DNS
    /// rebinding) has another.
    pub(crate) fn is_named_by(&self, request: &HttpRequest) -> bool {
        // A target with a host counts before the field (RFC 9112 §3.2.2).
        let target = request.uri().authority().map(actix_web::http::uri::Authority::as_str);
        let named = target.or_else(|| one(request.headers(), &header::HOST)?.to_str().ok());
        named.is_some_and(|host| self.hosts.contains(&host.to_ascii_lowercase()))
    }

    /// Holds a sign-in to pages of ours; programs that are no browsers say nothing of a page.
    pub(crate) fn ensure_not_foreign(&self, headers: &HeaderMap) -> Result<(), Foreign> {
        if headers.contains_key(header::ORIGIN) {
            return self.ensure_own_page(headers);
        }
        ensure_fetched_here(headers)
    }

    /// Holds a change made in a session to pages of ours.
    pub(crate) fn ensure_own_page(&self, headers: &HeaderMap) -> Result<(), Foreign> {
        let origin = one(headers, &header::ORIGIN);
        if origin.is_none_or(|origin| origin.as_bytes() != self.origin.as_bytes()) {
            return Err(Foreign::Origin);
        }
        ensure_fetched_here(headers)
    }

    /// Holds a change made in a session to pages of ours that know the session's token.
    pub(crate) fn ensure_own_change(&self, headers: &HeaderMap, secret: &Secret) -> Result<(), Foreign> {
        self.ensure_own_page(headers)?;
        let token = one(headers, &header::HeaderName::from_static("x-csrf-token"));
        if token.is_some_and(|token| is_csrf_token(secret, token.as_bytes())) { Ok(()) } else { Err(Foreign::Token) }
    }
}

fn has_port(authority: &str) -> bool {
    authority.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Old browsers do not say it; those that do must say that a page of ours sent this, not a link or a sister site.
fn ensure_fetched_here(headers: &HeaderMap) -> Result<(), Foreign> {
    let mut said = headers.get_all(header::HeaderName::from_static("sec-fetch-site"));
    if said.all(|site| site.as_bytes() == b"same-origin") { Ok(()) } else { Err(Foreign::FetchSite) }
}

/// A field that is given once.
fn one<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a HeaderValue> {
    let mut fields = headers.get_all(name);
    fields.next().filter(|_| fields.next().is_none())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::sign_in::csrf_token;

    fn site() -> Site {
        Site::new("https://Tokens.Example/admin", "127.0.0.1:8080".parse().unwrap())
    }

    fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
        let request = fields.iter().fold(TestRequest::default(), |request, field| request.append_header(*field));
        request.to_http_request().headers().clone()
    }

    #[test]
    fn an_origin_is_spelled_as_browsers_do() {
        for (url, origin) in [
            ("https://tokens.example", "https://tokens.example"),
            ("https://Tokens.Example:443/admin", "https://tokens.example"),
            ("https://tokens.example:8443", "https://tokens.example:8443"),
            ("http://tokens.example:80", "http://tokens.example"),
            ("http://tokens.example:443", "http://tokens.example:443"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("https://[2001:db8::1]", "https://[2001:db8::1]"),
        ] {
            assert_eq!(Site::new(url, "127.0.0.1:1".parse().unwrap()).origin, origin, "{url}");
        }
    }

    #[test]
    fn atk_k02_look_alike_origins_are_not_ours() {
        let site = site();
        for (fields, expected) in [
            (vec![("origin", "https://tokens.example")], Ok(())),
            (vec![], Err(Foreign::Origin)),
            (vec![("origin", "null")], Err(Foreign::Origin)),
            (vec![("origin", "")], Err(Foreign::Origin)),
            (vec![("origin", "http://tokens.example")], Err(Foreign::Origin)),
            (vec![("origin", "https://tokens.example:8443")], Err(Foreign::Origin)),
            (vec![("origin", "https://tokens.example:443")], Err(Foreign::Origin)),
            (vec![("origin", "https://tokens.example.evil")], Err(Foreign::Origin)),
            (vec![("origin", "https://evil.tokens.example")], Err(Foreign::Origin)),
            (vec![("origin", "https://eviltokens.example")], Err(Foreign::Origin)),
            (vec![("origin", "https://tokens.example/")], Err(Foreign::Origin)),
            (vec![("origin", "https://tokens-example")], Err(Foreign::Origin)),
            (vec![("origin", "https://tokens.example, https://evil")], Err(Foreign::Origin)),
            (vec![("origin", "https://tokens.example"), ("origin", "https://tokens.example")], Err(Foreign::Origin)),
            (vec![("referer", "https://tokens.example/")], Err(Foreign::Origin)),
            (vec![("origin", "https://tokens.example"), ("sec-fetch-site", "same-origin")], Ok(())),
            (vec![("origin", "https://tokens.example"), ("sec-fetch-site", "same-site")], Err(Foreign::FetchSite)),
            (vec![("origin", "https://tokens.example"), ("sec-fetch-site", "cross-site")], Err(Foreign::FetchSite)),
            (vec![("origin", "https://tokens.example"), ("sec-fetch-site", "none")], Err(Foreign::FetchSite)),
        ] {
            assert_eq!(site.ensure_own_page(&headers(&fields)), expected, "{fields:?}");
            let no_browser = !fields.iter().any(|(name, _)| matches!(*name, "origin" | "sec-fetch-site"));
            let at_sign_in = if no_browser { Ok(()) } else { expected };
            assert_eq!(site.ensure_not_foreign(&headers(&fields)), at_sign_in, "{fields:?}");
        }
        assert_eq!(site.ensure_not_foreign(&headers(&[("sec-fetch-site", "cross-site")])), Err(Foreign::FetchSite));
    }

    #[test]
    fn atk_k04_a_change_needs_the_token_of_its_session_once() {
        let (site, secret) = (site(), "A".repeat(43).parse::<Secret>().unwrap());
        let (good, origin) = (csrf_token(&secret), ("origin", "https://tokens.example"));
        let changed = |tokens: &[&str]| {
            let tokens = tokens.iter().map(|token| ("x-csrf-token", *token));
            site.ensure_own_change(&headers(&[origin].into_iter().chain(tokens).collect::<Vec<_>>()), &secret)
        };
        assert_eq!(changed(&[&good]), Ok(()));
        for bad in [&[][..], &[""], &["x"], &[&good, &good], &[&secret.text()]] {
            assert_eq!(changed(bad), Err(Foreign::Token), "{bad:?}");
        }
        assert_eq!(site.ensure_own_change(&headers(&[("x-csrf-token", &good)]), &secret), Err(Foreign::Origin));
    }

    #[test]
    fn atk_k13_only_names_of_ours() {
        let named = |site: &Site, host: &str| {
            site.is_named_by(&TestRequest::default().insert_header(("host", host)).to_http_request())
        };
        let loopback = site();
        for good in
            ["tokens.example", "Tokens.Example", "tokens.example:443", "localhost:8080", "127.0.0.1:8080", "[::1]:8080"]
        {
            assert!(named(&loopback, good), "{good}");
        }
        for bad in [
            "evil.example",
            "tokens.example:8080",
            "tokens.example.evil",
            "localhost",
            "127.0.0.1:81",
            "",
            "x@tokens.example",
        ] {
            assert!(!named(&loopback, bad), "{bad}");
        }
        let outside = Site::new("https://tokens.example", "192.0.2.1:8080".parse().unwrap());
        assert!(named(&outside, "192.0.2.1:8080"));
        assert!(!named(&outside, "localhost:8080"));
        let twice = TestRequest::default().append_header(("host", "tokens.example")).append_header(("host", "x"));
        assert!(!loopback.is_named_by(&twice.to_http_request()));
        let target = TestRequest::default().uri("http://evil.example/x").insert_header(("host", "tokens.example"));
        assert!(!loopback.is_named_by(&target.to_http_request()));
    }
}
