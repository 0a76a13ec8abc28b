//! Lists with the filters, orders and cursors of the JSON API.

use token_core::{EventQuery, RoleQuery, Seq, TokenPosition, TokenQuery, UserQuery};

use super::{PageError, Visit};
use crate::cursor::Cursors;
use crate::query::Query;
use crate::state::HttpState;

macro_rules! lists {
    ($($(#[$doc:meta])* $list:ident, $read:ident, $query:ty, $module:ident, $position:ty, $seal:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $list {
            /// What is asked for.
            pub wanted: $query,
            cursors: Cursors,
        }

        impl $list {
            /// The cursor of a place in this list.
            #[must_use]
            pub fn cursor(&self, position: &$position) -> String {
                let seal: fn(&$position) -> Vec<u8> = $seal;
                self.cursors.seal(&seal(position))
            }
        }

        $(#[$doc])*
        ///
        /// # Errors
        ///
        /// Everything that is wrong with the parameters.
        pub fn $read(mut query: Query, visit: &Visit, state: &HttpState) -> Result<$list, PageError> {
            let (wanted, cursors) = crate::$module::list::wanted(&mut query, &visit.asking, state);
            Ok(query.finish($list { wanted, cursors })?)
        }
    )+};
}

lists! {
    /// A list of tokens: `name`, `state`, `role`, `expires_before`, `unused_since`, `created_by`, `sort`, `cursor`, `limit`.
    TokenList, tokens, TokenQuery, tokens, TokenPosition, crate::tokens::list::sealed;
    /// A list of roles: `name`, `cursor`, `limit`.
    RoleList, roles, RoleQuery, roles, String, |name| name.as_bytes().to_vec();
    /// A list of people: `name`, `role`, `enabled`, `cursor`, `limit`.
    UserList, users, UserQuery, users, String, |name| name.as_bytes().to_vec();
    /// A list of events: `level`, `type`, `subject`, `subject_id`, `from`, `until`, `text`, `cursor`, `limit`.
    EventList, events, EventQuery, events, Seq, |seq| crate::events::list::sealed(*seq).to_vec();
}
