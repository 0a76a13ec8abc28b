//! Forms of OAuth clients: fields that nobody knows are ignored, and none stands twice (RFC 6749 §3.2).

use std::collections::BTreeSet;
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use token_wire::{FieldError, RequestError};

use crate::body::limits;
use crate::error::ApiError;
use crate::pages::{Fields, form};

/// The form of a request.
#[derive(Debug)]
pub(crate) struct OAuthForm {
    fields: Fields,
    errors: Vec<FieldError>,
}

impl FromRequest for OAuthForm {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move { form(&request, payload, limits(&request)?).await.map(Self::new) })
    }
}

/// The fields that are read here.
const KNOWN: [&str; 3] = ["token", "token_type_hint", "address"];

impl OAuthForm {
    pub(crate) fn new(fields: Fields) -> Self {
        let mut seen = BTreeSet::new();
        let twice: BTreeSet<&str> = fields.iter().map(|(name, _)| name).filter(|name| !seen.insert(*name)).collect();
        // What a client calls its own fields is not said again.
        let pointer = |name: &str| if KNOWN.contains(&name) { format!("/{name}") } else { String::new() };
        let errors = twice.into_iter().map(|name| FieldError::new(pointer(name), "no field may be given twice"));
        Self { errors: errors.collect(), fields }
    }

    /// Takes the text that must be given, which may be empty.
    pub(crate) fn take_text(&mut self) -> String {
        self.fields.take("token").unwrap_or_else(|| {
            self.errors.push(FieldError::new("/token", "must be given"));
            String::new()
        })
    }

    /// Where the call came from that is asked about. An empty value is none.
    pub(crate) fn address(&mut self) -> Option<IpAddr> {
        let text = self.fields.text("address").filter(|text| !text.is_empty())?;
        let address = text.parse::<IpAddr>().ok().map(|address| address.to_canonical());
        if address.is_none() {
            self.errors.push(FieldError::new("/address", "expected an IPv4 or IPv6 address"));
        }
        address
    }

    /// `read`, if nothing was wrong.
    pub(crate) fn finish<T>(self, read: T) -> Result<T, ApiError> {
        if self.errors.is_empty() { Ok(read) } else { Err(ApiError::Request(RequestError::Shape(self.errors))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(String, Option<IpAddr>), Vec<String>> {
        let mut form = OAuthForm::new(Fields::parse(text).unwrap());
        let fields = (form.take_text(), form.address());
        form.finish(fields).map_err(|error| match error {
            ApiError::Request(RequestError::Shape(errors)) => errors.into_iter().map(|error| error.pointer).collect(),
            other => panic!("{other}"),
        })
    }

    #[test]
    fn atk_i04_no_field_stands_twice_and_what_nobody_knows_is_ignored() {
        let plain = Ok(("a.b.c".to_owned(), None));
        for good in
            ["token=a.b.c", "token=a%2Eb.c&x=1&y=2&token_type_hint=nonsense", "client_id=x&token=a.b.c&address="]
        {
            assert_eq!(read(good), plain, "{good}");
        }
        assert_eq!(read("token="), Ok((String::new(), None)), "an empty text is a text that is not good");
        assert_eq!(read(""), Err(vec!["/token".to_owned()]));
        assert_eq!(read("token=a&token=a"), Err(vec!["/token".to_owned()]));
        assert_eq!(read("token=a&hidden=1&hidden=2"), Err(vec![String::new()]));
        assert_eq!(
            read("address=x&address=y"),
            Err(vec!["/address".to_owned(), "/token".to_owned(), "/address".to_owned()])
        );
    }

    #[test]
    fn addresses_are_read_in_one_form() {
        let address = |text: &str| read(&format!("token=a&address={text}")).map(|(_, address)| address);
        let v4: IpAddr = "192.0.2.7".parse().unwrap();
        assert_eq!(address("192.0.2.7"), Ok(Some(v4)));
        assert_eq!(address("%3A%3Affff%3A192.0.2.7"), Ok(Some(v4)));
        assert_eq!(address("2001:db8::1"), Ok("2001:db8::1".parse().ok()));
        for bad in ["192.0.2.7:80", "192.0.2.0/24", "localhost", "192.0.2.07", "+", "%5B::1%5D"] {
            assert_eq!(address(bad), Err(vec!["/address".to_owned()]), "{bad}");
        }
    }
}
