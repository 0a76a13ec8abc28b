//! What another process finds in a database after the server died.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use token_testkit::{Client, Database, Kind, Program};

/// What was acknowledged to somebody, and must be there for ever.
#[derive(Clone, Debug)]
pub(crate) enum Acknowledged {
    /// A token with this id.
    Created(String),
    /// A save of a token: it has at least this version.
    Saved(String, u64),
    /// The end of a token.
    Revoked(String),
    /// A token is gone.
    Deleted(String),
}

impl Acknowledged {
    const fn id(&self) -> &String {
        match self {
            Self::Created(id) | Self::Saved(id, _) | Self::Revoked(id) | Self::Deleted(id) => id,
        }
    }
}

/// Takes one token through its life, as far as the server lives, and notes what was acknowledged.
pub(crate) fn one_life(admin: &Client, name: &str, noted: &mut Vec<Acknowledged>) -> Result<(), String> {
    let done = |method: &str, path: &str, body: Value, status: u16| -> Result<Value, String> {
        let answer = admin.with("If-Match", "\"1\"").send(method, path, Some(&body.to_string()))?;
        if answer.status == status { Ok(answer.json()) } else { Err(format!("{method} {path}: {answer:?}")) }
    };
    let created = done("POST", "/api/v1/tokens", serde_json::json!({"name": name, "roles": []}), 201)?;
    let id = created["id"].as_str().ok_or("no id")?.to_owned();
    let path = format!("/api/v1/tokens/{id}");
    noted.push(Acknowledged::Created(id.clone()));
    let saved = done("PATCH", &path, serde_json::json!({"description": "saved"}), 200)?;
    noted.push(Acknowledged::Saved(id.clone(), saved["version"].as_u64().ok_or("no version")?));
    let rotated = done("POST", &format!("{path}/rotate"), serde_json::json!({"old_ends": "now"}), 201)?;
    noted.push(Acknowledged::Saved(id.clone(), rotated["version"].as_u64().ok_or("no version")?));
    done("POST", &format!("{path}/revoke"), serde_json::json!({}), 200)?;
    noted.push(Acknowledged::Revoked(id.clone()));
    let answer = admin.send("DELETE", &path, None)?;
    if answer.status != 204 {
        return Err(format!("DELETE {path}: {answer:?}"));
    }
    noted.push(Acknowledged::Deleted(id));
    Ok(())
}

/// What is wrong in the database; nothing, if all is well. Whoever judges is not the program that wrote.
pub(crate) fn disagreements(database: &Database) -> Vec<String> {
    let hex = match database.kind {
        Kind::Sqlite => "lower(hex(it.id))",
        Kind::Postgres => "encode(it.id, 'hex')",
    };
    let of = |kind: &str, kinds: &str| {
        format!(
            "SELECT count(*) FROM events e WHERE e.subject_kind = '{kind}' AND e.kind IN ({kinds}) \
             AND replace(e.subject_id, '-', '') = {hex}"
        )
    };
    let creations = of("token", "'token.created'");
    let saves = of("token", "'token.updated', 'token.revoked', 'token.rotated'");
    let ends = of("token", "'token.revoked'");
    let questions = [
        (
            "a token without the event of its creation",
            format!("SELECT count(*) FROM tokens it WHERE ({creations}) <> 1"),
        ),
        ("a save without its event", format!("SELECT count(*) FROM tokens it WHERE it.version - 1 <> ({saves})")),
        (
            "a revocation without its event",
            format!("SELECT count(*) FROM tokens it WHERE (it.revoked_at IS NOT NULL) <> (0 < ({ends}))"),
        ),
        (
            "a deletion without its event, or an event without its deletion",
            "SELECT (SELECT count(*) FROM events WHERE kind = 'token.created') - (SELECT count(*) FROM tokens) \
             - (SELECT count(*) FROM events WHERE kind = 'token.deleted')"
                .to_owned(),
        ),
        (
            "a token without a text for each time it got one",
            format!(
                "SELECT count(*) FROM tokens it \
                 WHERE (SELECT count(*) FROM credentials c WHERE c.token_id = it.id) <> 1 + ({})",
                of("token", "'token.rotated'")
            ),
        ),
        ("a gap in the log", "SELECT coalesce(max(seq), 0) - count(*) FROM events".to_owned()),
        (
            "a head that is not the last event",
            "SELECT count(*) FROM event_head h WHERE h.seq <> (SELECT max(seq) FROM events) \
             OR h.digest <> (SELECT e.digest FROM events e WHERE e.seq = h.seq)"
                .to_owned(),
        ),
    ];
    let found = |(what, sql): (&str, String)| {
        let count = database.sql(&sql).expect("the question is SQL").trim().to_owned();
        (count != "0").then(|| format!("{what}: {count}"))
    };
    questions.into_iter().filter_map(found).collect()
}

/// Tokens as they are stored, by id: version, and whether they are revoked; and the ids of deleted ones.
fn stored(database: &Database) -> (HashMap<String, (u64, bool)>, HashSet<String>) {
    let hex = match database.kind {
        Kind::Sqlite => "lower(hex(id))",
        Kind::Postgres => "encode(id, 'hex')",
    };
    let revoked = "CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END";
    let rows = database.sql(&format!("SELECT {hex}, version, {revoked} FROM tokens")).expect("the question is SQL");
    let token = |row: &str| {
        let mut cells = row.split('|');
        let (id, version) = (cells.next()?.to_owned(), cells.next()?.parse().ok()?);
        Some((id, (version, cells.next()? == "1")))
    };
    let deleted = "SELECT replace(subject_id, '-', '') FROM events WHERE kind = 'token.deleted'";
    let deleted = database.sql(deleted).expect("the question is SQL");
    (rows.lines().filter_map(token).collect(), deleted.lines().map(ToOwned::to_owned).collect())
}

/// Everything acknowledged is there, nothing is half there, and the log is whole.
pub(crate) fn judge(database: &Database, program: &Program, acknowledged: &[Acknowledged], when: &str) {
    let verified = program.run(&["events", "verify"]);
    assert_eq!(verified.code, Some(0), "{when}: {verified:?}");
    assert_eq!(disagreements(database), Vec::<String>::new(), "{when}");
    let (tokens, deleted) = stored(database);
    for fact in acknowledged {
        let id = fact.id().replace('-', "");
        let holds = match (fact, tokens.get(&id)) {
            (Acknowledged::Created(_), Some(_)) => true,
            (Acknowledged::Saved(_, saved), Some((version, _))) => saved <= version,
            (Acknowledged::Revoked(_), Some((_, revoked))) => *revoked,
            (Acknowledged::Deleted(_), Some(_)) => false,
            // A later step of the same life may have been taken although nobody was told so.
            (_, None) => deleted.contains(&id),
        };
        assert!(holds, "{when}: {fact:?} was acknowledged, but is not there");
    }
}
