//! A real PostgreSQL server for tests, in a temporary directory that is removed after the test.
#![expect(clippy::expect_used, clippy::panic, reason = "a test without its server must fail immediately")]

use std::ffi::OsStr;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

/// Environment variable with the directory of the server programs; searched for if not set.
pub const BIN_VARIABLE: &str = "ERSTWHILE_TEST_POSTGRES_BIN";
/// Settings for a server that need not survive a crash of the machine.
pub const NOT_DURABLE: &str = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n";
/// Settings of every test server.
const COMMON_SETTINGS: &str = "listen_addresses = '127.0.0.1'\nshared_buffers = 64MB\nmax_connections = 200\n\
    dynamic_shared_memory_type = mmap\nlog_min_messages = fatal\n";

/// A server. It is stopped when dropped, or when the process that started it ends for any reason.
#[derive(Debug)]
pub struct TestServer {
    folder: TempDir,
    port: u16,
    /// Stops the server when its standard input is closed, which also happens if this process is killed.
    watchdog: Option<Child>,
}

/// Returns the directory with `initdb`, `pg_ctl` and `postgres`.
///
/// # Panics
/// If there is none: `scripts/install-postgres` installs them.
pub fn bin_directory() -> PathBuf {
    if let Some(folder) = std::env::var_os(BIN_VARIABLE) {
        return PathBuf::from(folder);
    }
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = debian.map(|entry| entry.path().join("bin")).collect();
    folders.sort();
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let complete = |folder: &PathBuf| ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).exists());
    folders.into_iter().find(complete).expect("PostgreSQL server programs: run scripts/install-postgres")
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n")
}

/// Runs one of the server programs. As root, it runs them as `nobody`, because PostgreSQL refuses to run as root.
fn run<S: AsRef<OsStr>>(program: &str, args: impl IntoIterator<Item = S>) {
    let program = bin_directory().join(program);
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]).arg(&program);
        command
    } else {
        Command::new(&program)
    };
    // A file and not a pipe, because the server inherits it and would keep the pipe open.
    let log = tempfile::tempfile().expect("a log file");
    let (stdout, stderr) = (log.try_clone().expect("a file"), log.try_clone().expect("a file"));
    command.args(args).current_dir("/").stdin(Stdio::null()).stdout(stdout).stderr(stderr);
    let status = command.status().unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    if !status.success() {
        let mut output = String::new();
        let mut log = log;
        drop(std::io::Seek::rewind(&mut log));
        drop(std::io::Read::read_to_string(&mut log, &mut output));
        panic!("{} failed: {output}", program.display());
    }
}

