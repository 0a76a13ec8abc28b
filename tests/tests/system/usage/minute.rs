//! Many callers by the real clock, for as long as several intervals.

use std::time::{Duration, Instant};

use token_testkit::{Client, Database, Server};

use super::{CALLERS, INTERVAL, count_writes, key, number};
use crate::app::App;

/// How long they call.
const TIME: Duration = Duration::from_mins(1);

#[expect(clippy::disallowed_methods, reason = "how long something took by the clock that the server goes by, too")]
fn moment() -> Instant {
    Instant::now()
}

/// Everything that was counted is there after a clean stop, and was written once in an interval at the most.
pub(super) fn counts_are_exact(database: Database) {
    let began = moment();
    let program = database.program();
    let mut app = App::with(database, program);
    let token = app.token("busy", &[]);
    count_writes(&app, &token);
    let clients: Vec<_> = (0..CALLERS).map(|_| app.server.client().bearer(&token.text)).collect();
    let calls: i64 = std::thread::scope(|scope| {
        let begin = moment();
        let call = move |client: &Client| {
            let mut calls: i64 = 0;
            while begin.elapsed() < TIME {
                let _ = client.get("/api/v1/whoami").expect(200);
                calls += 1;
            }
            calls
        };
        let callers: Vec<_> = clients.iter().map(|client| scope.spawn(move || call(client))).collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).sum()
    });
    stop(&mut app);
    // One interval more than fit into that time may have ended, and the last one ended with the server.
    let most = i64::try_from(began.elapsed().as_secs()).unwrap() / INTERVAL + 2;
    let sum = format!("SELECT sum(admitted) FROM token_usage_days WHERE token_id = {}", key(&app, &token));
    assert_eq!(number(&app, &sum), calls);
    let writes = number(&app, "SELECT count(*) FROM writes");
    println!("{:?}: {calls} calls of {CALLERS} callers, {writes} writes, at most {most}", app.database.kind);
    assert!((2..=most).contains(&writes), "{writes} writes, at most {most}");
    // A new life of the server goes on with them.
    app.server = Server::start(&app.program, app.database.folder().join("server.log"));
    assert_eq!(app.whoami(&token), 200);
    stop(&mut app);
    assert_eq!(number(&app, &sum), calls + 1);
    assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
}

fn stop(app: &mut App) {
    app.server.terminate();
    assert_eq!(app.server.wait(), Some(0), "{}", app.server.log());
}
