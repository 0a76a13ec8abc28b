//! Bodies of forms: bounded, and read strictly.

use token_testkit::{exchange, on_each_database};

use super::browser::{FORM, START};
use crate::app::App;
use crate::sign_in::browser::SESSION;

const NEW: &str = "/admin/roles/new";

#[test]
fn p70_atk_d05_a_form_over_the_limit_is_a_413_page_with_and_without_its_length() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let token = format!("csrf={}&do=save&name=", ada.csrf());
        let filled = |length: usize| format!("{token}{}", "x".repeat(length - token.len()));
        let before = app.seen();
        // At the limit it is read, and the name is too long.
        let _ = ada.post_text(NEW, &filled(64 * 1_024)).expect(422);
        for path in [NEW, "/sign-in", "/set-up", "/admin/api-tokens/bulk"] {
            let answer = ada.post_text(path, &filled(64 * 1_024 + 1)).expect(413);
            assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
            assert!(!answer.text.contains("xxxx"), "no echo");
        }
        let (host, origin) = (ada.origin().trim_start_matches("http://"), ada.origin());
        let head = format!(
            "POST {NEW} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nCookie: {SESSION}={}\r\nConnection: close\r\n\
             Content-Type: {FORM}\r\n",
            ada.secret()
        );
        let body = filled(70_000);
        let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
        for request in [chunked, format!("{head}Content-Length: 99999999999\r\n\r\nx")] {
            let answers = exchange(app.server.address(), request.as_bytes());
            assert_eq!(answers[0].status, 413, "{answers:?}");
            assert_eq!(answers[0].header("content-type"), Some("text/html; charset=utf-8"));
        }
        assert_eq!(app.seen(), before);
    });
}

#[test]
fn atk_q10_j03_broken_escapes_and_bytes_that_are_no_text_are_400() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let csrf = ada.csrf();
        let before = app.seen();
        for bad in
            ["%", "%2", "%zz", "%00", "a%00b", "%ff", "%c0%af", "%ed%a0%80", "%f5%80%80%80", "%u0041", "%%41", "\u{0}"]
        {
            for path in [NEW, "/sign-in", "/set-up", "/admin/api-tokens/new"] {
                for body in [format!("csrf={csrf}&do=save&name={bad}"), format!("csrf={csrf}&do=save&name=x&{bad}=1")] {
                    let answer = ada.post_text(path, &body);
                    assert_eq!(answer.status, 400, "{path} {bad:?}: {answer:?}");
                    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
                }
            }
        }
        let (host, origin) = (ada.origin().trim_start_matches("http://"), ada.origin());
        for raw in [b"\xff".as_slice(), b"\xc0\xaf", b"\xed\xa0\x80"] {
            let body = [format!("csrf={csrf}&do=save&name=").as_bytes(), raw].concat();
            let head = format!(
                "POST {NEW} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nCookie: {SESSION}={}\r\nContent-Type: {FORM}\r\n\
                 Connection: close\r\nContent-Length: {}\r\n\r\n",
                ada.secret(),
                body.len()
            );
            let answers = exchange(app.server.address(), &[head.as_bytes(), &body].concat());
            assert_eq!(answers[0].status, 400, "{raw:?}: {answers:?}");
        }
        assert_eq!(app.seen(), before);
    });
}

#[test]
fn atk_q03_q04_q05_q06_q08_q10_p01_lists_take_the_parameters_they_know() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let long = "x".repeat(101);
        for (path, bad) in [
            (
                "/admin/api-tokens",
                vec!["state=odd", "sort=password_hash", "sort=name;DROP", "role=x", "expires_before=x"],
            ),
            (
                "/admin/api-tokens",
                vec!["created_by='%20OR%20'1'='1", "unheard=1", "state=active&state=revoked", "state[]=x"],
            ),
            ("/admin/api-tokens/count", vec!["state=odd", "unheard=1", "name=%zz"]),
            ("/admin/roles", vec!["state=active", "name=%ff", "limit=0", "limit=x", "limit=501"]),
            ("/admin/users", vec!["enabled=maybe", "role=x", "sort=name"]),
            ("/admin/changelog", vec!["level=odd", "type=x", "subject=x", "from=x", "until=2030-02-30", "unheard=1"]),
            ("/admin/changelog/export.csv", vec!["level=odd", "type=x", "from=x", "unheard=1"]),
        ] {
            let common = ["cursor=x", "cursor=%27", "name=%00", &format!("name={long}")].map(ToOwned::to_owned);
            let own = bad.into_iter().map(ToOwned::to_owned);
            for query in own.chain(common) {
                let answer = ada.get(&format!("{path}?{query}"));
                assert_eq!(answer.status, 400, "{path}?{query}: {answer:?}");
                assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"), "{path}?{query}");
            }
            // Forms send fields that were left empty, too.
            let _ = ada.get(&format!("{path}?cursor=")).expect(200);
        }
    });
}

#[test]
fn atk_p02_p08_a_cursor_of_a_page_is_for_its_reader_list_and_filters() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let (ada, bob) = (app.ada(), app.somebody("bob", &["allow *:*"]));
        for number in 0..60 {
            let _ = app.role(&format!("role {number}"), &[]);
        }
        let more = |page: &str| {
            let addresses = super::html::addresses(page);
            addresses.into_iter().find(|address| address.contains("cursor=")).unwrap()
        };
        let next = more(&ada.get("/admin/roles").expect(200).text);
        let page = ada.get(&next).expect(200);
        assert!(!page.text.contains("href=\"/admin/roles?cursor="), "two pages and no more");
        let cursor = next.split_once("cursor=").unwrap().1;
        let _ = bob.get(&next).expect(400);
        let _ = ada.get(&format!("/admin/roles?name=role&cursor={cursor}")).expect(400);
        let _ = ada.get(&format!("/admin/users?cursor={cursor}")).expect(400);
        let mut flipped = cursor.to_owned();
        flipped.replace_range(..1, if cursor.starts_with('A') { "B" } else { "A" });
        let _ = ada.get(&format!("/admin/roles?cursor={flipped}")).expect(400);
        let _ = app.admin.get(&format!("/api/v1/roles?cursor={cursor}")).expect(400);
    });
}

#[test]
fn atk_a21_an_address_of_nothing_is_a_404_page() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let id = "0192f3c1-7a52-7c11-8d4e-0242ac120002";
        for odd in [id, &id.to_uppercase(), "x", "0", "-1", "%20", "..%2f", "9223372036854775808", "%7b%7d"] {
            for path in ["api-tokens", "roles", "users", "signing-keys"] {
                let answer = ada.get(&format!("/admin/{path}/{odd}"));
                assert_eq!(answer.status, 404, "{path}/{odd}: {answer:?}");
                assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"), "{path}/{odd}");
                let deleted = ada.post(&format!("/admin/{path}/{odd}/delete"), &[("do", "delete")]);
                assert!([404, 405].contains(&deleted.status), "{path}/{odd}: {deleted:?}");
            }
        }
    });
}
