//! Secrets leave no trace in anything the program wrote.

use std::fs;
use std::path::Path;

use serde_json::json;
use token_testkit::on_each_database;

use crate::app::App;

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

        let file = app.key_file();
        let key = fs::read_to_string(&file).expect("the master key");
        let mut written = files(app.database.folder());
        written.retain(|(name, _)| Path::new(name) != file);
        written.push(("a dump of the database".to_owned(), app.database.dump().into_bytes()));
        assert!(written.iter().any(|(name, content)| name.ends_with("server.log") && !content.is_empty()));

        let mut secrets = vec![key.trim().as_bytes().to_vec()];
        for text in [&token.text, &app.admin_text] {
            let signature = text.rsplit_once('.').expect("a JWT").1;
            secrets.extend([text.clone().into_bytes(), signature.as_bytes().to_vec()]);
        }
        // PKCS#8 of an Ed25519 key in clear begins like this, with and without its public half (RFC 5958, RFC 8410).
        secrets.push(b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70".to_vec());
        secrets.push(b"\x30\x51\x02\x01\x01\x30\x05\x06\x03\x2b\x65\x70".to_vec());
        secrets.push(b"\x30\x53\x02\x01\x01\x30\x05\x06\x03\x2b\x65\x70".to_vec());
        for (name, content) in &written {
            for secret in &secrets {
                for spelling in spellings(secret) {
                    assert!(!holds(content, &spelling), "`{}` in {name}", String::from_utf8_lossy(&spelling));
                }
            }
        }
    });
}
