//! A guard in another service follows over TLS, and trusts whom it is told to.

use token_testkit::{Database, Kind};

use super::world::{Secure, pair, program, put};
use crate::remote::service::Service;

#[test]
fn x02_a_service_follows_over_tls_and_believes_no_other_authority() {
    let database = Database::fresh(Kind::Sqlite);
    let folder = database.folder();
    let [good, other] = [pair(), pair()];
    put(folder, &good);
    let program = program(&database);
    let secure = Secure::start(&program, folder).unwrap_or_else(|why| panic!("{why:?}"));
    let _ = program.run(&["role", "create", "--name", "follower", "--allow", "guards:follow"]).ok();
    let made = |name: &str, role: &[&str]| {
        let arguments = [&["token", "create", "--name", name, "--json"], role].concat();
        program.run(&arguments).ok().json()["token"].as_str().unwrap().to_owned()
    };
    let (token, text) = (made("the service", &["--role", "follower"]), made("caller", &[]));
    let server = format!("https://localhost:{}", secure.address.port());
    let start = |authority: Option<&str>, name: &str| {
        let file = folder.join(format!("{name}.pem"));
        std::fs::write(&file, authority.unwrap_or_default()).unwrap();
        let file = file.to_string_lossy().into_owned();
        let mut settings = vec![("TOKENWARD_URL", server.as_str()), ("TOKENWARD_TOKEN", token.as_str())];
        settings.extend(authority.map(|_| ("TOKENWARD_CA", file.as_str())));
        Service::with(&settings, folder.join(format!("{name}.log")))
    };
    let service = start(Some(&good.cert), "good").unwrap_or_else(|why| panic!("{why}"));
    let _ = service.client().bearer(&text).get("/assets/me").expect(200);
    for (authority, name) in [(Some(other.cert.as_str()), "other"), (None, "of the system"), (Some("nothing"), "none")]
    {
        let Err(why) = start(authority, name) else { panic!("{name}: it believes anybody") };
        assert!(!why.contains(&token), "{why}");
    }
}
