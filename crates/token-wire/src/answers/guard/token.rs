//! A token as guards need it.

use serde::{Deserialize, Serialize};
use token_core::{
    Actor, AllowedNetworks, AsOf, Credential, Credentials, Encoding, Ends, Grant, Revoked, StoredToken, Token, TokenId,
    UnixSeconds,
};

use super::{GuardAnswerError, HeadView, all, given, parsed};
use crate::{format_seconds, parse_instant};

/// When a text stops being good although its token goes on.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = GuardEnds))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum GuardEndsView {
    /// Good as long as the token is.
    Never {},
    /// Refused from this second on.
    At {
        /// This.
        at: String,
    },
    /// Refused from the first admitted call with a later text on, and from `latest` on at the latest.
    OnFirstUse {
        /// The last moment.
        latest: String,
        /// When a later text was first used; `null` if none was.
        #[serde(deserialize_with = "given")]
        used_at: Option<String>,
    },
}

/// One text of a token: everything that is signed, and never the text itself.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = GuardCredential))]
#[serde(deny_unknown_fields)]
pub struct GuardCredentialView {
    /// The claim `jti`.
    pub jti: String,
    /// The key that signs it.
    pub kid: String,
    /// The claim `iat`.
    pub issued_at: String,
    /// The claim `exp`; `null` if there is none.
    #[serde(deserialize_with = "given")]
    pub expires_at: Option<String>,
    /// How it is written.
    pub encoding: u16,
    /// When it is superseded.
    pub ends: GuardEndsView,
}

/// A token that is or was.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = GuardTokenState))]
#[serde(deny_unknown_fields)]
pub struct GuardTokenView {
    /// What people call it.
    pub name: String,
    /// Whether it was ended for good.
    pub revoked: bool,
    /// The ids of its explicit roles.
    pub roles: Vec<String>,
    /// Refused from this second on; `null` for no end.
    #[serde(deserialize_with = "given")]
    pub expires_at: Option<String>,
    /// Networks it may be used from; `null` for no restriction.
    #[serde(deserialize_with = "given")]
    pub allowed_networks: Option<Vec<String>>,
    /// Its texts, oldest first.
    pub credentials: Vec<GuardCredentialView>,
}

impl From<&StoredToken> for GuardTokenView {
    fn from(stored: &StoredToken) -> Self {
        let grant = stored.grant();
        Self {
            name: grant.name.to_string(),
            revoked: stored.end().is_some(),
            roles: grant.roles.iter().map(ToString::to_string).collect(),
            expires_at: grant.expires_at.map(format_seconds),
            allowed_networks: grant.allowed_networks.as_ref().map(|networks| networks.iter().collect()),
            credentials: grant.credentials.iter().map(credential).collect(),
        }
    }
}

fn credential(credential: &Credential) -> GuardCredentialView {
    GuardCredentialView {
        jti: credential.id.to_string(),
        kid: credential.key.to_string(),
        issued_at: format_seconds(credential.issued_at),
        expires_at: credential.expires_at.map(format_seconds),
        encoding: credential.encoding.number(),
        ends: match credential.ends {
            Ends::Never => GuardEndsView::Never {},
            Ends::At(at) => GuardEndsView::At { at: format_seconds(at) },
            Ends::OnFirstUse { latest, used_at } => {
                GuardEndsView::OnFirstUse { latest: format_seconds(latest), used_at: used_at.map(format_seconds) }
            }
        },
    }
}

impl GuardTokenView {
    /// The token with this id. Who ended it, when and why is not told.
    ///
    /// # Errors
    ///
    /// [`GuardAnswerError`].
    pub fn read(&self, id: TokenId) -> Result<StoredToken, GuardAnswerError> {
        let networks = |texts: &Vec<String>| AllowedNetworks::parse(texts.iter().map(String::as_str));
        let networks = self.allowed_networks.as_ref().map(networks).transpose();
        let credentials = self.credentials.iter().map(GuardCredentialView::read).collect::<Result<_, _>>()?;
        let token = Token::unrevoked(Grant {
            id,
            name: parsed("name", &self.name)?,
            roles: all("roles", &self.roles)?,
            expires_at: optional("expires_at", self.expires_at.as_deref())?,
            allowed_networks: networks.map_err(|_| GuardAnswerError("allowed_networks"))?,
            credentials: Credentials::stored(credentials).map_err(|_| GuardAnswerError("credentials"))?,
        });
        if !self.revoked {
            return Ok(StoredToken::Unrevoked(token));
        }
        let at = UnixSeconds::new(0).map_err(|_| GuardAnswerError("revoked"))?;
        Ok(StoredToken::Revoked(token.revoke(Revoked { at, by: Actor::System, reason: None })))
    }
}

