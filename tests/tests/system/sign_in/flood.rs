//! Many sign-ins at once.

use std::sync::atomic::{AtomicBool, Ordering};

use token_testkit::on_each_database;

use super::browser::{PASSWORD, sign_in};
use crate::app::App;

#[test]
fn atk_l07_two_hundred_sign_ins_at_once_leave_calls_alone() {
    on_each_database(|database| {
        let program = database.program().with("TOKENWARD_TRUSTED_PROXIES", "127.0.0.1/32");
        let app = App::with(database, program);
        app.accounts().make("Ada", &[]);
        let (app, over) = (&app, &AtomicBool::new(false));
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let calls = scope.spawn(|| {
                let mut calls = 0;
                while !over.load(Ordering::SeqCst) {
                    let _ = app.admin.get("/api/v1/whoami").expect(200);
                    calls += 1;
                }
                calls
            });
            let tries: Vec<_> = (0..200)
                .map(|number: u32| {
                    scope.spawn(move || {
                        let client = app.server.client().with("X-Forwarded-For", &format!("198.51.100.{number}"));
                        let (name, password) = match number % 4 {
                            0 => ("Ada".to_owned(), PASSWORD),
                            _ => (format!("nobody {number}"), "wrong wrong wrong"),
                        };
                        sign_in(&client, &name, password).status
                    })
                })
                .collect();
            // Every try ends before any is looked at, so that the calls end in any case.
            let tried: Vec<_> = tries.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
            over.store(true, Ordering::SeqCst);
            let statuses = tried.into_iter().map(Result::unwrap).collect();
            assert!(0 < calls.join().unwrap());
            statuses
        });
        let of = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
        assert_eq!(of(200) + of(401) + of(429) + of(503), 200, "{statuses:?}");
        assert!(0 < of(200) && 0 < of(401), "{statuses:?}");
        let _ = app.admin.get("/api/v1/whoami").expect(200);
    });
}
