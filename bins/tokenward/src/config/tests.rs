use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::time::Duration;

use super::*;

/// Flags by key, variables by their whole name, and the text of a file.
fn read(flags: &[(&'static str, &str)], variables: &[(&str, &str)], file: &str) -> Result<Config, Vec<String>> {
    let flags = flags.iter().map(|(key, value)| (*key, OsString::from(value))).collect();
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value))).collect();
    let file = File::parse(Path::new("t.toml"), file);
    Config::from_given(Given { flags, environment: variables, file }).map_err(|ConfigError(lines)| lines)
}

/// The value in force of a setting, and where it came from.
fn shown(config: &Config, key: &str) -> (String, String) {
    let row = config.effective().into_iter().find(|row| row.key == key).unwrap();
    (row.value, row.source.to_string())
}

#[test]
fn defaults_are_good_and_what_is_told() {
    let config = read(&[], &[], "").unwrap();
    for setting in TABLE.iter().filter(|setting| setting.derived.is_none()) {
        let value = if setting.default.is_empty() { "none" } else { setting.default };
        assert_eq!(shown(&config, setting.key), (value.to_owned(), "default".to_owned()));
    }
    for (key, value) in [
        ("database_url", "embedded, in `data_dir`"),
        ("master_key_file", "./tokenward-data/master.key"),
        ("public_url", "http://127.0.0.1:8080"),
        ("issuer", "http://127.0.0.1:8080"),
        ("audience", "http://127.0.0.1:8080"),
    ] {
        assert_eq!(shown(&config, key).0, value, "{key}");
    }
    assert!(1 <= config.workers());
    assert_eq!(config.settings.head_timeout, Duration::from_secs(5));
}

#[test]
fn a_flag_counts_before_the_environment_before_the_file_before_the_default() {
    let (flag, variable, file) = ([("max_body", "2001")], [("TOKENWARD_MAX_BODY", "2002")], "max_body = 2003");
    for (config, value, source) in [
        (read(&flag, &variable, file), 2_001, "flag `--max-body`"),
        (read(&[], &variable, file), 2_002, "environment variable `TOKENWARD_MAX_BODY`"),
        (read(&[], &[], file), 2_003, "file `t.toml`"),
        (read(&[], &[], ""), 65_536, "default"),
        (read(&flag, &[], file), 2_001, "flag `--max-body`"),
    ] {
        let config = config.unwrap();
        assert_eq!(config.settings.max_body, value);
        assert_eq!(shown(&config, "max_body"), (value.to_string(), source.to_owned()));
    }
}

#[test]
fn every_key_is_read_from_every_source() {
    let good = |key: &str| match key {
        "listen" | "metrics_listen" => "127.0.0.1:9",
        "database_url" => "postgres://h/d",
        "public_url" | "issuer" | "audience" => "https://x.example",
        "show_token" => "never",
        "signing_algorithm" => "ES256",
        "trusted_proxies" => "10.0.0.0/8",
        "max_head" | "max_body" => "9000",
        "max_token" => "5000",
        "session_idle" | "session_lifetime" => "700s",
        "head_timeout" | "request_timeout" | "keep_alive" | "shutdown_timeout" | "key_publication" | "lease"
        | "poll" => "7s",
        "log_format" => "json",
        "log_level" => "debug",
        "data_dir" | "master_key_file" | "route_rules" | "tls_cert" | "tls_key" => "x",
        _ => "7",
    };
    for setting in TABLE {
        let value = good(setting.key);
        let written = match setting.shape {
            table::Shape::Number => value.to_owned(),
            table::Shape::List => format!("['{value}']"),
            _ => format!("'{value}'"),
        };
        // Settings that come in pairs.
        let beside = match setting.key {
            "tls_cert" => "tls_key = 'y'",
            "tls_key" => "tls_cert = 'y'",
            _ => "",
        };
        let flag = read(&[(setting.key, value)], &[], beside);
        let variable = read(&[], &[(&setting.variable(), value)], beside);
        let file = read(&[], &[], &format!("{} = {written}\n{beside}", setting.key));
        let sources = [setting.flag(), setting.variable(), "t.toml".to_owned()];
        for (config, source) in [flag, variable, file].into_iter().zip(sources) {
            let (found, from) = shown(&config.unwrap(), setting.key);
            assert_eq!(found, value, "{}", setting.key);
            assert!(from.ends_with(&format!(" `{source}`")), "{}: {from}", setting.key);
        }
    }
}

