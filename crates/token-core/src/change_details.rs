//! What the event of a change says of fields before and after.

use crate::{
    Change, DetailValue, Details, Ends, Revoked, Role, RouteRules, SealedRow, StoredRoutes, TokenRecord, UnixSeconds,
};

type Field = Option<DetailValue>;

/// Reads one field of a record.
type Reader<'a> = &'a dyn Fn(&TokenRecord) -> Field;

#[expect(clippy::unnecessary_wraps, reason = "a field that is always there, among fields that may not be")]
fn text(text: &str) -> Field {
    Some(text.into())
}

fn time(time: Option<UnixSeconds>) -> Field {
    time.map(|time| time.get().into())
}

fn reason(end: &Revoked) -> Field {
    end.reason.as_ref().map(|reason| reason.as_str().into())
}

fn token(before: Option<&TokenRecord>, after: &TokenRecord) -> Details {
    let grant = |record: &TokenRecord| record.token.grant().clone();
    let pair = |field: Reader<'_>| (before.and_then(field), field(after));
    let fields: [(&str, Reader<'_>); 7] = [
        ("name", &|record| text(grant(record).name.as_str())),
        ("description", &|record| text(record.description.as_str())),
        ("roles", &|record| Some(grant(record).roles.iter().map(ToString::to_string).collect())),
        ("expires_at", &|record| time(grant(record).expires_at)),
        ("allowed_networks", &|record| grant(record).allowed_networks.map(|networks| networks.iter().collect())),
        ("revoked_at", &|record| time(record.token.end().map(|end| end.at))),
        ("reason", &|record| record.token.end().and_then(reason)),
    ];
    fields.into_iter().fold(Details::default(), |details, (name, field)| {
        let (before, after) = pair(field);
        details.changed(name, before, after)
    })
}

fn ends(ends: Ends) -> DetailValue {
    match ends {
        Ends::Never => "never".into(),
        Ends::At(end) => format!("at {}", end.get()).into(),
        Ends::OnFirstUse { latest, .. } => format!("on first use, at {} at the latest", latest.get()).into(),
    }
}

fn role(before: Option<&Role>, after: &Role) -> Details {
    let rules = |role: &Role| Some(role.rules.iter().map(ToString::to_string).collect());
    Details::default()
        .changed("name", before.and_then(|role| text(role.name.as_str())), text(after.name.as_str()))
        .changed(
            "description",
            before.and_then(|role| text(role.description.as_str())),
            text(after.description.as_str()),
        )
        .changed("rules", before.and_then(rules), rules(after))
}

/// Most route rules that one event names.
const ROUTES: usize = 100;

fn routes(before: &StoredRoutes, after: &StoredRoutes) -> Details {
    let count = |rules: &RouteRules| i64::try_from(rules.len()).ok().map(DetailValue::from);
    let texts = |rules: &RouteRules, other| some(rules.beside(other).map(ToString::to_string).collect());
    Details::default()
        .changed("rules", count(&before.rules), count(&after.rules))
        .changed("removed", texts(&before.rules, &after.rules), None)
        .changed("added", None, texts(&after.rules, &before.rules))
}

/// Texts, if there are any; those beyond the first hundred by their number alone.
fn some(mut texts: Vec<String>) -> Option<DetailValue> {
    let beyond = texts.len().saturating_sub(ROUTES);
    if 0 < beyond {
        texts.truncate(ROUTES);
        texts.push(format!("and {beyond} more"));
    }
    (!texts.is_empty()).then_some(DetailValue::List(texts))
}

impl Change {
    /// The fields before and after; never a secret.
    #[must_use]
    pub fn details(&self) -> Details {
        match self {
            Self::InstallationCreated => Details::default(),
            Self::IdentityFixed(identity) => {
                Details::default().with("issuer", identity.issuer.as_str()).with("audience", identity.audience.as_str())
            }
            Self::TokenCreated(created) => {
                let newest = created.token.grant().credentials.newest();
                token(None, created).with("jti", newest.id.to_string()).with("kid", newest.key.as_str())
            }
            Self::TokenUpdated { before, after } | Self::TokenRevoked { before, after } => token(Some(before), after),
            Self::TokenRotated { before, after } => {
                let newest = after.token.grant().credentials.newest();
                let credentials = &before.token.grant().credentials;
                token(Some(before), after).with("jti", newest.id.to_string()).with("kid", newest.key.as_str()).changed(
                    "older texts end",
                    Some(ends(credentials.newest().ends)),
                    after.ends_of(credentials.newest().id).map(ends),
                )
            }
            Self::TokenFirstUsed { used, ended, .. } => Details::default()
                .with("jti", used.to_string())
                .with("ended", ended.iter().map(ToString::to_string).collect::<DetailValue>()),
            Self::TokenDeleted { token, end } => Details::default()
                .changed("name", text(token.token.grant().name.as_str()), None)
                .changed("revoked_at", time(token.token.end().map(|end| end.at)), time(Some(end.at)))
                .changed("reason", token.token.end().and_then(reason), reason(end)),
            Self::TokenRevealed { credential, .. } => Details::default().with("jti", credential.id.to_string()),
            Self::Repeatable { change, .. } => change.details(),
            Self::RoleCreated(created) => role(None, created),
            Self::RoleUpdated { before, after } => role(Some(before), after),
            Self::RoleDeleted { role, holders } => Details::default()
                .changed("name", text(role.name.as_str()), None)
                .changed("rules", Some(role.rules.iter().map(ToString::to_string).collect()), None)
                .changed("holders", i64::try_from(*holders).ok().map(DetailValue::from), Some(0.into())),
            Self::RoutesChanged { before, after } => routes(before, after),
            Self::User(change) => change.details(),
            Self::KeyCreated(sealed) | Self::KeyImported(sealed) => Details::default()
                .with("algorithm", sealed.public.algorithm.as_str())
                .with("state", sealed.public.state.as_str()),
            Self::KeyMoved { key, to } => {
                Details::default().changed("state", text(key.state.as_str()), text(to.as_str()))
            }
            Self::MasterKeyRewrapped { resealed, left } => {
                let rows = |of_keys: bool| {
                    let counted = resealed.iter().filter(|secret| matches!(secret.row, SealedRow::Key(_)) == of_keys);
                    i64::try_from(counted.count()).unwrap_or(i64::MAX)
                };
                Details::default()
                    .with("keys", rows(true))
                    .with("secrets", rows(false))
                    .with("left", i64::try_from(*left).unwrap_or(i64::MAX))
            }
            Self::MasterKeyReplaced { lost } => {
                Details::default().with("lost", i64::try_from(*lost).unwrap_or(i64::MAX))
            }
            Self::RestoreAccepted { epoch } => Details::default().with("epoch", epoch.to_string()),
            Self::CallsRefused { calls, minute, .. } => Details::default()
                .with("reason", calls.reason.as_str())
                .with("count", i64::try_from(calls.count).unwrap_or(i64::MAX))
                .with("minute", minute.get()),
            Self::LogSealed { from, to } => Details::default()
                .with("from", i64::try_from(from.get()).unwrap_or(i64::MAX))
                .with("to", i64::try_from(to.get()).unwrap_or(i64::MAX)),
        }
    }
}
