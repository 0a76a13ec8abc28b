//! Answers of a server to guards elsewhere.
#![no_main]

use libfuzzer_sys::fuzz_target;
use token_core::TokenId;
use token_wire::{GuardRulesAnswer, GuardSyncView, GuardTokenAnswer};

/// The token that is asked for in the seeds.
const ID: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120002";

fuzz_target!(|data: &[u8]| {
    let id: TokenId = ID.parse().expect("an id");
    if let Ok(Ok(read)) = serde_json::from_slice(data).map(|answer: GuardTokenAnswer| answer.read(id)) {
        assert_eq!(GuardTokenAnswer::new(id, &read).read(id), Ok(read));
    }
    if let Ok(answer) = serde_json::from_slice::<GuardRulesAnswer>(data) {
        if let Ok(read) = answer.read() {
            assert_eq!(GuardRulesAnswer::new(answer.lease_ms, &read).read(), Ok(read));
        }
    }
    if let Ok(answer) = serde_json::from_slice::<GuardSyncView>(data) {
        if let Ok(mut read) = answer.read() {
            // Where everything is touched, nothing else is named.
            if read.touches.everything {
                (read.touches.tokens, read.touches.roles, read.touches.keys) = Default::default();
            }
            assert_eq!(GuardSyncView::new(&[0; 16], None, answer.lease_ms, &read).read(), Ok(read));
        }
    }
});
