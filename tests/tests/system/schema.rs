//! What the database itself refuses, and which databases the program refuses.

use std::fs;
use std::path::PathBuf;

use serde_json::json;
use token_testkit::{Database, Kind, Server, on_each_database};

use crate::app::App;
use crate::time::until;

/// What nobody may do behind the program's back, by the trigger that refuses it. Statements are the same on both
/// databases but for bytes, which are written `{hex}`.
const TRIGGERS: &[(&str, &str)] = &[
    ("tokens_final", "UPDATE tokens SET revoked_at = NULL, revoked_by_kind = NULL WHERE revoked_at IS NOT NULL"),
    ("tokens_final", "UPDATE tokens SET revoked_at = revoked_at + 1 WHERE revoked_at IS NOT NULL"),
    ("tokens_final", "UPDATE tokens SET revoked_reason = 'x' WHERE revoked_at IS NOT NULL"),
    ("tokens_final", "UPDATE tokens SET revoked_by_name = 'x' WHERE revoked_at IS NOT NULL"),
    ("tokens_final", "UPDATE tokens SET revoked_by_kind = 'system' WHERE revoked_at IS NOT NULL"),
    ("tokens_final", "UPDATE tokens SET revoked_by_id = {00} WHERE revoked_at IS NOT NULL"),
    ("tokens_final", "UPDATE tokens SET id = {0192f3c17a527c118d4e0242ac120002} WHERE revoked_at IS NOT NULL"),
    (
        "tokens_return",
        "INSERT INTO tokens (id, name, name_folded, description, created_at, created_by_kind, created_by_name, version) \
         VALUES ({deleted}, 'x', 'x', '', 1, 'system', 'x', 1)",
    ),
    ("tokens_delete", "DELETE FROM tokens WHERE revoked_at IS NULL"),
    ("credentials_fixed", "UPDATE credentials SET token_id = (SELECT id FROM tokens WHERE revoked_at IS NULL LIMIT 1)"),
    ("credentials_fixed", "UPDATE credentials SET jti = {0192f3c17a527c118d4e0242ac120002}"),
    ("credentials_fixed", "UPDATE credentials SET issued_at = issued_at + 1"),
    ("credentials_fixed", "UPDATE credentials SET expires_at = 9999999999"),
    ("credentials_fixed", "UPDATE credentials SET kid = 'x'"),
    ("credentials_fixed", "UPDATE credentials SET encoding = encoding + 1"),
    ("credentials_fixed", "UPDATE credentials SET number = number + 7"),
    ("credentials_fixed", "UPDATE credentials SET ends_at = ends_at + 1 WHERE ends_kind = 'at'"),
    ("credentials_fixed", "UPDATE credentials SET ends_kind = 'never', ends_at = NULL WHERE ends_kind = 'at'"),
    ("credentials_return", "INSERT INTO credentials SELECT * FROM credentials"),
    ("keys_final", "UPDATE keys SET state = 'retired' WHERE state = 'withdrawn'"),
    ("events_fixed", "UPDATE events SET actor_name = 'x'"),
    ("events_fixed", "UPDATE events SET mac = NULL"),
    ("events_fixed", "UPDATE events SET seq = seq + 1000"),
    ("events_kept", "DELETE FROM events WHERE seq = 1"),
    (
        "users_return",
        "INSERT INTO users (id, username, username_folded, display_name, display_folded, enabled, created_at, \
         created_by_kind, created_by_name, version) VALUES ({gone}, 'x', 'x', '', '', 1, 1, 'system', 'x', 1)",
    ),
    ("users_fixed", "UPDATE users SET enabled = 0"),
    ("users_fixed", "UPDATE users SET version = version + 2"),
    ("users_fixed", "UPDATE users SET id = {0192f3c17a527c118d4e0242ac120002}, version = version + 1"),
    (
        "sessions_enabled",
        "INSERT INTO sessions (digest, user_id, created_at, seen_at, expires_at) SELECT {digest}, id, 1, 1, 9 FROM users \
         WHERE enabled = 0",
    ),
    (
        "sessions_enabled",
        "INSERT INTO sessions (digest, user_id, created_at, seen_at, expires_at) SELECT {digest}, id, 1, 1, 9 FROM users \
         WHERE password_hash IS NULL",
    ),
    ("sessions_enabled", "INSERT INTO sessions SELECT * FROM sessions"),
    ("sessions_fixed", "UPDATE sessions SET expires_at = expires_at + 1"),
    ("sessions_fixed", "UPDATE sessions SET seen_at = seen_at - 1"),
    ("sessions_fixed", "UPDATE sessions SET created_at = created_at + 1"),
    ("sessions_fixed", "UPDATE sessions SET address = '::1'"),
    ("sessions_fixed", "UPDATE sessions SET digest = {digest}"),
    ("sessions_fixed", "UPDATE sessions SET user_id = (SELECT id FROM users WHERE enabled = 0)"),
    ("requests_fixed", "UPDATE requests SET token_id = {0192f3c17a527c118d4e0242ac120003}"),
    ("requests_fixed", "UPDATE requests SET done_at = done_at + 1"),
    ("requests_fixed", "UPDATE requests SET body = scope"),
    ("setup_first", "INSERT INTO setup (id, digest, expires_at) VALUES (1, {digest}, 9999999999)"),
];

