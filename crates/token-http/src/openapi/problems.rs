//! The problems an operation can be answered with, by status.

use std::collections::BTreeMap;

use token_wire::{Problem, ProblemKind};
use utoipa::openapi::{ContentBuilder, Ref, Response};

use super::extracted::Part;
use super::operation::{answer, field};
use crate::routes::{Accepts, Need, Verb};

/// Every status that an operation answers with a problem.
pub(super) fn problems(
    verb: Verb,
    (need, accepts): (&Need, Accepts),
    parts: &[Part],
    beside: &[ProblemKind],
) -> BTreeMap<u16, (Vec<ProblemKind>, Response)> {
    let mut kinds = always(verb, need);
    if accepts == Accepts::Clients {
        let of_sessions = [ProblemKind::SessionRequired, ProblemKind::Misdirected, ProblemKind::Csrf];
        kinds.retain(|kind| !of_sessions.contains(kind));
    }
    kinds.extend(parts.iter().flat_map(|part| part.problems()).chain(beside));
    let mut by_status: BTreeMap<u16, Vec<ProblemKind>> = BTreeMap::new();
    for kind in kinds {
        let same = by_status.entry(kind.status()).or_default();
        if !same.contains(&kind) {
            same.push(kind);
        }
    }
    // OAuth clients read errors of no other type (RFC 6749 §5.2).
    let media = if accepts == Accepts::Clients { "application/json" } else { "application/problem+json" };
    by_status.into_iter().map(|(status, kinds)| (status, (kinds.clone(), response(status, &kinds, media)))).collect()
}

/// What anything with this need can end with.
fn always(verb: Verb, need: &Need) -> Vec<ProblemKind> {
    let mut kinds = vec![ProblemKind::HeadTooLarge, ProblemKind::Internal];
    if *need == Need::Token {
        kinds.extend([
            ProblemKind::InvalidRequest,
            ProblemKind::CredentialsRequired,
            ProblemKind::InvalidToken,
            ProblemKind::TooManyChecks,
            ProblemKind::Unavailable,
            ProblemKind::Stale,
        ]);
    } else if *need != Need::Public {
        kinds.extend([
            ProblemKind::InvalidRequest,
            ProblemKind::CredentialsRequired,
            ProblemKind::InvalidToken,
            ProblemKind::SessionRequired,
            ProblemKind::Misdirected,
            ProblemKind::TooManyChecks,
            ProblemKind::Unavailable,
            ProblemKind::Stale,
        ]);
        if verb != Verb::Get {
            kinds.extend([ProblemKind::Csrf, ProblemKind::OutcomeUnknown]);
        }
    }
    match need {
        Need::Public | Need::Caller | Need::Token | Need::Session => {}
        Need::Permission(_) => kinds.push(ProblemKind::InsufficientScope),
    }
    kinds
}

fn response(status: u16, kinds: &[ProblemKind], media: &str) -> Response {
    let line = |kind: &ProblemKind| format!("- [{}](/problems/{})", kind.title(), kind.name());
    let text = kinds.iter().map(line).collect::<Vec<_>>().join("\n");
    let example = kinds.first().and_then(|kind| serde_json::to_value(Problem::new(*kind, None)).ok());
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).example(example).build();
    let fields: &[(&str, &str)] = match status {
        401 | 403 => &[("WWW-Authenticate", "How to authenticate, and what was wrong (RFC 6750 §3).")],
        429 | 503 => &[("Retry-After", "After how many seconds to try again.")],
        _ => &[],
    };
    let response = answer(&text, &[]).content(media, content);
    fields.iter().fold(response, |response, (name, text)| response.header(*name, field(text))).build()
}
