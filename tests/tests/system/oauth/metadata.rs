//! Where OAuth clients find what.

use serde_json::json;
use token_testkit::on_each_database;

use super::{ask, asker, end};
use crate::app::App;

const METADATA: &str = "/.well-known/oauth-authorization-server";

#[test]
fn the_metadata_lead_to_the_endpoints_and_the_keys() {
    on_each_database(|database| {
        let program = database.program().with("TOKENWARD_PUBLIC_URL", "https://tokens.example/sub");
        let app = App::with(database, program);
        let anybody = app.server.client();
        let answer = anybody.get(METADATA).expect(200);
        let methods = ["client_secret_basic", "Bearer"];
        let expected = json!({
            "issuer": "https://tokens.example/sub",
            "jwks_uri": "https://tokens.example/sub/.well-known/jwks.json",
            "introspection_endpoint": "https://tokens.example/sub/oauth2/introspect",
            "introspection_endpoint_auth_methods_supported": methods,
            "revocation_endpoint": "https://tokens.example/sub/oauth2/revoke",
            "revocation_endpoint_auth_methods_supported": methods,
            "response_types_supported": [],
            "grant_types_supported": [],
            "service_documentation": "https://tokens.example/sub/api/docs",
        });
        assert_eq!(answer.json(), expected);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
        let etag = answer.header("etag").unwrap();
        assert_eq!(anybody.with("If-None-Match", etag).get(METADATA).expect(304).text, "");
        let _ = anybody.with("If-None-Match", "\"x\"").get(METADATA).expect(200);
        for name in ["introspection_endpoint", "revocation_endpoint", "jwks_uri", "service_documentation"] {
            let path = expected[name].as_str().unwrap().strip_prefix("https://tokens.example/sub").unwrap();
            assert_ne!(anybody.get(path).status, 404, "{name}");
        }
        let told = ask(&asker(&app), &app.admin_text).expect(200).json();
        assert_eq!(told["iss"], expected["issuer"]);
        let _ = end(&app.admin, "garbage").expect(200);
    });
}

#[test]
fn the_issuer_in_the_metadata_is_that_of_all_texts() {
    on_each_database(|database| {
        let program = database.program().with("TOKENWARD_ISSUER", "https://issuer.example");
        let app = App::with(database, program);
        let told = app.server.client().get(METADATA).expect(200).json();
        assert_eq!(told["issuer"], "https://issuer.example");
        assert!(told["jwks_uri"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{told}");
        let _ = app.server.client().get(&format!("{METADATA}?x=1")).expect(400);
        let _ = app.server.client().post(METADATA, &json!({})).expect(405);
    });
}
