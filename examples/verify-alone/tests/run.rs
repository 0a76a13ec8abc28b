//! The program as its readers start it.

use std::process::Command;

#[test]
fn it_says_who_may_and_who_may_not() {
    let output = Command::new(env!("CARGO_BIN_EXE_verify-alone")).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        said.lines().collect::<Vec<_>>(),
        [
            "its holder may assets.public:read: allowed",
            "its holder may assets.secret:read: denied: no rule allows it, or one denies it",
            "a text of somebody else: refused: the header is of no key here",
            "after its end: refused: the token is revoked",
        ]
    );
}
