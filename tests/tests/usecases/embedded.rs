//! The guard in a service of somebody else: which address a call counts from.

use std::sync::Arc;

use token_admin::NewToken;
use token_core::{AllowedNetworks, Author, Clock};
use token_testkit::call_embedded;

use crate::each_store::in_each_world;
use crate::world::new_token;

#[test]
fn s35_atk_w07_an_embedding_service_believes_its_own_proxies_alone() {
    in_each_world(|world| {
        let networks = AllowedNetworks::parse(["198.51.100.0/24", "2001:db8::/32"]).unwrap();
        let placed = NewToken { allowed_networks: Some(networks), ..new_token(&[]) };
        let text = world.admin.create_token(&Author::command_line(), &placed).unwrap().value.text;
        world.guard.look().unwrap();
        let call = |trusted: &[&str], peer: &str, forwarded: &[&str]| {
            let trusted: Vec<_> = trusted.iter().map(|network| network.parse().unwrap()).collect();
            let clock = Arc::clone(&world.clock) as Arc<dyn Clock>;
            call_embedded((&world.guard, clock), &trusted, text.expose(), peer.parse().unwrap(), forwarded)
        };
        let ours: &[&str] = &["10.0.0.0/8", "::1/128"];
        // Whom it trusts, the peer, what is said, and the answer.
        let rows: &[(&[&str], &str, &[&str], u16)] = &[
            (&[], "198.51.100.7", &[], 200),
            (&[], "203.0.113.9", &["198.51.100.7"], 401),
            (&[], "10.0.0.1", &["198.51.100.7"], 401),
            (ours, "10.0.0.1", &["198.51.100.7"], 200),
            (ours, "::ffff:10.0.0.1", &["198.51.100.7"], 200),
            (ours, "::1", &["[2001:db8::1]:443"], 200),
            (ours, "10.0.0.1", &["203.0.113.9, 198.51.100.7, 10.0.0.2"], 200),
            (ours, "10.0.0.1", &["203.0.113.9", "198.51.100.7", "10.0.0.2"], 200),
            (ours, "10.0.0.1", &["198.51.100.7, 203.0.113.9"], 401),
            (ours, "10.0.0.1", &["198.51.100.7", "203.0.113.9"], 401),
            (ours, "10.0.0.1", &["198.51.100.7, nonsense"], 401),
            (ours, "10.0.0.1", &[], 401),
            (ours, "203.0.113.9", &["198.51.100.7"], 401),
            (ours, "203.0.113.9", &["198.51.100.7, 10.0.0.1"], 401),
            (ours, "198.51.100.7", &["203.0.113.9"], 200),
        ];
        for (trusted, peer, forwarded, expected) in rows {
            assert_eq!(call(trusted, peer, forwarded), *expected, "{trusted:?} {peer} {forwarded:?}");
        }
    });
}
