//! What OAuth clients read of an answer beside what everybody does.

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use token_wire::Problem;

/// The other way to authenticate here (RFC 7617 §2).
const BASIC: HeaderValue = HeaderValue::from_static("Basic realm=\"tokenward\", charset=\"UTF-8\"");

/// Adds the code and description of the error (RFC 6749 §5.2), and to a 401 the challenge for clients with a secret.
pub(crate) fn dress(mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().append(header::WWW_AUTHENTICATE, BASIC);
    }
    if let Some(problem) = response.response_mut().extensions_mut().get_mut::<Problem>() {
        problem.error = Some(code(status).to_owned());
        problem.error_description = description(problem);
    }
    response
}

const fn code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "invalid_client",
        StatusCode::FORBIDDEN => "insufficient_scope",
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => "temporarily_unavailable",
        StatusCode::INTERNAL_SERVER_ERROR => "server_error",
        _ => "invalid_request",
    }
}

/// `detail`, and what is wrong with each field.
fn description(problem: &Problem) -> Option<String> {
    let detail = problem.detail.as_ref()?;
    let errors = problem.errors.iter().map(|error| match error.pointer.as_str() {
        "" => format!(" {}.", error.detail),
        pointer => format!(" {pointer}: {}.", error.detail),
    });
    Some(errors.fold(detail.clone(), |all, error| all + &error))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use token_guard::Refusal;
    use token_wire::{FieldError, RequestError};

    use super::*;
    use crate::error::ApiError;

    fn dressed(error: ApiError) -> (Vec<String>, Problem) {
        let response = ServiceResponse::from_err(error, TestRequest::default().to_http_request());
        let mut response = dress(response);
        let challenges = response.headers().get_all(header::WWW_AUTHENTICATE);
        let challenges = challenges.map(|value| value.to_str().unwrap().to_owned()).collect();
        (challenges, response.response_mut().extensions_mut().remove::<Problem>().unwrap())
    }

    #[test]
    fn both_ways_to_authenticate_are_named() {
        let (challenges, problem) = dressed(ApiError::Refused(Refusal::NoCredentials));
        assert_eq!(challenges, ["Bearer realm=\"tokenward\"", "Basic realm=\"tokenward\", charset=\"UTF-8\""]);
        assert_eq!(problem.error.as_deref(), Some("invalid_client"));
        assert_eq!(problem.error_description, problem.detail);
    }

    #[test]
    fn what_is_wrong_with_a_field_is_in_the_description() {
        let errors = vec![FieldError::new("/token", "must be given")];
        let (challenges, problem) = dressed(ApiError::Request(RequestError::Shape(errors)));
        assert!(challenges.is_empty());
        assert_eq!(problem.error.as_deref(), Some("invalid_request"));
        let description = problem.error_description.unwrap();
        assert_eq!(description, "The body does not have the expected shape. /token: must be given.");
        // The characters of RFC 6749 §5.2.
        assert!(description.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')));
    }
}
