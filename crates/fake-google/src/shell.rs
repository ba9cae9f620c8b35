//! The core behind HTTP: one lock, one clock, and connections that can be cut.
//!
//! This is the only part with I/O and the only one that reads a clock. It is plain http and meant
//! for loopback: the fake has no secrets and no users to protect.

mod line;
mod partial;
mod pump;

use std::future::{Future, IntoFuture as _};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{Request as HttpRequest, Response as HttpResponse, StatusCode};
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use self::line::{CuttableListener, Line};
use self::partial::Partial;
use self::pump::Courier;
use crate::clock::ClockMode;
use crate::fault::Outcome;
use crate::handle::deliver;
use crate::http::{Request, Response};
use crate::world::World;

/// Bytes a request body may have.
pub const BODY_MAX: usize = 1024 * 1024;

/// How long a wait on a frozen clock lasts before it looks again.
const FROZEN_WAIT_MAX: Duration = Duration::from_secs(3600);

/// A world that the server and its owner both reach.
#[derive(Clone, Debug)]
pub struct Shared(Arc<Kept>);

#[derive(Debug)]
struct Kept {
    world: Mutex<World>,
    /// Wakes whoever waits for a time, when somebody moves the clock.
    clock_moved: Notify,
    /// Wakes whoever carries push messages, when there is one to queue or to carry.
    queued: Notify,
}

impl Shared {
    /// Shares `world`.
    #[must_use]
    pub fn new(world: World) -> Self {
        Self(Arc::new(Kept {
            world: Mutex::new(world),
            clock_moved: Notify::new(),
            queued: Notify::new(),
        }))
    }

    /// Runs `act` while nobody else touches the world.
    pub fn with<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        // A panic in one test's closure must not take the server from the others.
        let mut world = self.0.world.lock().unwrap_or_else(PoisonError::into_inner);
        let (commands, queued) = (world.clock.commands(), world.push.queued());
        let done = act(&mut world);
        if world.clock.commands() != commands {
            self.0.clock_moved.notify_waiters();
        }
        if world.push.queued() != queued || world.has_news() {
            self.0.queued.notify_one();
        }
        done
    }

    /// Returns once something happened that may make a push message due.
    async fn queued(&self) {
        self.0.queued.notified().await;
    }
}

/// A shared world and the clock it runs by.
#[derive(Clone, Debug)]
pub struct Shell {
    world: Shared,
    clock: fn() -> Timestamp,
    courier: Courier,
}

impl Shell {
    /// A shell on the machine's clock, shifted by the world's offset.
    #[must_use]
    pub fn new(world: Shared) -> Self {
        Self::with_clock(world, machine_clock)
    }

    /// A shell on another clock, shifted by the world's offset.
    #[must_use]
    pub fn with_clock(world: Shared, clock: fn() -> Timestamp) -> Self {
        let courier = Courier::default();
        Self {
            world,
            clock,
            courier,
        }
    }

    /// The world behind this shell.
    #[must_use]
    pub fn world(&self) -> &Shared {
        &self.world
    }

    /// The time the world believes in.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.world.with(|world| world.time((self.clock)()))
    }

    /// Returns once the world's clock shows `due`, whether time passed or somebody moved it.
    pub async fn wait_until(&self, due: Timestamp) {
        loop {
            // Listens before it looks, so that no move falls in between.
            let moved = self.world.0.clock_moved.notified();
            let left = due.duration_since(self.now());
            if left <= SignedDuration::ZERO {
                return;
            }
            let left = match self.world.with(|world| world.clock_mode()) {
                ClockMode::Running => left.unsigned_abs(),
                // Only a command ends this; the hour is there to have an end.
                ClockMode::Frozen => FROZEN_WAIT_MAX,
            };
            // Out of time or told: look again either way.
            let _ = tokio::time::timeout(left, moved).await;
        }
    }

    fn deliver(&self, request: &Request) -> Outcome {
        let now = self.now();
        self.world.with(|world| deliver(world, now, request))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the shell is where the real clock comes in"
)]
fn machine_clock() -> Timestamp {
    Timestamp::now()
}

