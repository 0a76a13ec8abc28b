//! What a gateway says of the call that waits at its door.

use core::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpRequest};
use token_core::Permission;

use super::ForwardError;
use crate::error::ApiError;
use crate::query::Query;

/// Where gateways ask.
const PATH: &str = "/authz";

/// The names of one thing in the two families of fields that gateways send.
const METHOD: [HeaderName; 2] =
    [HeaderName::from_static("x-forwarded-method"), HeaderName::from_static("x-original-method")];
const TARGET: [HeaderName; 2] = [HeaderName::from_static("x-forwarded-uri"), HeaderName::from_static("x-original-uri")];

/// That a handler reads the query, once its caller is admitted.
#[derive(Debug)]
pub(crate) struct Question;

impl FromRequest for Question {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self))
    }
}

/// What is asked about an admitted caller.
#[derive(Debug)]
pub(crate) enum Asked<'a> {
    /// Whether they hold this permission; everybody may ask that.
    Permission(Permission),
    /// Whether they may make this call; for those who are believed what they say of it.
    Call {
        /// The method.
        method: &'a str,
        /// Path and query.
        target: &'a [u8],
    },
}

/// Reads a question; what the peer says of a call counts only if it is trusted.
pub(crate) fn asked(http: &HttpRequest, trusted: bool) -> Result<Asked<'_>, ApiError> {
    let believed = || if trusted { Ok(()) } else { Err(ApiError::Forward(ForwardError::NotTrusted)) };
    if http.uri().path() != PATH {
        // The original path behind ours, with its own query; what else the client sent is not the gateway's word.
        let target = http.uri().path().strip_prefix(PATH).ok_or(ApiError::NotFound("page"))?.as_bytes();
        return believed().map(|()| Asked::Call { method: http.method().as_str(), target });
    }
    if let Some(query) = http.uri().query() {
        own_query(http.headers(), query).map_err(ApiError::Forward)?;
        return permission(query).map(Asked::Permission);
    }
    believed()?;
    call(http.headers()).map_err(ApiError::Forward)
}

/// Refuses a query that is the client's: some gateways append it to the address they are told to ask at, and then the client
/// would choose which permission is asked for.
fn own_query(headers: &HeaderMap, query: &str) -> Result<(), ForwardError> {
    let of_client = |target: &HeaderValue| {
        let target = target.as_bytes();
        let mark = target.iter().position(|byte| *byte == b'?');
        mark.and_then(|mark| target.get(mark + 1..)).is_some_and(|theirs| theirs == query.as_bytes())
    };
    if TARGET.iter().flat_map(|name| headers.get_all(name)).any(of_client) {
        return Err(ForwardError::Unclear(
            "The query is that of the call itself: let the gateway ask with no query, or with one of its own.",
        ));
    }
    Ok(())
}

fn permission(query: &str) -> Result<Permission, ApiError> {
    // As gateways write it: nothing to decode, and nothing beside it.
    if let Some(permission) = query.strip_prefix("permission=").and_then(|text| text.parse().ok()) {
        return Ok(permission);
    }
    let mut query = Query::parse(query);
    let permission = query.typed("permission", "expected `resource:action`, e.g. `assets.applications:read`");
    let permission = query.required("permission", permission);
    query.finish(permission)?.ok_or(ApiError::Internal("a parameter is neither there nor missed"))
}

fn call(headers: &HeaderMap) -> Result<Asked<'_>, ForwardError> {
    let missing = ForwardError::Unclear(
        "Send the method and the path of the call as `X-Forwarded-Method` and `X-Forwarded-Uri`, as `X-Original-Method` and \
         `X-Original-URI`, or with the path behind `/authz`.",
    );
    let method = one(headers, METHOD)?.ok_or(missing)?.to_str().map_err(|_| missing)?;
    let target = one(headers, TARGET)?.ok_or(missing)?.as_bytes();
    Ok(Asked::Call { method, target })
}

