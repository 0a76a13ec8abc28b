//! What the long help of a group of commands shows to be typed. A test reads every line of it as the program would.

pub(super) const PROGRAM: &str = "\
Examples:
  tokenward
  tokenward --listen 127.0.0.1:9000 --data-dir /var/lib/tokenward
  tokenward token create --name first --role admin
  tokenward config check";

pub(super) const TOKEN: &str = "\
Examples:
  tokenward token create --name CI --role Reader --expires 2030-05-31 --network 10.0.0.0/8
  tokenward token list --name ci --state active --json
  tokenward token show 0192f3c1-7a52-7c11-8d4e-0242ac120002 --text
  tokenward token explain 0192f3c1-7a52-7c11-8d4e-0242ac120002 assets:read
  tokenward token rotate 0192f3c1-7a52-7c11-8d4e-0242ac120002 --older-on-first-use 2030-05-31
  tokenward token revoke 0192f3c1-7a52-7c11-8d4e-0242ac120002 --reason \"left in a public repository\"";

pub(super) const ROLE: &str = "\
Examples:
  tokenward role create --name Reader --allow \"assets.*:read\" --deny assets.secrets:read
  tokenward role edit Reader --allow roles:read
  tokenward role show reader --json
  tokenward role delete Reader --yes";

pub(super) const ROUTES: &str = "\
Examples:
  tokenward routes set rules.txt
  tokenward routes list --json
  tokenward routes check GET /assets/1
  tokenward routes check DELETE /assets/1 --token 0192f3c1-7a52-7c11-8d4e-0242ac120002";

pub(super) const KEY: &str = "\
Examples:
  tokenward key list
  tokenward key rotate --algorithm ES256
  tokenward key import rsa.pem";

pub(super) const EVENTS: &str = "\
Examples:
  tokenward events list --type token.revoked --from 2027-05-01 --until 2027-05-31 --all
  tokenward events verify --json";

pub(super) const RESTORE: &str = "\
Examples:
  tokenward restore accept --revoke-all --yes
  tokenward token create --name first --role admin";

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::super::Cli;
    use super::*;

    /// The words of a line; what stands between quotes is one.
    fn words(line: &str) -> Vec<String> {
        let pieces = line.split('"').enumerate();
        pieces
            .flat_map(|(index, piece)| match index % 2 {
                0 => piece.split_whitespace().map(ToOwned::to_owned).collect(),
                _ => vec![piece.to_owned()],
            })
            .collect()
    }

    #[test]
    fn every_example_is_a_command_there_is() {
        for line in [PROGRAM, TOKEN, ROLE, ROUTES, KEY, EVENTS, RESTORE].iter().flat_map(|text| text.lines().skip(1)) {
            assert!(line.starts_with("  tokenward"), "{line}");
            let read = Cli::try_parse_from(words(line));
            assert!(read.is_ok(), "{line}: {}", read.err().map(|error| error.to_string()).unwrap_or_default());
        }
    }
}
