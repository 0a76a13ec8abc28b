//! `X-Forwarded-For` fields, one a line.
#![no_main]

use std::net::{IpAddr, Ipv4Addr};

use libfuzzer_sys::fuzz_target;
use token_http::fuzzing;

const STRANGER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));
const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));

fuzz_target!(|data: &[u8]| {
    let fields: Vec<&[u8]> = data.split(|byte| *byte == b'\n').collect();
    assert_eq!(fuzzing::client_address(STRANGER, &fields), Some(STRANGER), "a stranger names nobody");
    let named = fuzzing::client_address(PROXY, &fields).expect("there is a peer");
    assert_eq!(named, named.to_canonical(), "one spelling of an address");
});
