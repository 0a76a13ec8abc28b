//! Kinds of fields, and for each what is of a wrong type, what is refused, and what lies just inside.

mod routes;

use serde_json::{Value, json};

use super::world::{CANARY, UNKNOWN, World};
use crate::keys::{bad_pems, new_pem};

/// What a field takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// One line of text, not empty, with at most so many characters.
    Line(usize),
    /// Lines of text, at least and at most so many characters.
    Lines(usize, usize),
    /// One line of text with at most so many characters, or nothing.
    MaybeLine(usize),
    Roles,
    /// People, by their ids.
    People,
    Password,
    End,
    Networks,
    Flag,
    /// A flag that is tried set alone.
    Set,
    /// A private key in PEM.
    Pem,
    /// A signature algorithm keys are made for.
    Algorithm,
    Credential,
    Rules,
    Routes,
    /// Ids of tokens, at least one.
    Tokens,
    /// A filter of tokens.
    Filter,
    /// A number of things.
    Count,
    /// `"revoke"` or `"delete"`.
    Action,
    /// `"now"`, or an object with one time.
    OldEnds,
}

/// A value, and where inside the field the error is.
type Bad = (Value, &'static str);

/// A text of a thing that is no text.
fn no_texts() -> Vec<Bad> {
    let whole =
        [json!(5), json!(1.5), json!(-1), json!(true), json!([]), json!([CANARY]), json!({}), json!({"a": CANARY})];
    whole.into_iter().map(|value| (value, "")).collect()
}

fn no_lists() -> Vec<Bad> {
    let whole = [json!(5), json!(true), json!(CANARY), json!({}), json!({"0": CANARY})];
    whole.into_iter().map(|value| (value, "")).collect()
}

/// Items of a list of texts that are none.
fn no_items() -> Vec<Bad> {
    let items = [json!([5]), json!([null]), json!([[CANARY]]), json!([{}]), json!([true])];
    items.into_iter().map(|value| (value, "/0")).collect()
}

impl Kind {
    /// Values of every wrong type: 400.
    pub(crate) fn wrong_types(self) -> Vec<Bad> {
        match self {
            Self::Line(_)
            | Self::MaybeLine(_)
            | Self::Lines(..)
            | Self::End
            | Self::Credential
            | Self::Action
            | Self::Password
            | Self::Pem
            | Self::Algorithm => no_texts(),
            Self::Count => {
                let numbers = [json!(-1), json!(1.5), json!("1"), json!(true), json!([1]), json!({}), json!(CANARY)];
                numbers.map(|value| (value, "")).to_vec()
            }
            Self::Filter => {
                let whole = [json!(5), json!([]), json!(CANARY), json!(false)].map(|value| (value, ""));
                let inside = [
                    (json!({"name": 5}), "/name"),
                    (json!({"state": null}), "/state"),
                    (json!({"role": [UNKNOWN]}), "/role"),
                    (json!({"sort": CANARY}), "/sort"),
                ];
                whole.into_iter().chain(inside).collect()
            }
            Self::Roles | Self::People | Self::Networks | Self::Tokens => [no_lists(), no_items()].concat(),
            Self::Flag | Self::Set => {
                [json!("true"), json!(1), json!(0), json!([]), json!({}), json!(CANARY)].map(|v| (v, "")).to_vec()
            }
            Self::Rules => [no_lists(), no_rules()].concat(),
            Self::Routes => [no_lists(), routes::no_routes()].concat(),
            Self::OldEnds => vec![
                (json!(5), ""),
                (json!(true), ""),
                (json!(["now"]), ""),
                (json!({"at": 5}), "/at"),
                (json!({"on_first_use": null}), "/on_first_use"),
                (json!({"at": "2030-02-28", "then": 1}), "/then"),
            ],
        }
    }

    /// Values of the right type that are refused: 422.
    pub(crate) fn refused(self, world: &World) -> Vec<Bad> {
        match self {
            Self::Line(max) => [bad_characters(), breaks(), bad_lengths(1, max)]
                .concat()
                .into_iter()
                .map(|text| (json!(text), ""))
                .collect(),
            Self::Lines(min, max) => {
                [bad_characters(), bad_lengths(min, max)].concat().into_iter().map(|text| (json!(text), "")).collect()
            }
            Self::MaybeLine(max) => [bad_characters(), breaks(), bad_lengths(0, max)]
                .concat()
                .into_iter()
                .map(|text| (json!(text), ""))
                .collect(),
            Self::People => bad_people(world),
            Self::Password => {
                let short =
                    ["", " ", CANARY, "elevenchars", "\u{1f511}\u{1f511}", "aaaaaaaaaaaaaaa"].map(str::to_owned);
                let long = [format!("{CANARY}{}", "x".repeat(1_024)), "\u{1f511}".repeat(257)];
                short.into_iter().chain(long).map(|text| (json!(text), "")).collect()
            }
            Self::Roles => bad_roles(world),
            Self::End => ENDS.iter().map(|text| (json!(text), "")).collect(),
            Self::Networks => bad_networks(),
            Self::Flag | Self::Set | Self::Count => Vec::new(),
            Self::Action => ["", "unrevoke", "REVOKE", CANARY].map(|text| (json!(text), "")).to_vec(),
            Self::Filter => vec![
                (json!({"name": ""}), "/name"),
                (json!({"name": format!("{CANARY}\n")}), "/name"),
                (json!({"state": "ACTIVE"}), "/state"),
                (json!({"role": CANARY}), "/role"),
            ],
            Self::Tokens => {
                let malformed = MALFORMED_IDS.iter().map(|text| (json!([text]), "/0"));
                malformed.chain([(json!([]), ""), (json!([UNKNOWN, UNKNOWN]), "/1")]).collect()
            }
            Self::Pem => bad_pems().into_iter().map(|(pem, _)| (json!(pem), "")).collect(),
            Self::Algorithm => ["", "none", "RS256", "HS256", "ES384", "eddsa", "Ed25519", CANARY]
                .map(|text| (json!(text), ""))
                .to_vec(),
            Self::Credential => MALFORMED_IDS.iter().chain(&[UNKNOWN]).map(|text| (json!(text), "")).collect(),
            Self::Rules => bad_rules(),
            Self::Routes => routes::bad_routes(),
            Self::OldEnds => {
                let whole = [json!("later"), json!("NOW"), json!(""), json!({})].map(|value| (value, ""));
                let both = json!({"at": "2030-02-28", "on_first_use": "2030-02-28"});
                let inside = ENDS.iter().map(|text| (json!({"at": text}), "/at"));
                let used = ENDS.iter().map(|text| (json!({"on_first_use": text}), "/on_first_use"));
                whole.into_iter().chain([(both, "")]).chain(inside).chain(used).collect()
            }
        }
    }

    /// Values at the very limit, and odd ones that are good.
    pub(crate) fn accepted(self, world: &World) -> Vec<Value> {
        match self {
            Self::Line(max) => good_texts(max),
            Self::Lines(min, max) => {
                let lines = [format!("two\r\nlines\tand a tab {max}")].into_iter();
                let empty = ["", "   ", "\n"].map(str::to_owned).into_iter().filter(|_| min == 0);
                lines.chain(empty).map(Value::from).chain(good_texts(max)).collect()
            }
            Self::MaybeLine(max) => good_texts(max).into_iter().chain([json!(""), json!("  ")]).collect(),
            Self::People => vec![json!([]), json!([world.user])],
            Self::Password => vec![json!("twelve chars"), json!("' OR 1=1;-- \0"), json!("pq".repeat(512))],
            Self::Roles => vec![json!([]), json!([world.role]), json!(world.many_roles(64))],
            Self::End => [
                "2030-02-28",
                "2028-02-29",
                "2028-02-29T23:59:59Z",
                "2030-01-01t00:00:00z",
                "2030-01-01T00:00:00+14:00",
                "2030-01-01T00:00:00.000-00:00",
                "9999-12-31T23:59:59Z",
            ]
            .map(Value::from)
            .to_vec(),
            Self::Networks => {
                let most: Vec<String> = (0..64).map(|n| format!("10.{n}.0.0/16")).collect();
                vec![json!(["0.0.0.0/0", "::/0"]), json!(["192.0.2.1", "2001:db8::1"]), json!(most)]
            }
            Self::Flag => vec![json!(false)],
            Self::Set => vec![json!(true)],
            Self::Pem => vec![json!(new_pem()), json!(new_pem().replace('\n', "\r\n"))],
            Self::Algorithm => vec![json!("EdDSA"), json!("ES256")],
            Self::Credential => Vec::new(),
            Self::Action => vec![json!("revoke"), json!("delete")],
            Self::Count => vec![json!(0)],
            Self::Filter => vec![json!({"name": "&".repeat(100)}), json!({"role": UNKNOWN, "state": "revoked"})],
            Self::Tokens => {
                let most: Vec<String> = (0..1_000).map(|n| format!("0192f3c1-7a52-7c11-8d4e-{n:012x}")).collect();
                vec![json!([UNKNOWN]), json!(most)]
            }
            Self::OldEnds => {
                vec![json!("now"), json!({"at": "2030-02-28"}), json!({"on_first_use": "9999-12-31T23:59:59Z"})]
            }
            Self::Routes => {
                let rule = |n: usize| json!({"method": "*", "path": format!("/{n}"), "permission": "a:b"});
                let odd = ["/", "/**", "/*/%2A", "/é%20x", "/a:b@c,d"];
                let odd = odd.map(|path| json!({"method": "PATCH", "path": path, "permission": "a:b"}));
                let longest = format!("/{}", "a".repeat(1_023));
                let ends = [longest, "/a".repeat(32)];
                let ends = ends.map(|path| json!({"method": "GET", "path": path, "permission": "a:b"}));
                let most: Vec<Value> = (0..1_000).map(rule).collect();
                vec![json!(odd), json!(ends), json!(most), json!([])]
            }
            Self::Rules => {
                let rule = |n: usize| json!({"effect": if n.is_multiple_of(2) { "allow" } else { "deny" }, "permission": format!("a{n}:b")});
                let deepest = format!("{}:{}", vec!["a".repeat(32); 8].join("."), "b".repeat(32));
                let wild = ["*:*", "*:read", "a.*:read", "a:*"].map(|p| json!({"effect": "allow", "permission": p}));
                let most: Vec<Value> = (0..1_000).map(rule).collect();
                vec![json!([]), json!(wild), json!([{"effect": "deny", "permission": deepest}]), json!(most)]
            }
        }
    }
}

fn bad_characters() -> Vec<String> {
    let bad = ["\0", "\u{1}", "\u{8}", "\u{1b}[2J", "\u{7f}", "\u{9b}1m", "\u{85}", "\u{2028}", "\u{2029}"];
    let hidden =
        ["\u{202e}", "\u{2066}", "\u{2069}", "\u{200e}", "\u{200b}", "\u{feff}", "\u{ad}", "\u{e0041}", "\u{1ffff}"];
    bad.iter().chain(&hidden).flat_map(|c| [format!("{CANARY}{c}x"), format!("{c}{CANARY}")]).collect()
}

fn breaks() -> Vec<String> {
    ["\n", "\r\n", "\t", "\u{b}", "\u{c}"].iter().map(|c| format!("{CANARY}{c}x")).collect()
}

fn bad_lengths(min: usize, max: usize) -> Vec<String> {
    let blank = ["", " ", "   ", "\u{3000}", "\u{a0} "].map(str::to_owned).into_iter().filter(|_| 0 < min);
    let long = |text: &str| format!("{CANARY}{}", text.repeat(max - CANARY.len() + 1));
    blank.chain([long("x"), long("é"), long("\u{1f600}"), long("x\u{301}"), CANARY.repeat(2_000)]).collect()
}

fn good_texts(max: usize) -> Vec<Value> {
    let odd = [
        "'; DROP TABLE tokens;--",
        "' OR '1'='1",
        "$$x$$ \\' %00 0x27",
        "{\"level\":\"error\"}",
        "<script>${jndi:x}{{7*7}}",
    ];
    let spelled = ["\u{1f469}\u{200d}\u{1f4bb}", "\u{fffd}", "عربى", "__proto__", "null"];
    let full = [
        "x".repeat(max),
        "é".repeat(max),
        "a\u{301}".repeat(max),
        "\u{1f600}".repeat(max),
        format!(" {} ", "y".repeat(max)),
    ];
    odd.iter().chain(&spelled).map(|text| json!(text)).chain(full.map(Value::from)).collect()
}

/// Texts that look like an id and are none of ours.
pub(crate) const MALFORMED_IDS: [&str; 14] = [
    "",
    " ",
    "0",
    "-1",
    "9223372036854775808",
    "Sesame-4711",
    "0192F3C1-7A52-7C11-8D4E-0242AC120002",
    "0192f3c17a527c118d4e0242ac120002",
    "{0192f3c1-7a52-7c11-8d4e-0242ac120002}",
    "urn:uuid:0192f3c1-7a52-7c11-8d4e-0242ac120002",
    "0192f3c1-7a52-4c11-8d4e-0242ac120002",
    "0192f3c1-7a52-7c11-8d4e-0242ac12000",
    "0192f3c1-7a52-7c11-8d4e-0242ac120002 ",
    "00000000-0000-0000-0000-000000000000",
];

/// Dates that do not exist, are not spelled like ours, or lie behind us.
const ENDS: [&str; 34] = [
    "",
    " ",
    "Sesame-4711",
    "2027-02-29",
    "2027-02-29T00:00:00Z",
    "2100-02-29",
    "2027-13-01",
    "2027-00-10",
    "2027-04-31",
    "2027-01-00",
    "2027-01-01T24:00:00Z",
    "2027-01-01T23:60:00Z",
    "2030-12-31T23:59:60Z",
    "2030-06-30T23:59:60Z",
    "2030-01-01T00:00:00",
    "2030-01-01T00:00",
    "2030-01-01 00:00:00Z",
    "2030-01-01T00:00:00 Z",
    "2030-01-01T00:00:00+0200",
    "2030-01-01T00:00:00+24:00",
    "2030-01-01T00:00:00Europe/Berlin",
    "2030-01-01T00:00:00.5Z",
    "Tue, 01 Jan 2030 00:00:00 GMT",
    "1893456000",
    "1893456000000",
    "0",
    "10000-01-01T00:00:00Z",
    "+10000-01-01",
    "9999-12-31",
    "1969-12-31T23:59:59Z",
    "1970-01-01T00:00:00Z",
    "2020-01-01",
    "2030-01-01T00:00:00Z\u{0}",
    "２０３０-01-01",
];

fn bad_roles(world: &World) -> Vec<Bad> {
    let mut bad: Vec<Bad> = MALFORMED_IDS.iter().map(|id| (json!([id]), "/0")).collect();
    let built_in = |n: u8| format!("00000000-0000-7000-8000-00000000000{n}");
    bad.extend([
        (json!([world.role, CANARY]), "/1"),
        (json!(["Reader"]), "/0"),
        (json!([world.role, world.role]), "/1"),
        (json!(vec![UNKNOWN; 65]), ""),
        (json!([UNKNOWN]), ""),
        (json!([world.role, world.deleted_role]), ""),
        (json!([world.token]), ""),
        // The implicit roles are nobody's to give.
        (json!([built_in(2)]), ""),
        (json!([built_in(3)]), ""),
    ]);
    bad
}

fn bad_people(world: &World) -> Vec<Bad> {
    let mut bad: Vec<Bad> = MALFORMED_IDS.iter().map(|id| (json!([id]), "/0")).collect();
    bad.extend([
        (json!([world.user, CANARY]), "/1"),
        (json!(["kept"]), "/0"),
        (json!([world.user, world.user]), "/1"),
        (json!(vec![UNKNOWN; 1_001]), ""),
        (json!([UNKNOWN]), ""),
        (json!([world.user, world.deleted_user]), ""),
        (json!([world.token]), ""),
    ]);
    bad
}

fn bad_networks() -> Vec<Bad> {
    let one = [
        "",
        " ",
        "*",
        CANARY,
        "localhost",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/",
        "10.0.0.0/8 ",
        "10.0.0/8",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "010.0.0.1",
        "256.0.0.1",
        "::1/129",
        "fe80::1%eth0",
        "[::1]",
        "10.0.0.1:80",
        "10.0.0.0-10.0.0.9",
        "10.0.0.0/8\u{0}",
    ];
    let mut bad: Vec<Bad> = one.iter().map(|text| (json!([text]), "/0")).collect();
    bad.extend([(json!([]), ""), (json!(["10.0.0.0/8", CANARY]), "/1"), (json!(vec!["10.0.0.1"; 65]), "")]);
    bad
}

fn no_rules() -> Vec<Bad> {
    let rule = |effect: Value, permission: Value| json!([{"effect": effect, "permission": permission}]);
    let mut bad: Vec<Bad> =
        [json!([5]), json!([null]), json!([[CANARY]]), json!([CANARY])].map(|item| (item, "/0")).to_vec();
    for value in [json!(5), json!(null), json!(true), json!([]), json!({"a": CANARY})] {
        bad.push((rule(value.clone(), json!("a:b")), "/0/effect"));
        bad.push((rule(json!("allow"), value), "/0/permission"));
    }
    bad.push((json!([{"effect": "allow", "permission": "a:b", "admin": true}]), "/0/admin"));
    bad.push((json!([{"effect": "allow", "permission": "a:b", CANARY: 1}]), "/0"));
    bad
}

fn bad_rules() -> Vec<Bad> {
    let effects = ["", "ALLOW", " allow", "permit", CANARY, "allow\u{0}"];
    let effects = effects.iter().map(|effect| (json!([{"effect": effect, "permission": "a:b"}]), "/0/effect"));
    let long = "a".repeat(33);
    let deep = ["a"; 9].join(".");
    let endless = "a.".repeat(5_000);
    let patterns = [
        "",
        " ",
        "*",
        "**",
        ":",
        "a",
        "a:",
        ":a",
        "a:b:c",
        "a.*.b:read",
        "*.a:read",
        "a*:read",
        "a:re*",
        "a.**:b",
        "A:read",
        "a:Read",
        "a b:c",
        "(a+)+$:b",
        "[a-z]:b",
        "а:read",
        "a:b\u{0}",
        CANARY,
        ".a:b",
        "a..b:c",
        "a.:b",
    ];
    let patterns = patterns.iter().map(|text| (*text).to_owned()).chain([
        format!("{long}:b"),
        format!("a:{long}"),
        format!("{deep}:a"),
        endless,
    ]);
    let patterns = patterns.map(|text| (json!([{"effect": "allow", "permission": text}]), "/0/permission"));
    let rule = json!({"effect": "allow", "permission": "a:b"});
    let missing = [(json!([{"permission": "a:b"}]), "/0/effect"), (json!([rule, {"effect": "deny"}]), "/1/permission")];
    effects.chain(patterns).chain(missing).chain([(json!(vec![rule; 1_001]), "")]).collect()
}
