//! Caddy with `forward_auth`.

use std::net::SocketAddr;

use crate::cases;
use crate::gateway::{Gateway, free};
use crate::guide::Guide;
use crate::relay::Relay;
use crate::world::World;

/// With the site of the guide, and nothing that listens or asks elsewhere.
fn start_asking(world: &World, tokenward: SocketAddr, question: &str) -> Gateway {
    let (folder, address) = (world.database.folder(), free());
    let site = Guide::open("caddy").block(
        "caddy",
        &[
            ("127.0.0.1:8080", &tokenward.to_string()),
            ("uri /authz?", &format!("uri {question}")),
            ("127.0.0.1:9000", &world.application.address().to_string()),
            ("http://:8000 {", &format!("http://:{} {{", address.port())),
        ],
    );
    let file = folder.join("Caddyfile");
    std::fs::write(&file, format!("{{\n\tadmin off\n\tauto_https off\n}}\n\n{site}")).unwrap();
    let file = file.to_string_lossy();
    Gateway::start("caddy", &["run", "--config", &file, "--adapter", "caddyfile"], folder, address)
}

/// As the guide shows it.
fn start(world: &World, tokenward: SocketAddr) -> Gateway {
    start_asking(world, tokenward, "/authz?")
}

#[test]
fn caddy_admits_and_refuses_as_tokenward_says() {
    let world = World::new();
    let gateway = start(&world, world.tokenward());
    cases::admits_and_refuses(&world, gateway.address());
}

#[test]
fn atk_w05_w06_w07_caddy_passes_on_no_field_and_no_spelling_of_a_client() {
    let world = World::new();
    let gateway = start(&world, world.tokenward());
    cases::believes_no_field(&world, gateway.address());
    cases::refuses_spellings(&world, gateway.address());
}

#[test]
fn caddy_keeps_connections_and_passes_nothing_without_tokenward() {
    let mut world = World::new();
    let relay = Relay::before(world.tokenward());
    let gateway = start(&world, relay.address());
    cases::stands_without_tokenward(&mut world, &relay, gateway.address(), 1);
}

#[test]
fn caddy_can_ask_for_one_permission() {
    let world = World::new();
    let gateway = start_asking(&world, world.tokenward(), "/authz?permission=assets:read");
    cases::asks_for_one_permission(&world, gateway.address());
}

#[test]
fn atk_w06_caddy_that_appends_the_query_of_a_client_asks_for_nothing_of_its_choice() {
    let world = World::new();
    let gateway = start_asking(&world, world.tokenward(), "/authz");
    cases::takes_no_question_of_a_client(&world, gateway.address());
}
