//! The server: one at a time per data folder, until it is told to stop.

use std::fmt::Write as _;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::middleware::from_fn;
use token_console::{Console, EffectiveSetting};
use token_core::{Clock as _, Cluster, Durability, NodeId, Store as _};
use token_guard::{Everywhere, Follow, Following, Guard, Listen, SystemBoot};
use token_http::{HttpLimits, HttpState, SignIn};

use crate::acknowledgement::Acknowledgement;
use crate::config::Config;
use crate::connections::{self, Connections, PerAddress, busy};
use crate::failure::Failure;
use crate::key_keeper::KeyKeeper;
use crate::log_lines::{self, LostLines};
use crate::parts::Parts;
use crate::readiness::{ClockKeeper, Ready};
use crate::refused::RefusedLog;
use crate::signals::Signals;
use crate::tls::Tls;
use crate::use_keeper::UseKeeper;
use crate::whole::Whole;

/// How often is looked after what has its time: counts, clocks, keys.
const REFRESH: Duration = Duration::from_millis(100);

/// For how many times that long an ending server waits for what it still has to write.
const PATIENCE: usize = 50;

/// Runs the server to its end.
pub(crate) fn serve(config: &Config) -> Result<ExitCode, Failure> {
    log_lines::begin(config);
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    connections::make_room(config.settings.max_connections);
    crate::parts::make_folder(config)?;
    let first = config.database.is_embedded() && !config.settings.data_dir.join("tokenward.db").exists();
    let _lock = lock(config)?;
    let is_read = Whole::at_once(&config.database)?;
    let parts = Parts::open(config)?;
    let whole = if is_read { Whole::done() } else { Whole::begin(&config.database)? };
    crate::acknowledgement::ensure_not_gone_back(config, &parts.store)?;
    tell_durability(config, &parts.store);
    let lease = crate::acknowledgement::agreed(config, &parts.store)?;
    if let Some(why) = parts.verify_only {
        tracing::warn!("this server verifies and revokes, and issues and shows nothing: {why}");
    }
    let tls = Tls::open(config, parts.clock.now().seconds())?;
    let (guard, everywhere) = node(config, &parts, lease)?;
    let following = follow(config, &parts, &guard, lease)?;
    let stopped = Arc::new(AtomicBool::new(false));
    let sign_in = SignIn::new(&config.public_url, config.settings.listen, &parts.store.cursor_key());
    let sign_in = Arc::new(sign_in.map_err(Failure::Io)?);
    let refused = RefusedLog::new(
        Arc::clone(&parts.admin),
        Arc::clone(&guard),
        Arc::clone(&sign_in),
        Arc::clone(&parts.clock) as Arc<dyn token_core::Clock>,
    );
    let used = UseKeeper::new(
        Arc::clone(&parts.admin),
        Arc::clone(&guard),
        Arc::clone(&parts.clock) as Arc<dyn token_core::Clock>,
    );
    let keeper = ClockKeeper::new(Arc::clone(&parts.store), Arc::clone(&parts.clock));
    let keys = KeyKeeper::new(Arc::clone(&parts.admin));
    let housekeeping = keep_house(Arc::clone(&stopped), (refused, used), keeper, keys);
    let state = Arc::new(HttpState {
        admin: Arc::clone(&parts.admin),
        guard: Arc::clone(&guard),
        everywhere,
        remote: Arc::clone(&parts.store) as Arc<dyn token_core::RemoteNodes>,
        clock: Arc::clone(&parts.clock) as Arc<dyn token_core::Clock>,
        randomness: Arc::clone(&parts.randomness),
        cursor_key: parts.store.cursor_key(),
        readiness: Arc::new(Ready {
            store: Arc::clone(&parts.store),
            clock: Arc::clone(&parts.clock),
            guard,
            signs: parts.verify_only.is_none(),
        }),
        metrics: Arc::default(),
        serves_metrics: crate::metrics::is_here(config),
        sign_in,
        limits: limits(config),
        trusted_proxies: config.settings.trusted_proxies.clone(),
    });
    let per_address =
        PerAddress::new(config.settings.max_connections_per_address, config.settings.trusted_proxies.clone());
    let connections = Connections::new(per_address);
    let watcher = watch(connections.clone(), config, Arc::clone(&stopped));
    let setup = crate::setup::begin(config, &parts.admin);
    let console = Arc::new(Console::new(settings(config)));
    let outcome = run(config, (state, console), connections, (tls, whole), &Greeting { first, setup });
    stopped.store(true, Ordering::SeqCst);
    let _ = watcher.join();
    finish(housekeeping);
    drop(following);
    outcome.map(|()| ExitCode::SUCCESS)
}