/// What a constraint refuses.
const CONSTRAINTS: &[&str] = &[
    "UPDATE tokens SET version = 0",
    "UPDATE tokens SET revoked_at = 1 WHERE revoked_at IS NULL",
    "UPDATE tokens SET id = {00} WHERE revoked_at IS NULL",
    "UPDATE roles SET version = 0",
    "UPDATE roles SET name_folded = 'admin'",
    "UPDATE keys SET state = 'signing' WHERE state = 'retired'",
    "UPDATE keys SET state = 'other' WHERE state = 'retired'",
    "UPDATE keys SET algorithm = 'HS256'",
    "UPDATE credentials SET ends_kind = 'other'",
    "UPDATE token_roles SET role_id = {00}",
    "UPDATE role_rules SET role_id = {00}",
    "UPDATE route_rules SET version = -1",
    "INSERT INTO route_rules SELECT 2, version, rules FROM route_rules",
    "UPDATE event_head SET seq = -1",
    "INSERT INTO event_head SELECT 2, epoch, seq, digest, sealed_through FROM event_head",
    "INSERT INTO installation SELECT 2, issuer, audience, cursor_key FROM installation",
    "INSERT INTO schema_support SELECT 2, oldest FROM schema_support",
    "DELETE FROM roles WHERE id IN (SELECT role_id FROM token_roles)",
    "DELETE FROM keys WHERE kid IN (SELECT kid FROM credentials)",
    "INSERT INTO requests SELECT * FROM requests",
    "INSERT INTO requests SELECT {00}, body, token_id, jti, done_at FROM requests",
    "INSERT INTO requests SELECT {0000000000000000000000000000000000000000000000000000000000000000}, {00}, token_id, jti, \
     done_at FROM requests",
    "UPDATE users SET username_folded = 'x', version = version + 1",
    "UPDATE users SET enabled = 2, version = version + 1",
    "UPDATE users SET password_hash = 'secret', version = version + 1",
    "UPDATE user_roles SET role_id = {00}",
    "DELETE FROM roles WHERE id IN (SELECT role_id FROM user_roles)",
];

/// A request that is remembered.
const REQUEST: &str = "INSERT INTO requests (scope, body, token_id, jti, done_at) \
     VALUES ({digest}, {digest}, {0192f3c17a527c118d4e0242ac120002}, {0192f3c17a527c118d4e0242ac120002}, 1)";

/// Triggers that refuse nothing but act; what they do has tests of its own.
const ACTING: &[&str] = &["setup_done", "tokens_named", "tokens_renamed", "tokens_unnamed", "users_disabled"];

/// The id of a person who was deleted.
const GONE: &str = "0192f3c17a527c118d4e0242ac120009";

/// Three people, one disabled, one without a password; a session; and an event that somebody was deleted.
const PEOPLE: &[&str] = &[
    "INSERT INTO users (id, username, username_folded, display_name, display_folded, password_hash, enabled, created_at, \
     created_by_kind, created_by_name, version) VALUES \
     ({0192f3c17a527c118d4e0242ac120003}, 'a', 'a', '', '', '$argon2id$x', 1, 1, 'system', 'x', 1), \
     ({0192f3c17a527c118d4e0242ac120004}, 'b', 'b', '', '', '$argon2id$x', 0, 1, 'system', 'x', 1), \
     ({0192f3c17a527c118d4e0242ac120005}, 'c', 'c', '', '', NULL, 1, 1, 'system', 'x', 1)",
    "INSERT INTO user_roles SELECT users.id, roles.id FROM users, roles WHERE username = 'a' AND roles.name = 'held'",
    "INSERT INTO sessions (digest, user_id, created_at, seen_at, expires_at) \
     VALUES ({cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd}, {0192f3c17a527c118d4e0242ac120003}, 1, 5, 9)",
    "INSERT INTO events SELECT 1000000, at, actor_kind, actor_id, actor_name, 'user.deleted', 'user', \
     '0192f3c1-7a52-7c11-8d4e-0242ac120009', 'gone', details, touches, origin_address, origin_request, message_folded, \
     digest, mac FROM events WHERE seq = 1",
];

