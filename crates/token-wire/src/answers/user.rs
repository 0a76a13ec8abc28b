//! People.

use serde::{Deserialize, Serialize};
use token_core::UserRecord;

use super::ActorView;
use crate::format_seconds;

/// A person. Their password is in no answer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = User))]
pub struct UserView {
    /// Who.
    pub id: String,
    /// What they sign in with.
    pub username: String,
    /// What others call them; may be empty.
    pub display_name: String,
    /// Explicit roles; the one that all people hold is not listed.
    pub roles: Vec<String>,
    /// Whether they may sign in.
    pub enabled: bool,
    /// Whether they have a password; nobody signs in without one.
    pub has_password: bool,
    /// When the account was made.
    pub created_at: String,
    /// Who made it.
    pub created_by: ActorView,
    /// Counts saves from 1; the `ETag`.
    pub version: u64,
}

impl From<&UserRecord> for UserView {
    fn from(record: &UserRecord) -> Self {
        let user = &record.user;
        Self {
            id: user.id.to_string(),
            username: user.username.to_string(),
            display_name: user.display_name.to_string(),
            roles: user.roles.iter().map(ToString::to_string).collect(),
            enabled: user.enabled,
            has_password: record.password.is_some(),
            created_at: format_seconds(record.created_at),
            created_by: (&record.created_by).into(),
            version: record.version,
        }
    }
}

/// A person, and what is counted around them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = UserWithUse))]
pub struct UserWithUseView {
    /// The person.
    #[serde(flatten)]
    pub user: UserView,
    /// How many tokens they made that are still on the list. Not part of the version.
    pub tokens_created: u64,
    /// How many sessions they have. Not part of the version.
    pub sessions: u64,
}

#[cfg(test)]
mod tests {

    use token_core::{Actor, BuiltIn, RoleSet, UnixSeconds, User};

    use super::*;

    #[test]
    fn p55_shape_of_a_person_without_what_their_password_is_checked_against() {
        let record = UserRecord {
            user: User {
                id: "0192f3c1-7a52-7c11-8d4e-0242ac120002".parse().unwrap(),
                username: "ada".parse().unwrap(),
                display_name: "Ada Lovelace".parse().unwrap(),
                roles: RoleSet::from([BuiltIn::Admin.id()]),
                enabled: true,
            },
            password: Some("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned().try_into().unwrap()),
            created_at: UnixSeconds::new(0).unwrap(),
            created_by: Actor::CommandLine,
            version: 3,
        };
        let view = UserWithUseView { user: (&record).into(), tokens_created: 2, sessions: 1 };
        let json = serde_json::to_string(&view).unwrap();
        assert_eq!(
            json,
            concat!(
                r#"{"id":"0192f3c1-7a52-7c11-8d4e-0242ac120002","username":"ada","display_name":"Ada Lovelace","#,
                r#""roles":["00000000-0000-7000-8000-000000000001"],"enabled":true,"has_password":true,"#,
                r#""created_at":"1970-01-01T00:00:00Z","#,
                r#""created_by":{"kind":"command line","id":null,"name":"command line"},"version":3,"#,
                r#""tokens_created":2,"sessions":1}"#
            )
        );
        assert_eq!(serde_json::from_str::<UserWithUseView>(&json).unwrap(), view);
    }
}
