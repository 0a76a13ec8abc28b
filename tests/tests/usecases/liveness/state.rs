//! Everything a text and its token can be when a call arrives; good by default, each part by itself.

use std::net::IpAddr;

use proptest::prelude::*;
use token_admin::{Begin, RevokeToken, RotateKey};
use token_core::{
    AllowedNetworks, Author, Change, Clock as _, Credential, CredentialId, Credentials, Encoding, Ends, Grant,
    Identity, KeyState, SealedKey, Store as _, StoredToken, Token, TokenId, TokenRecord, UnixSeconds,
};
use token_jwt::{NewKey, SigningInput, SigningKey};
use token_seal::SealContext;

use crate::world::World;

#[derive(Clone, Copy, Debug)]
pub(super) enum Signature {
    Good,
    /// One character is another.
    Flipped,
    /// Made with a key of somebody else under the name of ours.
    OfOtherKey,
}

/// What the text says, signed with our key whatever it says.
#[derive(Clone, Copy, Debug)]
pub(super) enum Told {
    Stored,
    OtherToken,
    OtherCredential,
    OtherIssuedAt,
    OtherExpiry,
    OtherIssuer,
    OtherAudience,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Standing {
    Unrevoked,
    Revoked,
    Deleted,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Key {
    Signing,
    Retired,
    Withdrawn,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Address {
    Unrestricted,
    Inside,
    Outside,
    /// Restricted, and nobody knows where the call comes from.
    Unknown,
}

/// When another text takes the place of this one; seconds from now.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    Never,
    At(i64),
    OnFirstUse(i64),
    Used,
}

#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) signature: Signature,
    pub(super) told: Told,
    pub(super) standing: Standing,
    pub(super) key: Key,
    pub(super) address: Address,
    /// Seconds from now.
    pub(super) token_ends: Option<i64>,
    pub(super) text_ends: Option<i64>,
    pub(super) superseded: End,
    /// Whether the token has a newer text beside this one.
    pub(super) older: bool,
}

fn any_seconds() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![3 => Just(None), 4 => (1_i64..5).prop_map(Some), 1 => (-5_i64..=0).prop_map(Some)]
}

pub(super) fn any_state() -> impl Strategy<Value = State> {
    use {Address as A, Told as T};
    let signature =
        prop_oneof![6 => Just(Signature::Good), 1 => Just(Signature::Flipped), 1 => Just(Signature::OfOtherKey)];
    let others =
        [T::OtherToken, T::OtherCredential, T::OtherIssuedAt, T::OtherExpiry, T::OtherIssuer, T::OtherAudience];
    let told = prop_oneof![4 => Just(T::Stored), 1 => proptest::sample::select(others.to_vec())];
    let standing =
        prop_oneof![6 => Just(Standing::Unrevoked), 1 => Just(Standing::Revoked), 1 => Just(Standing::Deleted)];
    let key = prop_oneof![6 => Just(Key::Signing), 1 => Just(Key::Retired), 1 => Just(Key::Withdrawn)];
    let address =
        prop_oneof![3 => Just(A::Unrestricted), 3 => Just(A::Inside), 1 => Just(A::Outside), 1 => Just(A::Unknown)];
    let superseded = prop_oneof![
        4 => Just(End::Never),
        2 => (0_i64..4).prop_map(End::At),
        2 => (0_i64..4).prop_map(End::OnFirstUse),
        1 => Just(End::Used),
    ];
    (signature, told, standing, key, address, any_seconds(), any_seconds(), superseded, any::<bool>()).prop_map(
        |(signature, told, standing, key, address, token_ends, text_ends, superseded, older)| State {
            signature,
            told,
            standing,
            key,
            address,
            token_ends,
            text_ends,
            superseded,
            older,
        },
    )
}

impl Address {
    pub(super) fn peer(self) -> Option<IpAddr> {
        match self {
            Self::Inside => "10.20.30.40".parse().ok(),
            Self::Unrestricted | Self::Outside => "11.20.30.40".parse().ok(),
            Self::Unknown => None,
        }
    }

    fn networks(self) -> Option<AllowedNetworks> {
        match self {
            Self::Unrestricted => None,
            Self::Inside | Self::Outside | Self::Unknown => {
                Some(AllowedNetworks::parse(["10.0.0.0/8", "fd00::/8"]).unwrap())
            }
        }
    }
}

impl State {
    pub(super) fn good() -> Self {
        Self {
            signature: Signature::Good,
            told: Told::Stored,
            standing: Standing::Unrevoked,
            key: Key::Signing,
            address: Address::Unrestricted,
            token_ends: None,
            text_ends: None,
            superseded: End::Never,
            older: false,
        }
    }

    /// How many of the six predicates do not hold.
    pub(super) fn failing(&self) -> usize {
        let over = |end: Option<i64>| end.is_some_and(|end| end <= 0);
        let superseded = match self.superseded {
            End::Never => false,
            End::At(end) | End::OnFirstUse(end) => end <= 0,
            End::Used => true,
        };
        let holds = [
            matches!(self.signature, Signature::Good),
            matches!(self.told, Told::Stored),
            matches!(self.standing, Standing::Unrevoked),
            !matches!(self.key, Key::Withdrawn),
            matches!(self.address, Address::Unrestricted | Address::Inside),
            !over(self.token_ends) && !over(self.text_ends) && !superseded,
        ];
        holds.into_iter().filter(|holds| !holds).count()
    }

