//! Forms of OAuth clients. Other fields are ignored, and none may stand twice.

use serde::Serialize;
use utoipa::ToSchema;

/// The question whether a text is good (RFC 7662 §2.1).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Introspection)]
pub struct IntrospectForm {
    /// The text.
    #[schema(example = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIifQ.c2lnbmF0dXJl")]
    pub token: String,
    /// Of what kind the text is. There is one kind, so whatever stands here is ignored.
    #[schema(required = false, example = "access_token")]
    pub token_type_hint: String,
    /// Where the call with the text came from: an IPv4 or IPv6 address. A token that is bound to networks is not active
    /// without it.
    #[schema(required = false, example = "192.0.2.7")]
    pub address: String,
}

/// The end of a token by one of its texts (RFC 7009 §2.1).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Revocation)]
pub struct RevokeForm {
    /// The text.
    #[schema(example = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIifQ.c2lnbmF0dXJl")]
    pub token: String,
    /// Of what kind the text is. There is one kind, so whatever stands here is ignored.
    #[schema(required = false, example = "access_token")]
    pub token_type_hint: String,
}
