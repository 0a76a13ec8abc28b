//! Secrets that went over pages leave no trace in anything the program wrote.

use token_testkit::on_each_database;

use super::browser::{DEVICE, START, encoded, escaped, owned};
use super::calls::NEXT;
use super::html::form;
use super::reveal::text;
use crate::app::App;
use crate::canary::{ensure_absent, written};
use crate::sign_in::browser::PASSWORD;

const WRONG: &str = "a canary that is not the password";

#[test]
fn p55_atk_k08_g05_nothing_secret_of_a_page_is_written_anywhere() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let code = std::fs::read_to_string(app.setup_file()).unwrap().trim_end().to_owned();
        let nobody = app.browser();
        let guess: String = code.chars().rev().collect();
        let first = |code: &str| owned(&[("code", code), ("username", "ada"), ("password", PASSWORD)]);
        let _ = nobody.get(&format!("/set-up?code={code}")).expect(200);
        let _ = nobody.get(&format!("/sign-in?password={}&next=/x%3Fcode%3D{code}", escaped(PASSWORD))).expect(200);
        let _ = nobody.post_owned("/set-up", &first(&guess)).expect(401);
        let _ = nobody.post_owned("/set-up", &first(&code)).expect(303);
        let _ = nobody.sign_in("ada", WRONG).expect(401);
        let _ = nobody.sign_in(WRONG, PASSWORD).expect(401);
        let ada = app.visitor("ada");
        let (secret, device, csrf) = (ada.secret(), ada.cookie(DEVICE).unwrap(), ada.csrf());

        let path = "/admin/api-tokens/new";
        let made = ada.submit(&form(&ada.get(path).expect(200).text, path).with("name", "canary"), Some("save"));
        let token = made.expect(303).header("location").unwrap().split('?').next().unwrap().to_owned();
        let text = text(&ada.post(&format!("{token}/show"), &[("do", "show")]).expect(200)).unwrap();
        // Wherever somebody may put one by mistake.
        for address in [
            format!("/search?q={text}"),
            format!("/admin/api-tokens?name={text}"),
            format!("/admin/api-tokens/{text}"),
            format!("/admin/{text}?csrf={csrf}"),
            format!("/overview?session={secret}&csrf={csrf}"),
            format!("{token}?explain={text}"),
            format!("/assets/{text}/{secret}"),
            format!("/{text}"),
        ] {
            let asking = ada.client().with("Referer", &text).with("User-Agent", &secret);
            let _ = asking.get(&address);
            let _ = app.browser().client().get(&address);
        }
        let _ = ada.post(
            &format!("{token}?token={text}"),
            &[("name", &text), ("version", "1"), ("role", &text), ("do", "save")],
        );
        let mistaken = owned(&[("name", "x"), ("csrf", &secret), ("password", WRONG), ("do", "save")]);
        let _ = ada.post_text("/admin/users/new", &encoded(&mistaken)).expect(403);
        let _ = ada
            .post("/admin/users/new", &[("username", "bob"), ("password", WRONG), ("enabled", "yes"), ("do", "save")]);
        let change = [("password_current", PASSWORD), ("password_new", NEXT), ("password_again", NEXT)];
        let wrong = [("password_current", WRONG), ("password_new", NEXT), ("password_again", NEXT)];
        let _ = ada.post("/account/password", &wrong).expect(422);
        let _ = ada.post("/account/password", &change).expect(303);
        let (later, later_csrf) = (ada.secret(), ada.csrf());
        let _ = ada.get("/admin/changelog/export.csv").expect(200);
        let _ = ada.sign_out();
        let late = owned(&[("name", "x"), ("password", WRONG), ("csrf", &later_csrf)]);
        let _ = ada.post_text("/admin/users/new", &encoded(&late)).expect(401);

        let signature = text.rsplit_once('.').unwrap().1.to_owned();
        let own = [PASSWORD, WRONG, NEXT].map(ToOwned::to_owned);
        let secrets: Vec<Vec<u8>> = own
            .into_iter()
            .chain([code, guess, secret, later, device, csrf, later_csrf, text, signature])
            .map(String::into_bytes)
            .collect();
        ensure_absent(&secrets, &written(&app));
        let log = app.server.log();
        assert!(log.contains("/account/password") && log.contains("/set-up"), "the log tells of the pages");
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}
