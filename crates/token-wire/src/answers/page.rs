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
