//! Where somebody comes to after signing in.

use token_testkit::on_each_database;

use super::browser::{START, escaped};
use super::html::{addresses, form};
use crate::app::App;
use crate::sign_in::browser::PASSWORD;

/// What leads elsewhere, or would if somebody along the way decoded, cut or repaired it.
const ELSEWHERE: &[&str] = &[
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "https://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "http:\\\\evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\u{0}//evil.example",
    " //evil.example",
    "//evil.example/..",
    "//127.0.0.1@evil.example/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "evil.example",
    "?x",
    "#x",
    ".evil.example",
    "@evil.example",
    "/\r\nSet-Cookie: planted=1",
    "/overview\r\n\r\n<script>",
    "/ü",
    "/\u{2028}/evil.example",
    "／／evil.example",
];

/// Whether an address leads to this server, whoever reads it.
fn is_local(address: &str) -> bool {
    let plain = address.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
    plain && address.starts_with('/') && !address.starts_with("//")
}

#[test]
fn atk_l10_w12_wherever_one_asks_to_go_one_stays_on_this_server() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        for next in ELSEWHERE {
            let asked = format!("/sign-in?next={}", escaped(next).replace('+', "%20"));
            // Whoever is signed in goes on at once.
            let answer = ada.get(&asked).expect(303);
            let location = answer.header("location").unwrap();
            assert!(["/", "/overview"].contains(&location), "{next:?}: {location}");
            assert!(answer.header("set-cookie").is_none(), "{next:?}: {answer:?}");
            // Others find it in the form, and it is looked at again when it comes back.
            let stranger = app.browser();
            let page = stranger.get(&asked).expect(200);
            let kept = form(&page.text, "/sign-in").value("next").unwrap_or_default().to_owned();
            assert!(kept.is_empty() || kept == "/", "{next:?}: {kept}");
            assert!(
                addresses(&page.text).iter().all(|address| is_local(address) || address.starts_with('#')),
                "{next:?}"
            );
        }
    });
}

#[test]
fn atk_l10_w12_the_form_of_signing_in_leads_nowhere_else_either() {
    on_each_database(|database| {
        let app = App::at(database, START);
        app.accounts().make("ada", &[]);
        for next in ELSEWHERE.iter().filter(|next| !next.contains('\0')) {
            let fields = [("username", "ada"), ("password", PASSWORD), ("next", *next)];
            let answer = app.browser().post("/sign-in", &fields).expect(303);
            assert_eq!(answer.header("location"), Some("/"), "{next:?}");
            assert!(!format!("{:?}", answer.headers).contains("planted"), "{next:?}");
        }
        let twice = [("username", "ada"), ("password", PASSWORD), ("next", "/account"), ("next", "//evil.example")];
        assert_eq!(app.browser().post("/sign-in", &twice).expect(303).header("location"), Some("/account"));
    });
}

#[test]
fn l10_whoever_has_to_sign_in_first_comes_back_with_all_of_the_address() {
    on_each_database(|database| {
        let app = App::at(database, START);
        app.accounts().make("ada", &[super::browser::ADMIN]);
        let browser = app.browser();
        for wanted in ["/overview", "/admin/api-tokens?name=a%20b&state=active", "/search?q=%22%3E%26"] {
            let sent = browser.get(wanted).expect(303);
            let page = browser.get(sent.header("location").unwrap()).expect(200);
            let form = form(&page.text, "/sign-in").with("username", "ada").with("password", PASSWORD);
            let answer = browser.submit(&form, None).expect(303);
            assert_eq!(answer.header("location"), Some(wanted));
            let _ = browser.get(wanted).expect(200);
            let _ = browser.sign_out();
        }
        // An address that could be taken for another server is forgotten; one that is too long, too.
        for odd in ["/admin//evil.example".to_owned(), format!("/search?q={}", "a".repeat(5_000))] {
            let sent = browser.get(&odd);
            let location = sent.header("location").unwrap_or("/").to_owned();
            assert!(is_local(&location) && location.len() < 4_200, "{odd:.60}: {location}");
        }
    });
}