/// The whole server as an axum router. Without [`serve`] there is no connection to cut, and a
/// dropped answer shows as 502.
pub fn router(shell: Shell) -> Router {
    Router::new().fallback(answer).with_state(shell)
}

async fn answer(State(shell): State<Shell>, request: HttpRequest<Body>) -> HttpResponse<Body> {
    let line = request
        .extensions()
        .get::<ConnectInfo<Line>>()
        .map(|info| info.0.clone());
    let Some(request) = read(request).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "the body is over 1 MiB");
    };
    let outcome = match shell.deliver(&request) {
        Outcome::Late(delay, outcome) => {
            let due = shell.now().checked_add(delay);
            shell.wait_until(due.unwrap_or(Timestamp::MAX)).await;
            *outcome
        }
        outcome => outcome,
    };
    pump::carry_before_answer(&shell).await;
    match (outcome, line) {
        (Outcome::Answer(response), _) => written(response),
        (_, Some(line)) => {
            line.cut();
            plain(StatusCode::BAD_GATEWAY, "")
        }
        (_, None) => plain(StatusCode::BAD_GATEWAY, "the answer was dropped"),
    }
}

/// The request as the core takes it; `None` when its body is too large.
async fn read(request: HttpRequest<Body>) -> Option<Request> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_MAX).await.ok()?;
    let headers = parts.headers.iter().map(|(name, value)| {
        (
            name.as_str().to_owned(),
            String::from_utf8_lossy(value.as_bytes()).into_owned(),
        )
    });
    Some(Request {
        method: parts.method.as_str().to_owned(),
        path: parts
            .uri
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned(),
        headers: headers.collect(),
        body: body.to_vec(),
    })
}

fn written(response: Response) -> HttpResponse<Body> {
    let mut builder = HttpResponse::builder().status(response.status);
    for (name, value) in &response.headers {
        builder = builder.header(name, value);
    }
    // Fails only on a header that is none, which a request's own text must not be able to cause.
    let body = match announced_length(&response) {
        Some(whole) if whole > response.body.len() => Body::new(Partial::new(response.body)),
        _ => Body::from(response.body),
    };
    builder
        .body(body)
        .unwrap_or_else(|error| plain(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()))
}

fn announced_length(response: &Response) -> Option<usize> {
    response.header("content-length")?.parse().ok()
}

fn plain(status: StatusCode, text: &str) -> HttpResponse<Body> {
    let mut response = HttpResponse::new(Body::from(text.to_owned()));
    *response.status_mut() = status;
    response
}

/// Serves until `shutdown` is ready, and carries push messages meanwhile. Links in events point to this listener from then on.
///
/// # Errors
/// When the listener has no address or fails.
pub async fn serve(
    listener: TcpListener,
    shell: Shell,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let origin = format!("http://{}", listener.local_addr()?);
    shell.world.with(|world| world.rules.link_origin = origin);
    let service = router(shell.clone()).into_make_service_with_connect_info::<Line>();
    let serving = axum::serve(CuttableListener(listener), service).with_graceful_shutdown(shutdown);
    tokio::select! {
        served = serving.into_future() => served,
        never = pump::run(&shell) => match never {},
    }
}

/// A server running inside another process.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its world.
    pub world: Shared,
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Running {
    /// The root URL, without a slash at the end.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops it and waits for open answers.
    ///
    /// # Errors
    /// When serving had failed.
    pub async fn stop(self) -> std::io::Result<()> {
        // The receiver is gone only when serving has ended by itself.
        let _ = self.stop.send(());
        self.task.await.map_err(std::io::Error::other)?
    }
}

/// Starts a server on `listen` (port 0 for any) as a task of the current runtime. It lives as long
/// as the returned value.
///
/// # Errors
/// When the address cannot be bound.
pub async fn spawn(listen: SocketAddr, world: Shared) -> std::io::Result<Running> {
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel();
    let until = async move {
        // An error means that `Running` was dropped, which also ends the server.
        let _ = stopped.await;
    };
    let task = tokio::spawn(serve(listener, Shell::new(world.clone()), until));
    Ok(Running {
        address,
        world,
        stop,
        task,
    })
}
