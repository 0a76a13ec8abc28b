//! How OAuth clients present a token: as the secret of a client whose id is the token's (RFC 6749 §2.3.1).

use actix_web::http::header::{self, HeaderMap};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::query::decode;

const SCHEME: &[u8] = b"basic";

/// Id and secret of a client.
pub(crate) struct ClientSecret {
    /// The id of its token.
    pub(crate) id: String,
    /// The text of its token.
    pub(crate) text: String,
}

/// Of the scheme `Basic`, and no id and secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct NoClient;

/// What one field `Authorization` of the scheme `Basic` holds; `None` for another scheme. More than one field is for others to
/// refuse.
pub(crate) fn client(headers: &HeaderMap) -> Option<Result<ClientSecret, NoClient>> {
    let mut fields = headers.get_all(header::AUTHORIZATION);
    let field = fields.next().filter(|_| fields.next().is_none())?.as_bytes().trim_ascii();
    let (scheme, rest) = field.split_at_checked(SCHEME.len())?;
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        return None;
    }
    Some(read(rest).ok_or(NoClient))
}

/// One blank or more, then base64 of `id:secret`, both encoded like the values of a form.
fn read(rest: &[u8]) -> Option<ClientSecret> {
    let blanks = rest.iter().position(|byte| *byte != b' ').filter(|blanks| 0 < *blanks)?;
    let pair = String::from_utf8(STANDARD.decode(rest.get(blanks..)?).ok()?).ok()?;
    let (id, text) = pair.split_once(':')?;
    Some(ClientSecret { id: decode(id)?, text: decode(text)? })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn read_fields(fields: &[&str]) -> Option<Result<(String, String), NoClient>> {
        let add = |request: TestRequest, field: &&str| request.append_header((header::AUTHORIZATION, *field));
        let request = fields.iter().fold(TestRequest::default(), add).to_http_request();
        client(request.headers()).map(|found| found.map(|client| (client.id, client.text)))
    }

    fn basic(pair: &str) -> String {
        format!("Basic {}", STANDARD.encode(pair))
    }

    #[test]
    fn id_and_secret_are_decoded_like_the_values_of_a_form() {
        let expected = Some(Ok(("a-b".to_owned(), "e.y_J".to_owned())));
        for pair in ["a-b:e.y_J", "a%2Db:e%2Ey%5FJ", "%61-b:%65.y_J"] {
            assert_eq!(read_fields(&[&basic(pair)]), expected, "{pair}");
        }
        let encoded = STANDARD.encode("a-b:e.y_J");
        for field in [format!("basic   {encoded}"), format!("BASIC {encoded} ")] {
            assert_eq!(read_fields(&[&field]), expected, "{field}");
        }
        assert_eq!(read_fields(&[&basic("a:b:c+d")]), Some(Ok(("a".to_owned(), "b:c d".to_owned()))));
    }

    #[test]
    fn atk_i01_anything_else_behind_the_scheme_is_nobody() {
        let odd = [
            STANDARD.encode("no colon"),
            STANDARD.encode("a:%zz"),
            STANDARD.encode("a:%00"),
            STANDARD.encode([0xff, b':']),
        ];
        let odd = odd.iter().map(String::as_str).chain(["", "YTpi=", "YTp", "YT pi", "YTpi,YTpi", "-_-_", "\tYTpi"]);
        for rest in odd {
            assert_eq!(read_fields(&[&format!("Basic {rest}")]), Some(Err(NoClient)), "{rest}");
        }
        assert_eq!(read_fields(&["BasicYTpi"]), Some(Err(NoClient)));
        assert_eq!(read_fields(&["Basic"]), Some(Err(NoClient)));
        for other in ["Bearer a.b.c", "", "Basi", "Digest YTpi"] {
            assert_eq!(read_fields(&[other]), None, "{other}");
        }
        assert_eq!(read_fields(&[]), None);
        assert_eq!(read_fields(&[&basic("a:b"), &basic("a:b")]), None, "two fields are none");
    }
}
