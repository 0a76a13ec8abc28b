//! Nothing secret is stored or logged.

use serde_json::json;
use token_testkit::on_each_database;

use crate::app::App;

#[test]
fn x03_p55_no_text_and_no_private_key_in_dump_or_log() {
    on_each_database(|database| {
        let app = App::start(database);
        let token = app.token("t", &[]);
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/reveal", token.id), &json!({})).expect(200);
        let _ = app.as_token(&token).get("/api/v1/whoami?x=1").expect(400);
        let dump = app.database.dump();
        assert!(dump.contains("token.created"), "the dump is a dump");
        for text in [&token.text, &app.admin_text] {
            let signature = text.rsplit_once('.').unwrap().1;
            for (place, content) in [("dump", &dump), ("log", &app.server.log())] {
                assert!(!content.contains(text.as_str()), "text in the {place}");
                assert!(!content.contains(signature), "signature in the {place}");
            }
        }
        // PKCS#8 of Ed25519 begins with these bytes, in clear.
        let dump = dump.to_lowercase();
        assert!(!dump.contains("302e0201003005060 32b6570".replace(' ', "").as_str()));
        assert!(!dump.contains("3051020101300506032b6570") && !dump.contains("3053020101300506032b6570"));
    });
}

#[test]
fn s15_jwks_shows_public_members_only() {
    on_each_database(|database| {
        let app = App::start(database);
        let set = app.server.client().get("/.well-known/jwks.json").expect(200).json();
        let key = set["keys"][0].as_object().unwrap();
        let mut members: Vec<&str> = key.keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x"]);
    });
}
