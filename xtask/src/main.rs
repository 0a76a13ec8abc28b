//! `cargo xtask TASK`: runs, tests and checks this repository, and installs what that needs.
//!
//! It uses nothing but the standard library, so it builds where the server itself does not yet.
//! It knows how to call tools; it refuses to know anything about tokens.

mod bench;
mod browser;
mod checks;
mod ci;
mod cluster;
mod failure;
mod fuzz;
mod long;
mod packages;
mod postgres;
mod process;
mod run;
mod semver;
mod test;
mod tools;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use failure::Failure;

const HELP: &str = "\
cargo xtask TASK

  run [--] [ARGS]      build the server in release mode and start it with ARGS
  test [FILTER...]     the whole test suite on SQLite and PostgreSQL; with FILTERs (words or
                       options of the test runner) only the tests they select
  browser [FILTER...]  the tests of the console in a browser, or those in a file (`tokens_list`) or
                       with a piece of a name (`s27`); pictures go to target/browser
  ci [STEP...]         everything a change has to pass, or some of it: format, lengths, packages,
                       dependencies, lints, features, docs, fuzz, tests
  bench [NAME]         the benchmarks; NAME and options go to `cargo bench`
  cluster [--minutes N]
                       three nodes and their database, which fail in every way for N minutes (10)
  long [FILTER...]     the tests that have a long form, or those with such a piece in their names, in that form;
                       all of them take about an hour
  fuzz [--seconds N] [TARGET...]
                       the fuzz targets, or some of them, for N seconds in all (60)
  semver REVISION      what the public API broke since a revision of this repository; by hand, before a release
  docs                 the documentation of all crates, warnings are errors
  with-postgres CMD    CMD beside a throw-away PostgreSQL, named by TOKENWARD_TEST_POSTGRES
  help                 this text

Tasks install what they lack: Debian packages with apt-get (as root, or with sudo where it asks
for no password), cargo tools with cargo, Python and Node packages below the target directory.
";

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let task = arguments.next().unwrap_or_default();
    let rest: Vec<OsString> = arguments.collect();

    match dispatch(&task.to_string_lossy(), &rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            failure.exit_code()
        }
    }
}

fn dispatch(task: &str, rest: &[OsString]) -> Result<(), Failure> {
    match task {
        "run" => run::server(rest),
        "test" => test::suite(rest),
        "browser" => browser::suite(rest),
        "ci" => ci::steps(rest),
        "bench" => bench::measure(rest),
        "cluster" => cluster::run(rest),
        "long" => long::run(rest),
        "fuzz" => fuzz::run(rest),
        "semver" => semver::check(rest),
        "docs" => checks::docs(),
        "with-postgres" => postgres::beside(rest),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        "" => Err(Failure::usage("which task? `cargo xtask help` lists them")),
        other => Err(Failure::usage(format!("there is no task `{other}`; `cargo xtask help` lists them"))),
    }
}
