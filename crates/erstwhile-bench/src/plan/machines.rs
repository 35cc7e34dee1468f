//! The machines for a load, and their first bottleneck.

use clap::Args;
use erstwhile_server::settings::IngestSettings;

use super::constants::COMMITS_S;
use super::demand::Demand;

/// The resources of one machine.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Machines {
    /// Cores of the machine of one server process
    #[arg(long, value_name = "N", default_value_t = 8.0)]
    pub(crate) cores: f64,
    /// Memory for indexes of one server process (`search.index_mib_max`)
    #[arg(long, value_name = "GIB", default_value_t = 48.0)]
    pub(crate) index_gib: f64,
    /// Ingestion workers of one server process (`ingest.workers`)
    #[arg(long, value_name = "N", default_value_t = IngestSettings::default().workers)]
    pub(crate) workers: usize,
    /// Disk of the database
    #[arg(long, value_name = "GIB", default_value_t = 4096.0)]
    pub(crate) disk_gib: f64,
    /// Commits per second of the database
    #[arg(long, value_name = "N", default_value_t = COMMITS_S.value)]
    pub(crate) commits_s: f64,
}

/// Maximum utilization of cores and workers at the peak.
const BUSY_MAX: f64 = 0.6;
/// Maximum utilization of a disk.
const FULL_MAX: f64 = 0.7;

/// Numbers of machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Server processes, one on each machine.
    pub(crate) processes: usize,
    /// Databases needed for the disk space alone. A server can use only one.
    pub(crate) databases: usize,
}

/// Utilization of a resource at the peak.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share {
    pub(crate) part: &'static str,
    pub(crate) used: f64,
}

impl Share {
    /// The resources, in the order of [`Machines::shares`].
    pub(crate) const PARTS: [&str; 5] =
        ["cores", "memory for indexes", "ingestion workers", "database commits", "database disk"];
}

impl Machines {
    /// The minimum number of machines for a load; of several processes, one may fail.
    pub(crate) fn layout(&self, demand: &Demand) -> Layout {
        let wanted = [
            demand.cores / self.cores / BUSY_MAX,
            demand.index_gib / self.index_gib,
            demand.workers / self.workers as f64 / BUSY_MAX,
        ];
        let enough = wanted.into_iter().fold(1.0, f64::max).ceil() as usize;
        Layout {
            processes: if enough > 1 { enough + 1 } else { 1 },
            databases: (demand.disk_gib / FULL_MAX / self.disk_gib).ceil().max(1.0) as usize,
        }
    }

    /// The utilization of each resource, with one database.
    pub(crate) fn shares(&self, demand: &Demand, layout: &Layout) -> [Share; 5] {
        let processes = layout.processes as f64;
        let used = [
            // Includes the database's work, which was measured together with the server's.
            demand.cores / (processes * self.cores),
            demand.index_gib / (processes * self.index_gib),
            demand.workers / (processes * self.workers as f64),
            demand.commits_s / self.commits_s,
            demand.disk_gib / self.disk_gib,
        ];
        std::array::from_fn(|at| Share { part: Share::PARTS[at], used: used[at] })
    }

    /// The resource with the highest utilization.
    pub(crate) fn bottleneck(&self, demand: &Demand, layout: &Layout) -> Share {
        let [first, others @ ..] = self.shares(demand, layout);
        others.into_iter().fold(first, |most, share| if share.used > most.used { share } else { most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MACHINES: Machines =
        Machines { cores: 8.0, index_gib: 48.0, workers: 2, disk_gib: 2_000.0, commits_s: 1_000.0 };

    fn demand() -> Demand {
        Demand {
            messages_s: 200.0,
            searches_s: 200.0,
            cold_loads_s: 10.0,
            cores: 1.6,
            workers: 0.4,
            commits_s: 400.0,
            index_gib: 12.0,
            disk_gib: 100.0,
        }
    }

    #[test]
    fn a_small_load_needs_one_process() {
        let layout = MACHINES.layout(&demand());
        assert_eq!(layout, Layout { processes: 1, databases: 1 });
        let used = MACHINES.shares(&demand(), &layout).map(|share| share.used);
        for (used, expected) in used.into_iter().zip([0.2, 0.25, 0.2, 0.4, 0.05]) {
            assert!((used - expected).abs() < 1e-9, "{used} instead of {expected}");
        }
        assert_eq!(MACHINES.bottleneck(&demand(), &layout).part, "database commits");
    }

    #[test]
    fn each_resource_of_processes_increases_their_number() {
        // 120 / 48 = 2.5; 20 / 8 / 0.6 = 4.2; 7 / 2 / 0.6 = 5.8. One more may fail.
        let processes = |demand: Demand| MACHINES.layout(&demand).processes;
        assert_eq!(processes(Demand { index_gib: 120.0, ..demand() }), 4);
        assert_eq!(processes(Demand { cores: 20.0, ..demand() }), 6);
        assert_eq!(processes(Demand { workers: 7.0, ..demand() }), 7);
    }

    #[test]
    fn disks_are_filled_to_seven_tenths() {
        // 3,000 GiB / 0.7 / 2,000 GiB = 2.1.
        let layout = MACHINES.layout(&Demand { disk_gib: 3_000.0, ..demand() });
        assert_eq!(layout.databases, 3);
        let first = MACHINES.bottleneck(&Demand { disk_gib: 3_000.0, ..demand() }, &layout);
        assert_eq!(first.part, "database disk");
        assert!((first.used - 1.5).abs() < 1e-9);
    }
}