    /// Stores the token as it is to be, and gives the text that will be presented.
    pub(super) fn bring_about(&self, world: &World) -> String {
        let (key, identity) = signing(world);
        let credential = self.credential(world, &key);
        let id = TokenId::new(world.clock.now(), world.randomness.as_ref()).unwrap();
        self.store_token(world, id, &credential);
        let text = self.sign(world, &key, &self.told(world, identity, id, &credential));
        let author = Author::command_line();
        match self.standing {
            Standing::Unrevoked => {}
            Standing::Revoked => drop(world.admin.revoke_token(&author, &RevokeToken { id, reason: None }).unwrap()),
            Standing::Deleted => drop(world.admin.delete_token(&author, id).unwrap()),
        }
        if !matches!(self.key, Key::Signing) {
            world.admin.rotate_key(&author, &RotateKey { algorithm: None, begin: Begin::Now }).unwrap();
            // New keys reach a guard that follows the log; everything else it must see by itself.
            world.guard.look().unwrap();
        }
        if matches!(self.key, Key::Withdrawn) {
            world.admin.withdraw_key(&author, &key.public.id).unwrap();
        }
        text
    }

    fn credential(&self, world: &World, key: &SealedKey) -> Credential {
        Credential {
            id: CredentialId::new(world.clock.now(), world.randomness.as_ref()).unwrap(),
            key: key.public.id.clone(),
            issued_at: world.after(-10),
            expires_at: self.text_ends.map(|seconds| world.after(seconds)),
            encoding: Encoding::V1,
            ends: match self.superseded {
                End::Never => Ends::Never,
                End::At(seconds) => Ends::At(world.after(seconds)),
                End::OnFirstUse(seconds) => Ends::OnFirstUse { latest: world.after(seconds), used_at: None },
                End::Used => Ends::OnFirstUse { latest: world.after(100), used_at: Some(world.after(-1)) },
            },
        }
    }

    /// As a rotation will store it: no use case makes every state yet.
    fn store_token(&self, world: &World, id: TokenId, credential: &Credential) {
        let mut credentials = vec![credential.clone()];
        if self.older {
            let id = CredentialId::new(world.clock.now(), world.randomness.as_ref()).unwrap();
            credentials.push(Credential { id, issued_at: world.after(-5), ends: Ends::Never, ..credential.clone() });
        }
        let grant = Grant {
            id,
            name: "application".parse().unwrap(),
            roles: [].into(),
            expires_at: self.token_ends.map(|seconds| world.after(seconds)),
            allowed_networks: self.address.networks(),
            credentials: Credentials::stored(credentials).unwrap(),
        };
        let record = TokenRecord {
            token: StoredToken::Unrevoked(Token::unrevoked(grant)),
            description: "".parse().unwrap(),
            created_at: world.after(-10),
            created_by: Author::command_line().actor,
            version: 1,
        };
        let change = Change::TokenCreated(Box::new(record));
        world.store.write(&Author::command_line(), &mut |_| Ok(vec![change.clone()])).unwrap();
    }

    fn told(
        &self,
        world: &World,
        mut identity: Identity,
        mut id: TokenId,
        stored: &Credential,
    ) -> (Identity, TokenId, Credential) {
        let mut credential = stored.clone();
        let later = |time: UnixSeconds| UnixSeconds::new(time.get() + 1).unwrap();
        match self.told {
            Told::Stored => {}
            Told::OtherToken => id = TokenId::new(world.clock.now(), world.randomness.as_ref()).unwrap(),
            Told::OtherCredential => {
                credential.id = CredentialId::new(world.clock.now(), world.randomness.as_ref()).unwrap();
            }
            Told::OtherIssuedAt => credential.issued_at = later(credential.issued_at),
            Told::OtherExpiry => credential.expires_at = Some(credential.expires_at.map_or(world.after(50), later)),
            Told::OtherIssuer => identity.issuer = "https://elsewhere.example".parse().unwrap(),
            Told::OtherAudience => identity.audience = "others".parse().unwrap(),
        }
        (identity, id, credential)
    }

    fn sign(&self, world: &World, key: &SealedKey, told: &(Identity, TokenId, Credential)) -> String {
        let (identity, id, credential) = told;
        let (kid, algorithm) = (key.public.id.clone(), key.public.algorithm);
        let context = SealContext::PrivateKey { key: &kid, algorithm };
        let ours = world.master.open(context, &key.sealed_private).unwrap();
        let theirs = NewKey::generate(algorithm).unwrap();
        let private = if matches!(self.signature, Signature::OfOtherKey) { theirs.private() } else { ours.as_slice() };
        let signer = SigningKey::open(algorithm, kid.clone(), private).unwrap();
        let text = signer.sign(&SigningInput::new(identity, *id, credential, algorithm)).unwrap().expose().to_owned();
        if !matches!(self.signature, Signature::Flipped) {
            return text;
        }
        let (signed, signature) = text.rsplit_once('.').unwrap();
        let mut characters: Vec<char> = signature.chars().collect();
        characters[20] = if characters[20] == 'A' { 'B' } else { 'A' };
        format!("{signed}.{}", String::from_iter(characters))
    }
}

/// The key that signs now, and what texts say of their origin.
fn signing(world: &World) -> (SealedKey, Identity) {
    let mut found = None;
    world
        .store
        .read(&mut |tx| {
            let key = tx.keys()?.into_iter().find(|key| key.public.state == KeyState::Signing);
            found = key.zip(tx.identity()?);
            Ok(())
        })
        .unwrap();
    found.expect("a key that signs")
}