impl GuardCredentialView {
    fn read(&self) -> Result<Credential, GuardAnswerError> {
        Ok(Credential {
            id: parsed("jti", &self.jti)?,
            key: parsed("kid", &self.kid)?,
            issued_at: instant("issued_at", &self.issued_at)?,
            expires_at: optional("expires_at", self.expires_at.as_deref())?,
            encoding: Encoding::by_number(self.encoding).ok_or(GuardAnswerError("encoding"))?,
            ends: match &self.ends {
                GuardEndsView::Never {} => Ends::Never,
                GuardEndsView::At { at } => Ends::At(instant("at", at)?),
                GuardEndsView::OnFirstUse { latest, used_at } => Ends::OnFirstUse {
                    latest: instant("latest", latest)?,
                    used_at: optional("used_at", used_at.as_deref())?,
                },
            },
        })
    }
}

fn instant(member: &'static str, text: &str) -> Result<UnixSeconds, GuardAnswerError> {
    parse_instant(text).map_err(|_| GuardAnswerError(member))
}

fn optional(member: &'static str, text: Option<&str>) -> Result<Option<UnixSeconds>, GuardAnswerError> {
    text.map(|text| instant(member, text)).transpose()
}

/// A token, and the head of the snapshot it was read in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = GuardToken))]
#[serde(deny_unknown_fields)]
pub struct GuardTokenAnswer {
    /// How far the log had come.
    pub head: HeadView,
    /// Which token was asked for.
    pub id: String,
    /// The token as of then; `null` for an unknown or deleted one, which stays so for ever.
    #[serde(deserialize_with = "given")]
    pub token: Option<GuardTokenView>,
}

impl GuardTokenAnswer {
    /// The answer about this token.
    #[must_use]
    pub fn new(id: TokenId, read: &AsOf<Option<StoredToken>>) -> Self {
        Self { head: (&read.head).into(), id: id.to_string(), token: read.value.as_ref().map(GuardTokenView::from) }
    }

    /// What it says of this token.
    ///
    /// # Errors
    ///
    /// [`GuardAnswerError`]; also where it is about another token.
    pub fn read(&self, id: TokenId) -> Result<AsOf<Option<StoredToken>>, GuardAnswerError> {
        if self.id != id.to_string() {
            return Err(GuardAnswerError("id"));
        }
        let value = self.token.as_ref().map(|token| token.read(id)).transpose()?;
        Ok(AsOf { head: self.head.read()?, value })
    }
}

#[cfg(test)]
mod tests {
    use token_core::{Digest, Epoch, Head, Seq};

    use super::*;

    const ID: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120002";
    const OTHER: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120003";

    fn at(seconds: i64) -> UnixSeconds {
        UnixSeconds::new(seconds).unwrap()
    }

    fn text(id: &str, ends: Ends) -> Credential {
        Credential {
            id: id.parse().unwrap(),
            key: "k".parse().unwrap(),
            issued_at: at(1),
            expires_at: Some(at(100)),
            encoding: Encoding::V1,
            ends,
        }
    }

    fn token() -> Token<token_core::Unrevoked> {
        let waiting = Ends::OnFirstUse { latest: at(50), used_at: Some(at(3)) };
        let all = [(ID, waiting), (OTHER, Ends::At(at(60))), ("0192f3c1-7a52-7c11-8d4e-0242ac120004", Ends::Never)];
        Token::unrevoked(Grant {
            id: ID.parse().unwrap(),
            name: "CI".parse().unwrap(),
            roles: [OTHER.parse().unwrap()].into(),
            expires_at: Some(at(100)),
            allowed_networks: Some(AllowedNetworks::parse(["10.0.0.0/8"]).unwrap()),
            credentials: Credentials::stored(all.map(|(id, ends)| text(id, ends)).into()).unwrap(),
        })
    }

