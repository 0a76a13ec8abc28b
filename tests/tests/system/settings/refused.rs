//! Settings that stop the start, and those that do not.

use serde_json::Value;
use token_testkit::{Database, Kind, Output, Program, Server, on_each_database};

/// A program that knows nothing but these variables, in an empty folder of its own.
fn bare(settings: &[(&str, &str)]) -> (tempfile::TempDir, Program) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").to_string_lossy().into_owned();
    let given = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let program = Program::new(std::iter::once(("TOKENWARD_DATA_DIR".to_owned(), data)).chain(given).collect());
    (folder, program)
}

/// Runs it in its folder, with this `tokenward.toml`.
fn run_in(folder: &tempfile::TempDir, program: &Program, file: &str, arguments: &[&str]) -> Output {
    std::fs::write(folder.path().join("tokenward.toml"), file).unwrap();
    let output = program.command(arguments).current_dir(folder.path()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Output { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

const WRONG: &[(&str, &str)] = &[
    ("TOKENWARD_DATABASE_URL", "mysql://u:sesame@h/d"),
    ("TOKENWARD_LOG_LEVEL", "loud"),
    ("TOKENWARD_MAX_PAGE", "501"),
];
const WRONG_FILE: &str = "max_bdy = 1\nworkers = 'many'\nkeep_alive = '1h'\n";

#[test]
fn wrong_settings_stop_the_start_with_every_error_and_exit_2() {
    let (folder, program) = bare(WRONG);
    let serve = run_in(&folder, &program, WRONG_FILE, &["serve", "--listen", "here"]);
    let command = run_in(&folder, &program, WRONG_FILE, &["--listen", "here", "token", "list"]);
    for output in [&serve, &command] {
        assert_eq!((output.code, output.out.as_str()), (Some(2), ""));
        let lines: Vec<&str> = output.err.lines().collect();
        let told = [
            "error: settings file `tokenward.toml`: unknown key `max_bdy`; did you mean `max_body`?",
            "error: setting `workers` (file `tokenward.toml`): expected a whole number, found string",
            "error: setting `listen` (flag `--listen`): expected an IP address and a port",
            "error: setting `database_url` (environment variable `TOKENWARD_DATABASE_URL`): expected `postgres://",
            "error: setting `max_page` (environment variable `TOKENWARD_MAX_PAGE`): expected a whole number from 1 to 500",
            "error: setting `keep_alive` (file `tokenward.toml`): expected a time like `5s` or `250ms`",
            "error: setting `log_level` (environment variable `TOKENWARD_LOG_LEVEL`): expected `error`, `warn`",
        ];
        assert_eq!(lines.len(), told.len(), "{}", output.err);
        for (line, told) in lines.iter().zip(told) {
            assert!(line.starts_with(told), "{line}\n{told}");
        }
        assert!(!output.err.contains("sesame"));
    }
    assert!(!folder.path().join("data").exists(), "nothing was made");
}

#[test]
fn config_check_tells_the_same_errors_and_exits_1() {
    let (folder, program) = bare(WRONG);
    let human = run_in(&folder, &program, WRONG_FILE, &["config", "check"]);
    assert_eq!((human.code, human.err.lines().count()), (Some(1), 6), "{}", human.err);
    let json = run_in(&folder, &program, WRONG_FILE, &["config", "check", "--json"]);
    assert_eq!((json.code, json.out.as_str()), (Some(1), ""));
    let told: Value = serde_json::from_str(&json.err).unwrap();
    let lines: Vec<&str> = human.err.lines().map(|line| line.trim_start_matches("error: ")).collect();
    assert_eq!(told["error"].as_str(), Some(lines.join("; ").as_str()));
}

#[test]
fn config_check_tells_every_value_with_its_source_and_no_password_and_opens_nothing() {
    let given = [
        ("TOKENWARD_DATABASE_URL", "postgres://u:sesame@db.example/d?password=sesame"),
        ("TOKENWARD_MAX_BODY", "2000"),
    ];
    let (folder, program) = bare(&given);
    let file = "max_body = 3000\nmax_page = 20\n";
    let output = run_in(&folder, &program, file, &["config", "check", "--max-token", "5000"]).ok();
    assert!(!output.out.contains("sesame") && output.err.is_empty(), "{output:?}");
    let row = |key: &str| {
        let line = output.out.lines().find(|line| line.starts_with(&format!("{key} "))).unwrap();
        line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).skip(1).collect::<Vec<_>>().join(" | ")
    };
    assert_eq!(row("database_url"), "postgres://…@db.example/d?… | environment variable `TOKENWARD_DATABASE_URL`");
    assert_eq!(row("max_body"), "2000 | environment variable `TOKENWARD_MAX_BODY`");
    assert_eq!(row("max_page"), "20 | file `tokenward.toml`");
    assert_eq!(row("max_token"), "5000 | flag `--max-token`");
    assert_eq!(row("max_connections"), "10000 | default");
    assert_eq!(row("public_url"), "http://127.0.0.1:8080 | default");
    let json = run_in(&folder, &program, file, &["config", "check", "--json"]).ok().json();
    let settings = json["settings"].as_array().unwrap();
    assert_eq!(settings.len(), output.out.lines().count() - 1, "the heading is no setting");
    let page = settings.iter().find(|setting| setting["key"] == "max_page").unwrap();
    assert_eq!((page["value"].as_str(), page["from"].as_str()), (Some("20"), Some("file `tokenward.toml`")));
    assert!(!folder.path().join("data").exists(), "nothing was made");
}

#[test]
fn a_named_settings_file_must_be_there() {
    let (folder, program) = bare(&[]);
    let output = run_in(&folder, &program, "", &["config", "check", "--config", "other.toml"]);
    assert_eq!(output.code, Some(1));
    assert!(output.err.starts_with("error: settings file `other.toml`: cannot be read: "), "{}", output.err);
    let named = folder.path().join("named.toml").to_string_lossy().into_owned();
    std::fs::write(&named, "max_page = 7").unwrap();
    let output = run_in(&folder, &program.with("TOKENWARD_CONFIG", &named), "max_page = 8", &["config", "check"]).ok();
    assert!(output.out.contains("named.toml`") && !output.out.contains("tokenward.toml`"), "{}", output.out);
}

#[test]
fn a_database_of_an_unknown_scheme_is_refused_and_never_guessed() {
    for url in ["postgres", "mysql://u:sesame@h/d", "sqlite://x.db", "x.db", "POSTGRES://u:sesame@h/d", ""] {
        let (folder, program) = bare(&[("TOKENWARD_DATABASE_URL", url)]);
        let output = run_in(&folder, &program, "", &["token", "list"]);
        assert_eq!(output.code, Some(2), "{url}: {}", output.err);
        assert!(output.err.contains("setting `database_url`") && !output.err.contains("sesame"), "{}", output.err);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "{url}: nothing but the settings file");
    }
}

#[test]
fn a_database_that_is_away_is_told_without_its_password() {
    let (folder, program) = bare(&[("TOKENWARD_DATABASE_URL", "postgres://u:sesame@127.0.0.1:1/d?connect_timeout=1")]);
    let output = run_in(&folder, &program, "", &["token", "list"]);
    assert_eq!((output.code, output.err.lines().count()), (Some(1), 1), "{}", output.err);
    assert!(output.err.contains("is the database running, and is `database_url` right?"), "{}", output.err);
    assert!(!output.err.contains("sesame"));
}

#[test]
fn off_loopback_it_listens_only_behind_named_proxies() {
    let (folder, program) = bare(&[]);
    for listen in ["0.0.0.0:18080", "[::]:18080", "192.0.2.1:18080"] {
        // Any command but `serve`, which would listen if this were not refused.
        let output = run_in(&folder, &program, "", &["token", "list", "--listen", listen]);
        assert_eq!(output.code, Some(2), "{listen}");
        assert!(output.err.contains("name the proxies that end TLS in `trusted_proxies`"), "{}", output.err);
    }
    let proxies = ["config", "check", "--listen", "0.0.0.0:18080", "--trusted-proxies", "10.0.0.0/8"];
    let _ = run_in(&folder, &program, "", &proxies).ok();
}

#[test]
fn a_differing_explicit_issuer_is_refused_and_a_differing_default_ignored() {
    on_each_database(|database| {
        let program = database.program().with("TOKENWARD_PUBLIC_URL", "https://one.example");
        let _ = program.run(&["token", "create", "--name", "first"]).ok();
        let program = program.without("TOKENWARD_PUBLIC_URL");
        for setting in ["TOKENWARD_ISSUER", "TOKENWARD_AUDIENCE"] {
            let other = program.clone().with(setting, "https://two.example");
            let output = other.run(&["token", "list"]);
            assert_eq!(output.code, Some(2), "{setting}: {}", output.err);
            assert!(output.err.contains("say `https://one.example`"), "{}", output.err);
            let refused = Server::try_start(&other, database.folder().join("refused.log")).unwrap_err();
            assert!(refused.contains("status: 2") && refused.contains("say `https://one.example`"), "{refused}");
            let _ = program.clone().with(setting, "https://one.example").run(&["token", "list"]).ok();
        }
        let both = program.clone().with("TOKENWARD_ISSUER", "a").with("TOKENWARD_AUDIENCE", "b");
        let told = both.run(&["token", "list"]).err;
        assert!(told.contains("`issuer`") && told.contains("`audience`"), "both at once: {told}");
        let other = program.with("TOKENWARD_PUBLIC_URL", "https://three.example");
        let created = other.run(&["token", "create", "--name", "second", "--role", "admin", "--json"]).ok().json();
        let server = Server::start(&other, database.folder().join("server.log"));
        let caller = server.client().bearer(created["token"].as_str().unwrap());
        let _ = caller.get("/api/v1/whoami").expect(200);
    });
}

#[test]
fn a_variable_that_is_no_setting_is_told_and_stops_nothing() {
    let database = Database::fresh(Kind::Sqlite);
    let program = database.program().with("TOKENWARD_LISTN", "127.0.0.1:1");
    let told = "environment variable `TOKENWARD_LISTN` is no setting; did you mean `TOKENWARD_LISTEN`?";
    let output = program.run(&["token", "list"]).ok();
    assert_eq!(output.err, format!("warning: {told}\n"));
    let server = Server::start(&program, database.folder().join("server.log"));
    assert!(server.log().contains(told), "{}", server.log());
    assert_eq!(database.program().run(&["token", "list"]).ok().err, "", "and nothing without it");
}
