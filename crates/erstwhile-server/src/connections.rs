//! Accepts connections and serves HTTP/1.1 on them, so that no client can hold more than a bounded share of the server.
//!
//! Every connection has a deadline in each of its phases, except while its request is handled, which has a timeout of
//! its own. When all connections are taken, the one that has waited longest for a request makes room for a new one.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::http::HeaderValue;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::metrics::Metrics;
use crate::settings::ServerSettings;

pub mod open_files;
mod phase;
pub mod pinned;
pub mod tls;

use phase::{ObservedStream, Phase, Progress};
use tls::Tls;

/// Maximum number of bytes of the buffers of a connection, which also limits the headers of a request.
const BUFFER_BYTES_MAX: usize = 64 << 10;
/// How long a new connection waits for another one to make room.
const ROOM_WAIT: Duration = Duration::from_millis(100);
/// How long an accepting loop pauses when the system has no resources for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long a connection may still wait for the rest of a request's headers when the server stops.
const STOPPING_WAIT: Duration = Duration::from_secs(1);
/// How many connections there may be, and how long each may take in each phase.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// Maximum number of open connections.
    pub connections_max: usize,
    /// How long a connection may wait for the first byte of a request.
    pub idle: Duration,
    /// How long the headers of a request may take from their first byte.
    pub header: Duration,
    /// How long a client may take to receive a response.
    pub write: Duration,
}

impl ConnectionLimits {
    /// The limits in the settings.
    pub fn new(settings: &ServerSettings) -> Self {
        Self {
            connections_max: settings.connections_max,
            idle: Duration::from_secs(settings.idle_timeout_s),
            header: Duration::from_secs(settings.header_timeout_s),
            write: Duration::from_secs(settings.write_timeout_s),
        }
    }

    /// When a connection has spent too long in its present phase; `None` while its request is handled.
    fn deadline(&self, progress: &Progress, stopping_since: Option<Instant>) -> Option<Instant> {
        let (phase, since) = progress.now();
        match phase {
            Phase::Handling => None,
            Phase::Writing => Some(since + self.write),
            Phase::Idle | Phase::Header => {
                let deadline = since + if phase == Phase::Idle { self.idle } else { self.header };
                Some(stopping_since.map_or(deadline, |stopping| deadline.min(stopping + STOPPING_WAIT)))
            }
        }
    }
}

/// Serves a router on a listener until `stop` is cancelled. Requests in progress are completed.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    router: axum::Router,
    limits: ConnectionLimits,
    metrics: Metrics,
    stop: CancellationToken,
) {
    let room = Arc::new(Semaphore::new(limits.connections_max));
    let make_room = Arc::new(Notify::new());
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                after_failed_accept(&error).await;
                continue;
            }
        };
        let Some(permit) = permit(&room, &make_room).await else {
            metrics.connections_refused.inc();
            if tls.is_none() {
                refuse(&stream);
            }
            continue;
        };
        // Small responses must not wait for more data to send.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot disable Nagle's algorithm on a connection");
        }
        let connection = Connection { limits, stop: stop.clone(), make_room: Arc::clone(&make_room) };
        let (router, metrics) = (router.clone(), metrics.clone());
        let tls = tls.as_ref().map(|tls| tls.acceptor());
        connections.spawn(async move {
            metrics.connections.inc();
            match tls {
                Some(tls) => connection.run_encrypted(stream, &tls, router).await,
                None => connection.run(stream, router, Encrypted::No).await,
            }
            metrics.connections.dec();
            drop(permit);
        });
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// Waits after a failure of the whole process, such as too many open files; that of one connection is its own.
async fn after_failed_accept(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted) {
        tracing::error!(%error, "cannot accept a connection");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}

/// Room for another connection; asks the one that has waited longest for a request to end if there is none.
async fn permit(room: &Arc<Semaphore>, make_room: &Notify) -> Option<OwnedSemaphorePermit> {
    if let Ok(permit) = Arc::clone(room).try_acquire_owned() {
        return Some(permit);
    }
    make_room.notify_one();
    tokio::time::timeout(ROOM_WAIT, Arc::clone(room).acquire_owned()).await.ok()?.ok()
}

