//! `erstwhile health`

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::output::print_data;
use crate::connections::pinned;
use crate::settings::{ServerSettings, Settings};

/// How long the server may take to answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Ask the server on this machine whether it is ready; exits with 3 if it is not. For containers, which have no other
/// program that could ask.
#[derive(Debug, Args)]
pub(super) struct Health {
    /// Address of the server [default: the one that it listens on]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
}

impl Health {
    pub(super) async fn run(self, settings: Settings) -> anyhow::Result<ExitCode> {
        let address = reachable(self.listen.unwrap_or(settings.server.listen));
        let (status, answer) = match tokio::time::timeout(TIMEOUT, ask(address, &settings.server)).await {
            Ok(Ok(answered)) => answered,
            Ok(Err(error)) => {
                print_data(&format!("not ready: {error:#}"))?;
                return Ok(ExitCode::from(3));
            }
            Err(_) => {
                print_data(&format!("not ready: {address} does not answer"))?;
                return Ok(ExitCode::from(3));
            }
        };
        if status == StatusCode::OK {
            print_data("ready")?;
            return Ok(ExitCode::SUCCESS);
        }
        print_data(&format!("not ready: {}", answer.trim()))?;
        Ok(ExitCode::from(3))
    }
}

/// The address at which a server that listens on all addresses can be reached from its own machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

async fn ask(address: SocketAddr, settings: &ServerSettings) -> anyhow::Result<(StatusCode, String)> {
    let stream = TcpStream::connect(address).await.with_context(|| format!("nothing listens on {address}"))?;
    match &settings.tls_certificate_file {
        Some(certificate) => {
            let stream = pinned::connector(certificate)?.connect(address.ip().into(), stream).await;
            ask_through(stream.context("the server has another certificate than the settings")?, address).await
        }
        None => ask_through(stream, address).await,
    }
}

async fn ask_through(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    address: SocketAddr,
) -> anyhow::Result<(StatusCode, String)> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get("/readyz").header(header::HOST, address.to_string()).body(Empty::<Bytes>::new())?;
    let asking = async {
        let response = sender.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    };
    tokio::select! {
        answer = asking => answer,
        ended = connection => Err(ended.err().map_or_else(|| anyhow::anyhow!("the connection was closed"), Into::into)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_all_addresses_is_reached_on_the_loopback_address() {
        let reached = |listen: &str| reachable(listen.parse().unwrap()).to_string();
        assert_eq!(reached("0.0.0.0:8000"), "127.0.0.1:8000");
        assert_eq!(reached("[::]:8000"), "[::1]:8000");
        assert_eq!(reached("10.0.0.7:8000"), "10.0.0.7:8000");
    }
}
