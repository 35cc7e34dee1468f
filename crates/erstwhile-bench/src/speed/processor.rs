//! Processor time of a process and of the machine, from `/proc`.

use std::time::Instant;

/// Clock ticks per second in `/proc`, on every Linux that Rust supports.
const TICKS: f64 = 100.0;

/// Seconds of processor time of a process; `self` is this one.
pub(super) fn of_process(id: &str) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The name before the last parenthesis is arbitrary; user and system time are fields 14 and 15.
    let fields = stat.rsplit_once(')').map(|(_, fields)| fields).unwrap_or_default();
    Ok(seconds(fields.split_whitespace().skip(11).take(2)))
}

/// Seconds of processor time of the machine, including time stolen by the host.
fn of_machine() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/stat")?;
    let fields: Vec<&str> = stat.lines().next().unwrap_or_default().split_whitespace().skip(1).take(8).collect();
    // The fourth and fifth are idle time.
    let busy = fields.iter().enumerate().filter(|(at, _)| !(3..=4).contains(at));
    Ok(seconds(busy.map(|(_, ticks)| *ticks)))
}

fn seconds<'a>(ticks: impl Iterator<Item = &'a str>) -> f64 {
    ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS
}

/// Measures the processor time of other processes.
#[derive(Debug)]
pub(super) struct Others {
    began: Instant,
    machine: f64,
    own: f64,
}

impl Others {
    pub(super) fn watch() -> anyhow::Result<Self> {
        Ok(Self { began: Instant::now(), machine: of_machine()?, own: of_process("self")? })
    }

    /// Number of cores used by processes other than this one and a server, which used `server` seconds.
    pub(super) fn busy(&self, server: f64) -> anyhow::Result<f64> {
        let own = of_process("self")? - self.own + server;
        Ok(f64::max(of_machine()? - self.machine - own, 0.0) / self.began.elapsed().as_secs_f64())
    }
}
