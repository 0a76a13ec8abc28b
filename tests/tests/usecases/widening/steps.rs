//! One call of one use case.

use proptest::prelude::*;
use proptest::sample::Index;
use token_admin::{AdminError, EditRole, EditToken, InUse, NewRole, NewToken, OldEnds, RevokeToken, RotateToken};
use token_core::{AllowedNetworks, Author, BuiltIn, Role, RoleId, Rule, SubjectKind, TokenId};

use super::person_steps::{PersonStep, any_person_step, run_for_person};
use crate::reference::any_rules;
use crate::world::{Rows, World, new_token};

/// A call; tokens, roles and ends are picked among those that are there when it is made.
#[derive(Clone, Debug)]
pub(super) enum Step {
    CreateToken {
        roles: Vec<Index>,
        ends: End,
        networks: usize,
    },
    EditToken {
        token: Index,
        edit: Edit,
    },
    RevokeToken(Index),
    DeleteToken(Index),
    Reveal(Index),
    Rotate(Index, End),
    CreateRole(Vec<Rule>),
    EditRole {
        role: Index,
        rules: Vec<Rule>,
    },
    EditImplicit(Vec<Rule>),
    /// Nearly always one that can be deleted.
    DeleteRole {
        role: Index,
        built_in: bool,
        in_use: bool,
    },
    Person(PersonStep),
}

/// The end of a token, in seconds from now, or none.
#[derive(Clone, Copy, Debug)]
pub(super) struct End(Option<i64>);

/// Other fields of a token.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    roles: Option<Vec<Index>>,
    /// Among the present roles, rather than instead of them.
    keep: bool,
    ends: Option<End>,
    networks: Option<usize>,
    revoke: bool,
}

/// None, a wide one, one inside of it, and one elsewhere.
const NETWORKS: [&[&str]; 4] = [&[], &["10.0.0.0/8"], &["10.1.0.0/16"], &["192.168.0.0/16", "10.1.0.0/16"]];

pub(super) fn any_networks() -> impl Strategy<Value = usize> {
    prop_oneof![1 => Just(0), 3 => 1..NETWORKS.len()]
}

pub(super) fn networks(choice: usize) -> Option<AllowedNetworks> {
    AllowedNetworks::parse(NETWORKS[choice].iter().copied()).ok()
}

fn any_end() -> impl Strategy<Value = End> {
    prop_oneof![Just(None), Just(Some(100)), Just(Some(300)), Just(Some(500))].prop_map(End)
}

fn any_edit() -> impl Strategy<Value = Edit> {
    let none = Edit { roles: None, keep: false, ends: None, networks: None, revoke: false };
    let some_roles = || (proptest::collection::vec(any::<Index>(), 0..3), any::<bool>());
    let (first, second, third) = (none.clone(), none.clone(), none);
    prop_oneof![
        4 => some_roles().prop_map(move |(roles, keep)| Edit { roles: Some(roles), keep, ..first.clone() }),
        4 => any_end().prop_map(move |ends| Edit { ends: Some(ends), ..second.clone() }),
        4 => (0..NETWORKS.len()).prop_map(move |networks| Edit { networks: Some(networks), ..third.clone() }),
        1 => (some_roles(), any_end(), any_networks(), any::<bool>()).prop_map(|((roles, keep), ends, networks, revoke)| {
            Edit { roles: Some(roles), keep, ends: Some(ends), networks: Some(networks), revoke }
        }),
    ]
}

pub(super) fn any_step() -> impl Strategy<Value = Step> {
    let index = any::<Index>;
    let roles = proptest::collection::vec(index(), 0..3);
    prop_oneof![
        3 => (roles, any_end(), any_networks())
            .prop_map(|(roles, ends, networks)| Step::CreateToken { roles, ends, networks }),
        8 => (index(), any_edit()).prop_map(|(token, edit)| Step::EditToken { token, edit }),
        1 => index().prop_map(Step::RevokeToken),
        1 => index().prop_map(Step::DeleteToken),
        3 => index().prop_map(Step::Reveal),
        3 => (index(), any_end()).prop_map(|(token, ends)| Step::Rotate(token, ends)),
        2 => any_rules().prop_map(Step::CreateRole),
        5 => (index(), any_rules()).prop_map(|(role, rules)| Step::EditRole { role, rules }),
        2 => any_rules().prop_map(Step::EditImplicit),
        8 => any_person_step().prop_map(Step::Person),
        4 => (index(), proptest::bool::weighted(0.1), proptest::bool::weighted(0.2))
            .prop_map(|(role, built_in, in_use)| Step::DeleteRole { role, built_in, in_use }),
    ]
}

