//! The tables of the simulation.

use super::claims;
use super::cluster::{self, Incident, Plan};
use super::constants::{Basis, Constants, TABLE};
use super::load::{Balance, Claims, Cluster};
use super::plan::{AS_BUILT, COMMON, FITTED, Given, Machines, Prices, Sized, Way};
use super::{Simulate, activity};
use crate::table;

fn percent(share: f64) -> String {
    if share < 0.0995 { format!("{:.1} %", share * 100.0) } else { format!("{:.0} %", share * 100.0) }
}

fn people(users: f64) -> String {
    if users >= 1e6 { format!("{:.0} M", users / 1e6) } else { format!("{:.0} k", users / 1e3) }
}

fn lasting(seconds: f64) -> String {
    match seconds {
        s if s >= 80.0 * 86_400.0 => "for good".to_owned(),
        s if s >= 172_800.0 => format!("{:.0} days", s / 86_400.0),
        s if s >= 7_200.0 => format!("{:.0} h", s / 3_600.0),
        s => format!("{:.0} min", s / 60.0),
    }
}

/// What everything costs, and how unequal people are.
pub(crate) fn inputs(costs: &mut Constants, simulate: &Simulate, classes: &[activity::Class]) {
    let basis = |basis| match basis {
        Basis::Measured => "measured",
        Basis::Counted => "counted",
        Basis::Assumed => "assumed",
    };
    let row = |told: &super::constants::Told| {
        let value = costs.field(told.name).map_or(f64::NAN, |value| *value);
        let cells = [told.name, &format!("{value}"), told.unit, basis(told.basis), told.source];
        cells.map(str::to_owned).to_vec()
    };
    let rows: Vec<_> = TABLE.iter().map(row).collect();
    table::print("Constants (--set NAME=VALUE)", &["name", "value", "unit", "basis", "what, and from where"], &rows);
    let top = |share| vec![format!("{share}"), percent(activity::share_of_top(classes, share))];
    let title = format!("Messages by the most active users, skew {}", simulate.load.skew);
    table::print(&title, &["share of users", "share of messages"], &[top(0.001), top(0.01), top(0.1), top(0.5)]);
}

/// How large clusters are.
pub(crate) fn sizes(sized: &[(&str, Sized)], machines: &Machines) {
    let row = |(way, sized): &(&str, Sized)| {
        let (cluster, predicted) = (&sized.cluster, &sized.predicted);
        vec![
            format!("{}, {way}", people(sized.users)),
            format!("{:.1}", sized.stored_gib / 1024.0),
            cluster.shards.to_string(),
            format!("{:.0}", sized.stored_gib / cluster.shards as f64),
            cluster.nodes.to_string(),
            format!("{} + {}", cluster.workers, cluster.connections),
            format!("{:.0}", cluster.nodes as f64 * machines.index_gib),
            format!("{:.0}", predicted.hour_gib),
            lasting(predicted.stays_s),
            format!("{} / {}", percent(predicted.read_hits), percent(predicted.ingest_hits)),
            format!("{:.0} / {:.0}", predicted.read_ms[0], predicted.read_ms[1]),
        ]
    };
    let head = [
        "users",
        "stored TiB",
        "shards",
        "GiB each",
        "nodes",
        "workers + connections of each",
        "GiB for indexes",
        "GiB to stay warm an hour",
        "an index stays",
        "hits: reads / ingestion",
        "read ms p50 / p99",
    ];
    table::print("Sizes, at the peak of the day", &head, &sized.iter().map(row).collect::<Vec<_>>());
}

/// What is used.
pub(crate) fn used(sized: &[(&str, Sized)]) {
    let parts = sized.first().map_or(0, |(_, sized)| sized.used.len());
    let mut rows: Vec<Vec<String>> = (0..parts)
        .map(|part| {
            let name = sized.first().map_or("", |(_, sized)| sized.used[part].part).to_owned();
            std::iter::once(name).chain(sized.iter().map(|(_, sized)| percent(sized.used[part].share))).collect()
        })
        .collect();
    let mut line = |name: &str, of: &dyn Fn(&Sized) -> String| {
        rows.push(std::iter::once(name.to_owned()).chain(sized.iter().map(|(_, sized)| of(sized))).collect());
    };
    line("first, besides disk", &|sized| sized.first().part.to_owned());
    line("full at", &|sized| {
        let (users, unit) = (sized.users / sized.first().share, 1e6);
        format!("{:.1} M users", users / unit)
    });
    line("calls/s", &|sized| format!("{:.0}", sized.predicted.commits / 4.0));
    line("indexes built/s", &|sized| format!("{:.0}", sized.predicted.cold));
    line("statements/s", &|sized| format!("{:.0}", sized.predicted.statements));
    line("fan-outs/s", &|sized| format!("{:.0}", sized.fan_outs));
    line("their pieces/s", &|sized| format!("{:.0}", sized.fan_outs * sized.pieces));
    line("coordinators", &|sized| if sized.cluster.shards > 1 { sized.cluster.coordinators } else { 0 }.to_string());
    let columns: Vec<String> = sized.iter().map(|(way, sized)| format!("{}, {way}", people(sized.users))).collect();
    let head: Vec<&str> = std::iter::once("part").chain(columns.iter().map(String::as_str)).collect();
    table::print("Used at the peak", &head, &rows);
}

