//! What is decided has a closed set of outcomes: these matches, from outside the crates, stop compiling when one is added
//! or an enum is opened. Errors are open, so that a new reason breaks nobody.

use std::fs;
use std::path::{Path, PathBuf};

use token_authz::{Decision, Denial, Through};
use token_core::{Continuity, Effect, Inactive, Renewal, StoredToken};
use token_guard::{Presented, Refusal, Routed, Warm};

/// The crates that other services embed.
const EMBEDDED: [&str; 5] = ["token-core", "token-jwt", "token-authz", "token-guard", "token-client"];

/// Errors that are answers at the same time, and closed as such: a new reason must be answered by everybody.
const CLOSED: [&str; 2] = ["Inactive", "NotHeld"];

fn of_decisions(decision: Decision) -> &'static str {
    match decision {
        Decision::Allow { through: Through::Admin | Through::Rule { .. } } => "allow",
        Decision::Deny { because: Denial::NoRule | Denial::Rule { .. } } => "deny",
    }
}

fn of_refusals(refusal: &Refusal) -> u16 {
    match refusal {
        Refusal::SeveralCredentials => 400,
        Refusal::NoCredentials
        | Refusal::Invalid
        | Refusal::Expired
        | Refusal::Revoked
        | Refusal::Superseded
        | Refusal::Address => 401,
        Refusal::Missing(_) => 403,
        Refusal::TooManyChecks => 429,
        Refusal::Stale(_) | Refusal::Unavailable(_) => 503,
    }
}

fn of_states(token: &StoredToken, inactive: Inactive) -> &'static str {
    match (token, inactive) {
        (StoredToken::Revoked(_), _) => "revoked",
        (StoredToken::Unrevoked(_), Inactive::UnknownCredential | Inactive::Expired) => "expired",
        (StoredToken::Unrevoked(_), Inactive::Superseded | Inactive::Address) => "elsewhere",
    }
}

fn of_a_call(presented: &Presented<'_>, warm: &Warm<'_>) -> bool {
    let is_text = match presented {
        Presented::Bearer(_) => true,
        Presented::Nothing | Presented::OtherScheme | Presented::Several | Presented::Malformed => false,
    };
    match warm {
        Warm::Decided(_) => false,
        Warm::Cold(_) => is_text,
    }
}

fn of_a_route(routed: &Routed) -> bool {
    match routed {
        Routed::Allowed => true,
        Routed::Missing(_) | Routed::NoRule | Routed::Changed => false,
    }
}

fn of_a_source(continuity: Continuity, renewal: Renewal, effect: Effect) -> bool {
    let effect = match effect {
        Effect::Allow => true,
        Effect::Deny => false,
    };
    match (continuity, renewal) {
        (Continuity::GoneBack | Continuity::OtherEpoch, _) | (Continuity::Unbroken, Renewal::Registered) => false,
        (Continuity::Unbroken, Renewal::Kept) => effect,
    }
}

#[test]
fn what_is_decided_has_no_other_outcome() {
    assert_eq!(of_decisions(Decision::Deny { because: Denial::NoRule }), "deny");
    for refusal in [Refusal::NoCredentials, Refusal::SeveralCredentials, Refusal::Revoked, Refusal::TooManyChecks] {
        assert_eq!(of_refusals(&refusal), refusal.answer().status);
    }
    let _ = of_states;
    assert!(of_a_route(&Routed::Allowed));
    assert!(of_a_call(&Presented::Bearer("a"), &Warm::Cold("a")));
    assert!(of_a_source(Continuity::Unbroken, Renewal::Kept, Effect::Allow));
}

/// All sources of a crate.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Public enums of errors in a source, and whether each is open.
fn errors(text: &str) -> Vec<(String, bool)> {
    let mut attributes: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[") || line.starts_with("///") {
            attributes.push(line);
            continue;
        }
        if let Some(rest) = line.strip_prefix("pub enum ")
            && attributes.iter().any(|attribute| attribute.starts_with("#[derive(") && attribute.contains("Error"))
        {
            let name = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            found.push((name.to_owned(), attributes.contains(&"#[non_exhaustive]")));
        }
        attributes.clear();
    }
    found
}

#[test]
fn public_errors_are_open_and_those_that_are_answers_closed() {
    let mut seen = 0;
    for name in EMBEDDED {
        let mut files = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates").join(name).join("src"), &mut files);
        for file in files {
            for (error, is_open) in errors(&fs::read_to_string(&file).unwrap()) {
                seen += 1;
                let is_closed = CLOSED.contains(&error.as_str());
                assert_eq!(is_open, !is_closed, "`{error}` in {}", file.display());
            }
        }
    }
    assert!(10 < seen, "{seen} public errors");
}