impl TestServer {
    /// Creates and starts a server with additional settings, in the syntax of `postgresql.conf`.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start(settings: &str) -> Self {
        let mut server = Self::without_data();
        let data = server.data();
        let options = ["--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-D"];
        run("initdb", options.iter().map(OsStr::new).chain([data.as_os_str()]));
        server.configure(settings);
        server.launch();
        server
    }

    /// A server shared by all tests of a process; each test uses a separate schema.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<TestServer> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(NOT_DURABLE))
    }

    /// Creates and starts a standby of this server with additional settings.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn standby(&self, name: &str, settings: &str) -> Self {
        let mut server = Self::without_data();
        let data = server.data();
        let primary = format!("host=127.0.0.1 port={} user=postgres application_name={name}", self.port);
        let options = ["--no-sync", "-R", "-X", "stream", "-c", "fast", "-d", primary.as_str(), "-D"];
        run("pg_basebackup", options.iter().map(OsStr::new).chain([data.as_os_str()]));
        server.configure(settings);
        server.launch();
        server
    }

    fn without_data() -> Self {
        let folder = tempfile::Builder::new().prefix("ew-pg-").tempdir().expect("a temporary directory");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
        let server = Self { folder, port, watchdog: None };
        Self::give(server.folder());
        server
    }

    /// Adds settings, which take effect at the next start.
    ///
    /// # Panics
    /// If they cannot be written.
    pub fn configure(&self, settings: &str) {
        let file = self.data().join("postgresql.conf");
        let mut file = std::fs::OpenOptions::new().append(true).open(file).expect("the server's settings file");
        let (port, folder) = (self.port, self.folder.path().display());
        write!(file, "\n{COMMON_SETTINGS}port = {port}\nunix_socket_directories = '{folder}'\n{settings}\n")
            .expect("settings");
    }

    /// Starts the server, also after it was stopped or killed, and waits until it accepts connections.
    ///
    /// # Panics
    /// If it does not start.
    pub fn launch(&mut self) {
        let (data, log) = (self.data(), self.folder.path().join("log"));
        let options = [OsStr::new("-D"), data.as_os_str(), OsStr::new("-l"), log.as_os_str()];
        run("pg_ctl", options.into_iter().chain(["-w", "-t", "60", "start"].map(OsStr::new)));
        let script = "cat >/dev/null; kill -QUIT \"$1\" 2>/dev/null; rm -rf \"$2\"";
        let mut watchdog = Command::new("sh");
        watchdog.args(["-c", script, "watchdog", &self.process().to_string()]).arg(self.folder.path());
        watchdog.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let previous = self.watchdog.replace(watchdog.spawn().expect("a watchdog"));
        end_watchdog(previous);
    }

    /// Returns the id of the server's process.
    ///
    /// # Panics
    /// If it is not running.
    pub fn process(&self) -> u32 {
        let file = std::fs::read_to_string(self.data().join("postmaster.pid")).expect("a running server");
        file.lines().next().and_then(|line| line.trim().parse().ok()).expect("a process id")
    }

    /// Sends the server a signal, such as `KILL` or `STOP`. Its child processes exit if it is killed.
    ///
    /// # Panics
    /// If it is not running.
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill").arg(format!("-{signal}")).arg(self.process().to_string()).status();
        assert!(sent.is_ok_and(|status| status.success()), "a signal");
    }

    /// Stops the server without waiting for its clients, and without losing data.
    ///
    /// # Panics
    /// If it does not stop.
    pub fn stop(&self) {
        let data = self.data();
        let options = [OsStr::new("-D"), data.as_os_str()];
        run("pg_ctl", options.into_iter().chain(["-w", "-m", "fast", "stop"].map(OsStr::new)));
    }

    /// Promotes a standby to the primary.
    ///
    /// # Panics
    /// If the promotion fails.
    pub fn promote(&self) {
        let data = self.data();
        run("pg_ctl", [OsStr::new("-D"), data.as_os_str(), OsStr::new("-w"), OsStr::new("promote")]);
    }

    /// Makes the server's user the owner of a file or directory, with access for no other user.
    ///
    /// # Panics
    /// If that fails.
    pub fn give(file: &Path) {
        let change = |program: &str, to: &str| {
            assert!(Command::new(program).arg(to).arg(file).status().is_ok_and(|status| status.success()), "{program}");
        };
        change("chmod", if file.is_dir() { "700" } else { "600" });
        if is_root() {
            change("chown", "nobody:nogroup");
        }
    }

    /// Its data directory.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The directory with all of its files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its port on the loopback interface.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of its default database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Opens a connection that bypasses the driver.
    ///
    /// # Panics
    /// If the connection fails.
    pub async fn client(&self) -> tokio_postgres::Client {
        let (client, connection) =
            tokio_postgres::connect(&self.url(), tokio_postgres::NoTls).await.expect("a connection");
        tokio::spawn(async move { drop(connection.await) });
        client
    }

    /// Creates an empty schema and returns its URL.
    ///
    /// # Panics
    /// If the connection fails.
    pub async fn schema(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        self.client().await.batch_execute(&format!("CREATE SCHEMA {name}")).await.expect("a schema");
        format!("{}?options=-csearch_path%3D{name}", self.url())
    }
}

fn end_watchdog(watchdog: Option<Child>) {
    if let Some(mut watchdog) = watchdog {
        // Killed, because on a normal end it would remove the directory.
        drop(watchdog.kill());
        drop(watchdog.wait());
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        end_watchdog(self.watchdog.take());
        if let Ok(file) = std::fs::read_to_string(self.data().join("postmaster.pid"))
            && let Some(process) = file.lines().next()
        {
            // A killed server leaves a stale file behind, so this may fail.
            drop(Command::new("kill").args(["-QUIT", process.trim()]).stderr(Stdio::null()).status());
        }
    }
}
