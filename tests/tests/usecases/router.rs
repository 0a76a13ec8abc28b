//! The router in this process, without a socket, over real stores: the main job from end to end.

use std::sync::Arc;

use serde_json::json;
use token_core::{Author, BuiltIn};
use token_seal::MasterKey;
use token_testkit::{FixedClock, Product, SeededRandomness, on_each_database};

use crate::world::new_token;

#[test]
fn s21_s25_s36_s37_the_main_job_passes_through_the_router_in_process() {
    on_each_database(|database| {
        let (clock, randomness) = (Arc::new(FixedClock::at(1_900_000_000)), Arc::new(SeededRandomness::new(3)));
        let master = Arc::new(MasterKey::generate(randomness.as_ref()).unwrap());
        let product = Product::open(&database.address(), &master, &clock, &randomness);
        let root = product.admin.create_token(&Author::command_line(), &new_token(&[BuiltIn::Admin.id()])).unwrap();
        product.guard.look().unwrap();
        let root = root.value.text.expose().to_owned();
        let admin = |method: &str, path: &str, body| product.call(method, path, Some(&root), Some(&body));

        let role = admin("POST", "/api/v1/roles", json!({"name": "Reader"})).expect(201).json()["id"].clone();
        let made = admin("POST", "/api/v1/tokens", json!({"name": "t", "roles": [role]})).expect(201).json();
        let text = made["token"].as_str().unwrap();
        let caller = |path: &str| product.call("GET", path, Some(text), None);
        let _ = caller("/api/v1/whoami").expect(200);
        assert!(caller("/api/v1/roles").expect(403).text.contains("roles:read"));
        let rules = json!({"rules": [{"effect": "allow", "permission": "roles:read"}]});
        let _ = admin("PATCH", &format!("/api/v1/roles/{}", role.as_str().unwrap()), rules).expect(200);
        let _ = caller("/api/v1/roles").expect(200);
        let path = format!("/api/v1/tokens/{}/revoke", made["id"].as_str().unwrap());
        let _ = admin("POST", &path, json!({})).expect(200);
        let _ = caller("/api/v1/roles").expect(401);
        let _ = product.call("GET", "/api/v1/roles", None, None).expect(401);
    });
}
