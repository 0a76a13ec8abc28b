//! The golden table: what holders of well-known roles may do, permission by permission, and what says so.
//!
//! With `TOKENWARD_WRITE_GOLDEN=1` the table is written anew, and the test fails once to say so.

use std::fmt::Write as _;
use std::path::PathBuf;

use token_admin::{ExplainToken, rights};
use token_core::{BuiltIn, Permission, RoleId};

use crate::each_store::in_each_world;
use crate::reference::rules;
use crate::world::World;

/// Permissions of applications beside the server's own.
const APPLICATIONS: [&str; 6] = [
    "assets:read",
    "assets:delete",
    "assets.applications:read",
    "assets.applications.versions:read",
    "assetsx.applications:read",
    "reports:write",
];

const ROLES: &[(&str, &[&str])] = &[
    ("empty", &[]),
    ("reader", &["allow tokens:read", "allow roles:read", "allow events:read", "allow decisions:explain"]),
    ("writer", &["allow tokens:*", "allow roles:*"]),
    ("all reading", &["allow *:read"]),
    ("everything", &["allow *:*"]),
    ("nothing", &["deny *:*"]),
    ("everything but deleting", &["allow *:*", "deny *:delete"]),
    ("deny stands first", &["deny assets:read", "allow assets:read"]),
    ("below assets", &["allow assets.*:*"]),
    ("assets alone", &["allow assets:*"]),
    ("asset applications", &["deny assets.applications.*:read", "allow assets.applications:read"]),
];

/// Who is asked about: explicit roles by their names.
const HOLDERS: &[&[&str]] = &[
    &[],
    &["admin"],
    &["empty"],
    &["reader"],
    &["writer"],
    &["all reading"],
    &["everything"],
    &["nothing"],
    &["everything but deleting"],
    &["deny stands first"],
    &["below assets"],
    &["assets alone"],
    &["asset applications"],
    &["reader", "nothing"],
    &["everything", "everything but deleting"],
    &["below assets", "asset applications"],
    &["admin", "nothing"],
];

/// Rules of the role that every token holds.
const IMPLICIT: &[&[&str]] = &[&[], &["allow assets:read", "deny keys:*", "deny *:delete"]];

fn permissions() -> Vec<Permission> {
    rights::ALL.iter().cloned().chain(APPLICATIONS.map(|text| text.parse().unwrap())).collect()
}

#[test]
fn t04_t06_t07_s19_the_table_of_decisions_is_the_golden_one() {
    in_each_world(|world| {
        let table = table(world);
        if std::env::var_os("TOKENWARD_WRITE_GOLDEN").is_some_and(|value| value == "1") {
            std::fs::write(path(), &table).unwrap();
            panic!("{} was written; read what changed in it", path().display());
        }
        let golden = golden();
        let differs = table.lines().zip(golden.lines()).enumerate().find(|(_, (is, was))| is != was);
        assert_eq!(differs, None, "line from 0, is, was");
        assert_eq!(table.lines().count(), golden.lines().count());
        assert_eq!(table, golden);
    });
}

#[test]
fn p05_every_right_of_the_server_stands_in_the_table_for_every_holder() {
    let golden = golden();
    for right in rights::ALL {
        let lines = golden.lines().filter(|line| line.split(' ').next() == Some(right.as_str())).count();
        assert_eq!(lines, HOLDERS.len() * IMPLICIT.len(), "{right}");
    }
}

fn path() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/usecases/golden/decisions.txt"))
}

fn golden() -> String {
    std::fs::read_to_string(path()).expect("the golden table")
}

fn table(world: &World) -> String {
    let mut roles: Vec<(&str, RoleId)> = vec![("admin", BuiltIn::Admin.id())];
    roles.extend(ROLES.iter().map(|(name, texts)| (*name, world.role(name, rules(texts)))));
    let mut table = String::from("Roles\n");
    for (name, texts) in ROLES {
        writeln!(table, "`{name}`: {}", listed(texts)).unwrap();
    }
    for implicit in IMPLICIT {
        world.set_rules(BuiltIn::AllExternalApplications.id(), rules(implicit));
        for holder in HOLDERS {
            writeln!(table, "\nEvery token: {}. This one: {}", listed(implicit), listed(holder)).unwrap();
            let id = |name: &&str| roles.iter().find(|(known, _)| known == name).unwrap().1;
            block(world, &holder.iter().map(id).collect::<Vec<_>>(), &mut table);
        }
    }
    table
}

/// Every permission for a token with these roles, as an administrator is told and as the guard decides.
fn block(world: &World, roles: &[RoleId], table: &mut String) {
    let token = world.token(roles);
    let caller = world.admit(token.text.expose()).unwrap();
    for permission in permissions() {
        let question = ExplainToken { id: token.record.id(), permission: permission.clone() };
        let explained = world.admin.explain_token(&question).unwrap();
        assert_eq!(caller.decide(&permission), explained.decision);
        assert_eq!(caller.require(&permission).is_ok(), explained.decision.is_allowed());
        writeln!(table, "{permission} {explained}").unwrap();
    }
}

fn listed(texts: &[&str]) -> String {
    if texts.is_empty() { "nothing".to_owned() } else { format!("`{}`", texts.join("`, `")) }
}
