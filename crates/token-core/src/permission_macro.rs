//! Permissions as literals of a program.

/// A [`Permission`](crate::Permission) written in the program: a malformed text does not compile, wherever it stands.
///
/// ```
/// use token_core::{Permission, permission};
///
/// const READ: Permission = permission!("assets.applications:read");
///
/// fn needed(deletes: bool) -> Permission {
///     if deletes { permission!("assets.applications:delete") } else { READ }
/// }
/// assert_eq!(needed(true).action(), "delete");
/// ```
///
/// An upper-case letter, a missing action, or a pattern where one permission is needed:
///
/// ```compile_fail
/// let _ = token_core::permission!("Assets:read");
/// ```
///
/// ```compile_fail
/// let _ = token_core::permission!("assets");
/// ```
///
/// ```compile_fail
/// let _ = token_core::permission!("assets:*");
/// ```
///
/// A text that is not known before the program runs is parsed instead, and may be refused:
///
/// ```compile_fail
/// let text = String::from("assets:read");
/// let _ = token_core::permission!(&text);
/// ```
#[macro_export]
macro_rules! permission {
    ($text:expr $(,)?) => {{
        const PERMISSION: $crate::Permission = $crate::Permission::literal($text);
        PERMISSION
    }};
}

#[cfg(test)]
mod tests {
    use crate::Permission;

    const READ: Permission = permission!("assets:read");

    #[test]
    fn a_literal_is_the_permission_its_text_parses_to() {
        assert_eq!(READ, "assets:read".parse().unwrap());
        assert_eq!(permission!(concat!("assets.", "applications", ":read")).resource(), "assets.applications");
    }
}
