//! What somebody typed into the form of a token, and what it means.

use token_admin::{EditToken, FieldError, NewToken, Refused, Submitted};
use token_core::{AllowedNetworks, RoleSet, TextError, TokenRecord, UnixSeconds};
use token_http::pages::{Fields, parse_end};

use crate::forms::{Ask, slots};
use crate::moment;

/// The form as it was typed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) description: String,
    /// As `<input type="date">` gives it; empty for none.
    pub(super) expires: String,
    /// The exact end that the date stood for when the form was made, so that saving does not move it.
    pub(super) expires_exactly: Option<UnixSeconds>,
    pub(super) roles: Vec<String>,
    pub(super) networks: Vec<String>,
    /// Marked to be revoked by the next save.
    pub(super) revoke: bool,
    pub(super) reason: String,
    pub(super) version: Option<u64>,
    /// By which a repeated save is known.
    pub(super) key: String,
}

impl Input {
    pub(super) fn of(record: &TokenRecord) -> Self {
        let grant = record.token.grant();
        let networks = grant.allowed_networks.as_ref();
        Self {
            name: grant.name.to_string(),
            description: record.description.to_string(),
            expires: grant.expires_at.map(moment::end_field).unwrap_or_default(),
            expires_exactly: grant.expires_at,
            roles: grant.roles.iter().map(ToString::to_string).collect(),
            networks: networks.map(|networks| networks.iter().collect()).unwrap_or_default(),
            version: Some(record.version),
            ..Self::default()
        }
    }

    /// What was sent, with a slot more or less if that was asked for.
    pub(super) fn sent(fields: &Fields) -> Self {
        let text = |name| fields.text(name).unwrap_or_default().to_owned();
        let ask = Ask::read(fields.text("do"));
        let all = |name| fields.all(name).map(|value| value.trim().to_owned()).collect();
        Self {
            name: text("name"),
            description: text("description"),
            expires: text("expires_at").trim().to_owned(),
            expires_exactly: fields.text("expires_exactly").and_then(|text| parse_end(text).ok()),
            roles: slots("role", all("role"), ask),
            networks: slots("network", all("network"), ask),
            revoke: match ask {
                Ask::Other("revoke") => true,
                Ask::Other("keep") => false,
                _ => fields.text("revoke") == Some("yes"),
            },
            reason: text("reason"),
            version: fields.text("version").and_then(|text| text.parse().ok()),
            key: text("key"),
        }
    }

    /// A new token.
    pub(super) fn new_token(&self) -> Submitted<NewToken, EditToken> {
        let (mut errors, edit) = self.read();
        let (Some(name), Some(description)) = (edit.name.clone(), edit.description.clone()) else {
            if errors.is_empty() {
                errors.push(FieldError::new("/name", "must not be empty"));
            }
            return Err(Refused { errors, good: Box::new(edit) });
        };
        if !errors.is_empty() {
            return Err(Refused { errors, good: Box::new(edit) });
        }
        Ok(NewToken {
            name,
            description,
            roles: edit.roles.unwrap_or_default(),
            expires_at: edit.expires_at.flatten(),
            allowed_networks: edit.allowed_networks.flatten(),
        })
    }

    /// A save of what is not final in a revoked token: its form sends nothing else.
    pub(super) fn relabel(&self) -> Submitted<EditToken, EditToken> {
        let mut errors = Vec::new();
        let edit = EditToken {
            name: noted(&mut errors, "/name", self.name.parse()),
            description: noted(&mut errors, "/description", self.description.parse()),
            ..EditToken::default()
        };
        if errors.is_empty() { Ok(edit) } else { Err(Refused { errors, good: Box::new(edit) }) }
    }

    /// A save of the whole form.
    pub(super) fn edit(&self) -> Submitted<EditToken, EditToken> {
        let (mut errors, mut edit) = self.read();
        if self.revoke {
            edit.revoked = Some(true);
            if !self.reason.trim().is_empty() {
                edit.reason = noted(&mut errors, "/reason", self.reason.parse());
            }
        }
        if errors.is_empty() { Ok(edit) } else { Err(Refused { errors, good: Box::new(edit) }) }
    }

