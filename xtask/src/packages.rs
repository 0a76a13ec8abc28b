//! What the operating system has to bring, and getting it on Debian and its kin.

use std::path::Path;
use std::process::Command;

use crate::failure::Failure;
use crate::{browser, postgres, process, tools};

/// One thing a machine may lack, and the Debian packages that bring it.
struct Need {
    is_met: fn() -> bool,
    packages: &'static [&'static str],
}

/// The C parts of SQLite, ring and libpq.
const COMPILER: Need = Need {
    is_met: || process::find("cc").is_some() || process::find("gcc").is_some(),
    packages: &["gcc", "libc6-dev"],
};
/// The fuzzer's own run-time is C++.
const CXX: Need = Need { is_met: || process::find("c++").is_some(), packages: &["g++"] };
const PKG_CONFIG: Need = Need { is_met: || process::find("pkg-config").is_some(), packages: &["pkg-config"] };
/// libpq speaks TLS to PostgreSQL with the system's OpenSSL.
const OPENSSL: Need = Need {
    is_met: || process::succeeds(Command::new("pkg-config").args(["--exists", "openssl"])),
    packages: &["libssl-dev"],
};
const POSTGRESQL: Need = Need { is_met: || postgres::programs().is_some(), packages: &["postgresql"] };
/// Other implementations of JWT and OAuth to check ours against, in three languages.
const PYTHON: Need = Need { is_met: || tools::system_python().is_some(), packages: &["python3", "python3-venv"] };
const NODE: Need = Need { is_met: || process::find("node").is_some(), packages: &["nodejs"] };
const NPM: Need = Need { is_met: || process::find("npm").is_some(), packages: &["npm"] };
/// Java's own library does all but JSON. Debian's run-time can compile, too; the development kit is another 72 MB.
const JAVA: Need = Need { is_met: has_java, packages: &["default-jre-headless"] };
const GSON: Need =
    Need { is_met: || Path::new("/usr/share/java/gson.jar").is_file(), packages: &["libgoogle-gson-java"] };
/// Shows which files and addresses the server really touches.
const STRACE: Need = Need { is_met: || process::find("strace").is_some(), packages: &["strace"] };
/// Looks into a database behind the server's back.
const SQLITE: Need = Need { is_met: || process::find("sqlite3").is_some(), packages: &["sqlite3"] };
/// Opens the pages of the console; without a font it would show empty boxes.
const CHROMIUM: Need = Need { is_met: || browser::chromium().is_some(), packages: &["chromium", "fonts-dejavu-core"] };
/// Makes databases for tests, and looks into them.
const PSQL: Need = Need { is_met: || process::find("psql").is_some(), packages: &["postgresql-client"] };
/// Gateways that stand between callers and an application. Of Apache only the programs: they start nothing by themselves.
const NGINX: Need = Need { is_met: || is_server("nginx"), packages: &["nginx"] };
const CADDY: Need = Need { is_met: || is_server("caddy"), packages: &["caddy"] };
const HAPROXY: Need = Need { is_met: || is_server("haproxy"), packages: &["haproxy"] };
const APACHE: Need = Need {
    is_met: || is_server("apache2") && Path::new("/usr/lib/apache2/modules/mod_lua.so").is_file(),
    packages: &["apache2-bin"],
};
const LUA_SOCKET: Need =
    Need { is_met: || Path::new("/usr/share/lua/5.3/socket/http.lua").is_file(), packages: &["lua-socket"] };

/// Whether there is Java 17 or later that compiles.
fn has_java() -> bool {
    let described = Command::new("java").args(["--describe-module", "jdk.compiler"]).output();
    described
        .is_ok_and(|output| java_version(&String::from_utf8_lossy(&output.stdout)).is_some_and(|major| 17 <= major))
}

/// `17` of `jdk.compiler@17.0.15`.
fn java_version(described: &str) -> Option<u32> {
    let version = described.lines().next()?.strip_prefix("jdk.compiler@")?;
    version.split(|digit: char| !digit.is_ascii_digit()).next()?.parse().ok()
}

/// Servers are kept where not every user looks for programs.
fn is_server(name: &str) -> bool {
    process::find(name).is_some() || Path::new("/usr/sbin").join(name).is_file()
}

