//! Tokens without a server: this process makes a key, issues texts, verifies them and decides what they may do.
//!
//! ```sh
//! cargo run -p verify-alone
//! ```

mod office;

use std::time::{SystemTime, UNIX_EPOCH};

use token_core::{UnixSeconds, permission};

use office::{Failure, Office, Verdict};

fn main() -> std::process::ExitCode {
    match run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("verify-alone: {failure}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let mut office = Office::open(now())?;
    let reader = office.issue("reader", &["allow assets.*:read", "deny assets.secret:read"], now())?;
    let (read, secret) = (permission!("assets.public:read"), permission!("assets.secret:read"));
    let text = reader.expose().to_owned();

    println!("its holder may {read}: {}", office.decide(&text, &read, now()));
    println!("its holder may {secret}: {}", office.decide(&text, &secret, now()));
    println!("a text of somebody else: {}", office.decide("eyJ.eyJ.c2ln", &read, now()));
    if let Verdict::Allowed(id) = office.decide(&text, &read, now()) {
        office.revoke(id, now());
    }
    println!("after its end: {}", office.decide(&text, &read, now()));
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the one place where this program reads a clock")]
fn now() -> UnixSeconds {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since).ok().and_then(|seconds| UnixSeconds::new(seconds).ok()).unwrap_or(UnixSeconds::LAST)
}
