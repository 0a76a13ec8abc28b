//! One page of a list.

use serde::{Deserialize, Serialize};

/// One page of a list, in its order.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct PageView<T> {
    /// The items.
    pub items: Vec<T>,
    /// What to pass as `cursor` for the next page; `null` at the end.
    pub next: Option<String>,
}

/// One page of tokens. It may be short although there is more: the list has ended when `next` is `null`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = TokenPage))]
pub struct TokenPageView {
    /// The items.
    pub items: Vec<crate::TokenView>,
    /// What to pass as `cursor` for the next page; `null` at the end.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub next: Option<String>,
    /// How many there are on all pages, if that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// `false` when there may be more than `total`, because counting went no further.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_is_exact: Option<bool>,
}
