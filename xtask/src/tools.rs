//! What tests and checks use besides Debian packages: Python, Node and cargo tools.
//!
//! Python and Node packages go below the target directory, so nothing of the user's is changed
//! and `cargo clean` removes them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::failure::Failure;
use crate::{process, workspace};

/// The first Python that can make a virtual environment.
///
/// Debian splits that ability off its Python, and a Python of the user's own may stand first in
/// the search path, so each is asked.
pub(crate) fn system_python() -> Option<&'static str> {
    ["python3", "/usr/bin/python3"]
        .into_iter()
        .find(|python| process::succeeds(Command::new(python).args(["-c", "import venv, ensurepip"])))
}

/// What Python must be able to import.
const PYTHON_MODULES: &str = "import jwt, cryptography, schemathesis, authlib, requests";

/// A Python with PyJWT, cryptography, Authlib and schemathesis.
///
/// # Errors
///
/// There is no Python, or its packages cannot be installed.
pub(crate) fn python() -> Result<PathBuf, Failure> {
    let folder = folder()?.join("venv");
    let python = folder.join("bin").join("python");
    if process::succeeds(Command::new(&python).args(["-c", PYTHON_MODULES])) {
        return Ok(python);
    }

    println!("installing PyJWT, cryptography, Authlib and schemathesis into {}", folder.display());
    let system = system_python().ok_or_else(|| Failure::new("there is no Python with venv"))?;
    // `--clear`: what is there did not work, or belongs to a Python that is gone.
    process::run(Command::new(system).args(["-m", "venv", "--clear"]).arg(&folder))?;
    process::run(Command::new(&python).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "PyJWT==2.*",
        "cryptography",
        "Authlib==1.*",
        // Authlib leaves the choice of an HTTP client to others.
        "requests==2.*",
        "schemathesis==4.*",
    ]))?;
    Ok(python)
}

/// A folder whose `node_modules` holds jose, two OAuth clients, playwright-core and axe-core.
///
/// # Errors
///
/// There is no Node, or they cannot be installed.
pub(crate) fn node() -> Result<PathBuf, Failure> {
    let folder = folder()?.join("node");
    let is_there = |name: &str| folder.join("node_modules").join(name).join("package.json").is_file();
    if ["jose", "oauth4webapi", "openid-client", "playwright-core", "axe-core"].into_iter().all(is_there) {
        return Ok(folder);
    }

    println!("installing jose, oauth4webapi, openid-client, playwright-core and axe-core into {}", folder.display());
    let prepared = fs::create_dir_all(&folder)
        // Without a manifest of its own npm would look for one in the folders above.
        .and_then(|()| fs::write(folder.join("package.json"), "{ \"private\": true }\n"));
    prepared.map_err(|error| Failure::new(format!("cannot write {}: {error}", folder.display())))?;
    process::run(
        Command::new("npm")
            .current_dir(&folder)
            // Without scripts nothing of them runs here, and no browser is brought along.
            .args(["install", "--no-audit", "--no-fund", "--ignore-scripts"])
            .args(node_packages()),
    )?;
    Ok(folder)
}

/// The newest packages that the Node on this machine can load. jose 6 expects to find the Web Crypto API, which came
/// with Node 20, and playwright-core wants that version since 1.62; Debian 12 has 18. The OAuth clients expect the same, and
/// the scripts that load them put it there.
fn node_packages() -> [&'static str; 5] {
    let has_web_crypto = "process.exit(globalThis.crypto?.subtle ? 0 : 1)";
    if process::succeeds(Command::new("node").args(["-e", has_web_crypto])) {
        ["jose@6", "oauth4webapi@3", "openid-client@6", "playwright-core@1", "axe-core@4"]
    } else {
        ["jose@5", "oauth4webapi@3", "openid-client@6", "playwright-core@1.61", "axe-core@4"]
    }
}

/// What runs the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runner {
    /// cargo-nextest: one process per test, a clear closing line.
    Nextest,
    /// Cargo's own, where the other cannot be installed.
    Cargo,
}

/// The best test runner that can be had.
pub(crate) fn runner() -> Runner {
    match cargo_tool("nextest", "cargo-nextest@0.9.143") {
        Ok(()) => Runner::Nextest,
        Err(failure) => {
            eprintln!("xtask: {failure}; the tests run with `cargo test` instead");
            Runner::Cargo
        }
    }
}

/// Makes sure that `cargo deny` is there.
///
/// # Errors
///
/// It is missing and cannot be installed.
pub(crate) fn deny() -> Result<(), Failure> {
    cargo_tool("deny", "cargo-deny@0.20.2")
}

/// Makes sure that `cargo fuzz` is there.
///
/// # Errors
///
/// It is missing and cannot be installed.
pub(crate) fn fuzz() -> Result<(), Failure> {
    cargo_tool("fuzz", "cargo-fuzz@0.13.2")
}

/// Installs `package` unless `cargo subcommand` works, in whatever version.
///
/// The version is fixed because the newest may need a newer compiler than the workspace does.
/// `--debug` halves the wait; these tools spend their time waiting for others.
fn cargo_tool(subcommand: &str, package: &str) -> Result<(), Failure> {
    if process::succeeds(&mut process::cargo([subcommand, "--version"])) {
        return Ok(());
    }
    println!("installing {package}, which takes some minutes");
    process::run(&mut process::cargo(["install", "--locked", "--debug", package]))
}

fn folder() -> Result<PathBuf, Failure> {
    Ok(workspace::target()?.join("tools"))
}
