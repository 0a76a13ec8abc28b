//! Programs of two versions on one database, and databases that are not as they were.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use token_testkit::{Database, Kind, Server, on_each_database};

use crate::app::App;

/// What a later version might bring that older programs can live with: a table, a column, an index, and its own row.
const LATER: &str = "CREATE TABLE later (id BIGINT PRIMARY KEY, note TEXT); INSERT INTO later VALUES (1, 'x'); \
     ALTER TABLE tokens ADD COLUMN later TEXT; ALTER TABLE keys ADD COLUMN later INTEGER NOT NULL DEFAULT 7; \
     CREATE INDEX later_tokens ON tokens (later); \
     INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000001')";

fn refused(database: &Database) -> String {
    Server::try_start(&database.program(), database.folder().join("refused.log")).expect_err("a refusal")
}

#[test]
fn p27_a_program_goes_on_and_starts_beside_a_newer_schema_that_only_adds() {
    on_each_database(|database| {
        let mut app = App::start(database);
        let token = app.token("before", &[]);
        app.database.sql(LATER).unwrap();
        let _ = app.token("while it serves", &[]);
        assert_eq!(app.whoami(&token), 200);
        let _ = app.admin.patch(&format!("/api/v1/tokens/{}", token.id), 1, &json!({"name": "edited"})).expect(200);
        app.server.kill();
        app.server = Server::start(&app.program, app.database.folder().join("server.log"));
        app.admin = app.server.client().bearer(&app.admin_text);
        let _ = app.token("after a start", &[]);
        let _ = app.admin.post("/api/v1/keys/rotate", &json!({"now": true})).expect(200);
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({})).expect(200);
        assert_eq!(app.whoami(&token), 401);
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
        assert_eq!(app.database.sql("SELECT note FROM later").unwrap().trim(), "x");
        assert!(app.server.log().contains("beside a newer program"), "{}", app.server.log());
    });
}

#[test]
fn p27_a_schema_that_is_not_for_this_program_is_refused_before_anything_is_written() {
    on_each_database(|database| {
        let _ = database.program().run(&["token", "create", "--name", "t"]).ok();
        database.sql(&format!("{LATER}; UPDATE schema_support SET oldest = 20991231000001")).unwrap();
        let before = (database.dump(), bytes(&database));
        let why = refused(&database);
        assert!(why.contains("newer version") && why.contains("start the newer program"), "{why}");
        let command = database.program().run(&["token", "list"]);
        assert_eq!((command.code, command.out.as_str()), (Some(1), ""), "{}", command.err);
        assert_eq!((database.dump(), bytes(&database)), before);
    });
}

/// The bytes of an embedded database.
fn bytes(database: &Database) -> Vec<u8> {
    fs::read(database.folder().join("tokenward.db")).unwrap_or_default()
}

#[test]
fn p26_j08_tables_of_another_program_are_left_alone() {
    on_each_database(|database| {
        database.sql("CREATE TABLE recipes (id BIGINT); INSERT INTO recipes VALUES (7)").unwrap();
        let before = (database.dump(), bytes(&database));
        let why = refused(&database);
        assert!(why.contains("belongs to another program"), "{why}");
        assert_eq!((database.dump(), bytes(&database)), before, "not a byte of it");
    });
}

#[test]
fn p26_a_log_of_writes_that_was_cut_brings_no_token_back() {
    let mut app = App::start(Database::fresh(Kind::Sqlite));
    let token = app.token("t", &[]);
    let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({})).expect(200);
    let applied = app.database.folder().join("server.applied");
    let head = app.admin.get("/api/v1/events?limit=1").expect(200).json()["items"][0]["seq"].as_u64().unwrap();
    super::keys::soon("the server says how far it is", || {
        fs::read_to_string(&applied).is_ok_and(|text| text.split(' ').next() == Some(&head.to_string()))
    });
    app.server.kill();
    let file = |name: &str| app.database.folder().join(name);
    let (whole, wal) = (fs::read(file("tokenward.db")).unwrap(), fs::read(file("tokenward.db-wal")).unwrap());
    let mut started = 0;
    for part in 0..12 {
        fs::write(file("tokenward.db"), &whole).unwrap();
        fs::write(file("tokenward.db-wal"), &wal[..wal.len() * part / 12]).unwrap();
        let _ = fs::remove_file(file("tokenward.db-shm"));
        match Server::try_start(&app.program, file("cut.log")) {
            Err(why) => assert!(why.contains("older than it was") || why.contains("error"), "part {part}: {why}"),
            Ok(server) => {
                started += 1;
                assert_ne!(server.client().bearer(&token.text).get("/api/v1/whoami").status, 200, "part {part}");
            }
        }
    }
    assert!(started < 12, "a cut is noticed");
    // The operator decides.
    fs::write(file("tokenward.db"), &whole).unwrap();
    fs::write(file("tokenward.db-wal"), &wal).unwrap();
    let _ = fs::remove_file(file("tokenward.db-shm"));
    let server = Server::start(&app.program, file("whole.log"));
    let _ = server.client().bearer(&token.text).get("/api/v1/whoami").expect(401);
}

