//! Requests that can be repeated safely: the second one makes nothing, and is answered with what the first one made.

use token_core::{
    Actor, AllowedNetworks, Author, Change, IdempotencyKey, RememberedRequest, RequestMac, RoleSet, StoredToken,
    TokenId, TokenRecord, UnixSeconds,
};
use token_jwt::SigningInput;

use crate::authority::token_permissions;
use crate::transaction::Deciding;
use crate::{Admin, AdminError, Created, Issued, NewToken, OldEnds, RotateToken, ShowToken, Signer};

/// A request with a key: who asks for what, by their MACs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    scope: RequestMac,
    body: RequestMac,
}

/// What a key is used for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Route {
    Create,
    Rotate(TokenId),
}

impl Admin {
    /// What is known of a request before the lock is taken.
    pub(super) fn asked(
        &self,
        author: &Author,
        route: Route,
        key: &IdempotencyKey,
        body: &Canonical,
    ) -> Result<Asked, AdminError> {
        let mac = |canonical: &Canonical| {
            self.store.request_mac(&canonical.0).ok_or(AdminError::CannotSign("it has no master key"))
        };
        Ok(Asked { scope: mac(&scope(&author.actor, route, key))?, body: mac(body)? })
    }

    /// What the first request made, if this one repeats it: signed again, told by an event, and only for those who
    /// hold what the token may do.
    pub(super) fn repeated(
        &self,
        asked: &Asked,
        Deciding { tx, authority, now }: &mut Deciding<'_>,
    ) -> Result<Option<(Vec<Change>, Issued)>, AdminError> {
        let second = now.seconds();
        let Some(first) = tx.remembered(&asked.scope)?.filter(|request| request.counts(second)) else {
            return Ok(None);
        };
        if first.body != asked.body {
            return Err(AdminError::KeyReused);
        }
        let record = tx.token(first.token)?.ok_or(AdminError::Gone)?;
        let grant = record.token.grant();
        authority.hold_all(&token_permissions(*tx, &grant.roles)?)?;
        let shown = self.settings.show_token == ShowToken::Always;
        if !shown || matches!(record.token, StoredToken::Revoked(_)) {
            return Ok(Some((Vec::new(), Issued::WithoutText(record))));
        }
        let credential = grant.credentials.find(first.credential).ok_or(AdminError::Gone)?;
        let key = Signer::key_of(*tx, &credential.key)?;
        let identity = tx.identity()?.ok_or(AdminError::CannotSign("no issuer is stored"))?;
        let input = SigningInput::new(&identity, first.token, credential, key.public.algorithm);
        let text = self.signer.sign(*tx, &key, &input)?;
        let (name, credential) = (grant.name.clone(), credential.clone());
        let change = Change::TokenRevealed { token: first.token, name, credential };
        Ok(Some((vec![change], Issued::Again(Created { record, text }))))
    }
}

impl Asked {
    /// The same changes; the last of them, which made the text of `created`, remembers the request.
    pub(super) fn remember(self, mut changes: Vec<Change>, created: &Created, at: UnixSeconds) -> Vec<Change> {
        let Self { scope, body } = self;
        let record: &TokenRecord = &created.record;
        let credential = record.token.grant().credentials.newest().id;
        let request = RememberedRequest { scope, body, token: record.id(), credential, at };
        if let Some(change) = changes.pop() {
            changes.push(Change::Repeatable { change: Box::new(change), request });
        }
        changes
    }
}

fn scope(actor: &Actor, route: Route, key: &IdempotencyKey) -> Canonical {
    let scope = Canonical::default().part(b"scope").part(actor.kind().as_bytes());
    let scope = scope.part(actor.id().as_ref().map_or(&[], <[u8; 16]>::as_slice));
    let scope = match route {
        Route::Create => scope.part(b"create"),
        Route::Rotate(id) => scope.part(b"rotate").part(id.as_bytes()),
    };
    scope.part(key.as_str().as_bytes())
}

/// What is asked for as bytes that differ whenever it differs: each part with its length before it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Canonical(Vec<u8>);

impl Canonical {
    fn part(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.0.extend_from_slice(bytes);
        self
    }

    fn time(self, time: Option<UnixSeconds>) -> Self {
        match time {
            None => self.part(b"none"),
            Some(time) => self.part(&time.get().to_be_bytes()),
        }
    }