/// Says what a confirmed change survives where that is less than a server of databases can do, or is not seen.
fn tell_durability(config: &Config, store: &token_store::TokenStore) {
    match store.durability() {
        _ if config.database.is_embedded() => {}
        Durability::Local => tracing::info!(
            database.durable = "local",
            "the database confirms changes that no standby has yet: the loss of its machine may lose them, revocations too"
        ),
        Durability::Replicated if !store.sees_standbys() => tracing::info!(
            database.durable = "replicated",
            "the role lacks `pg_read_all_stats`, so that a commit whose wait for a standby was cancelled is not noticed"
        ),
        Durability::Replicated => {}
    }
}

/// After an answer a connection has `keep_alive` until the next head begins, and that has `head_timeout` to arrive.
fn watch(connections: Connections, config: &Config, stopped: Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    let limit = config.settings.keep_alive + config.settings.head_timeout;
    std::thread::spawn(move || connections.watch(limit, &stopped))
}

/// The guard of this node, and what changes wait for.
fn node(config: &Config, parts: &Parts, lease: Duration) -> Result<(Arc<Guard>, Arc<Everywhere>), Failure> {
    let node = NodeId::new(parts.randomness.as_ref()).map_err(token_admin::AdminError::Randomness)?;
    let follow = Follow { cached_tokens: config.settings.cached_tokens, ..Follow::new(node, lease) };
    let guard = Guard::open(Arc::clone(&parts.store) as Arc<dyn token_core::GuardSource>, follow)
        .map_err(token_admin::AdminError::Store)?
        .with_max_token(config.settings.max_token)
        .with_signature_checks(config.settings.signature_checks_per_second);
    let guard = match &parts.routes {
        Some(rules) => guard.with_routes(rules.clone()),
        None => guard,
    };
    let guard = Arc::new(guard);
    let cluster = Arc::clone(&parts.store) as Arc<dyn Cluster>;
    let everywhere = Everywhere::begin(cluster, Arc::new(SystemBoot), lease, Some(guard.own_node()))?;
    let everywhere = Arc::new(everywhere);
    guard.wait_with(Arc::clone(&everywhere));
    learn_at_once(&parts.admin, &guard);
    Ok((guard, everywhere))
}

/// The guard of this node knows of a change before its author is answered. Where it cannot look now, or panics, others wait
/// for it as for a node that is silent: the change is made, and whoever made it goes on.
fn learn_at_once(admin: &token_admin::Admin, guard: &Arc<Guard>) {
    let guard = Arc::clone(guard);
    admin.after_change(Arc::new(move || match catch_unwind(AssertUnwindSafe(|| guard.look())) {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!(error = %error, "could not follow the log after a change"),
        Err(_) => tracing::error!("panicked while it followed the log after a change"),
    }));
}

/// Follows the log until it is dropped; ready when this returns.
fn follow(config: &Config, parts: &Parts, guard: &Arc<Guard>, lease: Duration) -> Result<Following, Failure> {
    // The first round registers the node, the second makes it fresh.
    for _ in 0..2 {
        guard.round().map_err(token_admin::AdminError::Store)?;
    }
    let store = Arc::clone(&parts.store);
    let listen: Arc<Listen> = Arc::new(move || store.wake_ups());
    let mut acknowledgement = Acknowledgement::of(config);
    let poll = config.settings.poll.min(lease / 4);
    Ok(Following::begin(guard, poll, Some(listen), move |head| acknowledgement.write(head))?)
}

fn limits(config: &Config) -> HttpLimits {
    let settings = &config.settings;
    HttpLimits {
        max_head: settings.max_head,
        max_body: settings.max_body,
        max_page: settings.max_page,
        request_timeout: settings.request_timeout,
    }
}

