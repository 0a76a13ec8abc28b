//! Who may ask, and how they say who they are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use token_testkit::{Answer, on_each_database};

use super::{INTROSPECT, NOON, REVOKE, as_client, ask, asker, end, is_active, send, with_secret};
use crate::app::App;

/// All challenges of an answer.
fn challenges(answer: &Answer) -> Vec<&str> {
    let fields = answer.headers.iter().filter(|(name, _)| name == "www-authenticate");
    fields.map(|(_, value)| value.as_str()).collect()
}

const BASIC: &str = "Basic realm=\"tokenward\", charset=\"UTF-8\"";

#[test]
fn atk_i01_nobody_asks_without_a_credential_and_its_permission() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let (token, asker) = (app.token("t", &[]), asker(&app));
        for path in [INTROSPECT, REVOKE] {
            let nobody = send(&app.server.client(), path, &format!("token={}", token.text)).expect(401);
            assert_eq!(challenges(&nobody), ["Bearer realm=\"tokenward\"", BASIC]);
            assert_eq!(nobody.json()["error"], "invalid_client");
        }
        // The text that is asked about is no credential, and as one it has no more rights than its token.
        let itself = ask(&app.as_token(&token), &token.text).expect(403);
        assert_eq!((itself.json()["error"].as_str(), challenges(&itself).len()), (Some("insufficient_scope"), 1));
        assert!(challenges(&itself)[0].ends_with("scope=\"tokens:introspect\""));
        let role = app.role("Asks", &["allow tokens:introspect"]);
        let able = app.token("able", &[&role]);
        assert!(is_active(&app.as_token(&able), &able.text), "a token that may ask may ask about itself");
        assert!(is_active(&asker, &token.text));
    });
}

#[test]
fn an_oauth_client_presents_the_id_of_its_token_and_the_text() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let role = app.role("Asks", &["allow tokens:introspect"]);
        let (client, other) = (app.token("client", &[&role]), app.token("other", &[&role]));
        let anybody = app.server.client();
        assert!(is_active(&as_client(&app, &client), &other.text));
        // Encoded as RFC 6749 says, which not every client does.
        let encoded = |text: &str| text.replace('-', "%2D").replace('_', "%5F").replace('.', "%2E");
        assert!(is_active(&with_secret(&anybody, &encoded(&client.id), &encoded(&client.text)), &other.text));
        let lower = format!("basic  {}", STANDARD.encode(format!("{}:{}", client.id, client.text)));
        assert!(is_active(&anybody.with("Authorization", &lower), &other.text));

        let upper = client.id.to_uppercase();
        for (id, secret) in [
            (other.id.as_str(), client.text.as_str()),
            (&client.id, &other.text),
            (&upper, &client.text),
            ("", &client.text),
            (&client.id, ""),
            (&client.id, "secret"),
            (&client.text, &client.id),
            (&client.id, &format!("{} ", client.text)),
        ] {
            let answer = ask(&with_secret(&anybody, id, secret), &other.text).expect(401);
            let [bearer, basic] = challenges(&answer)[..] else { unreachable!("{answer:?}") };
            assert!(bearer.contains("error=\"invalid_token\"") && basic == BASIC, "{answer:?}");
            assert_eq!(answer.json()["error"], "invalid_client");
        }
        for value in ["Basic", "Basic YTpi", "Basic ====", "Basic a.b.c", &format!("Basic {}", client.text)] {
            let _ = ask(&anybody.with("Authorization", value), &other.text).expect(401);
        }
        // An ended client is named as such, like any other caller.
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", client.id), &json!({})).expect(200);
        let ended = ask(&as_client(&app, &client), &other.text).expect(401);
        assert!(challenges(&ended)[0].contains("the token is revoked"), "{ended:?}");
    });
}

#[test]
fn atk_b08_a_secret_is_taken_at_these_endpoints_alone_and_a_session_is_not() {
    on_each_database(|database| {
        let app = App::at(database, NOON);
        let role = app.role("Asks", &["allow *:*"]);
        let client = app.token("client", &[&role]);
        for path in ["/api/v1/whoami", "/api/v1/tokens"] {
            let answer = as_client(&app, &client).get(path).expect(401);
            assert_eq!(challenges(&answer), ["Bearer realm=\"tokenward\""], "another scheme is no credential");
        }
        let accounts = app.accounts();
        accounts.make("ada", &[&role]);
        let ada = app.signed_in("ada");
        let _ = ada.page().get("/api/v1/tokens").expect(200);
        for answer in [ask(&ada.page(), &client.text), end(&ada.page(), &client.text)] {
            assert_eq!(challenges(&answer.expect(401)).len(), 2);
        }
        assert_eq!(app.whoami(&client), 200, "nothing ended");
        // A session beside a good token neither helps nor harms.
        let both = ada.page().bearer(&client.text);
        assert!(is_active(&both, &client.text));
        // Client id and secret in the form are no credentials.
        let form = format!("token={0}&client_id={1}&client_secret={0}", client.text, client.id);
        let _ = send(&app.server.client(), INTROSPECT, &form).expect(401);
        let _ = send(&app.server.client(), REVOKE, &form).expect(401);
        assert_eq!(app.whoami(&client), 200);
        let two = as_client(&app, &client).bearer(&client.text);
        let _ = ask(&two, &client.text).expect(400);
    });
}
