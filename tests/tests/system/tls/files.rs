//! The files of the certificate: each bad one is told, at the start and when they are read again.

use std::fs::{Permissions, remove_file, set_permissions, write};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use rcgen::{CertificateParams, date_time_ymd};
use token_testkit::{Database, Kind};

use super::world::{Pair, Secure, pair, pair_of, paths, program, put};
use crate::app::App;

/// How files go bad, and what is said of it.
type Case = (&'static str, fn(&Path, &Pair), &'static str);

const CASES: &[Case] = &[
    ("no certificate", |folder, _| remove_file(cert(folder)).unwrap(), "tls_cert `"),
    ("no key", |folder, _| remove_file(key(folder)).unwrap(), "cannot be read"),
    ("an empty certificate", |folder, _| write(cert(folder), "").unwrap(), "holds no certificate in PEM"),
    ("bytes", |folder, _| write(cert(folder), [0, 159, 146, 150]).unwrap(), "holds no certificate in PEM"),
    ("a broken certificate", |folder, pair| write(cert(folder), pair.cert.replace("MII", "!!!")).unwrap(), "tls_cert"),
    (
        "no certificate inside",
        |folder, _| {
            write(cert(folder), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
        },
        "holds a certificate that cannot be used",
    ),
    ("the key in its place", |folder, pair| write(cert(folder), &pair.key).unwrap(), "holds no certificate in PEM"),
    ("the certificate as key", |folder, pair| write(key(folder), &pair.cert).unwrap(), "holds no private key"),
    (
        "an encrypted key",
        |folder, _| {
            let text = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
            write(key(folder), text).unwrap();
        },
        "(without a password)",
    ),
    (
        "no key inside",
        |folder, _| write(key(folder), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").unwrap(),
        "holds a key that cannot be used",
    ),
    ("another key", |folder, _| write(key(folder), super::world::pair().key).unwrap(), "does not belong to the first"),
    (
        "a key open to its group",
        |folder, _| set_permissions(key(folder), Permissions::from_mode(0o640)).unwrap(),
        "is open to others (mode 0640)",
    ),
    (
        "a key open to everybody",
        |folder, _| set_permissions(key(folder), Permissions::from_mode(0o604)).unwrap(),
        "is open to others (mode 0604)",
    ),
    ("a large file", |folder, _| write(cert(folder), vec![b'x'; 300_000]).unwrap(), "is larger than"),
    (
        "a folder",
        |folder, _| {
            remove_file(key(folder)).unwrap();
            std::fs::create_dir(key(folder)).unwrap();
        },
        "is not a regular file",
    ),
    (
        "a pipe",
        |folder, _| {
            remove_file(key(folder)).unwrap();
            let made = std::process::Command::new("mkfifo").args(["-m", "600"]).arg(key(folder)).status();
            assert!(made.unwrap().success());
        },
        "is not a regular file",
    ),
];

fn cert(folder: &Path) -> std::path::PathBuf {
    paths(folder)[0].clone()
}

fn key(folder: &Path) -> std::path::PathBuf {
    paths(folder)[1].clone()
}

/// Files as they should be, whatever was done to them.
fn mended(folder: &Path, pair: &Pair) {
    for path in paths(folder) {
        let _ = remove_file(&path);
        let _ = std::fs::remove_dir(&path);
    }
    put(folder, pair);
}

#[test]
fn f03_every_bad_file_of_tls_stops_the_start_with_the_reason() {
    let (database, pair) = (Database::fresh(Kind::Sqlite), pair());
    for (name, spoil, told) in CASES {
        mended(database.folder(), &pair);
        spoil(database.folder(), &pair);
        let Err((code, log)) = Secure::start(&program(&database), database.folder()) else { panic!("{name}: starts") };
        assert_eq!(code, Some(2), "{name}: {log}");
        let error = log.lines().find(|line| line.starts_with("error: ")).unwrap_or_else(|| panic!("{name}: {log}"));
        assert!(error.contains(told), "{name}: {error}");
        assert!(!log.contains("BEGIN") && !log.contains("AAAA"), "{name}: {log}");
    }
}

#[test]
fn links_are_followed_since_renewing_tools_make_them() {
    let (database, pair, elsewhere) = (Database::fresh(Kind::Sqlite), pair(), tempfile::tempdir().unwrap());
    put(elsewhere.path(), &pair);
    for (link, file) in paths(database.folder()).iter().zip(paths(elsewhere.path())) {
        symlink(file, link).unwrap();
    }
    let secure = Secure::start(&program(&database), database.folder()).unwrap();
    assert!(secure.call(&pair, "/healthz", "").is_ok());
}

#[test]
fn a_certificate_that_is_not_valid_now_is_a_warning() {
    for (begin, end, told) in [
        (date_time_ymd(2000, 1, 1), date_time_ymd(2020, 1, 1), "has expired (2020-01-01T00:00:00Z)"),
        (date_time_ymd(2500, 1, 1), date_time_ymd(2600, 1, 1), "is not valid before 2500-01-01T00:00:00Z"),
    ] {
        let database = Database::fresh(Kind::Sqlite);
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        (params.not_before, params.not_after) = (begin, end);
        put(database.folder(), &pair_of(&params));
        let secure = Secure::start(&program(&database), database.folder()).unwrap();
        assert!(secure.log().contains("WARN") && secure.log().contains(told), "{}", secure.log());
    }
    let database = Database::fresh(Kind::Sqlite);
    put(database.folder(), &pair());
    let secure = Secure::start(&program(&database), database.folder()).unwrap();
    assert!(!secure.log().contains("the certificate"), "{}", secure.log());
}

/// Waits until the log has so many lines with these words.
#[track_caller]
fn until_told(secure: &Secure, words: &str, times: usize) {
    let told = (0..500).any(|_| {
        sleep(Duration::from_millis(10));
        times <= secure.log().matches(words).count()
    });
    assert!(told, "{words}: {}", secure.log());
}

#[test]
fn atk_m15_a_new_certificate_is_taken_by_sighup_and_a_broken_one_leaves_the_old() {
    let (database, old) = (Database::fresh(Kind::Sqlite), pair());
    put(database.folder(), &old);
    let secure = Secure::start(&program(&database), database.folder()).unwrap();
    assert!(secure.call(&old, "/healthz", "").is_ok());
    for (times, (name, spoil, told)) in CASES.iter().enumerate() {
        mended(database.folder(), &old);
        spoil(database.folder(), &old);
        secure.hang_up();
        until_told(&secure, "the one before stays", times + 1);
        assert!(secure.log().contains(told), "{name}: {}", secure.log());
        assert!(secure.call(&old, "/healthz", "").is_ok(), "{name}");
    }
    let new = pair();
    mended(database.folder(), &new);
    assert!(secure.call(&old, "/healthz", "").is_ok(), "nothing changes unasked");
    secure.hang_up();
    until_told(&secure, "new connections get it", 1);
    assert!(secure.call(&new, "/healthz", "").is_ok());
    assert!(secure.call(&old, "/healthz", "").is_err());
}

#[test]
fn without_a_certificate_a_hang_up_ends_the_server_as_ctrl_c_does() {
    let mut app = App::start(Database::fresh(Kind::Sqlite));
    let asked = std::process::Command::new("kill").args(["-HUP", &app.server.id().to_string()]).status();
    assert!(asked.unwrap().success());
    assert_eq!(app.server.wait(), Some(0), "{}", app.server.log());
}