    fn roles(self, roles: &RoleSet) -> Self {
        roles.iter().fold(self.part(&(roles.len() as u64).to_be_bytes()), |all, role| all.part(role.as_bytes()))
    }

    fn networks(self, networks: Option<&AllowedNetworks>) -> Self {
        match networks {
            None => self.part(b"anywhere"),
            Some(networks) => self.part(networks.iter().collect::<Vec<_>>().join(",").as_bytes()),
        }
    }

    /// Everything of a new token.
    pub(super) fn of_new(new: &NewToken) -> Self {
        let NewToken { name, description, roles, expires_at, allowed_networks } = new;
        let body = Self::default().part(b"new token").part(name.as_str().as_bytes());
        let body = body.part(description.as_str().as_bytes()).roles(roles).time(*expires_at);
        body.networks(allowed_networks.as_ref())
    }

    /// Everything of a rotation.
    pub(super) fn of_rotation(rotate: &RotateToken) -> Self {
        let RotateToken { expires_at, old_ends } = rotate;
        let body = Self::default().part(b"new text");
        let body = match expires_at {
            None => body.part(b"its own end"),
            Some(end) => body.part(b"this end").time(*end),
        };
        match old_ends {
            OldEnds::Now => body.part(b"now"),
            OldEnds::At(end) => body.part(b"at").time(Some(*end)),
            OldEnds::OnFirstUse { latest } => body.part(b"first use").time(Some(*latest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> UnixSeconds {
        UnixSeconds::new(seconds).unwrap()
    }

    #[test]
    fn what_differs_has_other_bytes() {
        let plain = NewToken {
            name: "a".parse().unwrap(),
            description: "b".parse().unwrap(),
            roles: RoleSet::none(),
            expires_at: None,
            allowed_networks: None,
        };
        let other = |change: fn(&mut NewToken)| {
            let mut new = plain.clone();
            change(&mut new);
            Canonical::of_new(&new)
        };
        let all = [
            Canonical::of_new(&plain),
            other(|new| new.name = "ab".parse().unwrap()),
            other(|new| (new.name, new.description) = ("ab".parse().unwrap(), "".parse().unwrap())),
            other(|new| new.expires_at = Some(at(0))),
            other(|new| new.roles = RoleSet::from([token_core::BuiltIn::Admin.id()])),
            other(|new| new.allowed_networks = AllowedNetworks::parse(["10.0.0.1"]).ok()),
            Canonical::of_rotation(&RotateToken { expires_at: None, old_ends: OldEnds::Now }),
            Canonical::of_rotation(&RotateToken { expires_at: Some(None), old_ends: OldEnds::Now }),
            Canonical::of_rotation(&RotateToken { expires_at: Some(Some(at(5))), old_ends: OldEnds::Now }),
            Canonical::of_rotation(&RotateToken { expires_at: None, old_ends: OldEnds::At(at(5)) }),
            Canonical::of_rotation(&RotateToken { expires_at: None, old_ends: OldEnds::OnFirstUse { latest: at(5) } }),
        ];
        for (index, one) in all.iter().enumerate() {
            assert!(!all[..index].contains(one), "{index}");
        }
        assert_eq!(Canonical::of_new(&plain.clone()), all[0]);
    }

    #[test]
    fn atk_a26_caller_route_and_key_each_make_another_scope() {
        let id: TokenId = "0192f3c1-7a52-7c11-8d4e-0242ac120002".parse().unwrap();
        let token = Actor::Token { id, name: "t".parse().unwrap() };
        let renamed = Actor::Token { id, name: "other".parse().unwrap() };
        let key = |text: &str| text.parse::<IdempotencyKey>().unwrap();
        let all = [
            scope(&token, Route::Create, &key("k")),
            scope(&Actor::CommandLine, Route::Create, &key("k")),
            scope(&Actor::System, Route::Create, &key("k")),
            scope(&token, Route::Rotate(id), &key("k")),
            scope(&token, Route::Create, &key("K")),
        ];
        for (index, one) in all.iter().enumerate() {
            assert!(!all[..index].contains(one), "{index}");
        }
        assert_eq!(scope(&renamed, Route::Create, &key("k")), all[0], "a name is no identity");
    }
}
