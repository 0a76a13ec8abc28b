//! HAProxy with a small script that asks Tokenward.

use std::net::SocketAddr;

use crate::cases;
use crate::gateway::{Gateway, free};
use crate::guide::Guide;
use crate::relay::Relay;
use crate::world::World;

/// Connections that twenty calls may open: each thread of HAProxy keeps its own.
const CONNECTIONS: usize = 8;

/// With script and configuration of the guide.
fn start_asking(world: &World, tokenward: SocketAddr, question: &str) -> Gateway {
    let (folder, address) = (world.database.folder(), free());
    let guide = Guide::open("haproxy");
    let script = guide.block("lua", &[("127.0.0.1:8080/authz", &format!("{tokenward}{question}"))]);
    let configuration = guide.block(
        "haproxy",
        &[
            ("/etc/haproxy/", &format!("{}/", folder.display())),
            ("127.0.0.1:9000", &world.application.address().to_string()),
            ("bind 127.0.0.1:8000", &format!("bind {address}")),
        ],
    );
    std::fs::write(folder.join("tokenward.lua"), script).unwrap();
    let file = folder.join("haproxy.cfg");
    std::fs::write(&file, configuration).unwrap();
    Gateway::start("haproxy", &["-db", "-f", &file.to_string_lossy()], folder, address)
}

/// As the guide shows it.
fn start(world: &World, tokenward: SocketAddr) -> Gateway {
    start_asking(world, tokenward, "/authz")
}

#[test]
fn haproxy_admits_and_refuses_as_tokenward_says() {
    let world = World::new();
    let gateway = start(&world, world.tokenward());
    cases::admits_and_refuses(&world, gateway.address());
}

#[test]
fn atk_w05_w06_w07_haproxy_passes_on_no_field_and_no_spelling_of_a_client() {
    let world = World::new();
    let gateway = start(&world, world.tokenward());
    cases::believes_no_field(&world, gateway.address());
    cases::refuses_spellings(&world, gateway.address());
}

#[test]
fn haproxy_keeps_connections_and_passes_nothing_without_tokenward() {
    let mut world = World::new();
    let relay = Relay::before(world.tokenward());
    let gateway = start(&world, relay.address());
    cases::stands_without_tokenward(&mut world, &relay, gateway.address(), CONNECTIONS);
}

#[test]
fn haproxy_can_ask_for_one_permission() {
    let world = World::new();
    let gateway = start_asking(&world, world.tokenward(), "/authz?permission=assets:read");
    cases::asks_for_one_permission(&world, gateway.address());
}