/// What a month costs.
pub(crate) fn costs(sized: &[(&str, Sized)], machines: &Machines, prices: &Prices) {
    let row = |(way, sized): &(&str, Sized)| {
        let [nodes, databases, disks] = sized.monthly(machines, prices);
        let all = nodes + databases + disks;
        let cells = [nodes, databases, disks, all, all / sized.users * 1e6].map(|price| format!("{price:.0}"));
        std::iter::once(format!("{}, {way}", people(sized.users))).chain(cells).collect()
    };
    let title = format!(
        "A month, at assumed prices: {} a core hour, {} a GiB hour, {} a GiB month of disk",
        prices.core_hour, prices.gib_hour, prices.disk_gib_month
    );
    let head = ["users", "nodes", "database servers", "disks", "all", "for each million users"];
    table::print(&title, &head, &sized.iter().map(row).collect::<Vec<_>>());
}

/// The ways that are compared.
pub(crate) const WAYS: [(&str, Way); 3] =
    [("as built", AS_BUILT), ("settings fitted", FITTED), ("common queue", COMMON)];

/// What claims cost at the peak, simulated with every worker there is; the differences that are too large.
pub(crate) fn queues(given: &Given<'_>, sized: &[(&str, Sized)], seed: u64) -> Vec<String> {
    let mut wrong = Vec::new();
    let row = |(way, sized): &(&str, Sized)| {
        let queue = given.queue(sized.users, &sized.cluster, &sized.predicted);
        let claimed = claims::run(queue, 10.0, seed);
        let name = format!("{}, {way}", people(sized.users));
        let told = if queue.claims == Claims::Any { queue.lost() } else { 0.0 };
        let calm = queue.calls * queue.try_s < 0.8 && queue.calls < 0.6 * queue.most();
        if calm && (claimed.lost - told).abs() > 0.3 * told + 0.1 {
            wrong.push(format!("{name}: {:.2} attempts lost a claim, predicted {told:.2}", claimed.lost));
        }
        vec![
            name,
            format!("{:.0}", queue.calls),
            format!("{:.0}", claimed.rate),
            format!("{:.0}", queue.most()),
            if told.is_finite() { format!("{told:.2}") } else { "no end".to_owned() },
            format!("{:.2}", claimed.lost),
            format!("{:.2}", claimed.looks),
            percent(claimed.own),
            claimed.waits_s.map(|wait| format!("{:.0}", wait * 1e3)).join(" / "),
            format!("{:.1}", claimed.behind_s),
        ]
    };
    let rows: Vec<_> = sized.iter().map(row).collect();
    let head = [
        "users",
        "calls/s",
        "claims/s",
        "most",
        "lost a claim, formula",
        "simulated",
        "looks a claim",
        "by the node that took it",
        "wait ms p50 / p99",
        "behind s after 11 s",
    ];
    table::print("The queue at the peak, simulated", &head, &rows);
    wrong
}

/// Where the race for the head of the queue ends: more and more calls, and always workers enough.
pub(crate) fn race(costs: &Constants, seed: u64) {
    let row = |calls: &f64| {
        let queue = claims::Queue {
            nodes: 40,
            workers: 16,
            calls: *calls,
            look_s: (costs.fan_out_wait_ms + costs.round_trip_ms) / 1e3,
            try_s: costs.cas_ms / 1e3,
            work_s: 0.05,
            claims: Claims::Any,
            shuffled: false,
        };
        let lost = queue.lost();
        let mut row = vec![
            format!("{calls:.0}"),
            percent(calls * costs.cas_ms / 1e3),
            if lost.is_finite() { format!("{lost:.1}") } else { "no end".to_owned() },
        ];
        let shuffled = claims::Queue { shuffled: true, ..queue };
        let own = claims::Queue { claims: Claims::Own, ..queue };
        for queue in [queue, shuffled, own] {
            let claimed = claims::run(queue, 4.0, seed);
            row.push(format!("{:.1}", claimed.lost));
            row.push(format!("{:.0}", claimed.rate));
            row.push(claimed.waits_s.map(|wait| format!("{:.0}", wait * 1e3)).join(" / "));
        }
        row
    };
    let rows: Vec<_> = [250.0, 500.0, 1_000.0, 1_500.0, 2_500.0, 4_000.0].iter().map(row).collect();
    let head = [
        "calls/s",
        "race",
        "lost a claim, formula",
        "oldest first: lost a claim",
        "claims/s",
        "wait ms p50 / p99",
        "random order: lost a claim",
        "claims/s",
        "wait ms p50 / p99",
        "own: lost a claim",
        "claims/s",
        "wait ms p50 / p99",
    ];
    table::print("The race for the head of the queue: 40 nodes, 16 workers each", &head, &rows);
}

