//! Sessions of people.

use serde::{Deserialize, Serialize};

/// `GET` and `POST /session`: who is signed in, and what changes must send along.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Session))]
pub struct SessionView {
    /// Who.
    pub user: SessionUserView,
    /// The value of `X-CSRF-Token` for every change made in this session.
    pub csrf_token: String,
    /// When the session ends, however much it is used.
    pub expires_at: String,
}

/// The person of a session.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SessionUser))]
pub struct SessionUserView {
    /// Which person.
    pub id: String,
    /// The name they sign in with.
    pub username: String,
    /// What others call them.
    pub display_name: String,
}
