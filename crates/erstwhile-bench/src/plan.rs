//! Capacity planning by formulas; docs/scaling.md explains the tables.

use clap::Args;

mod constants;
mod demand;
mod machines;
mod people;

use constants::Constant;
use demand::Demand;
use machines::{Layout, Machines, Share};
use people::People;

use crate::table;

/// Computes the size of a deployment.
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// Numbers of users, one row each
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [1e4, 1e5, 1e6, 1e7, 1e8])]
    users: Vec<f64>,
    #[command(flatten)]
    people: People,
    #[command(flatten)]
    machines: Machines,
}

impl Plan {
    pub(crate) fn run(self) {
        constants();
        let rows: Vec<(f64, Demand, Layout)> = self
            .users
            .iter()
            .map(|&users| {
                let demand = Demand::of(users, &self.people);
                (users, demand, self.machines.layout(&demand))
            })
            .collect();
        self.layouts(&rows);
        demands(&rows);
        self.shares(&rows);
    }

    fn layouts(&self, rows: &[(f64, Demand, Layout)]) {
        let row = |(users, demand, layout): &(f64, Demand, Layout)| {
            let first = self.machines.bottleneck(demand, layout);
            vec![
                count(*users),
                count(users * self.people.messages_a_day),
                layout.processes.to_string(),
                layout.databases.to_string(),
                number(demand.index_gib),
                number(demand.disk_gib),
                first.part.to_owned(),
                count(users / first.used),
            ]
        };
        let head = [
            "users",
            "messages a day",
            "processes",
            "databases needed for disk",
            "index GiB",
            "disk GiB",
            "runs out first",
            "at users",
        ];
        table::print("Deployments", &head, &rows.iter().map(row).collect::<Vec<_>>());
    }

    fn shares(&self, rows: &[(f64, Demand, Layout)]) {
        let row = |(users, demand, layout): &(f64, Demand, Layout)| {
            let percent = |share: Share| format!("{:.1} %", share.used * 100.0);
            std::iter::once(count(*users)).chain(self.machines.shares(demand, layout).map(percent)).collect()
        };
        let head: Vec<&str> = std::iter::once("users").chain(Share::PARTS).collect();
        table::print("Used at the peak of the day", &head, &rows.iter().map(row).collect::<Vec<_>>());
    }
}

fn constants() {
    let row = |constant: &Constant| {
        vec![constant.name.to_owned(), constant.value.to_string(), constant.unit.to_owned(), constant.source.to_owned()]
    };
    let rows: Vec<_> = constants::all().iter().map(row).collect();
    table::print("Constants (assumptions are options: see --help)", &["name", "value", "unit", "source"], &rows);
}

fn demands(rows: &[(f64, Demand, Layout)]) {
    let row = |(users, demand, _): &(f64, Demand, Layout)| {
        let numbers =
            [demand.messages_s, demand.searches_s, demand.cold_loads_s, demand.cores, demand.workers, demand.commits_s];
        std::iter::once(count(*users)).chain(numbers.map(number)).collect()
    };
    let head = ["users", "messages/s", "searches/s", "cold loads/s", "cores busy", "workers busy", "commits/s"];
    table::print("Demand at the peak of the day", &head, &rows.iter().map(row).collect::<Vec<_>>());
}

fn number(number: f64) -> String {
    if number >= 10.0 { format!("{number:.0}") } else { format!("{number:.2}") }
}

/// Formats a count with about two digits; the constants are not more precise.
fn count(count: f64) -> String {
    let (scaled, unit) = match count {
        count if count >= 1e9 => (count / 1e9, " G"),
        count if count >= 1e6 => (count / 1e6, " M"),
        count if count >= 1e3 => (count / 1e3, " k"),
        count => (count, ""),
    };
    if scaled >= 10.0 || scaled.fract() == 0.0 { format!("{scaled:.0}{unit}") } else { format!("{scaled:.1}{unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_two_digits() {
        assert_eq!([950.0, 1e4, 2.34e6, 1e6, 3.2e9].map(count), ["950", "10 k", "2.3 M", "1 M", "3.2 G"]);
    }
}
