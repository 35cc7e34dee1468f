//! The binary as a child process, and a small HTTP client.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use erstwhile_postgres::testing::TestServer;
use serde_json::Value;

pub(crate) const KEY: &str = "a-key-for-tests-0123456789";

/// Polls until a condition holds, for longer than a busy machine needs.
pub(crate) fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(4);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A running server; killed when dropped.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
    /// The line of the log that tells where it serves.
    pub(crate) start_line: String,
    /// The log before and after that line, as far as it has been read.
    log: Arc<Mutex<String>>,
}

/// A response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Value,
}

impl Process {
    /// Starts the server on a folder and waits until it prints its address.
    pub(crate) fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[])
    }

    /// Starts the server with more settings in its environment.
    ///
    /// With `ERSTWHILE_TEST_STORE=postgres`, the data is in a schema of PostgreSQL, one per folder.
    pub(crate) fn start_with(folder: &Path, settings: &[(&str, &str)]) -> Self {
        match std::env::var("ERSTWHILE_TEST_STORE").as_deref() {
            Ok("postgres") => Self::launch("--database".as_ref(), schema_of(folder).as_ref(), settings),
            _ => Self::launch("--data".as_ref(), folder.as_os_str(), settings),
        }
    }

    /// Starts the server on the embedded database in a folder.
    pub(crate) fn start_embedded(folder: &Path) -> Self {
        Self::launch("--data".as_ref(), folder.as_os_str(), &[])
    }

    /// Starts the server on the embedded database in a folder, with more settings in its environment.
    pub(crate) fn start_embedded_with(folder: &Path, settings: &[(&str, &str)]) -> Self {
        Self::launch("--data".as_ref(), folder.as_os_str(), settings)
    }

    /// Starts the server on a folder with a key of its own making.
    pub(crate) fn start_without_key(folder: &Path, settings: &[(&str, &str)]) -> Self {
        let settings = [&[("ERSTWHILE_AUTH__BOOTSTRAP_KEY", "")], settings].concat();
        Self::launch("--data".as_ref(), folder.as_os_str(), &settings)
    }

    /// Starts the server on a folder, with a limit of open files that it cannot raise.
    pub(crate) fn start_with_open_files(folder: &Path, open_files: usize) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -n {open_files}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_erstwhile")]);
        Self::run(shell, "--data".as_ref(), folder.as_os_str(), &[])
    }

    /// Starts the server on a PostgreSQL database.
    pub(crate) fn on(database: &str, settings: &[(&str, &str)]) -> Self {
        Self::launch("--database".as_ref(), database.as_ref(), settings)
    }

    fn launch(option: &OsStr, place: &OsStr, settings: &[(&str, &str)]) -> Self {
        Self::run(Command::new(env!("CARGO_BIN_EXE_erstwhile")), option, place, settings)
    }

    fn run(mut command: Command, option: &OsStr, place: &OsStr, settings: &[(&str, &str)]) -> Self {
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args([option, place])
            .env("ERSTWHILE_AUTH__BOOTSTRAP_KEY", KEY)
            .env("ERSTWHILE_TELEMETRY__LOG", "warn,erstwhile_server::cli=info")
            .envs(settings.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let stderr = BufReader::new(child.stderr.take().expect("its stderr"));
        let mut lines = stderr.lines();
        let log = Arc::new(Mutex::new(String::new()));
        let (address, start_line) = loop {
            let line = lines.next().expect("an address").expect("a line");
            let serves = ["on http://", "on https://"].iter().find_map(|start| line.split_once(start));
            if let Some((_, rest)) = serves {
                let end = rest.find([' ', '"']).unwrap_or(rest.len());
                break (rest[..end].parse().expect("an address"), line);
            }
            append(&log, &line);
        };
        // Keep reading, so that the server never blocks on a full pipe.
        let later = Arc::clone(&log);
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| append(&later, &line)));
        Self { child, address, start_line, log }
    }

    /// What the server has logged until now, without its start line.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The address of `/metrics`, of a server that was started with `ERSTWHILE_TELEMETRY__METRICS_LISTEN`.
    pub(crate) fn metrics_address(&self) -> SocketAddr {
        let (_, rest) = self.start_line.split_once("metrics=").expect("an address of metrics");
        rest.split(' ').next().expect("an address").parse().expect("an address")
    }

    /// The text of `/metrics`.
    pub(crate) fn metrics(&self) -> String {
        exchange(self.metrics_address(), "GET", "/metrics", &[], None).expect("metrics").1
    }

    /// The memory of the process, in kibibytes.
    pub(crate) fn resident_kib(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// The process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills the server.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("the server can be killed");
        self.child.wait().expect("the server ends");
    }

    /// Sends a signal, such as `STOP`.
    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").arg(format!("-{signal}")).arg(self.child.id().to_string()).status();
        assert!(sent.is_ok_and(|status| status.success()), "a signal");
    }

    /// Stops the server gracefully and returns its exit code.
    pub(crate) fn terminate(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("a signal").success());
        self.child.wait().expect("the server ends").code()
    }

    /// Sends one request on a new connection.
    pub(crate) fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.try_call(method, path, body).expect("an answer")
    }

    pub(crate) fn try_call(&self, method: &str, path: &str, body: Option<&Value>) -> std::io::Result<Answer> {
        call_at(self.address, method, path, body)
    }

    /// Sends raw bytes and reads until the server closes the connection.
    pub(crate) fn raw(&self, bytes: &[u8]) -> String {
        read_all(self.send(bytes))
    }

    /// Sends raw bytes, closes the sending side, and reads the response.
    pub(crate) fn raw_cut(&self, bytes: &[u8]) -> String {
        let stream = self.send(bytes);
        stream.shutdown(std::net::Shutdown::Write).expect("the sending side is closed");
        read_all(stream)
    }

    pub(crate) fn send(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
        stream.write_all(bytes).expect("bytes are sent");
        stream
    }
}

