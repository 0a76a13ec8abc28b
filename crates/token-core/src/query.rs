//! Questions for lists: filters, positions, pages.

use crate::{EventKind, Level, RoleId, Seq, SubjectKind, UnixMicros};

/// One page of a list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Page<T, P> {
    /// The items, in order.
    pub items: Vec<T>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<P>,
}

/// Which roles, in order of their folded name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoleQuery {
    /// A piece of the name, compared in folded form.
    pub name: Option<String>,
    /// Begin behind this folded name.
    pub after: Option<String>,
    /// 1..=[`crate::limits::PAGE`].
    pub limit: usize,
}

/// Which people, in order of their folded user names; filters add up.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct UserQuery {
    /// A piece of the user name or the display name, compared in folded form.
    pub name: Option<String>,
    /// Holding this role explicitly.
    pub role: Option<RoleId>,
    /// Only those who may sign in, or only those who may not.
    pub enabled: Option<bool>,
    /// Begin behind this folded user name.
    pub after: Option<String>,
    /// 1..=[`crate::limits::PAGE`].
    pub limit: usize,
}

/// Which events, newest first; filters add up. A page may be short although it names a next one.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct EventQuery {
    /// At least this level.
    pub level: Option<Level>,
    /// Of this kind.
    pub kind: Option<EventKind>,
    /// About this kind of thing.
    pub subject_kind: Option<SubjectKind>,
    /// About this very thing.
    pub subject_id: Option<String>,
    /// Not before.
    pub from: Option<UnixMicros>,
    /// Before.
    pub until: Option<UnixMicros>,
    /// A piece of the message, which names who did it and to what; compared in folded form.
    pub text: Option<String>,
    /// Begin behind this number.
    pub before: Option<Seq>,
    /// 1..=[`crate::limits::PAGE`].
    pub limit: usize,
}
