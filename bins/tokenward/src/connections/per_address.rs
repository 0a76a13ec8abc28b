//! How many connections each address has open, so that none has them all.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use ipnet::IpNet;

/// The connections of every address that has some.
#[derive(Clone, Debug)]
pub(crate) struct PerAddress {
    most: usize,
    /// Many clients come through one of these.
    exempt: Arc<Vec<IpNet>>,
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One connection's place among those of its address; free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place(Option<(PerAddress, IpAddr)>);

impl PerAddress {
    /// At most so many for each address, and each /64 of IPv6; 0 is no limit. Proxies are exempt.
    pub(crate) fn new(most: usize, exempt: Vec<IpNet>) -> Self {
        Self { most, exempt: Arc::new(exempt), open: Arc::default() }
    }

    /// A place for a connection from this address; `None` if it has all it may have.
    pub(super) fn take(&self, peer: Option<IpAddr>) -> Option<Place> {
        let peer = peer.map(|peer| peer.to_canonical());
        let limited = peer.filter(|peer| self.most != 0 && !self.exempt.iter().any(|network| network.contains(peer)));
        let Some(peer) = limited.map(household) else { return Some(Place(None)) };
        let mut all = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let open = all.entry(peer).or_default();
        (*open < self.most).then(|| {
            *open += 1;
            Place(Some((self.clone(), peer)))
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((places, peer)) = &self.0 else { return };
        let mut all = places.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = all.get_mut(peer) {
            *open -= 1;
            if *open == 0 {
                all.remove(peer);
            }
        }
    }
}

/// Whoever has one address of IPv6 has its whole /64.
fn household(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V4(_) => peer,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atk_d04_an_address_has_so_many_and_gets_them_back() {
        let places = PerAddress::new(2, vec!["10.0.0.0/8".parse().unwrap()]);
        let take = |address: &str| places.take(Some(address.parse().unwrap()));
        let mut held: Vec<_> = [take("192.0.2.1"), take("::ffff:192.0.2.1")].map(Option::unwrap).into();
        assert!(take("192.0.2.1").is_none());
        held.extend([take("192.0.2.2"), take("2001:db8::1"), take("2001:db8::ffff:1:2:3")].map(Option::unwrap));
        assert!(take("2001:db8::2").is_none() && take("2001:db8:0:1::1").is_some());
        held.extend((0..9).map(|_| take("10.1.2.3").unwrap()));
        held.remove(0);
        let again = take("192.0.2.1");
        assert!(again.is_some() && take("192.0.2.1").is_none());
        drop((held, again));
        assert!(places.open.lock().unwrap().is_empty(), "nothing is remembered of who has gone");
    }

    #[test]
    fn without_a_limit_nothing_is_counted() {
        let places = PerAddress::new(0, Vec::new());
        let held: Vec<_> = (0..100).map(|_| places.take(Some(IpAddr::from([192, 0, 2, 1]))).unwrap()).collect();
        assert!(held.len() == 100 && places.open.lock().unwrap().is_empty());
    }
}