fn run(
    config: &Config,
    (state, console): (Arc<HttpState>, Arc<Console>),
    connections: Connections,
    (tls, whole): (Option<Arc<Tls>>, Whole),
    greeting: &Greeting,
) -> Result<(), Failure> {
    let (settings, workers) = (&config.settings, config.workers());
    let clock = Arc::clone(&state.clock);
    actix_web::rt::System::new().block_on(async {
        let metrics = crate::metrics::listen(config, &state)?;
        let pages = token_console::configure(Arc::clone(&state), console);
        let app = move || token_http::app(Arc::clone(&state)).configure(pages.clone()).wrap(from_fn(busy));
        let server = HttpServer::new(app)
            .workers(workers)
            .on_connect(move |stream, data| connections.opened(stream, data))
            .client_request_timeout(settings.head_timeout)
            .keep_alive(settings.keep_alive)
            .shutdown_timeout(settings.shutdown_timeout.as_secs())
            // Counted by each worker for itself.
            .max_connections((settings.max_connections / workers).max(1))
            .worker_max_blocking_threads(16);
        let server = match &tls {
            None => server.bind(settings.listen),
            Some(tls) => server
                .tls_handshake_timeout(settings.head_timeout)
                .bind_rustls_0_23(settings.listen, tls.server_config()?),
        };
        let server = server.map_err(|error| Failure::Listen(settings.listen, error))?;
        let signals = Signals::listen(tls, clock)?;
        greet(config, greeting);
        let running = server.disable_signals().run();
        actix_web::rt::spawn(signals.obey(running.handle()));
        let whole = actix_web::rt::spawn(whole.watch(running.handle()));
        let metrics = metrics.map(|server| (server.handle(), actix_web::rt::spawn(server)));
        let ended = running.await.map_err(Failure::Io);
        if let Some((metrics, served)) = metrics {
            metrics.stop(false).await;
            let _ = served.await;
        }
        if whole.is_finished()
            && let Ok(found) = whole.await
        {
            found?;
        }
        ended
    })
}

/// What is left to be written is written, unless the database says nothing any more.
fn finish(housekeeping: std::thread::JoinHandle<()>) {
    for _ in 0..PATIENCE {
        if housekeeping.is_finished() {
            let _ = housekeeping.join();
            return;
        }
        std::thread::sleep(REFRESH);
    }
    tracing::warn!("the database did not answer in time: the last counts of calls are lost");
}

/// What the console shows of the settings.
fn settings(config: &Config) -> Vec<EffectiveSetting> {
    let shown = |setting: crate::config::Effective| EffectiveSetting {
        key: setting.key.to_owned(),
        value: setting.value,
        source: setting.source.to_string(),
        purpose: setting.help.to_owned(),
    };
    config.effective().into_iter().map(shown).collect()
}

/// What is said once the server listens.
struct Greeting {
    /// The database is new.
    first: bool,
    /// Where the code of the first person is.
    setup: Option<String>,
}

/// What a newcomer types next.
fn greet(config: &Config, Greeting { first, setup }: &Greeting) {
    let mut text = format!("Tokenward listens on {}\n", config.settings.address());
    if let Some(setup) = setup {
        let _ = writeln!(text, "\n{setup}");
    }
    if *first {
        text.push_str(
            "\nA first token, and a first call with it:\n\n  tokenward token create --name first --role admin\n",
        );
        let url = &config.public_url;
        let _ = writeln!(text, "  curl -H \"Authorization: Bearer <the token>\" {url}/api/v1/whoami\n");
    }
    // Nobody has to listen.
    let _ = log_lines::offer(&mut std::io::stdout().lock(), text.as_bytes());
}

/// Whether a server may be running that a command should wait for: on PostgreSQL it may run anywhere.
pub(crate) fn may_run(config: &Config) -> bool {
    !config.database.is_embedded()
        || File::options().write(true).open(lock_path(config)).is_ok_and(|file| file.try_lock().is_err())
}

fn lock_path(config: &Config) -> std::path::PathBuf {
    config.settings.data_dir.join("server.lock")
}

/// The embedded database serves one server: its lock is held as long as the process lives.
fn lock(config: &Config) -> Result<Option<File>, Failure> {
    if !config.database.is_embedded() {
        return Ok(None);
    }
    let folder = config.settings.data_dir.display().to_string();
    let file = File::options().create(true).truncate(false).write(true).open(lock_path(config));
    let file = file.map_err(|error| Failure::Folder(folder.clone(), error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Err(Failure::SecondServer(folder)),
        Err(std::fs::TryLockError::Error(error)) => Err(Failure::Folder(folder, error)),
    }
}

fn keep_house(
    stopped: Arc<AtomicBool>,
    (mut refused, mut used): (RefusedLog, UseKeeper),
    mut keeper: ClockKeeper,
    mut keys: KeyKeeper,
) -> std::thread::JoinHandle<()> {
    let mut lost = LostLines::default();
    std::thread::spawn(move || {
        while !stopped.load(Ordering::SeqCst) {
            refused.look();
            used.look();
            keeper.look();
            lost.look();
            keys.look();
            std::thread::sleep(REFRESH);
        }
        refused.write();
        used.write();
    })
}