/// Tells a client that there is no room, as far as this needs no waiting.
fn refuse(stream: &TcpStream) {
    // A connection that is closed with unread data is reset, and its client loses the response.
    let mut unread = [0; 4096];
    let read = stream.try_read(&mut unread);
    let body = r#"{"message":"too many connections; try again in a while"}"#;
    let response = format!(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Retry-After: 1\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let written = stream.try_write(response.as_bytes());
    tracing::debug!(?read, ?written, "refused a connection: there are too many");
}

/// One connection.
struct Connection {
    limits: ConnectionLimits,
    stop: CancellationToken,
    /// Notified when the connection that has waited longest for a request should end.
    make_room: Arc<Notify>,
}

impl Connection {
    /// Runs a connection after its handshake, which has the same deadline as the headers of a request and makes room like
    /// a connection that waits for one.
    async fn run_encrypted(self, stream: TcpStream, tls: &TlsAcceptor, router: axum::Router) {
        let stream = tokio::select! {
            accepted = tokio::time::timeout(self.limits.header, tls.accept(stream)) => accepted,
            () = self.make_room.notified() => return,
            () = self.stop.cancelled() => return,
        };
        match stream {
            Ok(Ok(stream)) => self.run(stream, router, Encrypted::Yes).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("closed a connection: its TLS handshake is too slow"),
        }
    }

    async fn run(self, stream: impl AsyncRead + AsyncWrite + Unpin, router: axum::Router, encrypted: Encrypted) {
        let progress = Arc::new(Progress::new());
        let stream = TokioIo::new(ObservedStream::new(stream, Arc::clone(&progress)));
        let router = TowerToHyperService::new(router);
        let service = service_fn(|mut request: Request<Incoming>| {
            if encrypted == Encrypted::Yes {
                // As a proxy in front of the server says it.
                request.headers_mut().insert("x-forwarded-proto", HeaderValue::from_static("https"));
            }
            progress.enter(Phase::Handling);
            let (response, progress) = (router.call(request), Arc::clone(&progress));
            async move {
                let response = response.await;
                progress.enter(Phase::Writing);
                response
            }
        });
        let mut http = http1::Builder::new();
        http.max_buf_size(BUFFER_BYTES_MAX);
        let mut connection = pin!(http.serve_connection(stream, service));
        let mut stopping = pin!(self.stop.cancelled());
        let mut asked_to_end = pin!(None);
        let mut timer = pin!(tokio::time::sleep(Duration::ZERO));
        let mut stopping_since = None;
        // The phase changes only while `connection` is polled, so everything that depends on it follows.
        let ended = poll_fn(|context: &mut Context<'_>| {
            if stopping_since.is_none() && stopping.as_mut().poll(context).is_ready() {
                stopping_since = Some(Instant::now());
                connection.as_mut().graceful_shutdown();
            }
            if let Poll::Ready(ended) = connection.as_mut().poll(context) {
                return Poll::Ready(ended.err().map_or(Ended::Completed, Ended::Failed));
            }
            if matches!(progress.now().0, Phase::Idle | Phase::Header) {
                if asked_to_end.is_none() {
                    asked_to_end.set(Some(self.make_room.notified()));
                }
                if asked_to_end.as_mut().as_pin_mut().is_some_and(|asked| asked.poll(context).is_ready()) {
                    return Poll::Ready(Ended::ToMakeRoom);
                }
            } else {
                asked_to_end.set(None);
            }
            let Some(deadline) = self.limits.deadline(&progress, stopping_since) else { return Poll::Pending };
            if timer.deadline() != deadline {
                timer.as_mut().reset(deadline);
            }
            timer.as_mut().poll(context).map(|()| Ended::TooSlow)
        });
        match ended.await {
            Ended::Completed => {}
            Ended::Failed(error) => tracing::debug!(%error, "a connection failed"),
            Ended::TooSlow => tracing::debug!(phase = ?progress.now().0, "closed a connection: it is too slow"),
            Ended::ToMakeRoom => tracing::debug!("closed a connection: another one needs its room"),
        }
    }
}

/// Whether a connection is encrypted by this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encrypted {
    Yes,
    No,
}

/// Why a connection ended.
enum Ended {
    Completed,
    Failed(hyper::Error),
    TooSlow,
    ToMakeRoom,
}
