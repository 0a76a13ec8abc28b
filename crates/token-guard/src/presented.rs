//! What stands in the `Authorization` fields of a request (RFC 6750 §2.1, RFC 9110 §11.6.2).

/// What a caller presents. A bad credential is never the same as none.
#[derive(Clone, Copy, Eq, PartialEq)]
pub enum Presented<'a> {
    /// No `Authorization` field.
    Nothing,
    /// Credentials of another scheme, e.g. `Basic`; treated like none.
    OtherScheme,
    /// More than one field: no telling which one counts.
    Several,
    /// The scheme `Bearer`, wrongly spelled, or with nothing behind it.
    Malformed,
    /// What stands behind `Bearer `; any text.
    Bearer(&'a str),
}

impl<'a> Presented<'a> {
    /// Reads the values of all `Authorization` fields of one request.
    ///
    /// The scheme is compared without regard to case, and one or more blanks follow it (RFC 9110 §11.1, §11.4). A
    /// missing blank or a tab is refused, not guessed.
    #[must_use]
    pub fn from_fields(fields: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut fields = fields.into_iter();
        match (fields.next(), fields.next()) {
            (None, _) => Self::Nothing,
            (Some(_), Some(_)) => Self::Several,
            (Some(field), None) => Self::from_field(field),
        }
    }

    fn from_field(field: &'a [u8]) -> Self {
        const SCHEME: &[u8] = b"bearer";
        let field = field.trim_ascii();
        if field.is_empty() {
            return Self::Malformed;
        }
        let Some((scheme, rest)) = field.split_at_checked(SCHEME.len()) else { return Self::OtherScheme };
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return Self::OtherScheme;
        }
        let text = rest.iter().position(|byte| *byte != b' ').filter(|blanks| 0 < *blanks);
        let text = text.and_then(|blanks| rest.get(blanks..)).and_then(|text| core::str::from_utf8(text).ok());
        text.map_or(Self::Malformed, Self::Bearer)
    }
}

impl core::fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::OtherScheme => "OtherScheme",
            Self::Several => "Several",
            Self::Malformed => "Malformed",
            Self::Bearer(_) => "Bearer(redacted)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(field: &[u8]) -> Presented<'_> {
        Presented::from_fields([field])
    }

    #[test]
    fn s34_one_blank_or_more_and_never_none() {
        let good = Presented::Bearer("a.b.c");
        for field in ["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c", "bEaReR    a.b.c", " Bearer a.b.c "] {
            assert_eq!(one(field.as_bytes()), good, "{field}");
        }
        for field in ["Bearera.b.c", "Bearer", "Bearer ", "Bearer\ta.b.c", "Bearer:a.b.c", "Bearer=a.b.c", "Bearer,a"] {
            assert_eq!(one(field.as_bytes()), Presented::Malformed, "{field}");
        }
    }

    #[test]
    fn atk_b01_b02_b08_b09_nothing_other_several() {
        assert_eq!(Presented::from_fields([]), Presented::Nothing);
        assert_eq!(one(b""), Presented::Malformed);
        assert_eq!(one(b"  "), Presented::Malformed);
        for field in ["Basic YTpi", "Token a.b.c", "JWT a.b.c", "DPoP a.b.c", "MAC x", "a.b.c"] {
            assert_eq!(one(field.as_bytes()), Presented::OtherScheme, "{field}");
        }
        assert_eq!(Presented::from_fields([b"Bearer a".as_slice(), b"Bearer a"]), Presented::Several);
        assert_eq!(Presented::from_fields([b"".as_slice(), b"Bearer a"]), Presented::Several);
    }

    #[test]
    fn atk_e07_other_bytes_are_malformed_not_an_error() {
        assert_eq!(one(b"Bearer \xff\xfe"), Presented::Malformed);
        assert_eq!(one("Bearer\u{a0}x".as_bytes()), Presented::Malformed);
        assert_eq!(format!("{:?}", one(b"Bearer secret")), "Bearer(redacted)");
    }
}
