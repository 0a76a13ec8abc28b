//! Roles, public keys and origin, as of one head of the log.

use serde::{Deserialize, Serialize};
use token_core::{AsOf, Identity, KeySet, PublicKey, Role, RoleDescription, RouteRules, Rules, UnixSeconds};

use super::{GuardAnswerError, HeadView, all, given, parsed};
use crate::hex;

/// A role, as far as decisions go.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = GuardRole))]
#[serde(deny_unknown_fields)]
pub struct GuardRoleView {
    /// Which.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it grants and denies, e.g. `allow assets.*:read`.
    pub rules: Vec<String>,
}

/// A key that verifies, or one that does not any more.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = GuardKey))]
#[serde(deny_unknown_fields)]
pub struct GuardKeyView {
    /// Its name in the header of texts.
    pub kid: String,
    /// `EdDSA`, `ES256` or `RS256`.
    pub algorithm: String,
    /// `next`, `signing`, `retired` or `withdrawn`.
    pub state: String,
    /// The public half in hexadecimal digits: the point of an elliptic curve, or an `RSAPublicKey` in DER.
    pub public: String,
}

/// What every call needs beside its token.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = GuardRuleSet))]
#[serde(deny_unknown_fields)]
pub struct GuardRulesView {
    /// All roles.
    pub roles: Vec<GuardRoleView>,
    /// All keys, oldest first.
    pub keys: Vec<GuardKeyView>,
    /// The claim `iss` of all tokens; `null` before there was one.
    #[serde(deserialize_with = "given")]
    pub issuer: Option<String>,
    /// The claim `aud` of all tokens; `null` before there was one.
    #[serde(deserialize_with = "given")]
    pub audience: Option<String>,
}

impl From<&Rules> for GuardRulesView {
    fn from(rules: &Rules) -> Self {
        let identity = rules.keys.identity.as_ref();
        Self {
            roles: rules.roles.iter().map(role).collect(),
            keys: rules.keys.keys.iter().map(key).collect(),
            issuer: identity.map(|identity| identity.issuer.to_string()),
            audience: identity.map(|identity| identity.audience.to_string()),
        }
    }
}

fn role(role: &Role) -> GuardRoleView {
    let rules = role.rules.iter().map(ToString::to_string).collect();
    GuardRoleView { id: role.id.to_string(), name: role.name.to_string(), rules }
}

fn key(key: &PublicKey) -> GuardKeyView {
    GuardKeyView {
        kid: key.id.to_string(),
        algorithm: key.algorithm.to_string(),
        state: key.state.to_string(),
        public: hex::write(&key.public),
    }
}

impl GuardRulesView {
    /// The rules. Descriptions, versions and times, which decide nothing, are not told and stand empty.
    ///
    /// # Errors
    ///
    /// [`GuardAnswerError`].
    pub fn read(&self) -> Result<Rules, GuardAnswerError> {
        let identity = match (&self.issuer, &self.audience) {
            (None, None) => None,
            (Some(issuer), Some(audience)) => {
                Some(Identity { issuer: parsed("issuer", issuer)?, audience: parsed("audience", audience)? })
            }
            _ => return Err(GuardAnswerError("issuer")),
        };
        let roles = self.roles.iter().map(GuardRoleView::read).collect::<Result<_, _>>()?;
        let keys = self.keys.iter().map(GuardKeyView::read).collect::<Result<_, _>>()?;
        // No gateway asks a guard elsewhere.
        Ok(Rules { roles, keys: KeySet { keys, identity }, routes: RouteRules::default() })
    }
}

impl GuardRoleView {
    fn read(&self) -> Result<Role, GuardAnswerError> {
        Ok(Role {
            id: parsed("id", &self.id)?,
            name: parsed("name", &self.name)?,
            description: parsed::<RoleDescription>("description", "")?,
            rules: all("rules", &self.rules)?,
            version: 1,
        })
    }
}

