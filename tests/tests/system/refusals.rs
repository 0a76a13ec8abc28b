//! What is presented and refused, over HTTP.

use token_testkit::on_each_database;

use crate::app::App;

#[test]
fn s34_b_headers_of_every_kind() {
    on_each_database(|database| {
        let app = App::start(database);
        let text = &app.admin_text;
        let with = |value: &str| app.server.client().with("Authorization", value).get("/api/v1/whoami");
        for good in [format!("Bearer {text}"), format!("bearer {text}"), format!("BEARER   {text}")] {
            let _ = with(&good).expect(200);
        }
        let nothing = app.server.client().get("/api/v1/whoami").expect(401);
        assert_eq!(nothing.header("www-authenticate"), Some("Bearer realm=\"tokenward\""));
        let basic = with("Basic YTpi").expect(401);
        assert_eq!(basic.header("www-authenticate"), Some("Bearer realm=\"tokenward\""));
        let bad = [
            format!("Bearer{text}"),
            "Bearer".to_owned(),
            format!("Bearer {text} x"),
            format!("Bearer \"{text}\""),
            format!("Bearer {text},"),
            format!("Bearer {text}="),
            format!("Bearer {}", &text[1..]),
            "Bearer a.b.c".to_owned(),
            format!("Bearer {}", "a".repeat(5_000)),
        ];
        let uniform = with("Bearer a.b.c").header("www-authenticate").map(ToOwned::to_owned);
        for value in bad {
            let refused = with(&value).expect(401);
            assert_eq!(refused.header("www-authenticate").map(ToOwned::to_owned), uniform, "{value}");
        }
        let both = format!("Bearer {text}");
        let twice = app.server.client().with("Authorization", &both).with("Authorization", &both);
        let _ = twice.get("/api/v1/whoami").expect(400);
        let _ = app.server.client().get(&format!("/api/v1/whoami?access_token={text}")).expect(401);
        let _ = app.server.client().with("Cookie", &format!("token={text}")).get("/api/v1/whoami").expect(401);
    });
}

#[test]
fn p07_s02_any_change_of_the_text_is_refused_alike() {
    on_each_database(|database| {
        let app = App::start(database);
        let text = app.admin_text.clone();
        let answer = |text: &str| {
            let refused = app.server.client().bearer(text).get("/api/v1/whoami").expect(401);
            let body = refused.json();
            (refused.header("www-authenticate").map(ToOwned::to_owned), body["detail"].clone(), body["type"].clone())
        };
        let first = answer("a.b.c");
        for position in (0..text.len()).step_by(7) {
            let mut bytes = text.clone().into_bytes();
            bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(bytes).unwrap();
            if altered != text {
                assert_eq!(answer(&altered), first, "position {position}");
            }
        }
    });
}