/// The clusters in which formulas and simulation are compared.
fn checked(users: f64) -> Vec<(&'static str, f64, Cluster)> {
    let small = Cluster {
        nodes: 4,
        cores: 2,
        index_gib: 6.0,
        workers: 8,
        connections: 16,
        shards: 2,
        shard_cores: 2,
        coordinators: 1,
        balance: Balance::Rendezvous,
        claims: Claims::Own,
    };
    let any = Cluster { claims: Claims::Any, ..small };
    vec![
        ("rendezvous, own claims", users, small),
        ("twice of everything", users * 2.0, Cluster { nodes: 8, shards: 4, ..small }),
        ("a third of the memory", users, Cluster { index_gib: 2.0, ..small }),
        ("busy", users * 6.0, Cluster { index_gib: 48.0, connections: 64, ..small }),
        ("rendezvous, any claims", users, any),
        ("round robin", users, Cluster { balance: Balance::RoundRobin, ..any }),
    ]
}

/// Compares formulas and simulation; the differences that are too large.
pub(crate) fn compare(given: &Given<'_>, simulate: &Simulate) -> Vec<String> {
    const SHARE: f64 = 0.04;
    const P50: f64 = 0.10;
    const P99: f64 = 0.30;
    let mut wrong = Vec::new();
    let mut rows = Vec::new();
    for (name, users, cluster) in checked(simulate.checked_users) {
        eprintln!("simulating {name}");
        let told = super::model::predict(users, given.load, &cluster, given.costs, given.classes);
        // Long enough, too, for the first sittings to have ended.
        let filling_s = (2.5 * told.stays_s).clamp(2_400.0, 5_400.0);
        let plan = Plan {
            users,
            load: given.load,
            cluster: &cluster,
            costs: given.costs,
            classes: given.classes,
            filling_s,
            measured_s: simulate.seconds,
            incident: None,
            seed: simulate.seed,
        };
        let [first, mut second] = cluster::run(plan);
        second.join(first);
        let busy = second.busy(&cluster, simulate.seconds);
        let pairs = [
            ("read hits", told.read_hits, second.read_hits(), SHARE),
            ("ingestion hits", told.ingest_hits, second.ingest_hits(), SHARE),
            ("cores of nodes", told.node.busy, busy[0], SHARE),
            ("cores of shards", told.shard.busy, busy[1], SHARE),
            ("connections", told.connections, busy[2], SHARE),
        ];
        let mut row = vec![format!("{name}: {}", people(users)), lasting(told.stays_s)];
        for (what, formula, simulated, tolerance) in pairs {
            if (formula - simulated).abs() > tolerance {
                wrong.push(format!("{name}: {what} {} by formula, {} simulated", percent(formula), percent(simulated)));
            }
            row.push(format!("{} / {}", percent(formula), percent(simulated)));
        }
        let quantiles = [("p50", 0.5, told.read_ms[0], P50), ("p99", 0.99, told.read_ms[1], P99)];
        for (what, share, formula, tolerance) in quantiles {
            let simulated = second.read_ms(share);
            // Where about half of the reads build an index, the median may be with either half.
            let between = what == "p50" && (told.read_hits - 0.5).abs() < 0.1;
            if !between && (formula / simulated - 1.0).abs() > tolerance {
                wrong.push(format!("{name}: read {what} {formula:.1} ms by formula, {simulated:.1} ms simulated"));
            }
            row.push(format!("{formula:.1} / {simulated:.1}"));
        }
        rows.push(row);
    }
    let head = [
        "cluster",
        "an index stays",
        "read hits",
        "ingestion hits",
        "cores of nodes",
        "cores of shards",
        "connections",
        "read p50 ms",
        "read p99 ms",
    ];
    let title = format!(
        "Formula / simulation, {} s (tolerances: shares {SHARE}, p50 {}, p99 {})",
        simulate.seconds,
        percent(P50),
        percent(P99)
    );
    table::print(&title, &head, &rows);
    wrong
}

