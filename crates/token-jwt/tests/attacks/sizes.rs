//! Depth and length: read in one pass, with nothing that recurses and no number that is calculated.

use token_core::Algorithm;
use token_jwt::{MAX_TOKEN, UnverifiedJwt, VerifyError};

use crate::world::{World, claims, encode, on_each};

/// Values nested this deep, closed and not.
fn nested(depth: usize) -> [String; 4] {
    let (open, close) = ("[".repeat(depth), "]".repeat(depth));
    let (open_object, close_object) = (r#"{"x":"#.repeat(depth), "}".repeat(depth));
    [format!("{open}{close}"), open, format!("{open_object}1{close_object}"), open_object]
}

#[test]
fn atk_e13_depth_in_the_header() {
    on_each(|world| {
        for value in [127, 129, 5_000, 20_000].into_iter().flat_map(nested) {
            world.refuses_header(&value);
            world.refuses_header(world.header().with("kid", &value));
            for header in world.header().and(&format!(r#""x":{value}"#)) {
                world.refuses_header(header);
            }
        }
    });
}

#[test]
fn atk_e13_depth_in_the_payload() {
    on_each(|world| {
        for value in [127, 129, 5_000, 20_000].into_iter().flat_map(nested) {
            world.refuses_payload(&value);
            world.refuses_payload(claims().with("exp", &value));
            for payload in claims().and(&format!(r#""x":{value}"#)) {
                world.refuses_payload(payload);
            }
        }
    });
}

/// Numbers that are dear to whoever calculates them.
fn numbers() -> Vec<String> {
    let (nines, zeros) = ("9".repeat(20_000), "0".repeat(20_000));
    let mut numbers = vec![format!("1{zeros}"), format!("-{nines}"), format!("0.{zeros}1"), format!("{nines}.{nines}")];
    numbers.extend(["1e1000000000", "1E+1000000000", "1e-1000000000", "-1e1000000000"].map(str::to_owned));
    numbers.extend([format!("1e{nines}"), format!("{zeros}1800000000"), nines]);
    numbers
}

#[test]
fn atk_e14_numbers_of_many_digits() {
    on_each(|world| {
        for number in numbers() {
            for name in ["iat", "exp", "sub", "aud"] {
                world.refuses_payload(claims().with(name, &number));
            }
            world.refuses_payload(&number);
            for header in world.header().and(&format!(r#""x":{number}"#)) {
                world.refuses_header(header);
            }
            world.refuses_header(world.header().with("kid", &number));
        }
    });
}

#[test]
fn atk_d01_p01_over_the_bound_nothing_is_looked_at() {
    assert_eq!(MAX_TOKEN, 4_096);
    let world = World::new(Algorithm::EdDsa);
    let text = world.text.expose();
    assert!(UnverifiedJwt::parse(text, text.len()).is_ok());
    assert_eq!(UnverifiedJwt::parse(text, text.len() - 1).err(), Some(VerifyError::Size));
    assert_eq!(UnverifiedJwt::parse(text, 0).err(), Some(VerifyError::Size));
    // Exactly at the bound it is read, one byte over it is not.
    let [header, payload, _] = world.segments();
    let filled = MAX_TOKEN - header.len() - payload.len() - 2;
    for (more, reason) in [(0, VerifyError::Signature), (1, VerifyError::Size)] {
        let text = format!("{header}.{payload}.{}", "A".repeat(filled + more));
        assert_eq!(world.verify(&text).err(), Some(reason));
    }
    for long in [format!("{text}{}", "A".repeat(1 << 20)), ".".repeat(1 << 16), encode(vec![0; 1 << 20])] {
        assert_eq!(world.verify(&long).err(), Some(VerifyError::Size));
    }
}
