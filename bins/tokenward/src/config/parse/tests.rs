use super::*;
use crate::config::table::TABLE;

type Case = (&'static str, fn(&str) -> bool, &'static [&'static str], &'static [&'static str]);

/// Every key, texts it takes, texts it does not.
const CASES: &[Case] = &[
    (
        "listen",
        |t| listen(t).is_ok(),
        &["127.0.0.1:1", "[::1]:65535", "0.0.0.0:80"],
        &[
            "",
            "8080",
            ":8080",
            "localhost:8080",
            "127.0.0.1",
            "127.0.0.1:0",
            "127.0.0.1:65536",
            " 127.0.0.1:1",
            "::1:80",
        ],
    ),
    (
        "metrics_listen",
        |t| metrics_listen(t).is_ok(),
        &["off", "127.0.0.1:9090", "[::1]:1"],
        &["", "on", "9090", "127.0.0.1", "127.0.0.1:0"],
    ),
    ("data_dir", |t| path(t).is_ok(), &["x", "/a b/c", "."], &["", "a\nb", "a\u{1b}b"]),
    (
        "database_url",
        |t| database(t).is_ok(),
        &["postgres://h/d", "postgresql://u:p%40@a:1,b:2/d?sslmode=require", "postgres://[::1]/d"],
        &[
            "",
            "postgres",
            "postgres://",
            "POSTGRES://h/d",
            "mysql://h/d",
            "sqlite://x",
            "sqlite::memory:",
            "postgres:h",
            "file:x.db",
            "postgres://u:p%@h/d",
            "postgres://u:p%4@h/d",
            "postgres://u:p%zz@h/d",
            "postgres://h/%00",
            "postgres://h /d",
            "host=h dbname=d",
            "postgres://h/d\n",
        ],
    ),
    ("master_key_file", |t| path(t).is_ok(), &["/run/secrets/key"], &["", "\0"]),
    (
        "public_url",
        |t| public_url(t).is_ok(),
        &["https://tokens.example", "http://127.0.0.1:8080", "https://[::1]:1/base"],
        &[
            "",
            "tokens.example",
            "ftp://x",
            "https://",
            "https:///x",
            "https://x/",
            "https://x?y",
            "https://x#y",
            "https://u:p@x",
            "https://a b",
            "javascript:x",
        ],
    ),
    ("issuer", |t| issuer(t).is_ok(), &["https://x", "assets", "urn:x:y"], &["", "a b", "é", ":x", "1:x", "a\"b"]),
    ("audience", |t| audience(t).is_ok(), &["https://x", "assets"], &["", "a b", "a\\b"]),
    (
        "workers",
        |t| number(1, 1_024)(t).is_ok(),
        &["1", "1024", "007"],
        &["", "0", "1025", "-1", "+1", "1.0", "1e3", "0x1", " 1", "1_0", "٣", "99999999999999999999"],
    ),
    ("show_token", |t| show_token(t).is_ok(), &["always", "never"], &["", "Always", "true", "no"]),
    (
        "signing_algorithm",
        |t| signing_algorithm(t).is_ok(),
        &["EdDSA", "ES256"],
        &["", "RS256", "HS256", "none", "eddsa", "ES384"],
    ),
    (
        "key_publication",
        |t| whole_seconds("0s", "86400s")(t).is_ok(),
        &["0s", "300s", "86400s"],
        &["", "300", "86401s", "-1s", "500ms"],
    ),
    (
        "trusted_proxies",
        |t| networks(t).is_ok(),
        &["", "10.0.0.0/8", "10.0.0.0/8, fd00::/8"],
        &["10.0.0.1", ",", "10.0.0.0/8,", "10.0.0.0/33", "*", "localhost/8"],
    ),
    ("route_rules", |t| path(t).is_ok(), &["/etc/tokenward/routes"], &["", "a\nb"]),
    ("tls_cert", |t| path(t).is_ok(), &["/etc/ssl/tokens.pem"], &[""]),
    ("tls_key", |t| path(t).is_ok(), &["/etc/ssl/tokens.key"], &[""]),
    ("max_head", |t| number(1_024, 65_536)(t).is_ok(), &["1024", "65536"], &["1023", "65537", "16k"]),
    ("max_body", |t| number(1_024, 1 << 24)(t).is_ok(), &["1024", "16777216"], &["1023", "16777217"]),
    ("max_token", |t| number(512, 16_384)(t).is_ok(), &["512", "16384"], &["511", "16385"]),
    (
        "signature_checks_per_second",
        |t| count(1_000_000)(t).is_ok(),
        &["0", "2000", "1000000"],
        &["", "-1", "1000001", "2e3", " 1"],
    ),
    ("max_page", |t| number(1, 500)(t).is_ok(), &["1", "500"], &["0", "501"]),
    ("lease", |t| duration("100ms", "60s")(t).is_ok(), &["100ms", "1s", "60s"], &["0s", "99ms", "61s"]),
    ("poll", |t| duration("10ms", "10s")(t).is_ok(), &["10ms", "10s"], &["0s", "9ms", "11s"]),
    ("cached_tokens", |t| number(1, 10_000_000)(t).is_ok(), &["1", "10000000"], &["0", "10000001"]),
    (
        "head_timeout",
        |t| duration("1s", "60s")(t).is_ok(),
        &["1s", "1000ms", "5s", "60s", "60000ms"],
        &[
            "",
            "5",
            "s",
            "ms",
            "999ms",
            "61s",
            "60001ms",
            "-5s",
            "+5s",
            "5 s",
            "5S",
            "1m",
            "0.5s",
            "5s ",
            "18446744073709551616s",
        ],
    ),
    ("request_timeout", |t| duration("100ms", "600s")(t).is_ok(), &["100ms", "600s"], &["99ms", "601s", "0s"]),
    ("keep_alive", |t| duration("1s", "600s")(t).is_ok(), &["1s", "600s"], &["0s", "999ms", "601s"]),
    (
        "shutdown_timeout",
        |t| whole_seconds("1s", "600s")(t).is_ok(),
        &["1s", "600s", "2000ms"],
        &["0s", "601s", "1500ms", "999ms"],
    ),
    ("max_connections", |t| number(1, 1_000_000)(t).is_ok(), &["1", "1000000"], &["0", "1000001"]),
    (
        "session_idle",
        |t| whole_seconds("60s", "604800s")(t).is_ok(),
        &["60s", "604800s"],
        &["", "59s", "604801s", "60500ms", "1h"],
    ),
    (
        "session_lifetime",
        |t| whole_seconds("60s", "2592000s")(t).is_ok(),
        &["60s", "2592000s"],
        &["", "59s", "2592001s", "60500ms", "1d"],
    ),
    (
        "max_connections_per_address",
        |t| number(0, 1_000_000)(t).is_ok(),
        &["0", "1000", "1000000"],
        &["", "1000001", "-1"],
    ),
    ("log_format", |t| log_format(t).is_ok(), &["text", "json"], &["", "JSON", "pretty"]),
    ("log_level", |t| log_level(t).is_ok(), &["error", "warn", "info", "debug", "trace"], &["", "INFO", "1", "off"]),
];

#[test]
fn every_key_takes_its_values_and_no_others() {
    let keys: Vec<&str> = CASES.iter().map(|case| case.0).collect();
    assert_eq!(keys, TABLE.iter().map(|setting| setting.key).collect::<Vec<_>>(), "every key has its cases");
    for (key, accepts, good, bad) in CASES {
        for text in *good {
            assert!(accepts(text), "{key}: {text:?} is good");
        }
        for text in *bad {
            assert!(!accepts(text), "{key}: {text:?} is bad");
        }
    }
}

#[test]
fn times_are_what_they_say() {
    let read = duration("100ms", "600s");
    assert_eq!(read("5s"), Ok(Duration::from_secs(5)));
    assert_eq!(read("250ms"), Ok(Duration::from_millis(250)));
    assert_eq!(read("1m").unwrap_err(), "a time like `5s` or `250ms`, from `100ms` to `600s`");
}
