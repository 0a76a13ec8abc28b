//! Payloads that our own key signed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use token_core::{Credential, Encoding, Ends};
use token_fuzz::{identity, ring, signed};
use token_jwt::{MAX_TOKEN, UnverifiedJwt};

fuzz_target!(|data: &[u8]| {
    let text = signed(data);
    let Ok(jwt) = UnverifiedJwt::parse(&text, MAX_TOKEN) else { return };
    let Ok(claims) = ring().verify(&jwt) else { return };
    let credential = Credential {
        id: claims.jti(),
        key: claims.key().clone(),
        issued_at: claims.issued_at(),
        expires_at: claims.expires_at(),
        encoding: Encoding::V1,
        ends: Ends::Never,
    };
    assert!(claims.is_exactly(&identity(), claims.sub(), &credential), "another spelling passed");
});
