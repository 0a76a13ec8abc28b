//! Tokens.

use serde::{Deserialize, Serialize};
use token_core::{Revoked, StoredToken, TokenRecord, UnixSeconds};

use super::ActorView;
use crate::format_seconds;

/// Where a token is in its life, at the moment of the answer.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum TokenState {
    /// Neither revoked nor expired.
    Active,
    /// Not revoked, and its end has come.
    Expired,
    /// Ended for good.
    Revoked,
}

/// How a token ended.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Revoked))]
pub struct RevokedView {
    /// From this second on.
    pub at: String,
    /// Who did it.
    pub by: ActorView,
    /// Why, if somebody said so.
    pub reason: Option<String>,
}

impl From<&Revoked> for RevokedView {
    fn from(end: &Revoked) -> Self {
        Self { at: format_seconds(end.at), by: (&end.by).into(), reason: end.reason.as_ref().map(ToString::to_string) }
    }
}

/// A token. Never its text.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Token))]
pub struct TokenView {
    /// The claim `sub` of its texts.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The ids of its explicit roles.
    pub roles: Vec<String>,
    /// Refused from this second on; `null` for no end.
    pub expires_at: Option<String>,
    /// Networks it may be used from; `null` for no restriction.
    pub allowed_networks: Option<Vec<String>>,
    /// Where it is in its life. Computed, not part of the version.
    pub state: TokenState,
    /// How it ended; `null` if it did not.
    pub revoked: Option<RevokedView>,
    /// When it was made.
    pub created_at: String,
    /// Who made it.
    pub created_by: ActorView,
    /// Counts saves from 1; the `ETag`.
    pub version: u64,
}

impl TokenView {
    /// A token as it stands at `now`.
    #[must_use]
    pub fn new(record: &TokenRecord, now: UnixSeconds) -> Self {
        let grant = record.token.grant();
        let state = match &record.token {
            StoredToken::Revoked(_) => TokenState::Revoked,
            StoredToken::Unrevoked(_) if grant.expires_at.is_some_and(|end| end <= now) => TokenState::Expired,
            StoredToken::Unrevoked(_) => TokenState::Active,
        };
        Self {
            id: grant.id.to_string(),
            name: grant.name.to_string(),
            description: record.description.to_string(),
            roles: grant.roles.iter().map(ToString::to_string).collect(),
            expires_at: grant.expires_at.map(format_seconds),
            allowed_networks: grant.allowed_networks.as_ref().map(|networks| networks.iter().collect()),
            state,
            revoked: record.token.end().map(RevokedView::from),
            created_at: format_seconds(record.created_at),
            created_by: (&record.created_by).into(),
            version: record.version,
        }
    }
}

/// A token that was just made, and its text, once. Its `Debug` shows no text.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CreatedToken))]
pub struct CreatedView {
    /// The object.
    #[serde(flatten)]
    pub object: TokenView,
    /// The text, to be put behind `Bearer `.
    pub token: String,
}

impl core::fmt::Debug for CreatedView {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CreatedView").field("object", &self.object).finish_non_exhaustive()
    }
}

/// The text of a token, shown again. Its `Debug` shows no text.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RevealedToken))]
pub struct RevealedView {
    /// Which of the token's texts.
    pub jti: String,
    /// The text, to be put behind `Bearer `.
    pub token: String,
}

impl core::fmt::Debug for RevealedView {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RevealedView").field("jti", &self.jti).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use token_core::{Actor, Credential, Credentials, Encoding, Ends, Grant, RoleSet, Token};

    use super::*;

    const ID: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120002";

    fn at(seconds: i64) -> UnixSeconds {
        UnixSeconds::new(seconds).unwrap()
    }

    fn record(expires_at: Option<i64>) -> TokenRecord {
        let credential = Credential {
            id: ID.parse().unwrap(),
            key: "k".parse().unwrap(),
            issued_at: at(0),
            expires_at: expires_at.map(at),
            encoding: Encoding::V1,
            ends: Ends::Never,
        };
        let grant = Grant {
            id: ID.parse().unwrap(),
            name: "CI".parse().unwrap(),
            roles: RoleSet::none(),
            expires_at: expires_at.map(at),
            allowed_networks: None,
            credentials: Credentials::first(credential),
        };
        TokenRecord {
            token: StoredToken::Unrevoked(Token::unrevoked(grant)),
            description: "".parse().unwrap(),
            created_at: at(0),
            created_by: Actor::CommandLine,
            version: 1,
        }
    }

    #[test]
    fn s24_state_is_a_question_put_to_a_clock() {
        let record = record(Some(100));
        assert_eq!(TokenView::new(&record, at(99)).state, TokenState::Active);
        assert_eq!(TokenView::new(&record, at(100)).state, TokenState::Expired);
        let StoredToken::Unrevoked(token) = record.token.clone() else { panic!() };
        let end = Revoked { at: at(5), by: Actor::System, reason: Some("lost".parse().unwrap()) };
        let revoked = TokenView::new(&record.with_revoked(token, end), at(100));
        assert_eq!(revoked.state, TokenState::Revoked);
        assert_eq!(revoked.revoked.unwrap().at, "1970-01-01T00:00:05Z");
    }

    #[test]
    fn shape_of_a_token() {
        let created = CreatedView { object: TokenView::new(&record(Some(100)), at(1)), token: "a.b.c".to_owned() };
        assert_eq!(
            serde_json::to_string(&created).unwrap(),
            concat!(
                r#"{"id":"0192f3c1-7a52-7c11-8d4e-0242ac120002","name":"CI","description":"","roles":[],"#,
                r#""expires_at":"1970-01-01T00:01:40Z","allowed_networks":null,"state":"active","revoked":null,"#,
                r#""created_at":"1970-01-01T00:00:00Z","#,
                r#""created_by":{"kind":"command line","id":null,"name":"command line"},"version":1,"token":"a.b.c"}"#
            )
        );
        assert!(!format!("{created:?}").contains("a.b.c"));
    }
}
