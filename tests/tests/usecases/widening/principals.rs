//! Everybody who can hold something, and what each effectively holds.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use token_core::{Author, BuiltIn, Role, RoleId, StoredToken, TokenId, TokenRecord, UserId, UserRecord};

use crate::reference::holdings;
use crate::world::{Rows, World};

/// Addresses inside and outside of the networks of tokens.
const ADDRESSES: [&str; 3] = ["10.0.0.1", "10.1.0.1", "192.168.0.1"];
/// Seconds from now, between and behind the ends of tokens.
const MOMENTS: [i64; 3] = [0, 150, 1_000];

/// Somebody who may do something, in a place and at a time: a token that lives on, or reaches further, may do more.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Principal {
    /// Who calls with a token.
    Token { id: TokenId, moment: usize, address: usize },
    /// A person, who may sign in.
    Person(UserId),
    /// Whoever a role is given to, and nothing else; every person, for the role of all users.
    Holder(RoleId),
}

/// Everybody, with what they may do.
pub(super) fn principals(world: &World, rows: &Rows) -> BTreeMap<Principal, BTreeSet<String>> {
    let holders = rows.roles.iter().map(|role| (Principal::Holder(role.id), holdings(&[role])));
    let mut all: BTreeMap<_, _> =
        holders.filter(|(holder, _)| *holder != Principal::Holder(BuiltIn::Admin.id())).collect();
    for token in &rows.tokens {
        let may = roles_of(rows, token);
        for (moment, seconds) in MOMENTS.into_iter().enumerate() {
            for (address, text) in ADDRESSES.into_iter().enumerate() {
                let lives = lives(world, token, seconds, text.parse().unwrap());
                let may = if lives { may.clone() } else { BTreeSet::new() };
                all.insert(Principal::Token { id: token.id(), moment, address }, may);
            }
        }
    }
    for record in &rows.users {
        let may = if record.user.enabled { roles_of_person(rows, record) } else { BTreeSet::new() };
        all.insert(Principal::Person(record.id()), may);
    }
    all
}

/// What the roles of a person allow, that of all people included.
fn roles_of_person(rows: &Rows, record: &UserRecord) -> BTreeSet<String> {
    let held = &record.user.roles;
    let counts = |role: &&Role| held.contains(&role.id) || role.id == BuiltIn::AllUsers.id();
    holdings(&rows.roles.iter().filter(counts).collect::<Vec<_>>())
}

/// Who may do more than before, and what.
pub(super) fn gains(
    was: &BTreeMap<Principal, BTreeSet<String>>,
    is: &BTreeMap<Principal, BTreeSet<String>>,
) -> Vec<(Principal, BTreeSet<String>)> {
    let more = |(principal, holds): (&Principal, &BTreeSet<String>)| {
        let before = was.get(principal).cloned().unwrap_or_default();
        (*principal, holds.difference(&before).cloned().collect::<BTreeSet<_>>())
    };
    is.iter().map(more).filter(|(_, more)| !more.is_empty()).collect()
}

/// What the author of a call may do; nothing if its token is gone.
pub(super) fn holdings_of(rows: &Rows, author: &Author) -> BTreeSet<String> {
    let token = rows.tokens.iter().find(|token| Some(*token.id().as_bytes()) == author.actor.id());
    token.map(|token| roles_of(rows, token)).unwrap_or_default()
}

/// What the roles of a token allow, the implicit one included, whether it lives or not.
pub(super) fn roles_of(rows: &Rows, token: &TokenRecord) -> BTreeSet<String> {
    let held = &token.token.grant().roles;
    let counts = |role: &&Role| held.contains(&role.id) || role.id == BuiltIn::AllExternalApplications.id();
    holdings(&rows.roles.iter().filter(counts).collect::<Vec<_>>())
}

fn lives(world: &World, token: &TokenRecord, seconds: i64, from: IpAddr) -> bool {
    let grant = token.token.grant();
    let over = grant.expires_at.is_some_and(|end| end <= world.after(seconds));
    let placed = grant.allowed_networks.as_ref().is_none_or(|networks| networks.contains(from));
    matches!(token.token, StoredToken::Unrevoked(_)) && !over && placed
}
