//! One `Authorization` field: scheme, blank, text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use token_testkit::on_each_database;

use super::outcome::Outcome::{Accepted, Malformed, NotAccepted, Nothing};
use super::outcome::{authorization, outcome};
use crate::app::App;

#[test]
fn s34_one_blank_and_the_text_pass_and_a_missing_blank_does_not() {
    on_each_database(|database| {
        let app = App::start(database);
        let text = &app.admin_text;
        assert_eq!(outcome(&app, &authorization(format!("Bearer {text}"))), Accepted);
        assert_eq!(outcome(&app, &authorization(format!("Bearer{text}"))), NotAccepted);
        assert_eq!(outcome(&app, &authorization(text)), Nothing);
    });
}

#[test]
fn atk_b01_no_field_is_told_apart_from_a_bad_one() {
    on_each_database(|database| {
        let app = App::start(database);
        assert_eq!(outcome(&app, b""), Nothing);
        assert_eq!(outcome(&app, &authorization("Bearer a.b.c")), NotAccepted);
    });
}

#[test]
fn atk_b02_nothing_behind_the_scheme_is_a_bad_credential() {
    on_each_database(|database| {
        let app = App::start(database);
        for value in ["", " ", "Bearer", "Bearer ", "Bearer    ", "bearer"] {
            assert_eq!(outcome(&app, &authorization(value)), NotAccepted, "{value:?}");
        }
    });
}

#[test]
fn atk_b03_b04_any_letter_case_and_several_blanks_pass() {
    on_each_database(|database| {
        let app = App::start(database);
        for scheme in ["bearer ", "BEARER ", "bEaReR ", "Bearer  ", "Bearer        "] {
            assert_eq!(outcome(&app, &authorization(format!("{scheme}{}", app.admin_text))), Accepted, "{scheme:?}");
        }
    });
}

#[test]
fn atk_b05_other_blanks_behind_the_scheme_are_refused() {
    on_each_database(|database| {
        let app = App::start(database);
        let text = app.admin_text.as_bytes();
        for blank in ["\t", " \t", "\t ", "\u{b}", "\u{c}", "\u{a0}", "\u{3000}", "\u{2009}", "\u{200b}", "\u{feff}"] {
            let found = outcome(&app, &authorization([b"Bearer", blank.as_bytes(), text].concat()));
            assert!(matches!(found, NotAccepted | Malformed), "{blank:?}: {found:?}");
        }
        for byte in [0x85_u8, 0xa0, 0xff, 0x00, 0x1f, 0x7f] {
            let found = outcome(&app, &authorization([b"Bearer", [byte].as_slice(), text].concat()));
            assert!(matches!(found, NotAccepted | Malformed), "{byte:x}: {found:?}");
        }
    });
}

#[test]
fn atk_b06_other_signs_behind_the_scheme_are_refused() {
    on_each_database(|database| {
        let app = App::start(database);
        let text = &app.admin_text;
        for value in [
            format!("Bearer:{text}"),
            format!("Bearer: {text}"),
            format!("Bearer={text}"),
            format!("Bearer={text} "),
            format!("Bearer,{text}"),
            format!("Bearer, {text}"),
            format!("Bearer \"{text}\""),
            format!("Bearer '{text}'"),
            format!("Bearer <{text}>"),
            format!("Bearer token={text}"),
            format!("Bearer token=\"{text}\""),
            format!("Bearer%20{text}"),
            format!("Bearer+{text}"),
        ] {
            assert_eq!(outcome(&app, &authorization(&value)), NotAccepted, "{value}");
        }
    });
}

#[test]
fn atk_b07_anything_twice_or_behind_the_text_is_refused() {
    on_each_database(|database| {
        let app = App::start(database);
        let text = &app.admin_text;
        for value in [
            format!("Bearer Bearer {text}"),
            format!("Bearer {text} {text}"),
            format!("Bearer {text}{text}"),
            format!("Bearer {text} x"),
            format!("Bearer {text},"),
            format!("Bearer {text};"),
            format!("Bearer {text}, Basic YTpi"),
            format!("Bearer {text}, Bearer {text}"),
            format!("Bearer {text},Bearer a.b.c"),
        ] {
            assert_eq!(outcome(&app, &authorization(&value)), NotAccepted, "{value}");
        }
        for other in ["Basic YTpi, ", "Digest x=y,"] {
            assert_eq!(outcome(&app, &authorization(format!("{other}Bearer {text}"))), Nothing, "{other}");
        }
    });
}

#[test]
fn atk_b08_another_scheme_is_no_credential() {
    on_each_database(|database| {
        let app = App::start(database);
        let text = &app.admin_text;
        for scheme in ["Token", "JWT", "MAC", "DPoP", "Digest", "Negotiate", "Bear", "ApiKey", "Token token=", "OAuth"]
        {
            assert_eq!(outcome(&app, &authorization(format!("{scheme} {text}"))), Nothing, "{scheme}");
        }
        for pair in [format!("{text}:"), format!(":{text}"), format!("bearer:{text}")] {
            let value = format!("Basic {}", STANDARD.encode(pair));
            assert_eq!(outcome(&app, &authorization(value)), Nothing);
        }
    });
}

#[test]
fn atk_b11_any_case_of_the_name_and_outer_blanks_pass() {
    on_each_database(|database| {
        let app = App::start(database);
        let text = &app.admin_text;
        for line in [
            format!("authorization: Bearer {text}\r\n"),
            format!("AUTHORIZATION: Bearer {text}\r\n"),
            format!("Authorization:Bearer {text}\r\n"),
            format!("Authorization: \t Bearer {text}\r\n"),
            format!("Authorization: Bearer {text} \t\r\n"),
        ] {
            assert_eq!(outcome(&app, line.as_bytes()), Accepted, "{line:?}");
        }
    });
}
