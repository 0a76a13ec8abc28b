//! Secrets leave no trace in anything the program wrote.

use std::fs;
use std::path::Path;

use serde_json::json;
use token_testkit::on_each_database;

use crate::app::App;
use crate::sign_in::browser::{PASSWORD, sign_in};

/// Every file below a folder, with its bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).expect("a file")));
        }
    }
    found
}

fn holds(content: &[u8], secret: &[u8]) -> bool {
    content.windows(secret.len()).any(|window| window == secret)
}

/// The secret as it is, and as it would look in a dump.
fn spellings(secret: &[u8]) -> [Vec<u8>; 3] {
    let hex = |upper: bool| {
        let digit = |byte: &u8| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") };
        secret.iter().map(digit).collect::<String>().into_bytes()
    };
    [secret.to_vec(), hex(false), hex(true)]
}

/// All that the program wrote, but its master key.
pub(crate) fn written(app: &App) -> Vec<(String, Vec<u8>)> {
    let file = app.key_file();
    let mut written = files(app.database.folder());
    written.retain(|(name, _)| Path::new(name) != file);
    written.push(("a dump of the database".to_owned(), app.database.dump().into_bytes()));
    assert!(written.iter().any(|(name, content)| name.ends_with("server.log") && !content.is_empty()));
    written
}

#[track_caller]
pub(crate) fn ensure_absent(secrets: &[Vec<u8>], written: &[(String, Vec<u8>)]) {
    for (name, content) in written {
        for secret in secrets {
            for spelling in spellings(secret) {
                assert!(!holds(content, &spelling), "`{}` in {name}", String::from_utf8_lossy(&spelling));
            }
        }
    }
}

