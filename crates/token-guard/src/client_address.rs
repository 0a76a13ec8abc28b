//! The address a request came from, behind proxies that are trusted to say so.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

/// The peer's address; or, if the peer is a trusted proxy, the nearest address in `X-Forwarded-For` that is not.
///
/// The list is walked from right to left: what stands left of the first untrusted address was said by a stranger.
/// An entry that is no address ends the walk. `forwarded` are the values of the fields in the order they came; none if
/// no peer is known.
#[must_use]
pub fn client_address<'a>(
    peer: Option<IpAddr>,
    forwarded: impl DoubleEndedIterator<Item = &'a [u8]>,
    trusted: &[IpNet],
) -> Option<IpAddr> {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer?.to_canonical();
    for entry in forwarded.rev().flat_map(|field| field.rsplit(|byte| *byte == b',')) {
        if !is_trusted(&client) {
            break;
        }
        let Some(address) = parse(entry) else { break };
        client = address.to_canonical();
    }
    Some(client)
}

fn parse(entry: &[u8]) -> Option<IpAddr> {
    let text = core::str::from_utf8(entry.trim_ascii()).ok()?;
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let fields: Vec<&[u8]> = forwarded.iter().map(|field| field.as_bytes()).collect();
        client_address(Some(peer.parse().unwrap()), fields.into_iter(), &trusted).unwrap().to_string()
    }

    #[test]
    fn atk_w07_an_untrusted_peer_says_nothing() {
        assert_eq!(client("192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
        assert_eq!(client_address(None, [b"1.2.3.4".as_slice()].into_iter(), &[]), None);
    }

    #[test]
    fn the_walk_ends_at_the_first_stranger() {
        assert_eq!(client("10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("10.0.0.1", &["6.6.6.6, 198.51.100.7, 10.0.0.2"]), "198.51.100.7");
        assert_eq!(client("10.0.0.1", &["6.6.6.6", "198.51.100.7", "10.0.0.2"]), "198.51.100.7");
        assert_eq!(client("::1", &["[2001:db8::1]:443"]), "2001:db8::1");
        assert_eq!(client("::ffff:10.0.0.1", &["198.51.100.7:80"]), "198.51.100.7");
    }

    #[test]
    fn what_is_no_address_ends_the_walk() {
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["unknown"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["6.6.6.6, ,10.0.0.2"]), "10.0.0.2");
        assert_eq!(client("10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3");
    }
}