#[test]
fn everything_wrong_is_told_at_once_with_its_source_and_without_the_value() {
    let flags = [("listen", "sesame1"), ("max_body", "sesame2")];
    let variables = [("TOKENWARD_DATABASE_URL", "mysql://u:sesame3@h/d"), ("TOKENWARD_LOG_LEVEL", "sesame4")];
    let told = read(&flags, &variables, "max_tokn = 1\nworkers = 'sesame5'\nhead_timeout = 'sesame6'").unwrap_err();
    assert_eq!(
        told,
        [
            "settings file `t.toml`: unknown key `max_tokn`; did you mean `max_token`?",
            "setting `workers` (file `t.toml`): expected a whole number, found string",
            "setting `listen` (flag `--listen`): expected an IP address and a port, e.g. `127.0.0.1:8080` or \
             `[::1]:8080`",
            "setting `database_url` (environment variable `TOKENWARD_DATABASE_URL`): expected \
             `postgres://user:password@host:port/database`, other characters as `%` and two digits; without it the \
             database is embedded, in `data_dir`",
            "setting `max_body` (flag `--max-body`): expected a whole number from 1024 to 16777216",
            "setting `head_timeout` (file `t.toml`): expected a time like `5s` or `250ms`, from `1s` to `60s`",
            "setting `log_level` (environment variable `TOKENWARD_LOG_LEVEL`): expected `error`, `warn`, `info`, \
             `debug` or `trace`",
        ]
    );
}

#[test]
fn bytes_that_are_no_text_are_told_and_not_shown() {
    let environment = BTreeMap::from([("TOKENWARD_ISSUER".to_owned(), OsString::from_vec(vec![0xff, 0x1b]))]);
    let Err(ConfigError(told)) = Config::from_given(Given { environment, ..Given::default() }) else { panic!() };
    assert_eq!(told, ["setting `issuer` (environment variable `TOKENWARD_ISSUER`): expected text in UTF-8"]);
}

#[test]
fn settings_must_go_together() {
    let told = read(&[("listen", "0.0.0.0:80"), ("max_token", "16384"), ("workers", "0")], &[], "").unwrap_err();
    assert_eq!(
        told,
        [
            "setting `workers` (flag `--workers`): expected a whole number from 1 to 1024",
            "setting `listen` (flag `--listen`): off loopback tokens would travel in clear; set `tls_cert` and \
             `tls_key`, or name the proxies that end TLS in `trusted_proxies`",
            "setting `max_head` (default): must leave room for `max_token` and 1024 bytes beside it",
        ]
    );
    let proxies = [("listen", "0.0.0.0:80"), ("trusted_proxies", "10.0.0.0/8")];
    assert!(read(&proxies, &[], "").is_ok());
    assert!(read(&[("listen", "0.0.0.0:80"), ("tls_cert", "c"), ("tls_key", "k")], &[], "").is_ok());
    let told = read(&[("listen", "0.0.0.0:80"), ("tls_cert", "c")], &[], "").unwrap_err();
    assert_eq!(told, ["setting `tls_cert` (flag `--tls-cert`): TLS needs `tls_key` too"]);
    let told = read(&[("tls_key", "k")], &[], "").unwrap_err();
    assert_eq!(told, ["setting `tls_key` (flag `--tls-key`): TLS needs `tls_cert` too"]);
    assert!(read(&[("listen", "[::1]:80")], &[], "").is_ok());
    assert!(read(&[("max_token", "16384"), ("max_head", "17408")], &[], "").is_ok());
    assert!(read(&[("max_token", "16384"), ("max_head", "17407")], &[], "").is_err());
}

#[test]
fn issuer_and_audience_follow_the_public_url_and_it_follows_the_address() {
    let names =
        |config: Config| (config.public_url, config.identity.issuer.to_string(), config.identity.audience.to_string());
    let three = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    let config = read(&[("listen", "127.0.0.1:99")], &[], "").unwrap();
    assert_eq!(names(config), three("http://127.0.0.1:99", "http://127.0.0.1:99", "http://127.0.0.1:99"));
    let tls = read(&[("listen", "127.0.0.1:99"), ("tls_cert", "c"), ("tls_key", "k")], &[], "").unwrap();
    assert_eq!(tls.public_url, "https://127.0.0.1:99");
    let config = read(&[("public_url", "https://x"), ("audience", "assets")], &[], "").unwrap();
    assert!(config.settings.issuer.is_none());
    assert_eq!(names(config), three("https://x", "https://x", "assets"));
}

#[test]
fn with_postgresql_no_master_key_is_assumed_and_no_password_is_shown() {
    let config = read(&[("database_url", "postgres://u:sesame@h/d")], &[], "").unwrap();
    assert_eq!(config.master_key(), None);
    assert_eq!(shown(&config, "database_url").0, "postgres://…@h/d");
    assert_eq!(shown(&config, "master_key_file").0, "none");
    assert!(!format!("{config:?}").contains("sesame"));
}