    fn answer(token: Option<StoredToken>) -> GuardTokenAnswer {
        let head = Head { epoch: Epoch([1; 16]), seq: Seq::new(7), digest: Digest([2; 32]) };
        GuardTokenAnswer::new(ID.parse().unwrap(), &AsOf { head, value: token })
    }

    fn back(answer: &GuardTokenAnswer) -> Option<StoredToken> {
        let json = serde_json::to_string(answer).unwrap();
        let read: GuardTokenAnswer = serde_json::from_str(&json).unwrap();
        read.read(ID.parse().unwrap()).unwrap().value
    }

    #[test]
    fn a_guard_reads_of_a_token_what_the_server_knows_and_not_who_ended_it() {
        let stored = StoredToken::Unrevoked(token());
        assert_eq!(back(&answer(Some(stored.clone()))), Some(stored));
        assert_eq!(back(&answer(None)), None);
        let end = Revoked { at: at(9), by: Actor::CommandLine, reason: Some("sesame".parse().unwrap()) };
        let revoked = answer(Some(StoredToken::Revoked(token().revoke(end))));
        let json = serde_json::to_string(&revoked).unwrap();
        assert!(!json.contains("sesame") && !json.contains("command line"), "{json}");
        let Some(StoredToken::Revoked(read)) = back(&revoked) else { panic!("not revoked: {json}") };
        assert_eq!(read.grant(), token().grant());
    }

    #[test]
    fn shape_of_a_token_for_a_guard() {
        let json = serde_json::to_value(answer(Some(StoredToken::Unrevoked(token())))).unwrap();
        assert_eq!(
            json["token"]["credentials"][0].to_string(),
            concat!(
                r#"{"encoding":1,"ends":{"kind":"on_first_use","latest":"1970-01-01T00:00:50Z","#,
                r#""used_at":"1970-01-01T00:00:03Z"},"expires_at":"1970-01-01T00:01:40Z","issued_at":"#,
                r#""1970-01-01T00:00:01Z","jti":"0192f3c1-7a52-7c11-8d4e-0242ac120002","kid":"k"}"#
            )
        );
        assert_eq!(json["token"]["credentials"][2]["ends"].to_string(), r#"{"kind":"never"}"#);
    }

    #[test]
    fn atk_m12_a_token_with_anything_unknown_or_missing_is_none() {
        let whole = answer(Some(StoredToken::Unrevoked(token())));
        assert!(whole.read(OTHER.parse().unwrap()).is_err(), "the answer to another question");
        let broken = |change: fn(&mut GuardTokenView)| {
            let mut broken = whole.clone();
            change(broken.token.as_mut().unwrap());
            broken.read(ID.parse().unwrap()).is_err()
        };
        assert!(broken(|token| token.credentials.clear()));
        assert!(broken(|token| token.credentials[0].encoding = 2));
        assert!(broken(|token| token.allowed_networks = Some(Vec::new())));
        assert!(broken(|token| token.expires_at = Some("never".to_owned())));
        assert!(broken(|token| token.roles.push("admin".to_owned())));
        let json = serde_json::to_string(&whole).unwrap();
        let unknown = json.replace("\"revoked\":false", "\"revoked\":false,\"hours\":[9,17]");
        assert!(serde_json::from_str::<GuardTokenAnswer>(&unknown).is_err());
        for member in
            ["\"revoked\":false,", "\"expires_at\":\"1970-01-01T00:01:40Z\",", "\"allowed_networks\":[\"10.0.0.0/8\"],"]
        {
            assert!(json.contains(member), "{member}");
            assert!(serde_json::from_str::<GuardTokenAnswer>(&json.replacen(member, "", 1)).is_err(), "{member}");
        }
        let unknown = json.replace("{\"kind\":\"never\"}", "{\"kind\":\"later\"}");
        assert!(serde_json::from_str::<GuardTokenAnswer>(&unknown).is_err());
    }
}
