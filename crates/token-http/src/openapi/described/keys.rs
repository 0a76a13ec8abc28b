use token_wire::ProblemKind::{CannotSign, Conflict};
use token_wire::schemas::{ImportKeyBody, RotateKeyBody, WithdrawKeyBody};
use token_wire::{KeyView, KeysView, WithdrawnKeyView};

use super::super::operation::{Described, get, post};

pub(super) fn rows() -> Vec<Described> {
    vec![
        get("/api/v1/keys", "listKeys", "Lists signing keys, oldest first.")
            .text("All of them, withdrawn ones too. Their public halves are in the JWK set.")
            .answers::<KeysView>("The keys."),
        post("/api/v1/keys/rotate", "rotateKey", "Makes a new signing key.")
            .text(
                "It is published at once, and signs when everybody who caches public keys knows it. With `now` it signs \
                 at once; a key that waits already does instead of a new one. 409 while a key waits.",
            )
            .body::<RotateKeyBody>()
            .answers::<KeyView>("The key that signs next, or now.")
            .problems(&[Conflict, CannotSign]),
        post("/api/v1/keys/import", "importKey", "Takes a signing key from elsewhere.")
            .text("It is published and signs like a new one. 409 for a key that is here or was, and while one waits.")
            .body::<ImportKeyBody>()
            .answers::<KeyView>("The key.")
            .problems(&[Conflict, CannotSign]),
        post("/api/v1/keys/{kid}/withdraw", "withdrawKey", "Ends a signing key and every text it signed.")
            .text("200 also the second time. If it signed, the key that waits does so at once, or a new one.")
            .body::<WithdrawKeyBody>()
            .answers::<WithdrawnKeyView>("The key, how many texts it ends, and the key that signs now."),
    ]
}
