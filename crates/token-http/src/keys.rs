//! `/api/v1/keys`.

pub(crate) mod import;
pub(crate) mod list;
pub(crate) mod rotate;
pub(crate) mod withdraw;

use token_core::PublicKey;
use token_wire::KeyView;

use crate::state::HttpState;

/// A key as callers see it.
fn view(state: &HttpState, key: &PublicKey) -> KeyView {
    KeyView::new(key, state.admin.signs_from(key))
}
