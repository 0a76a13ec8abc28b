//! nginx with `auth_request`.

use std::net::SocketAddr;

use token_testkit::on_each_database;

use crate::cases;
use crate::gateway::{Gateway, free};
use crate::guide::Guide;
use crate::relay::Relay;
use crate::world::{NOW, World};

/// With the site of the guide, as a process of its own alone.
fn start_asking(world: &World, tokenward: SocketAddr, question: &str) -> Gateway {
    let (folder, address) = (world.database.folder(), free());
    let site = Guide::open("nginx").block(
        "nginx",
        &[
            ("127.0.0.1:8080", &tokenward.to_string()),
            ("http://tokenward/authz;", &format!("http://tokenward{question};")),
            ("127.0.0.1:9000", &world.application.address().to_string()),
            ("listen 127.0.0.1:8000;", &format!("listen {address};")),
        ],
    );
    std::fs::write(folder.join("site.conf"), site).unwrap();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {}/{kind};", folder.display()))
        .concat();
    let whole = format!(
        "daemon off; master_process off; pid {0}/nginx.pid; error_log stderr; events {{}}\n\
         http {{ access_log off; {temporary} include {0}/site.conf; }}\n",
        folder.display()
    );
    let file = folder.join("nginx.conf");
    std::fs::write(&file, whole).unwrap();
    let (file, prefix) = (file.to_string_lossy(), folder.to_string_lossy());
    Gateway::start("nginx", &["-e", "stderr", "-p", &prefix, "-c", &file], folder, address)
}

/// As the guide shows it.
fn start(world: &World, tokenward: SocketAddr) -> Gateway {
    start_asking(world, tokenward, "/authz")
}

#[test]
fn nginx_admits_and_refuses_as_tokenward_says() {
    on_each_database(|database| {
        let world = World::at(database, NOW);
        let gateway = start(&world, world.tokenward());
        cases::admits_and_refuses(&world, gateway.address());
    });
}

#[test]
fn atk_w05_w06_w07_nginx_passes_on_no_field_and_no_spelling_of_a_client() {
    let world = World::new();
    let gateway = start(&world, world.tokenward());
    cases::believes_no_field(&world, gateway.address());
    cases::refuses_spellings(&world, gateway.address());
}

#[test]
fn nginx_keeps_connections_and_passes_nothing_without_tokenward() {
    let mut world = World::new();
    let relay = Relay::before(world.tokenward());
    let gateway = start(&world, relay.address());
    cases::stands_without_tokenward(&mut world, &relay, gateway.address(), 1);
}

#[test]
fn nginx_can_ask_for_one_permission() {
    let world = World::new();
    let gateway = start_asking(&world, world.tokenward(), "/authz?permission=assets:read");
    cases::asks_for_one_permission(&world, gateway.address());
}
