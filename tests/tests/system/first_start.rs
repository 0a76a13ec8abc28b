//! The first start: nobody has an account, and nobody gets one but by whoever runs the server.

use std::os::unix::fs::MetadataExt as _;

use token_testkit::{Server, on_each_database};

use crate::app::App;
use crate::sign_in::browser::{PASSWORD, sign_in};

impl App {
    fn setup_code(&self) -> String {
        std::fs::read_to_string(self.setup_file()).unwrap().trim_end().to_owned()
    }

    /// How often the program named the file of the code, or the code.
    fn told(&self, text: &str) -> usize {
        self.server.log().matches(text).count()
    }

    fn restart(&mut self) {
        self.server.terminate();
        assert_eq!(self.server.wait(), Some(0), "{}", self.server.log());
        self.server = Server::start(&self.program, self.database.folder().join("server.log"));
        self.admin = self.server.client().bearer(&self.admin_text);
    }
}

#[test]
fn p60_atk_l12_the_code_is_in_a_file_for_its_owner_alone_and_dies_on_use() {
    on_each_database(|database| {
        let mut app = App::start(database);
        let (file, code) = (app.setup_file(), app.setup_code());
        assert_eq!(std::fs::metadata(&file).unwrap().mode() & 0o7777, 0o600);
        assert_eq!(app.told(&file.to_string_lossy()), 1, "{}", app.server.log());
        assert_eq!(app.told(&code), 0, "others read logs");
        for name in ["admin", "root"] {
            let _ = sign_in(&app.server.client(), name, name).expect(401);
        }
        let _ = app.set_up_with(&code[1..], "eve").expect(401);
        let _ = app.set_up_with(&code, "").expect(422);
        assert_eq!(app.setup_code(), code, "what was refused leaves it good");

        let made = app.set_up("ada").expect(201);
        let id = made.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(made.header("location"), Some(format!("/api/v1/users/{id}").as_str()));
        assert!(!file.exists());
        let _ = app.set_up_with(&code, "eve").expect(401);
        let _ = app.signed_in("ada").page().get("/api/v1/users").expect(200);

        app.restart();
        assert!(!file.exists(), "there is somebody");
        let _ = app.set_up_with(&code, "eve").expect(401);
        assert_eq!(app.told("setup.code"), 1, "{}", app.server.log());
        let users = app.admin.get("/api/v1/users").expect(200).json();
        assert_eq!(users["items"].as_array().unwrap().len(), 1, "{users}");
    });
}

#[test]
fn p60_another_start_makes_another_code_and_the_one_before_is_void() {
    on_each_database(|database| {
        let mut app = App::start(database);
        let before = app.setup_code();
        app.restart();
        assert_ne!(app.setup_code(), before);
        let _ = app.set_up_with(&before, "eve").expect(401);
        let _ = app.set_up("ada").expect(201);
    });
}

#[test]
fn p60_atk_l12_an_account_made_on_the_command_line_voids_the_code() {
    on_each_database(|database| {
        let app = App::start(database);
        let code = app.setup_code();
        let create = ["user", "create", "--username", "ada", "--role", "admin", "--password-stdin"];
        let _ = app.program.run_with_input(&create, PASSWORD.as_bytes()).ok();
        assert!(!app.setup_file().exists());
        let _ = app.set_up_with(&code, "eve").expect(401);
        let _ = app.signed_in("ada").page().get("/api/v1/users").expect(200);
    });
}
