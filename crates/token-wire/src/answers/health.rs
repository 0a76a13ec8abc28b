//! Whether the process runs, and whether it can serve.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// `GET /healthz`: the process answers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Health))]
pub struct HealthView {
    /// `ok`.
    pub status: String,
}

impl HealthView {
    /// The one answer.
    #[must_use]
    pub fn ok() -> Self {
        Self { status: "ok".to_owned() }
    }
}

/// `GET /readyz`: what the node needs to serve, part by part.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Readiness))]
pub struct ReadinessView {
    /// Whether every part is ready; then the status is 200, else 503.
    pub ready: bool,
    /// `ok`, or what is missing, by part.
    pub parts: BTreeMap<String, String>,
}