fn folder(kind: Kind) -> PathBuf {
    let kind = if kind == Kind::Sqlite { "sqlite" } else { "postgres" };
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(kind)
}

/// All migrations in their order: name, up, down.
fn migrations(kind: Kind) -> Vec<(String, String, String)> {
    let mut folders: Vec<_> = fs::read_dir(folder(kind)).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let text = |folder: &Path, file: &str| fs::read_to_string(folder.join(file)).unwrap();
    let name = |folder: &Path| folder.file_name().unwrap().to_string_lossy().into_owned();
    folders.iter().map(|folder| (name(folder), text(folder, "up.sql"), text(folder, "down.sql"))).collect()
}

#[test]
fn p27_both_databases_have_the_same_migrations() {
    let names = |kind| migrations(kind).into_iter().map(|(name, ..)| name).collect::<Vec<_>>();
    assert_eq!(names(Kind::Sqlite), names(Kind::Postgres));
}

#[test]
fn p27_every_migration_has_its_way_back_and_there_again() {
    on_each_database(|database| {
        let mut before = database.dump();
        for (name, up, down) in migrations(database.kind) {
            database.sql(&up).unwrap();
            let there = database.dump();
            assert_ne!(there, before, "{name}");
            database.sql(&down).unwrap();
            assert_eq!(database.dump(), before, "{name}: its way back leaves nothing and takes nothing along");
            database.sql(&up).unwrap();
            assert_eq!(database.dump(), there, "{name}: there again");
            before = there;
        }
    });
}

/// What an older program beside could not live with.
fn breaks(statement: &str) -> Option<&'static str> {
    let words = statement.to_uppercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let has = |text: &str| words.contains(text);
    if has("DROP TABLE") || has("DROP COLUMN") || has("DROP CONSTRAINT") || has("DROP INDEX") {
        return Some("takes something away");
    }
    if has(" RENAME ") {
        return Some("renames something");
    }
    if has("SET NOT NULL") || (words.starts_with("ALTER TABLE") && has(" TYPE ")) {
        return Some("changes a column");
    }
    if has("ADD COLUMN") && has("NOT NULL") && !has("DEFAULT") {
        return Some("adds a column that older programs do not fill");
    }
    if words.starts_with("ALTER TABLE") && (has("ADD CONSTRAINT") || has("ADD CHECK") || has("ADD UNIQUE")) {
        return Some("forbids what older programs write");
    }
    None
}

#[test]
fn p27_migrations_only_add_or_say_that_older_programs_must_go() {
    for (bad, good) in [
        ("DROP TABLE tokens", "CREATE TABLE t (id INTEGER NOT NULL)"),
        ("ALTER TABLE tokens DROP COLUMN name", "ALTER TABLE tokens ADD COLUMN later TEXT"),
        ("ALTER TABLE a RENAME COLUMN b TO c", "CREATE INDEX i ON a (b)"),
        ("ALTER TABLE a ALTER COLUMN b TYPE TEXT", "ALTER TABLE a ADD COLUMN b BIGINT NOT NULL DEFAULT 0"),
        ("ALTER TABLE a ADD COLUMN b BIGINT NOT NULL", "INSERT INTO t VALUES (1)"),
    ] {
        assert!(breaks(bad).is_some() && breaks(good).is_none(), "{bad} / {good}");
    }
    for kind in [Kind::Sqlite, Kind::Postgres] {
        for (name, up, _) in migrations(kind).into_iter().skip(1) {
            let plain: String =
                up.lines().map(|line| line.split("--").next().unwrap_or_default().to_owned() + "\n").collect();
            let told = plain.to_uppercase().contains("UPDATE SCHEMA_SUPPORT SET OLDEST");
            for statement in plain.split(';') {
                assert!(
                    told || breaks(statement).is_none(),
                    "{kind:?} {name} {}: {statement}",
                    breaks(statement).unwrap()
                );
            }
        }
    }
}
