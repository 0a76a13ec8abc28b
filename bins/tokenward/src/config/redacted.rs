//! The address of a database without its password.

/// What may be shown of a database's address: scheme, hosts and name, without user, password and parameters; less
/// where it is not clear what is a password.
pub(super) fn redacted(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return "…".to_owned() };
    let (head, parameters) = rest.split_once('?').map_or((rest, None), |(head, rest)| (head, Some(rest)));
    // A `?` in a password that should have been escaped: what stands before it could be a part of the password.
    if parameters.is_some_and(|parameters| parameters.contains('@')) {
        return format!("{scheme}://…");
    }
    let place = head.rsplit_once('@').map_or_else(|| head.to_owned(), |(_, place)| format!("…@{place}"));
    let parameters = if parameters.is_some() { "?…" } else { "" };
    format!("{scheme}://{place}{parameters}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        for (url, shown) in [
            ("postgres://h:5432/d", "postgres://h:5432/d"),
            ("postgres://u@h/d", "postgres://…@h/d"),
            ("postgres://u:sesame@a:1,b:2/d", "postgres://…@a:1,b:2/d"),
            ("postgres://u:ses@me@h/d", "postgres://…@h/d"),
            ("postgres://u:ses/me@h/d", "postgres://…@h/d"),
            ("postgres://h/d?password=sesame", "postgres://h/d?…"),
            ("postgres://h/d?password=ses@me", "postgres://…"),
            ("postgres://u:ses?me@h/d", "postgres://…"),
            ("sesame", "…"),
        ] {
            assert_eq!(redacted(url), shown);
        }
    }
}
