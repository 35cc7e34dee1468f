//! Waiting for one of several servers: Erlang's formula, corrected for how unequal the work is.

/// A queue before several servers.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Queue {
    /// The share of time that a server works.
    pub(crate) busy: f64,
    /// The chance to wait at all.
    pub(crate) waits: f64,
    /// How long those wait who do, on average, in the unit of the service time.
    pub(crate) wait: f64,
}

/// The queue of arrivals at a rate, whose work has this mean and mean square (Allen and Cunneen's
/// approximation).
pub(crate) fn queue(rate: f64, mean: f64, square: f64, servers: usize) -> Queue {
    let offered = rate * mean;
    let busy = offered / servers as f64;
    if busy >= 1.0 || mean <= 0.0 {
        return Queue { busy, waits: f64::from(u8::from(busy >= 1.0)), wait: f64::INFINITY };
    }
    // Erlang B by recursion, then C of it.
    let blocked = (1..=servers).fold(1.0, |blocked, server| offered * blocked / (server as f64 + offered * blocked));
    let waits = blocked / (1.0 - busy * (1.0 - blocked));
    Queue { busy, waits, wait: square / mean / 2.0 / (servers as f64 * (1.0 - busy)) }
}

#[cfg(test)]
mod tests {
    use super::super::random::Random;
    use super::*;

    /// Mean wait, by walking through arrivals one by one.
    fn simulated(rate: f64, servers: usize, mut work: impl FnMut(&mut Random) -> f64) -> f64 {
        let mut random = Random::new(7);
        let (mut now, mut waited, mut free) = (0.0, 0.0, vec![0.0_f64; servers]);
        let arrivals = 600_000;
        for _ in 0..arrivals {
            now += random.exponential(1.0 / rate);
            let first = (0..servers).min_by(|a, b| free[*a].total_cmp(&free[*b])).unwrap();
            let start = free[first].max(now);
            waited += start - now;
            free[first] = start + work(&mut random);
        }
        waited / f64::from(arrivals)
    }

    #[test]
    fn the_formula_agrees_with_a_simulation() {
        for (servers, busy) in [(1, 0.5), (4, 0.7), (8, 0.8)] {
            let rate = busy * servers as f64;
            let exponential = queue(rate, 1.0, 2.0, servers);
            let walked = simulated(rate, servers, |random| random.exponential(1.0));
            let told = exponential.waits * exponential.wait;
            assert!((told / walked - 1.0).abs() < 0.1, "{servers} servers: {told} told, {walked} walked");
            let fixed = queue(rate, 1.0, 1.0, servers);
            let walked = simulated(rate, servers, |_| 1.0);
            assert!((fixed.waits * fixed.wait / walked - 1.0).abs() < 0.12);
        }
    }

    #[test]
    fn too_much_work_never_ends() {
        assert!(queue(2.0, 1.0, 1.0, 2).wait.is_infinite());
    }
}
