//! A throw-away PostgreSQL server for tests: real, in a temporary folder, gone with the test.
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot have its server must say so at once")]

use std::ffi::OsStr;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

/// Names the folder of the server's programs, when it is not the one that is found.
pub const BIN: &str = "ERSTWHILE_TEST_POSTGRES_BIN";
/// Settings of a server that need not survive a crash of the machine.
pub const CARELESS: &str = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n";
/// What every test's server is set to.
const COMMON: &str = "listen_addresses = '127.0.0.1'\nshared_buffers = 64MB\nmax_connections = 200\n\
    dynamic_shared_memory_type = mmap\nlog_min_messages = fatal\n";

/// A server; ended when dropped, or when the process that started it ends in whatever way.
#[derive(Debug)]
pub struct TestServer {
    folder: TempDir,
    port: u16,
    /// Ends the server when its own input ends.
    keeper: Option<Child>,
}

/// The folder that holds `initdb`, `pg_ctl` and `postgres`.
///
/// # Panics
/// When there is none: `scripts/install-postgres` installs them.
pub fn programs() -> PathBuf {
    if let Some(folder) = std::env::var_os(BIN) {
        return PathBuf::from(folder);
    }
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = debian.map(|entry| entry.path().join("bin")).collect();
    folders.sort();
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let complete = |folder: &PathBuf| ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).exists());
    folders.into_iter().find(complete).expect("PostgreSQL's server programs: run scripts/install-postgres")
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n")
}

/// Runs one of the server's programs, as somebody who may run the server, which root may not.
fn run<S: AsRef<OsStr>>(program: &str, args: impl IntoIterator<Item = S>) {
    let program = programs().join(program);
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]).arg(&program);
        command
    } else {
        Command::new(&program)
    };
    // What the server inherits must not keep the test's own pipes open.
    let log = tempfile::tempfile().expect("a file for its words");
    let both = (log.try_clone().expect("a file"), log.try_clone().expect("a file"));
    command.args(args).current_dir("/").stdin(Stdio::null()).stdout(both.0).stderr(both.1);
    let status = command.status().unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    if !status.success() {
        let mut said = String::new();
        let mut log = log;
        drop(std::io::Seek::rewind(&mut log));
        drop(std::io::Read::read_to_string(&mut log, &mut said));
        panic!("{} failed: {said}", program.display());
    }
}

impl TestServer {
    /// Makes and starts a server with more settings, in the syntax of `postgresql.conf`.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(settings: &str) -> Self {
        let mut server = Self::without_data();
        let data = server.data();
        let options = ["--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-D"];
        run("initdb", options.iter().map(OsStr::new).chain([data.as_os_str()]));
        server.configure(settings);
        server.launch();
        server
    }

    /// A server for all tests of a process that only need one; each takes a schema of its own.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<TestServer> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(CARELESS))
    }

    /// Makes and starts a standby of this server with more settings.
    ///
    /// # Panics
    /// When it does not start.
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
        let folder = tempfile::Builder::new().prefix("ew-pg-").tempdir().expect("a temporary folder");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
        let server = Self { folder, port, keeper: None };
        Self::give(server.folder());
        server
    }

    /// Adds settings; they count from the next start on.
    ///
    /// # Panics
    /// When they cannot be written.
    pub fn configure(&self, settings: &str) {
        let file = self.data().join("postgresql.conf");
        let mut file = std::fs::OpenOptions::new().append(true).open(file).expect("the server's settings");
        let (port, folder) = (self.port, self.folder.path().display());
        write!(file, "\n{COMMON}port = {port}\nunix_socket_directories = '{folder}'\n{settings}\n").expect("settings");
    }

    /// Starts the server, also after it was stopped or killed, and waits until it answers.
    ///
    /// # Panics
    /// When it does not.
    pub fn launch(&mut self) {
        let (data, log) = (self.data(), self.folder.path().join("log"));
        let options = [OsStr::new("-D"), data.as_os_str(), OsStr::new("-l"), log.as_os_str()];
        run("pg_ctl", options.into_iter().chain(["-w", "-t", "60", "start"].map(OsStr::new)));
        let watch = "cat >/dev/null; kill -QUIT \"$1\" 2>/dev/null; rm -rf \"$2\"";
        let mut keeper = Command::new("sh");
        keeper.args(["-c", watch, "keeper", &self.process().to_string()]).arg(self.folder.path());
        keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let previous = self.keeper.replace(keeper.spawn().expect("a keeper"));
        end(previous);
    }

    /// The id of the server's process.
    ///
    /// # Panics
    /// When it does not run.
    pub fn process(&self) -> u32 {
        let file = std::fs::read_to_string(self.data().join("postmaster.pid")).expect("a server that runs");
        file.lines().next().and_then(|line| line.trim().parse().ok()).expect("a process id")
    }

    /// Sends the server a signal, such as `KILL` or `STOP`. A killed one takes its children with it.
    ///
    /// # Panics
    /// When it does not run.
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill").arg(format!("-{signal}")).arg(self.process().to_string()).status();
        assert!(sent.is_ok_and(|status| status.success()), "a signal");
    }

    /// Stops the server at once, without losing anything.
    ///
    /// # Panics
    /// When it does not stop.
    pub fn stop(&self) {
        let data = self.data();
        let options = [OsStr::new("-D"), data.as_os_str()];
        run("pg_ctl", options.into_iter().chain(["-w", "-m", "fast", "stop"].map(OsStr::new)));
    }

    /// Makes a standby the primary.
    ///
    /// # Panics
    /// When it does not become one.
    pub fn promote(&self) {
        let data = self.data();
        run("pg_ctl", [OsStr::new("-D"), data.as_os_str(), OsStr::new("-w"), OsStr::new("promote")]);
    }

    /// Gives a file or folder to the server's user, readable by nobody else.
    ///
    /// # Panics
    /// When that cannot be done.
    pub fn give(file: &Path) {
        let changed = |program: &str, to: &str| {
            assert!(Command::new(program).arg(to).arg(file).status().is_ok_and(|status| status.success()), "{program}");
        };
        changed("chmod", if file.is_dir() { "700" } else { "600" });
        if is_root() {
            changed("chown", "nobody:nogroup");
        }
    }

    /// The folder of its data.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder of everything that belongs to it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where it listens on loopback.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of its default database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// A connection beside the driver, for what a test does behind its back.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn client(&self) -> tokio_postgres::Client {
        let (client, connection) =
            tokio_postgres::connect(&self.url(), tokio_postgres::NoTls).await.expect("a connection");
        tokio::spawn(async move { drop(connection.await) });
        client
    }

    /// The URL of a new, empty schema.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn schema(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        self.client().await.batch_execute(&format!("CREATE SCHEMA {name}")).await.expect("a schema");
        format!("{}?options=-csearch_path%3D{name}", self.url())
    }
}

fn end(keeper: Option<Child>) {
    if let Some(mut keeper) = keeper {
        // Its work is done otherwise; it must not remove the folder.
        drop(keeper.kill());
        drop(keeper.wait());
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        end(self.keeper.take());
        if let Ok(file) = std::fs::read_to_string(self.data().join("postmaster.pid"))
            && let Some(process) = file.lines().next()
        {
            // A killed server leaves the file of a process that is gone.
            drop(Command::new("kill").args(["-QUIT", process.trim()]).stderr(Stdio::null()).status());
        }
    }
}
