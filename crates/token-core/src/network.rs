//! Networks a token may be used from.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::limits::NETWORKS_PER_TOKEN;

/// Why a list is no set of networks.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworksError {
    /// An empty list would allow nothing; no restriction is said by leaving the list out.
    #[error("an empty list allows no address; use `null` for no restriction")]
    Empty,
    /// More than a token takes.
    #[error("a token has at most 64 networks")]
    TooMany,
    /// Not CIDR notation; the position in the list from 0.
    #[error("expected a network in CIDR notation, e.g. `10.0.0.0/8` or `2001:db8::/32`")]
    Network(usize),
}

/// A non-empty set of networks, host bits cleared; at most 64.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AllowedNetworks(BTreeSet<IpNet>);

impl AllowedNetworks {
    /// Parses CIDR notations; a bare address is a network of one.
    ///
    /// # Errors
    ///
    /// [`NetworksError`] for an empty list, too many, or a text that is no network.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, NetworksError> {
        let mut networks = BTreeSet::new();
        for (position, text) in texts.into_iter().enumerate() {
            if NETWORKS_PER_TOKEN <= position {
                return Err(NetworksError::TooMany);
            }
            let network = text
                .parse::<IpNet>()
                .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| NetworksError::Network(position))?;
            networks.insert(network.trunc());
        }
        if networks.is_empty() { Err(NetworksError::Empty) } else { Ok(Self(networks)) }
    }

    /// Whether an address lies in one of them. An IPv4 address mapped into IPv6 counts as the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether every address of `self` lies in `other`.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.iter().all(|mine| other.0.iter().any(|theirs| theirs.contains(mine)))
    }

    /// The networks in CIDR notation, in order.
    pub fn iter(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(ToString::to_string)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_never_means_all() {
        assert_eq!(AllowedNetworks::parse([]), Err(NetworksError::Empty));
        assert_eq!(AllowedNetworks::parse(["10.0.0.0/8", "x"]), Err(NetworksError::Network(1)));
        assert_eq!(AllowedNetworks::parse(["10.0.0.0/33"]), Err(NetworksError::Network(0)));
        assert_eq!(AllowedNetworks::parse(vec!["::1"; 65]), Err(NetworksError::TooMany));
    }

    #[test]
    fn host_bits_are_cleared_and_containment_is_by_network() {
        let wide = AllowedNetworks::parse(["10.1.2.3/8"]).unwrap();
        assert_eq!(wide.iter().collect::<Vec<_>>(), ["10.0.0.0/8"]);
        let narrow = AllowedNetworks::parse(["10.2.0.0/16", "10.3.4.5"]).unwrap();
        assert!(narrow.is_within(&wide));
        assert!(!wide.is_within(&narrow));
    }
}