/// The value of a field that gateways know by two names. Said twice, it must be the same, and each name stands there once.
fn one(headers: &HeaderMap, names: [HeaderName; 2]) -> Result<Option<&HeaderValue>, ForwardError> {
    let mut found: Option<&HeaderValue> = None;
    for name in names {
        let mut fields = headers.get_all(name);
        let Some(field) = fields.next() else { continue };
        if fields.next().is_some() {
            return Err(ForwardError::Unclear("A header that says what the call is stands there twice."));
        }
        if found.is_some_and(|before| before != field) {
            return Err(ForwardError::Unclear("`X-Forwarded-…` and `X-Original-…` say different things of the call."));
        }
        found = Some(field);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn said(fields: &[(&str, &str)]) -> String {
        let request =
            fields.iter().fold(TestRequest::with_uri("/authz"), |request, field| request.append_header(*field));
        match asked(&request.to_http_request(), true) {
            Ok(Asked::Call { method, target }) => format!("{method} {}", String::from_utf8_lossy(target)),
            Ok(Asked::Permission(permission)) => permission.to_string(),
            Err(ApiError::Forward(error)) => format!("{:?}", error.kind()),
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn both_families_are_read_and_must_agree() {
        const A: [(&str, &str); 2] = [("X-Forwarded-Method", "PUT"), ("X-Forwarded-Uri", "/a?b")];
        const B: [(&str, &str); 2] = [("X-Original-Method", "PUT"), ("X-Original-URI", "/a?b")];
        assert_eq!(said(&A), "PUT /a?b");
        assert_eq!(said(&B), "PUT /a?b");
        assert_eq!(said(&[A[0], A[1], B[0], B[1]]), "PUT /a?b");
        assert_eq!(said(&[A[0], B[1]]), "PUT /a?b");
        for unclear in [
            &[][..],
            &A[..1],
            &A[1..],
            &B[1..],
            &[A[0], A[0], A[1]],
            &[A[0], A[1], A[1]],
            &[A[0], A[1], B[0], ("X-Original-URI", "/a")],
            &[A[0], A[1], ("X-Original-Method", "GET"), B[1]],
        ] {
            assert_eq!(said(unclear), "InvalidForwarding", "{unclear:?}");
        }
    }

    #[test]
    fn atk_w06_other_fields_say_nothing() {
        for name in
            ["X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix", "Forwarded", "X-Forwarded-Path", "X-Original-Url"]
        {
            assert_eq!(said(&[("X-Forwarded-Method", "GET"), (name, "/a")]), "InvalidForwarding", "{name}");
        }
    }

    #[test]
    fn atk_w06_a_query_of_the_client_is_no_question() {
        let said = |uri: &str, target: (&str, &str)| {
            let request = TestRequest::with_uri(uri).append_header(target).to_http_request();
            asked(&request, true).map(|_| ()).map_err(|error| error.problem().status)
        };
        for name in ["X-Forwarded-Uri", "X-Original-URI"] {
            assert_eq!(said("/authz?permission=a:b", (name, "/x?permission=a:b")), Err(400), "{name}");
            assert_eq!(said("/authz?permission=a:b", (name, "/x?permission=c:d")), Ok(()), "{name}");
            assert_eq!(said("/authz?permission=a:b", (name, "/x")), Ok(()), "{name}");
        }
    }

    #[test]
    fn a_path_behind_ours_is_the_whole_word_of_the_gateway() {
        let ask = |uri: &str, trusted| {
            let request = TestRequest::with_uri(uri).append_header(("X-Forwarded-Uri", "/other")).to_http_request();
            match asked(&request, trusted) {
                Ok(Asked::Call { method, target }) => Ok(format!("{method} {}", String::from_utf8_lossy(target))),
                Ok(Asked::Permission(permission)) => Ok(permission.to_string()),
                Err(error) => Err(error.problem().status),
            }
        };
        assert_eq!(ask("/authz/assets/%31?permission=a:b", true), Ok("GET /assets/%31".to_owned()));
        assert_eq!(ask("/authz/", true), Ok("GET /".to_owned()));
        assert_eq!(ask("/authz//", true), Ok("GET //".to_owned()));
        assert_eq!(ask("/authz/a", false), Err(403));
        assert_eq!(ask("/authz?permission=a:b", false), Ok("a:b".to_owned()));
        assert_eq!(ask("/authz?permission=a%3Ab", false), Ok("a:b".to_owned()));
        for bad in
            ["?", "?permission=", "?permission=a", "?permission=a:b&permission=a:b", "?permission=a:b&x=1", "?x=1"]
        {
            assert_eq!(ask(&format!("/authz{bad}"), true), Err(400), "{bad}");
        }
    }
}
