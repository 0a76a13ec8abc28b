//! What OAuth clients read: names and numbers as their standards write them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// `POST /oauth2/introspect` (RFC 7662 §2.2). Of a text that is not good nothing is told but that.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = IntrospectionAnswer))]
pub struct IntrospectionView<'a> {
    /// Whether a call with the text would pass now.
    pub active: bool,
    /// Who issued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub iss: Option<Cow<'a, str>>,
    /// The id of its token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub sub: Option<Cow<'a, str>>,
    /// For whom it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub aud: Option<Cow<'a, str>>,
    /// Which of the token's texts it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub jti: Option<Cow<'a, str>>,
    /// When it was issued, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub iat: Option<i64>,
    /// From when on it is refused, as far as is known now: the earliest end of token and text. In seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub exp: Option<i64>,
    /// `Bearer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub token_type: Option<Cow<'a, str>>,
    /// Patterns of permissions that the token surely holds, with blanks between them: all that its roles allow and none of
    /// them denies a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub scope: Option<Cow<'a, str>>,
    /// What people call the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub name: Option<Cow<'a, str>>,
    /// The names of its explicit roles, sorted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub roles: Option<Vec<Cow<'a, str>>>,
}

/// `GET /.well-known/oauth-authorization-server` (RFC 8414 §2). No tokens are issued by OAuth, so there is no endpoint for
/// that, and the lists of ways to get one are empty: left out, they would be taken for others.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AuthorizationServer))]
pub struct AuthorizationServerView {
    /// The claim `iss` of all texts.
    pub issuer: String,
    /// Where the public keys are.
    pub jwks_uri: String,
    /// Where to ask whether a text is good.
    pub introspection_endpoint: String,
    /// How to say who asks.
    pub introspection_endpoint_auth_methods_supported: Vec<String>,
    /// Where to end a token.
    pub revocation_endpoint: String,
    /// How to say who ends it.
    pub revocation_endpoint_auth_methods_supported: Vec<String>,
    /// None.
    pub response_types_supported: Vec<String>,
    /// None.
    pub grant_types_supported: Vec<String>,
    /// A page for people.
    pub service_documentation: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_text_that_is_not_good_nothing_is_told_but_that() {
        assert_eq!(serde_json::to_string(&IntrospectionView::default()).unwrap(), r#"{"active":false}"#);
        let view: IntrospectionView<'_> = serde_json::from_str(r#"{"active":false}"#).unwrap();
        assert_eq!(view, IntrospectionView::default());
    }

    #[test]
    fn names_are_those_of_the_standard() {
        let view = IntrospectionView {
            active: true,
            iss: Some("https://tokens.example".into()),
            iat: Some(1_900_000_000),
            scope: Some("assets:read".into()),
            roles: Some(vec!["Reader".into()]),
            ..IntrospectionView::default()
        };
        assert_eq!(
            serde_json::to_string(&view).unwrap(),
            r#"{"active":true,"iss":"https://tokens.example","iat":1900000000,"scope":"assets:read","roles":["Reader"]}"#
        );
    }
}