#[test]
fn p55_g05_x03_no_secret_is_written_anywhere() {
    on_each_database(|database| {
        let app = App::start(database);
        let token = app.token("canary", &[]);
        let path = format!("/api/v1/tokens/{}", token.id);
        let caller = app.as_token(&token);
        // Wherever somebody may put a text by mistake.
        let _ = app.admin.post(&format!("{path}/reveal"), &json!({})).expect(200);
        let _ = app.program.run(&["token", "show", &token.id, "--text"]).ok();
        let _ = caller.get(&format!("/api/v1/whoami?access_token={}", token.text));
        let _ = caller.get(&format!("/{}", token.text));
        let _ = caller.with("User-Agent", &token.text).with("Referer", &token.text).get("/api/v1/roles");
        let _ = app.admin.post("/api/v1/tokens", &json!({"name": "x", "roles": [token.text], "text": token.text}));
        let _ = app.admin.get(&format!("/api/v1/tokens/{}", token.text));
        let _ = app.admin.get(&format!("/api/v1/tokens?name={}", token.text));
        let _ = app.server.client().with("Authorization", &format!("Bearer{}", token.text)).get("/api/v1/whoami");
        let _ = app.admin.post(&format!("{path}/revoke"), &json!({"reason": "over"})).expect(200);
        let _ = caller.get("/api/v1/whoami").expect(401);

        let key = fs::read_to_string(app.key_file()).expect("the master key");
        let mut secrets = vec![key.trim().as_bytes().to_vec()];
        for text in [&token.text, &app.admin_text] {
            let signature = text.rsplit_once('.').expect("a JWT").1;
            secrets.extend([text.clone().into_bytes(), signature.as_bytes().to_vec()]);
        }
        // PKCS#8 of an Ed25519 key in clear begins like this, with and without its public half (RFC 5958, RFC 8410).
        secrets.push(b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70".to_vec());
        secrets.push(b"\x30\x51\x02\x01\x01\x30\x05\x06\x03\x2b\x65\x70".to_vec());
        secrets.push(b"\x30\x53\x02\x01\x01\x30\x05\x06\x03\x2b\x65\x70".to_vec());
        ensure_absent(&secrets, &written(&app));
    });
}

#[test]
fn p55_atk_k08_no_password_session_or_code_is_written_anywhere_and_no_hash_is_told() {
    const WRONG: &str = "a canary that is not the password";
    const NEXT: &str = "the canary that comes after it";
    on_each_database(|database| {
        let app = App::start(database);
        let code = fs::read_to_string(app.setup_file()).expect("the code").trim_end().to_owned();
        let bare = app.server.client();
        let guess = code.chars().rev().collect::<String>();
        let mut answers = vec![
            app.set_up_with(&guess, "ada").expect(401),
            bare.post("/api/v1/setup", &json!({"code": code, "username": "ada", "password": [PASSWORD]})).expect(400),
            bare.post("/api/v1/setup", &json!({"code": code, "username": PASSWORD, "password": PASSWORD})).expect(422),
            bare.get(&format!("/api/v1/whoami?code={code}&password={PASSWORD}").replace(' ', "%20")),
            bare.bearer(&code).get("/api/v1/whoami").expect(401),
            app.set_up("ada").expect(201),
            app.set_up_with(&code, "eve").expect(401),
            sign_in(&bare, "ada", WRONG).expect(401),
            sign_in(&bare, WRONG, PASSWORD).expect(401),
            bare.post("/api/v1/session", &json!({"username": "ada", "password": PASSWORD, WRONG: NEXT})).expect(400),
            bare.post("/api/v1/session", &json!(PASSWORD)).expect(400),
        ];
        let ada = app.signed_in("ada");
        let changed = json!({"current": PASSWORD, "new": NEXT});
        answers.extend([
            ada.page().post("/api/v1/session/password", &json!({"current": WRONG, "new": NEXT})).expect(422),
            ada.page().get("/api/v1/whoami").expect(200),
            ada.page().get(&format!("/api/v1/whoami?session={}&csrf={}", ada.secret, ada.csrf)),
            ada.with_token(&ada.secret).post("/api/v1/session/password", &changed).expect(403),
            bare.bearer(&ada.secret).with("User-Agent", &ada.csrf).with("Referer", &code).get("/api/v1/users"),
            app.admin.post("/api/v1/users", &json!({"username": "bob", "password": WRONG})).expect(201),
            app.admin.post("/api/v1/users", &json!({"username": "bob", "password": WRONG})).expect(409),
            app.admin.post("/api/v1/users", &json!({"username": NEXT, "password": NEXT})).expect(422),
        ]);
        let bob = answers[answers.len() - 3].json()["id"].as_str().expect("an id").to_owned();
        answers.push(app.admin.patch(&format!("/api/v1/users/{bob}"), 1, &json!({"password": NEXT})).expect(200));
        let hashes = app.database.sql("SELECT password_hash FROM users").expect("hashes");
        answers.push(ada.page().post("/api/v1/session/password", &changed).expect(200));
        for path in ["users", "events", "sessions", "tokens", &format!("users/{bob}")] {
            answers.push(app.admin.get(&format!("/api/v1/{path}")));
        }
        let mut told: Vec<(String, Vec<u8>)> =
            answers.iter().map(|answer| ("an answer".to_owned(), answer.text.clone().into_bytes())).collect();
        for arguments in [["user", "list"].as_slice(), &["user", "show", "ada"], &["events", "list", "--all"]] {
            let said = app.program.run(&[arguments, &["--json"]].concat()).ok();
            told.push((format!("{arguments:?}"), [said.out, said.err].concat().into_bytes()));
        }
        told.push(("the log".to_owned(), app.server.log().into_bytes()));
        told.push(("events".to_owned(), app.database.sql("SELECT * FROM events").expect("events").into_bytes()));

        let of = |secrets: &[&str]| secrets.iter().map(|secret| secret.as_bytes().to_vec()).collect::<Vec<_>>();
        let secrets = of(&[PASSWORD, WRONG, NEXT, &code, &guess, &ada.secret]);
        ensure_absent(&secrets, &told);
        ensure_absent(&[secrets, of(&[&ada.csrf])].concat(), &written(&app));
        let hashes: Vec<&str> = hashes.split_whitespace().filter(|hash| hash.starts_with("$argon2id$")).collect();
        assert_eq!(hashes.len(), 2, "{hashes:?}");
        let written = written(&app);
        let is_there = |hash: &&str| written.iter().any(|(_, content)| holds(content, hash.as_bytes()));
        assert!(hashes.iter().any(is_there), "what is there is found");
        ensure_absent(&of(&hashes), &told);
        ensure_absent(&of(&["$argon2"]), &told);
    });
}
