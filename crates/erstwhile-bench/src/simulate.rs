//! A cluster for many users, by formula and by simulation: what is used, what it costs, what breaks.
#![expect(clippy::print_stderr, reason = "progress and differences are told here")]

use anyhow::bail;
use clap::Args;

mod activity;
mod claims;
mod cluster;
mod constants;
mod load;
mod lru;
mod model;
mod plan;
mod queueing;
mod random;
mod rendezvous;
mod report;

use constants::Constants;
use load::Load;
use plan::{Given, Machines, Prices};

/// A cluster for up to a hundred million users, on paper and simulated.
#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// Users of the clusters that are sized
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [1e6, 1e7, 1e8])]
    users: Vec<f64>,
    #[command(flatten)]
    load: Load,
    #[command(flatten)]
    machines: Machines,
    #[command(flatten)]
    prices: Prices,
    /// Another value of a constant, as NAME=VALUE
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Seconds that are simulated, after the caches are full
    #[arg(long, value_name = "N", default_value_t = 120.0)]
    seconds: f64,
    /// Users of the small clusters in which formulas and simulation are compared
    #[arg(long, value_name = "N", default_value_t = 3e6)]
    checked_users: f64,
    /// Users of the cluster that loses a node or a shard
    #[arg(long, value_name = "N", default_value_t = 1e7)]
    broken_users: f64,
    /// Seconds until a standby serves in place of a lost shard
    #[arg(long, value_name = "N", default_value_t = 20.0)]
    away_s: f64,
    /// How fast graphs move to a new shard
    #[arg(long, value_name = "MIB", default_value_t = 50.0)]
    move_mib_s: f64,
    /// The same seed gives the same tables
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Print the tables although formulas and simulation disagree
    #[arg(long)]
    anyway: bool,
}

impl Simulate {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut costs = Constants::default();
        for setting in &self.set {
            costs.set(setting)?;
        }
        let classes = activity::classes(self.load.skew);
        report::inputs(&mut costs, &self, &classes);
        let given = Given { load: &self.load, machines: &self.machines, costs: &costs, classes: &classes };
        let mut wrong = report::compare(&given, &self);
        let each = self.users.iter().flat_map(|users| report::WAYS.map(|(name, way)| (name, given.size(*users, way))));
        let sized: Vec<_> = each.collect();
        report::sizes(&sized, &self.machines);
        report::used(&sized);
        wrong.extend(report::queues(&given, &sized, self.seed));
        report::race(&costs, self.seed);
        report::losses(&given, &self);
        report::moves(&sized, self.move_mib_s);
        report::costs(&sized, &self.machines, &self.prices);
        if let Some(users) = self.users.last() {
            report::sensitivity(&given, *users, &self.prices);
        }
        for difference in &wrong {
            eprintln!("formula and simulation disagree: {difference}");
        }
        if !wrong.is_empty() && !self.anyway {
            bail!("{} predictions are off by more than their tolerance", wrong.len());
        }
        Ok(())
    }
}
