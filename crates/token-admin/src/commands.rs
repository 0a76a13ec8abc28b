//! What is asked of use cases, and what they answer.

use std::collections::BTreeSet;

use token_core::{
    AllowedNetworks, CredentialId, Description, Head, Reason, RoleDescription, RoleName, RoleSet, Rule, TokenId,
    TokenName, TokenRecord, UnixSeconds, UserId,
};
use token_jwt::TokenText;

use crate::FieldError;

/// Values as somebody submitted them: good, or every field error found so far. Use cases take them like this so that
/// a missing object, a stale version or a conflict is answered before refused values are.
pub type Submitted<T, P = ()> = Result<T, Refused<P>>;

/// What was refused of submitted values, and what of them was good.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Refused<P = ()> {
    /// Everything found so far.
    pub errors: Vec<FieldError>,
    /// What was good; use cases look at it, too, so that everything wrong is told at once.
    pub good: Box<P>,
}

/// An answer, and the head of the log with which it is in force.
#[derive(Clone, Debug)]
pub struct Done<T> {
    /// The answer.
    pub value: T,
    /// The last event when it was given; the one of this change if there was one.
    pub head: Head,
}

/// A new token.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What people call it.
    pub name: TokenName,
    /// What it is for.
    pub description: Description,
    /// Explicit roles.
    pub roles: RoleSet,
    /// The end of its life.
    pub expires_at: Option<UnixSeconds>,
    /// Where it may be used.
    pub allowed_networks: Option<AllowedNetworks>,
}

/// A token that was just made, and its text.
#[derive(Debug)]
pub struct Created {
    /// The token.
    pub record: TokenRecord,
    /// Its text, to be handed over once.
    pub text: TokenText,
}

/// What a request that may be repeated is answered.
#[derive(Debug)]
pub enum Issued {
    /// It was made now.
    Now(Created),
    /// The same request made it before; the same text, shown again.
    Again(Created),
    /// The same request made it before, and its text is not shown any more: the token was revoked, or this server
    /// shows texts once.
    WithoutText(TokenRecord),
}

/// A text that was just shown.
#[derive(Debug)]
pub struct Revealed {
    /// Which of the token's JWTs.
    pub credential: CredentialId,
    /// The text.
    pub text: TokenText,
}

/// Fields of a token to change; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct EditToken {
    /// A new name.
    pub name: Option<TokenName>,
    /// A new description.
    pub description: Option<Description>,
    /// Other explicit roles.
    pub roles: Option<RoleSet>,
    /// Another end, or none.
    pub expires_at: Option<Option<UnixSeconds>>,
    /// Other networks, or no restriction.
    pub allowed_networks: Option<Option<AllowedNetworks>>,
    /// `Some(true)` ends the token with this save; `Some(false)` claims that it is unrevoked.
    pub revoked: Option<bool>,
    /// Why it is ended.
    pub reason: Option<Reason>,
}

/// The end of a token.
#[derive(Clone, Debug)]
pub struct RevokeToken {
    /// Which.
    pub id: TokenId,
    /// Why.
    pub reason: Option<Reason>,
}

/// A new text for a token.
#[derive(Clone, Copy, Debug)]
pub struct RotateToken {
    /// The end of the new text and of the token, or `Some(None)` for none; `None` keeps the token's.
    pub expires_at: Option<Option<UnixSeconds>>,
    /// When the older texts end.
    pub old_ends: OldEnds,
}

/// When the older texts of a rotated token end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OldEnds {
    /// With the rotation.
    Now,
    /// From this second on.
    At(UnixSeconds),
    /// With the first admitted call that presents a newer text.
    OnFirstUse {
        /// And from this second on at the latest.
        latest: UnixSeconds,
    },
}

/// The question why a token may do something or not.
#[derive(Clone, Debug)]
pub struct ExplainToken {
    /// Which.
    pub id: TokenId,
    /// What.
    pub permission: token_core::Permission,
}

/// A new role.
#[derive(Clone, Debug)]
pub struct NewRole {
    /// Unique in its folded form.
    pub name: RoleName,
    /// What it is for.
    pub description: RoleDescription,
    /// What it grants and denies.
    pub rules: Vec<Rule>,
    /// People who hold it from the beginning.
    pub users: BTreeSet<UserId>,
}

/// Fields of a role to change; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct EditRole {
    /// A new name.
    pub name: Option<RoleName>,
    /// A new description.
    pub description: Option<RoleDescription>,
    /// Other rules.
    pub rules: Option<Vec<Rule>>,
    /// All people who shall hold it explicitly, and nobody else.
    pub users: Option<BTreeSet<UserId>>,
}

/// What to do with a role that tokens or people hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InUse {
    /// Refuse, and say how many.
    Refuse,
    /// Take it from them.
    Force,
}