impl GuardKeyView {
    fn read(&self) -> Result<PublicKey, GuardAnswerError> {
        Ok(PublicKey {
            id: parsed("kid", &self.kid)?,
            algorithm: parsed("algorithm", &self.algorithm)?,
            state: parsed("state", &self.state)?,
            public: hex::read(&self.public).ok_or(GuardAnswerError("public"))?,
            created_at: UnixSeconds::new(0).map_err(|_| GuardAnswerError("created_at"))?,
        })
    }
}

/// The rules, and the head of the snapshot they were read in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = GuardRules))]
#[serde(deny_unknown_fields)]
pub struct GuardRulesAnswer {
    /// How far the log had come.
    pub head: HeadView,
    /// How long all nodes go by what they have read. Milliseconds.
    pub lease_ms: u64,
    /// The rules as of then.
    pub rules: GuardRulesView,
}

impl GuardRulesAnswer {
    /// The answer.
    #[must_use]
    pub fn new(lease_ms: u64, rules: &AsOf<Rules>) -> Self {
        Self { head: (&rules.head).into(), lease_ms, rules: (&rules.value).into() }
    }

    /// The rules with their head.
    ///
    /// # Errors
    ///
    /// [`GuardAnswerError`].
    pub fn read(&self) -> Result<AsOf<Rules>, GuardAnswerError> {
        Ok(AsOf { head: self.head.read()?, value: self.rules.read()? })
    }
}

#[cfg(test)]
mod tests {
    use token_core::{Algorithm, BuiltIn, KeyState};

    use super::*;

    fn rules() -> Rules {
        let role = Role {
            id: BuiltIn::AllUsers.id(),
            name: "All users".parse().unwrap(),
            description: "".parse().unwrap(),
            rules: vec!["allow assets.*:read".parse().unwrap(), "deny *:delete".parse().unwrap()],
            version: 1,
        };
        let key = PublicKey {
            id: "k-1".parse().unwrap(),
            algorithm: Algorithm::EdDsa,
            state: KeyState::Withdrawn,
            public: vec![0xd4; 2],
            created_at: UnixSeconds::new(0).unwrap(),
        };
        let identity = Identity { issuer: "https://tokens.example".parse().unwrap(), audience: "a".parse().unwrap() };
        let keys = KeySet { keys: vec![key], identity: Some(identity) };
        Rules { roles: vec![role], keys, routes: RouteRules::default() }
    }

    #[test]
    fn shape_of_rules_for_a_guard() {
        let view = GuardRulesView::from(&rules());
        let json = serde_json::to_string(&view).unwrap();
        assert_eq!(
            json,
            concat!(
                r#"{"roles":[{"id":"00000000-0000-7000-8000-000000000003","name":"All users","#,
                r#""rules":["allow assets.*:read","deny *:delete"]}],"keys":[{"kid":"k-1","#,
                r#""algorithm":"EdDSA","state":"withdrawn","public":"d4d4"}],"issuer":"https://tokens.example","audience":"a"}"#
            )
        );
        assert_eq!(serde_json::from_str::<GuardRulesView>(&json).unwrap().read().unwrap(), rules());
    }

    #[test]
    fn atk_m12_rules_with_anything_unknown_are_none() {
        let view = GuardRulesView::from(&rules());
        let broken = |change: fn(&mut GuardRulesView)| {
            let mut broken = view.clone();
            change(&mut broken);
            broken.read().is_err()
        };
        assert!(broken(|rules| rules.issuer = None));
        assert!(broken(|rules| rules.keys[0].algorithm = "none".to_owned()));
        assert!(broken(|rules| rules.keys[0].state = "good".to_owned()));
        assert!(broken(|rules| rules.keys[0].public = "d".to_owned()));
        assert!(broken(|rules| rules.roles[0].rules[1] = "forbid *:delete".to_owned()));
        assert!(broken(|rules| rules.roles[0].rules[1] = "deny ".to_owned()));
        assert!(!broken(|rules| rules.roles[0].rules.clear()));
        let json = serde_json::to_string(&view).unwrap();
        assert!(serde_json::from_str::<GuardRulesView>(&json.replace(",\"audience\":\"a\"", "")).is_err());
    }
}
