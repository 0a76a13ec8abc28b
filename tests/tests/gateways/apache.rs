//! Apache httpd with a small script of `mod_lua` that asks Tokenward.

use std::net::SocketAddr;

use crate::cases;
use crate::gateway::{Gateway, free};
use crate::guide::Guide;
use crate::relay::Relay;
use crate::world::World;

/// Where Debian keeps modules.
const MODULES: &str = "/usr/lib/apache2/modules";

/// With script and site of the guide, in one process.
fn start_asking(world: &World, tokenward: SocketAddr, question: &str) -> Gateway {
    let (folder, address) = (world.database.folder(), free());
    let guide = Guide::open("apache");
    let script = guide.block("lua", &[("127.0.0.1:8080/authz", &format!("{tokenward}{question}"))]);
    let site = guide.block(
        "apache",
        &[
            ("/etc/apache2/", &format!("{}/", folder.display())),
            ("127.0.0.1:9000", &world.application.address().to_string()),
            ("127.0.0.1:8000", &address.to_string()),
        ],
    );
    std::fs::write(folder.join("tokenward.lua"), script).unwrap();
    let modules: String = ["mpm_event", "authz_core", "headers", "proxy", "proxy_http", "lua"]
        .map(|name| format!("LoadModule {name}_module {MODULES}/mod_{name}.so\n"))
        .concat();
    let whole = format!(
        "ServerRoot {0}\nServerName localhost\nPidFile {0}/apache.pid\nErrorLog {0}/apache.log\n\
         DefaultRuntimeDir {0}\nMutex file:{0} default\n{modules}{site}",
        folder.display()
    );
    let file = folder.join("apache.conf");
    std::fs::write(&file, whole).unwrap();
    Gateway::start("apache2", &["-X", "-f", &file.to_string_lossy()], folder, address)
}

/// As the guide shows it.
fn start(world: &World, tokenward: SocketAddr) -> Gateway {
    start_asking(world, tokenward, "/authz")
}

#[test]
fn apache_admits_and_refuses_as_tokenward_says() {
    let world = World::new();
    let gateway = start(&world, world.tokenward());
    cases::admits_and_refuses(&world, gateway.address());
}

#[test]
fn atk_w05_w06_w07_apache_passes_on_no_field_and_no_spelling_of_a_client() {
    let world = World::new();
    let gateway = start(&world, world.tokenward());
    cases::believes_no_field(&world, gateway.address());
    cases::refuses_spellings(&world, gateway.address());
}

#[test]
fn apache_passes_nothing_without_tokenward() {
    let mut world = World::new();
    let relay = Relay::before(world.tokenward());
    let gateway = start(&world, relay.address());
    // Each call opens one: the library of the script keeps none.
    cases::stands_without_tokenward(&mut world, &relay, gateway.address(), 20);
}

#[test]
fn apache_can_ask_for_one_permission() {
    let world = World::new();
    let gateway = start_asking(&world, world.tokenward(), "/authz?permission=assets:read");
    cases::asks_for_one_permission(&world, gateway.address());
}