/// What happens when something is lost: a whole cluster, simulated.
pub(crate) fn losses(given: &Given<'_>, simulate: &Simulate) {
    let sized = given.size(simulate.broken_users, FITTED);
    // At least a few shards, so that there is one to lose and others to keep.
    let cluster = Cluster { shards: sized.cluster.shards.max(4), ..sized.cluster };
    let away_s = simulate.away_s;
    let cases = [
        ("nothing", None),
        ("a node", Some(Incident::Node(0))),
        ("a shard, refusing", Some(Incident::Shard { shard: 0, away_s, silent: false })),
        ("a shard, silent", Some(Incident::Shard { shard: 0, away_s, silent: true })),
    ];
    let mut rows = Vec::new();
    for (name, incident) in cases {
        eprintln!("losing {name}");
        let plan = Plan {
            users: simulate.broken_users,
            load: given.load,
            cluster: &cluster,
            costs: given.costs,
            classes: given.classes,
            filling_s: (2.0 * sized.predicted.stays_s).clamp(600.0, 3_600.0),
            measured_s: simulate.seconds,
            incident,
            seed: simulate.seed,
        };
        let [mut before, mut after] = cluster::run(plan);
        let both =
            |of: &mut dyn FnMut(&mut cluster::Span) -> String| format!("{} → {}", of(&mut before), of(&mut after));
        let mut row = vec![name.to_owned()];
        let mut both = both;
        row.push(both(&mut |span| percent(span.read_hits())));
        row.push(both(&mut |span| format!("{:.0}", span.read_ms(0.5))));
        row.push(both(&mut |span| format!("{:.0}", span.read_ms(0.99))));
        row.push(both(&mut |span| percent(span.busy(&cluster, simulate.seconds / 2.0)[0])));
        row.push(both(&mut |span| percent(span.busy(&cluster, simulate.seconds / 2.0)[2])));
        row.push(both(&mut |span| percent(span.failed as f64 / span.requests.max(1) as f64)));
        rows.push(row);
    }
    let title = format!(
        "Losing something: {} users, {} nodes, {} shards, {away_s} s until a standby serves; {} s before → after",
        people(simulate.broken_users),
        cluster.nodes,
        cluster.shards,
        simulate.seconds / 2.0
    );
    let head = ["lost", "read hits", "read p50 ms", "read p99 ms", "cores", "connections", "failed"];
    table::print(&title, &head, &rows);
}

/// What one more shard moves.
pub(crate) fn moves(sized: &[(&str, Sized)], mib_s: f64) {
    let row = |(_, sized): &&(&str, Sized)| {
        let shards = sized.cluster.shards as f64;
        let moved = sized.stored_gib / (shards + 1.0);
        vec![
            people(sized.users),
            format!("{shards:.0} → {:.0}", shards + 1.0),
            percent(1.0 / (shards + 1.0)),
            format!("{moved:.0}"),
            format!("{:.1}", moved * 1024.0 / mib_s / 3_600.0),
            format!("{:.1}", mib_s / shards),
        ]
    };
    let fitted = sized.iter().filter(|(way, _)| *way == WAYS[1].0);
    let head = ["users", "shards", "graphs that move", "GiB", "hours", "MiB/s from each shard"];
    let title = format!("Adding a shard at {mib_s} MiB/s");
    table::print(&title, &head, &fitted.collect::<Vec<_>>().iter().map(row).collect::<Vec<_>>());
}

/// Which constants matter: each doubled.
pub(crate) fn sensitivity(given: &Given<'_>, users: f64, prices: &Prices) {
    let price = |costs: &Constants| {
        let sized = Given { costs, ..*given }.size(users, FITTED);
        let first = sized.first();
        let built = Given { costs, ..*given }.size(users, AS_BUILT).first();
        (
            sized.monthly(given.machines, prices).iter().sum::<f64>() / users * 1e6,
            first,
            built,
            sized.predicted.read_ms[1],
        )
    };
    let (now, ..) = price(given.costs);
    let mut rows: Vec<(f64, Vec<String>)> = Vec::new();
    for told in TABLE {
        let mut costs = given.costs.clone();
        if let Some(value) = costs.field(told.name) {
            *value *= 2.0;
        }
        let (then, first, built, p99) = price(&costs);
        let change = then / now - 1.0;
        let used = |used: super::plan::Used| format!("{} {}", used.part, percent(used.share));
        let cells = vec![
            told.name.to_owned(),
            format!("{:+.0} %", change * 100.0),
            format!("{p99:.0}"),
            used(first),
            used(built),
        ];
        rows.push((change.abs(), cells));
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let rows: Vec<_> = rows.into_iter().take(12).map(|(_, cells)| cells).collect();
    let title = format!("Twice of one constant, {} users: the twelve that change the price most", people(users));
    table::print(&title, &["constant", "price", "read p99 ms", "first, settings fitted", "first, as built"], &rows);
}
