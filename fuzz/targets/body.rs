//! Bodies of every request.
#![no_main]

use libfuzzer_sys::fuzz_target;
use token_wire::{
    EditRoleRequest, EditTokenRequest, GuardFirstUseRequest, GuardLeaveRequest, GuardSyncRequest, NewRoleRequest,
    NewTokenRequest, Object, RequestError, RevealRequest, RevokeRequest, RotateRequest, parse_object,
};

fn look<T, P>(body: &Object, read: fn(Object) -> Result<T, RequestError<P>>) {
    if let Err(RequestError::Shape(errors) | RequestError::Refused(errors, _)) = read(body.clone()) {
        assert!(!errors.is_empty() && errors.iter().all(|error| !error.detail.is_empty()));
    }
}

fuzz_target!(|data: &[u8]| {
    let Ok(body) = parse_object(data) else { return };
    look(&body, NewTokenRequest::read);
    look(&body, EditTokenRequest::read);
    look(&body, RevokeRequest::read);
    look(&body, RevealRequest::read);
    look(&body, RotateRequest::read);
    look(&body, NewRoleRequest::read);
    look(&body, EditRoleRequest::read);
    look(&body, GuardSyncRequest::read);
    look(&body, GuardFirstUseRequest::read);
    look(&body, GuardLeaveRequest::read);
});