fn append(log: &Mutex<String>, line: &str) {
    let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
    log.push_str(line);
    log.push('\n');
}

/// The schema of a folder, created on first use.
fn schema_of(folder: &Path) -> String {
    static SCHEMAS: Mutex<BTreeMap<PathBuf, String>> = Mutex::new(BTreeMap::new());
    let mut schemas = SCHEMAS.lock().unwrap_or_else(PoisonError::into_inner);
    schemas.entry(folder.to_owned()).or_insert_with(new_schema).clone()
}

/// Creates an empty schema and returns its URL.
pub(crate) fn new_schema() -> String {
    wait_for(TestServer::shared().schema())
}

/// Runs a future in a synchronous test.
pub(crate) fn wait_for<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn read_all(mut stream: TcpStream) -> String {
    let mut text = String::new();
    drop(stream.read_to_string(&mut text));
    text
}

pub(crate) fn call_at(address: SocketAddr, method: &str, path: &str, body: Option<&Value>) -> std::io::Result<Answer> {
    call_with(KEY, address, method, path, body)
}

/// Sends one request with a key of its own.
pub(crate) fn call_with(
    key: &str,
    address: SocketAddr,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> std::io::Result<Answer> {
    let key = format!("Authorization: Api-Key {key}\r\n");
    let (head, text) = exchange(address, method, &format!("/api/v2{path}"), &[&key], body)?;
    answer_of(&head, &text).ok_or_else(|| std::io::Error::other("incomplete response"))
}

/// Sends one request on a new connection and returns head and body of the response. `headers` are whole lines with
/// line breaks.
pub(crate) fn exchange(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[&str],
    body: Option<&Value>,
) -> std::io::Result<(String, String)> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let headers = headers.concat();
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(40)))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: test\r\n{headers}Content-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(|| std::io::Error::other("incomplete response"))?;
    Ok((head.to_owned(), body.to_owned()))
}

/// The status in the head of a response.
pub(crate) fn status_of(head: &str) -> Option<u16> {
    head.split(' ').nth(1)?.parse().ok()
}

fn answer_of(head: &str, body: &str) -> Option<Answer> {
    let body = if body.is_empty() { Value::Null } else { serde_json::from_str(body).ok()? };
    Some(Answer { status: status_of(head)?, head: head.to_lowercase(), body })
}