/// Installs the packages that are its arguments, and starts no service of theirs, neither now nor with the machine: tests
/// start servers of their own, on ports of their own. What does that is Debian's `policy-rc.d`, in place meanwhile where
/// the machine has none.
const INSTALL: &str = r#"
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ] && [ ! -L "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 1' INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" || exit
fi
apt-get --option DPkg::Lock::Timeout=300 install --yes --quiet --no-install-recommends "$@" || exit
for package in "$@"; do
    case "$package" in nginx | caddy | haproxy)
        if [ -d /run/systemd/system ]; then systemctl --quiet disable "$package.service" || true; fi ;;
    esac
done
"#;

/// Makes sure that the workspace can be compiled.
///
/// # Errors
///
/// Something is missing and cannot be installed from here.
pub(crate) fn for_building() -> Result<(), Failure> {
    ensure(&[COMPILER, PKG_CONFIG, OPENSSL])
}

/// Makes sure that the workspace can be compiled and tested.
///
/// # Errors
///
/// Something is missing and cannot be installed from here.
pub(crate) fn for_testing() -> Result<(), Failure> {
    ensure(&[
        COMPILER, PKG_CONFIG, OPENSSL, POSTGRESQL, PSQL, PYTHON, NODE, NPM, JAVA, GSON, STRACE, SQLITE, CHROMIUM,
        NGINX, CADDY, HAPROXY, APACHE, LUA_SOCKET,
    ])
}

/// Makes sure that the program can be compiled, and its pages opened.
///
/// # Errors
///
/// Something is missing and cannot be installed from here.
pub(crate) fn for_browsing() -> Result<(), Failure> {
    ensure(&[COMPILER, PKG_CONFIG, OPENSSL, POSTGRESQL, PSQL, NODE, NPM, SQLITE, CHROMIUM])
}

/// Makes sure that fuzz targets can be compiled.
///
/// # Errors
///
/// Something is missing and cannot be installed from here.
pub(crate) fn for_fuzzing() -> Result<(), Failure> {
    ensure(&[COMPILER, CXX])
}

fn ensure(needs: &[Need]) -> Result<(), Failure> {
    let wanted = missing(needs);
    if wanted.is_empty() {
        return Ok(());
    }
    let Some(as_root) = as_root() else {
        return Err(Failure::new(format!(
            "this machine lacks, by their Debian names: {}; install them and try again",
            wanted.join(" ")
        )));
    };

    println!("installing {}", wanted.join(" "));
    // An old package list is no reason to stop: the install itself says what it cannot find.
    let _ = process::run(as_root().args(["apt-get", "--option", "DPkg::Lock::Timeout=300", "update", "--quiet"]));
    process::run(as_root().args(["sh", "-c", INSTALL, "sh"]).args(&wanted))?;

    let still = missing(needs);
    if still.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("installed, but still not to be found: {}", still.join(" "))))
}

fn missing(needs: &[Need]) -> Vec<&'static str> {
    needs.iter().filter(|need| !(need.is_met)()).flat_map(|need| need.packages.iter().copied()).collect()
}

/// How this user runs a program that installs, without being asked anything, if at all.
fn as_root() -> Option<fn() -> Command> {
    process::find("apt-get")?;
    if is_root() {
        return Some(|| unasked(Command::new("env")));
    }
    // `-n`: a password prompt would hang a machine that nobody watches.
    let sudo_works = process::succeeds(Command::new("sudo").args(["-n", "true"]));
    sudo_works.then_some(|| {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "env"]);
        unasked(sudo)
    })
}

/// `env` carries the variable past sudo, which would drop it.
fn unasked(mut env: Command) -> Command {
    env.current_dir(Path::new("/")).stdin(std::process::Stdio::null()).arg("DEBIAN_FRONTEND=noninteractive");
    env
}

/// Whether this process may do anything.
pub(crate) fn is_root() -> bool {
    process::output(Command::new("id").arg("-u")).is_some_and(|id| id == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_java_is_that_of_its_compiler() {
        assert_eq!(java_version("jdk.compiler@17.0.15\nexports com.sun.source.doctree\n"), Some(17));
        assert_eq!(java_version("jdk.compiler@21\n"), Some(21));
        assert_eq!(java_version("jdk.compiler@22-ea"), Some(22));
        for none in ["", "jdk.compiler", "java.base@17", "Unrecognized option: --describe-module"] {
            assert_eq!(java_version(none), None, "{none}");
        }
    }
}