fn statement(database: &Database, text: &str, deleted: &str) -> String {
    let text = text.replace("{deleted}", &format!("{{{}}}", deleted.replace('-', "")));
    let text = text.replace("{gone}", &format!("{{{GONE}}}")).replace("{digest}", &format!("{{{}}}", "ab".repeat(32)));
    match database.kind {
        Kind::Sqlite => format!("PRAGMA foreign_keys = ON; {}", text.replace('{', "x'").replace('}', "'")),
        Kind::Postgres => text.replace('{', "'\\x").replace('}', "'"),
    }
}

#[test]
fn p13_every_trigger_and_constraint_holds_against_raw_sql() {
    on_each_database(|database| {
        let app = App::start(database);
        let held = app.role("held", &["allow assets:read"]);
        let (revoked, deleted) = (app.token("revoked", &[&held]), app.token("deleted", &[]));
        let _ = app.program.run(&["key", "rotate", "--now"]).ok();
        let keys = app.program.run(&["key", "list", "--json"]).ok().json();
        let retired = keys.as_array().unwrap().iter().find(|key| key["state"] == "retired").unwrap();
        let _ = app.program.run(&["key", "rotate", "--now"]).ok();
        let _ = app.program.run(&["key", "withdraw", "--yes", retired["kid"].as_str().unwrap()]).ok();
        // The administrator's text went with its key; the command line goes on.
        let _ = app.program.run(&["token", "rotate", "--older-at", "2098-01-01", &revoked.id]).ok();
        let _ = app.program.run(&["token", "revoke", &revoked.id]).ok();
        let _ = app.program.run(&["token", "delete", "--yes", &deleted.id]).ok();
        for text in PEOPLE.iter().chain([&REQUEST]) {
            app.database.sql(&statement(&app.database, text, &deleted.id)).unwrap();
        }
        let before = app.database.dump();
        for text in TRIGGERS.iter().map(|(_, text)| *text).chain(CONSTRAINTS.iter().copied()) {
            let statement = statement(&app.database, text, &deleted.id);
            assert!(app.database.sql(&statement).is_err(), "{statement}");
        }
        assert_eq!(app.database.dump(), before, "nothing was half done");
        let known = match app.database.kind {
            Kind::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name",
            Kind::Postgres => "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
        };
        let known = app.database.sql(known).unwrap();
        let tried = |name: &str| ACTING.contains(&name) || TRIGGERS.iter().any(|(trigger, _)| *trigger == name);
        let untried: Vec<&str> = known.lines().filter(|name| !tried(name)).collect();
        assert_eq!(untried, Vec::<&str>::new(), "each trigger has a statement it refuses");
    });
}

fn migration(kind: Kind, file: &str) -> String {
    let kind = match kind {
        Kind::Sqlite => "sqlite",
        Kind::Postgres => "postgres",
    };
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations")).join(kind);
    let mut versions: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    versions.sort();
    let texts = versions.iter().map(|version| fs::read_to_string(version.join(file)).unwrap());
    if file == "down.sql" { texts.rev().collect() } else { texts.collect() }
}

#[test]
fn what_a_migration_made_its_way_back_takes_away_whole() {
    on_each_database(|database| {
        let program = database.program();
        let _ = program.run(&["token", "create", "--name", "t", "--role", "admin"]).ok();
        let objects = match database.kind {
            Kind::Sqlite => "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE '%diesel%' ORDER BY name",
            Kind::Postgres => {
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace \
                 AND relname NOT LIKE '%diesel%' UNION SELECT proname FROM pg_proc \
                 WHERE pronamespace = 'public'::regnamespace AND proname NOT LIKE 'diesel%' ORDER BY 1"
            }
        };
        let before = database.sql(objects).unwrap();
        assert!(before.contains("tokens_final") || database.kind == Kind::Postgres);
        database.sql(&migration(database.kind, "down.sql")).unwrap();
        assert_eq!(database.sql(objects).unwrap().trim(), "", "nothing is left");
        database.sql(&migration(database.kind, "up.sql")).unwrap();
        assert_eq!(database.sql(objects).unwrap(), before);
        let _ = program.run(&["token", "create", "--name", "again", "--role", "admin"]).ok();
    });
}

/// Why a start was refused.
fn refused(database: &Database) -> String {
    let log = database.folder().join("refused.log");
    Server::try_start(&database.program(), log).expect_err("a refusal")
}