    fn read(&self) -> (Vec<FieldError>, EditToken) {
        let mut errors = Vec::new();
        let edit = EditToken {
            name: noted(&mut errors, "/name", self.name.parse()),
            description: noted(&mut errors, "/description", self.description.parse()),
            expires_at: self.expiry().map_err(|why| errors.push(FieldError::new("/expires_at", why))).ok(),
            roles: self.role_ids(&mut errors),
            allowed_networks: self
                .networks()
                .map_err(|why| errors.push(FieldError::new("/allowed_networks", why)))
                .ok(),
            ..EditToken::default()
        };
        (errors, edit)
    }

    fn expiry(&self) -> Result<Option<UnixSeconds>, String> {
        if self.expires.is_empty() {
            return Ok(None);
        }
        match self.expires_exactly {
            Some(exact) if moment::end_field(exact) == self.expires => Ok(Some(exact)),
            _ => parse_end(&self.expires).map(Some).map_err(|error| error.to_string()),
        }
    }

    fn role_ids(&self, errors: &mut Vec<FieldError>) -> Option<RoleSet> {
        let chosen = self.roles.iter().filter(|role| !role.is_empty());
        let ids: Result<RoleSet, _> = chosen.map(|role| role.parse()).collect();
        ids.map_err(|_| errors.push(FieldError::new("/roles", "one of them is no role"))).ok()
    }

    fn networks(&self) -> Result<Option<AllowedNetworks>, String> {
        let given: Vec<&str> = self.networks.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
        if given.is_empty() {
            return Ok(None);
        }
        AllowedNetworks::parse(given).map(Some).map_err(|error| error.to_string())
    }
}

fn noted<T>(errors: &mut Vec<FieldError>, pointer: &str, read: Result<T, TextError>) -> Option<T> {
    read.map_err(|error| errors.push(FieldError::new(pointer, error.to_string()))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(text: &str) -> Input {
        Input::sent(&Fields::parse(text).unwrap())
    }

    #[test]
    fn s18_empty_slots_are_dropped() {
        let input = sent("name=a&description=&role=&network=&role=&do=save");
        let new = input.new_token().unwrap();
        assert!(new.roles.is_empty());
        assert_eq!((new.expires_at, new.allowed_networks), (None, None));
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let input = sent("name=&description=&expires_at=2027-02-30&role=x&network=1.2.3&do=save");
        let pointers: Vec<String> =
            input.new_token().unwrap_err().errors.into_iter().map(|error| error.pointer).collect();
        assert_eq!(pointers, ["/name", "/expires_at", "/roles", "/allowed_networks"]);
    }

    #[test]
    fn a_date_is_the_end_of_its_day_unless_the_stored_moment_is_meant() {
        let end = |text: &str| sent(text).edit().unwrap().expires_at.flatten().unwrap();
        assert_eq!(end("name=a&expires_at=2027-05-31"), parse_end("2027-05-31").unwrap());
        let exact = parse_end("2027-05-31T14:02:11Z").unwrap();
        assert_eq!(end("name=a&expires_at=2027-05-31&expires_exactly=2027-05-31T14:02:11Z"), exact);
        let moved = end("name=a&expires_at=2027-06-01&expires_exactly=2027-05-31T14:02:11Z");
        assert_eq!(moved, parse_end("2027-06-01").unwrap());
    }

    #[test]
    fn s27_the_mark_is_set_and_taken_back_by_buttons() {
        assert!(!sent("name=a").revoke);
        assert!(sent("name=a&do=revoke").revoke);
        assert!(sent("name=a&revoke=yes&do=save").revoke);
        assert!(!sent("name=a&revoke=yes&do=keep").revoke);
        let edit = sent("name=a&revoke=yes&reason=over&do=save").edit().unwrap();
        assert_eq!(edit.revoked, Some(true));
        assert_eq!(edit.reason.unwrap().as_str(), "over");
        assert_eq!(sent("name=a&reason=over&do=save").edit().unwrap().reason, None);
    }
}