/// The token whose text was shown, if one was.
pub(super) type Answer = Result<Option<TokenId>, AdminError>;

/// Makes the call; says of what kind it was, and the answer.
pub(super) fn run(world: &World, caller: &Author, rows: &Rows, step: &Step) -> (&'static str, Answer) {
    let admin = &world.admin;
    if rows.tokens.is_empty() {
        // The caller deleted everybody, and then itself.
        return ("nobody is left", Err(AdminError::CallerGone));
    }
    let (token, role) = (|index: &Index| index.get(&rows.tokens), |index: &Index| index.get(&rows.roles));
    let roles = |chosen: &[Index]| chosen.iter().map(|index| role(index).id).collect::<Vec<RoleId>>();
    let edit_role = |role: &Role, rules: &[Rule]| {
        let edit = EditRole { rules: Some(rules.to_vec()), ..EditRole::default() };
        admin.edit_role(caller, role.id, Some(role.version), &Ok(edit)).map(|_| None)
    };
    match step {
        Step::Person(step) => run_for_person(world, caller, rows, step),
        Step::CreateToken { roles: chosen, ends, networks: choice } => {
            let expires_at = ends.0.map(|seconds| world.after(seconds));
            let new = NewToken { expires_at, allowed_networks: networks(*choice), ..new_token(&roles(chosen)) };
            ("create token", admin.create_token(caller, &new).map(|_| None))
        }
        Step::EditToken { token: index, edit } => {
            let before = token(index);
            let present = before.token.grant().roles.iter().copied().filter(|_| edit.keep);
            let roles = edit.roles.as_ref().map(|chosen| roles(chosen).into_iter().chain(present).collect());
            let saved = EditToken {
                roles,
                expires_at: edit.ends.map(|End(end)| end.map(|seconds| world.after(seconds))),
                allowed_networks: edit.networks.map(networks),
                revoked: edit.revoke.then_some(true),
                ..EditToken::default()
            };
            let answer = admin.edit_token(caller, before.id(), Some(before.version), &Ok(saved)).map(|_| None);
            (edit.kind(), answer)
        }
        Step::RevokeToken(index) => {
            let command = RevokeToken { id: token(index).id(), reason: None };
            ("revoke token", admin.revoke_token(caller, &command).map(|_| None))
        }
        Step::DeleteToken(index) => ("delete token", admin.delete_token(caller, token(index).id()).map(|_| None)),
        Step::Reveal(index) => {
            let id = token(index).id();
            ("reveal", admin.reveal_token(caller, id, None).map(|_| Some(id)))
        }
        Step::Rotate(index, End(ends)) => {
            let id = token(index).id();
            let expires_at = Some(ends.map(|seconds| world.after(seconds)));
            let rotate = RotateToken { expires_at, old_ends: OldEnds::Now };
            ("rotate", admin.rotate_token(caller, id, &Ok(rotate)).map(|_| Some(id)))
        }
        Step::CreateRole(rules) => {
            let name = format!("made {}", rows.head.seq).parse().unwrap();
            let new = NewRole {
                name,
                description: "".parse().unwrap(),
                rules: rules.clone(),
                users: std::collections::BTreeSet::new(),
            };
            ("create role", admin.create_role(caller, &Ok(new)).map(|_| None))
        }
        Step::EditRole { role: index, rules } => ("edit role", edit_role(role(index), rules)),
        Step::EditImplicit(rules) => {
            let implicit = BuiltIn::AllExternalApplications.id();
            let role = rows.roles.iter().find(|role| role.id == implicit).expect("a built-in role");
            ("edit implicit role", edit_role(role, rules))
        }
        Step::DeleteRole { role: index, built_in, in_use } => {
            let kind = |role: &&Role| role.built_in().is_some() == *built_in;
            let roles: Vec<&Role> = rows.roles.iter().filter(kind).collect();
            if roles.is_empty() {
                return ("nothing to delete", Err(AdminError::NotFound(SubjectKind::Role)));
            }
            let role = index.get(&roles);
            let in_use = if *in_use { InUse::Refuse } else { InUse::Force };
            ("delete role", admin.delete_role(caller, role.id, in_use).map(|_| None))
        }
    }
}

impl Edit {
    fn kind(&self) -> &'static str {
        match (&self.roles, self.ends, self.networks) {
            (Some(_), None, None) => "edit roles",
            (None, Some(_), None) => "edit end",
            (None, None, Some(_)) => "edit networks",
            _ => "edit several",
        }
    }
}
