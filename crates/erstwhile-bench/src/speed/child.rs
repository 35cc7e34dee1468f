//! The benchmark's program as a server: a bare axum server for comparison, or Erstwhile with settings that the real
//! program rejects.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::bail;
use axum::routing::post;
use axum::serve::ListenerExt;
use axum::{Json, Router};
use clap::Args;
use erstwhile_server::serve::{Server, bootstrap, open_engine};
use erstwhile_server::settings::Settings;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::client::KEY;

/// Run a server for the benchmark until it is killed.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Folder of the embedded database; without it, run the bare server
    #[arg(long)]
    data: Option<PathBuf>,
    /// URL of a PostgreSQL database to use instead
    #[arg(long)]
    database: Option<String>,
    /// Ingestion workers
    #[arg(long, default_value_t = 2)]
    workers: usize,
}

impl Serve {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut settings = Settings::default();
            settings.store.database.clone_from(&self.database);
            settings.store.data = self.data.clone().unwrap_or_default();
            settings.ingest.workers = self.workers;
            // A server is measured at full load.
            settings.ingest.queue_episodes_max = i64::MAX;
            settings.limits.requests_per_second = 0;
            if self.data.is_some() || self.database.is_some() { erstwhile(settings).await } else { hello().await }
        })
    }
}

async fn erstwhile(mut settings: Settings) -> anyhow::Result<()> {
    settings.server.listen.set_port(0);
    let engine = open_engine(&settings).await?;
    bootstrap(&engine, Some(KEY)).await?;
    let server = Server::start(engine, &settings).await?;
    print_address(server.address);
    std::future::pending().await
}

/// The same HTTP stack and listener settings, without any work.
async fn hello() -> anyhow::Result<()> {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    print_address(listener.local_addr()?);
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, Router::new().route("/hello", post(answer))).await?;
    bail!("the bare server stopped")
}

async fn answer(Json(body): Json<Value>) -> Json<Value> {
    let id = "0192d3a0-5b7c-7d3e-9f10-2b4c6d8e0f12";
    let messages = body["messages"].as_array().map_or(0, Vec::len);
    Json(json!({"message_uuids": vec![id; messages], "task_id": id}))
}

/// Prints the address in the format of the real program, so that the parent can parse both.
#[expect(clippy::print_stderr, reason = "the parent reads the address from stderr")]
fn print_address(address: SocketAddr) {
    eprintln!("Benchmark server on http://{address} ");
}
