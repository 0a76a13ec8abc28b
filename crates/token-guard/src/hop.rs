//! Fields that a request means for the next hop alone.

/// Whether the `Connection` fields of a request name `Authorization` (RFC 9110 §7.6.1): then it presents nothing, since
/// proxies that heed it and those that do not must see the same answer.
pub(crate) fn hides_credentials<'a>(connection: impl Iterator<Item = &'a [u8]>) -> bool {
    let mut options = connection.flat_map(|field| field.split(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
    options.any(|option| option.eq_ignore_ascii_case(b"authorization"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_hidden_by_their_name_alone() {
        let hides = |fields: &[&str]| hides_credentials(fields.iter().map(|field| field.as_bytes()));
        assert!(hides(&["close, Authorization"]) && hides(&["close", " AUTHORIZATION "]));
        assert!(!hides(&[]) && !hides(&["close"]) && !hides(&["x-authorization, authorization-x"]));
    }
}