#[test]
fn p26_a_database_of_a_newer_version_is_refused_and_left_as_it_is() {
    on_each_database(|database| {
        let _ = database.program().run(&["role", "list"]).ok();
        database.sql("INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000001')").unwrap();
        database.sql("UPDATE schema_support SET oldest = 99991231000001").unwrap();
        let before = database.dump();
        let why = refused(&database);
        assert!(why.contains("newer version"), "{why}");
        assert_eq!(database.dump(), before);
    });
}

#[test]
fn j08_p26_a_file_that_is_no_database_of_ours_is_refused_and_left_as_it_is() {
    let fresh = || Database::fresh(Kind::Sqlite);
    let file = |database: &Database| database.folder().join("tokenward.db");

    let other = fresh();
    other.sql("CREATE TABLE recipes (id INTEGER); INSERT INTO recipes VALUES (7)").unwrap();
    let before = fs::read(file(&other)).unwrap();
    assert!(refused(&other).contains("belongs to another program"));
    assert_eq!(other.sql("SELECT id FROM recipes").unwrap().trim(), "7");
    assert_eq!(other.sql("SELECT count(*) FROM sqlite_schema").unwrap().trim(), "1");
    assert_eq!(fs::read(file(&other)).unwrap().len(), before.len());

    let text = fresh();
    fs::write(file(&text), "dear diary, ".repeat(1_000)).unwrap();
    let why = refused(&text);
    assert!(why.contains("cannot be used"), "{why}");
    assert!(fs::read_to_string(file(&text)).unwrap().starts_with("dear diary"));

    let linked = fresh();
    std::os::unix::fs::symlink(linked.folder().join("elsewhere"), file(&linked)).unwrap();
    assert!(refused(&linked).contains("is a link"));
    assert!(!linked.folder().join("elsewhere").exists());

    let folder = fresh();
    fs::create_dir(file(&folder)).unwrap();
    assert!(refused(&folder).contains("is a link, a folder"));
}

#[test]
fn p26_a_damaged_page_never_passes_for_a_good_answer() {
    let mut app = App::start(Database::fresh(Kind::Sqlite));
    let token = app.token("t", &[]);
    let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({})).expect(200);
    app.server.kill();
    app.database.sql("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let file = app.database.folder().join("tokenward.db");
    let whole = fs::read(&file).unwrap();
    let page = 4_096;
    for number in 0..whole.len() / page {
        let mut damaged = whole.clone();
        for byte in &mut damaged[number * page..number * page + 64] {
            *byte ^= 0x5A;
        }
        fs::write(&file, damaged).unwrap();
        let _ = fs::remove_file(file.with_extension("db-wal"));
        let _ = fs::remove_file(file.with_extension("db-shm"));
        if let Ok(server) = Server::try_start(&app.program, app.database.folder().join("damaged.log")) {
            let revoked = server.client().bearer(&token.text).get("/api/v1/whoami").status;
            assert!([401, 500, 503].contains(&revoked), "page {number}: {revoked}");
            let admin = server.client().bearer(&app.admin_text).get("/api/v1/whoami").status;
            assert!([200, 401, 500, 503].contains(&admin), "page {number}: {admin}");
        }
    }
}

#[test]
fn p26_a_large_database_is_read_beside_the_calls_and_a_fault_ends_the_server() {
    let mut app = App::start(Database::fresh(Kind::Sqlite));
    let log = app.database.folder().join("large.log");
    app.server.kill();
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90)";
    let sql =
        format!("CREATE TABLE padding (bytes BLOB); {rows} INSERT INTO padding SELECT randomblob(1000000) FROM n;");
    app.database.sql(&format!("{sql} PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE")).unwrap();
    let mut server = Server::start(&app.program, log.clone());
    assert!(until(|| fs::read_to_string(&log).unwrap().contains("the database is whole")));
    assert_eq!(server.client().bearer(&app.admin_text).get("/api/v1/whoami").status, 200);
    server.kill();
    let file = app.database.folder().join("tokenward.db");
    let mut damaged = fs::read(&file).unwrap();
    let page = damaged.len() / 2 / 4_096 * 4_096;
    // The first four bytes of a page of a large value are the number of the next one.
    damaged[page..page + 4].copy_from_slice(&u32::MAX.to_be_bytes());
    fs::write(&file, damaged).unwrap();
    let log = app.database.folder().join("damaged.log");
    if let Ok(mut server) = Server::try_start(&app.program, log.clone()) {
        assert_eq!(server.wait(), Some(1), "{}", fs::read_to_string(&log).unwrap());
    }
    let said = fs::read_to_string(&log).unwrap();
    assert!(said.contains("the database is damaged: the server ends") && said.contains("restore a backup"), "{said}");
}
