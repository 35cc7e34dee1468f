//! Workers of many nodes that claim from one queue: what the claims cost, and who gets what.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use super::load::Claims;
use super::random::Random;

/// Candidates of one look at the queue (`CANDIDATES` in the store's `queue.rs`).
const CANDIDATES: usize = 32;
/// Looks at the common queue for each call that arrives while there are workers enough: the one that finds it,
/// and the one after it that finds nothing more.
pub(crate) const LOOKS: f64 = 2.0;
/// How long an idle worker sleeps when nobody wakes it (`POLL` in `ingest.rs`).
const POLL_S: f64 = 0.5;

/// A common queue and its workers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Queue {
    pub(crate) nodes: usize,
    /// Of each node.
    pub(crate) workers: usize,
    /// Calls that arrive each second, everywhere.
    pub(crate) calls: f64,
    /// From asking the queue to its answer.
    pub(crate) look_s: f64,
    /// One attempt to claim.
    pub(crate) try_s: f64,
    /// From the claim to the release.
    pub(crate) work_s: f64,
    pub(crate) claims: Claims,
    /// Candidates are tried in a random order, not the oldest first.
    pub(crate) shuffled: bool,
}

/// What came of it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Claimed {
    /// Each second.
    pub(crate) rate: f64,
    /// Attempts that others were faster at, for each claim.
    pub(crate) lost: f64,
    /// Looks at the queue for each claim.
    pub(crate) looks: f64,
    /// The share that the node ingests which took the messages.
    pub(crate) own: f64,
    /// Seconds from the messages' arrival to the claim, at the median and the 99th of a hundred.
    pub(crate) waits_s: [f64; 2],
    /// Still waiting at the end, as seconds of arrivals.
    pub(crate) behind_s: f64,
}

impl Queue {
    /// Attempts lost for each claim, as long as workers keep up: everybody begins with the oldest, so all that
    /// was claimed since one's own look is tried in vain, and meanwhile more is claimed. Idle workers who look
    /// now and then lose as much.
    pub(crate) fn lost(&self) -> f64 {
        let during = self.calls * self.try_s;
        if during >= 1.0 {
            return f64::INFINITY;
        }
        let idle = (self.nodes * self.workers) as f64 - self.calls * (self.work_s + self.look_s);
        let looks = LOOKS + idle.max(0.0) / POLL_S / self.calls;
        looks * self.calls * (self.look_s + self.try_s) / 2.0 / (1.0 - during)
    }

    /// Claims each second that workers get through, when all they do is look, try, and work.
    pub(crate) fn most(&self) -> f64 {
        let busy = self.work_s + if self.claims == Claims::Any { self.look_s } else { 0.0 } + self.try_s;
        (self.nodes * self.workers) as f64 / busy
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    Arrives,
    /// A worker's look reaches the database.
    Looks(usize),
    /// An attempt of a worker reaches the database.
    Tries(usize),
    /// A worker has finished, or its sleep is over: of the sleep that had this number.
    Free(usize, u64),
}

#[derive(Debug, Clone, Default)]
struct Worker {
    candidates: VecDeque<u64>,
    /// Counts its states, so that an alarm for an earlier one is not heard.
    state: u64,
    sleeps: bool,
    /// When it looks at the queue though nobody has woken it.
    next_look: f64,
}

struct Run {
    queue: Queue,
    random: Random,
    events: BinaryHeap<Reverse<(u64, u64, usize)>>,
    what: Vec<What>,
    workers: Vec<Worker>,
    /// What waits: when it arrived, and where.
    waiting: BTreeMap<u64, (f64, usize)>,
    /// Of each node: what it took itself and nobody has begun.
    own: Vec<VecDeque<u64>>,
    /// Of each node: somebody was to be woken and nobody slept.
    permit: Vec<bool>,
    arrived: u64,
    lost: u64,
    looks: u64,
    kept: u64,
    waits: Vec<f64>,
}

/// Runs a queue for so many seconds after a second of warming up.
pub(crate) fn run(queue: Queue, seconds: f64, seed: u64) -> Claimed {
    let mut run = Run {
        queue,
        random: Random::new(seed),
        events: BinaryHeap::new(),
        what: Vec::new(),
        workers: vec![Worker::default(); queue.nodes * queue.workers],
        waiting: BTreeMap::new(),
        own: vec![VecDeque::new(); queue.nodes],
        permit: vec![false; queue.nodes],
        arrived: 0,
        lost: 0,
        looks: 0,
        kept: 0,
        waits: Vec::new(),
    };
    for worker in 0..run.workers.len() {
        let at = run.random.unit() * POLL_S;
        run.at(at, What::Free(worker, 0));
    }
    run.at(0.0, What::Arrives);
    let mut counting = false;
    while let Some(Reverse((at, _, number))) = run.events.pop() {
        let now = at as f64 / 1e9;
        if now > seconds + 1.0 {
            break;
        }
        if !counting && now > 1.0 {
            counting = true;
            (run.lost, run.looks, run.kept) = (0, 0, 0);
            run.waits.clear();
        }
        run.happens(now, run.what[number]);
    }
    run.counted(seconds)
}

impl Run {
    fn at(&mut self, when: f64, what: What) {
        let number = self.what.len();
        self.what.push(what);
        self.events.push(Reverse(((when * 1e9) as u64, number as u64, number)));
    }

    fn happens(&mut self, now: f64, what: What) {
        match what {
            What::Arrives => self.arrives(now),
            What::Free(worker, state) if self.workers[worker].state == state => self.free(now, worker),
            What::Free(..) => {}
            What::Looks(worker) => {
                let mut seen: Vec<u64> = self.waiting.keys().take(CANDIDATES).copied().collect();
                if self.queue.claims == Claims::Own {
                    // What a node will do itself is left to it; only what has been left lying is taken.
                    seen.retain(|item| self.waiting.get(item).is_some_and(|(since, _)| now - since > POLL_S));
                }
                if self.queue.shuffled {
                    for at in (1..seen.len()).rev() {
                        seen.swap(at, self.random.below(at + 1));
                    }
                }
                self.workers[worker].candidates = seen.into();
                let answered = now + self.queue.look_s / 2.0;
                self.tries(answered, worker);
            }
            What::Tries(worker) => self.tried(now, worker),
        }
    }

    fn arrives(&mut self, now: f64) {
        let (node, item) = (self.random.below(self.queue.nodes), self.arrived);
        self.arrived += 1;
        self.waiting.insert(item, (now, node));
        if self.queue.claims == Claims::Own {
            self.own[node].push_back(item);
        }
        let first = node * self.queue.workers;
        match (first..first + self.queue.workers).find(|worker| self.workers[*worker].sleeps) {
            Some(worker) => self.free(now, worker),
            None => self.permit[node] = true,
        }
        let next = now + self.random.exponential(1.0 / self.queue.calls);
        self.at(next, What::Arrives);
    }

    /// A worker has nothing in hand: it takes what its node has, or looks at the queue; when it need not look for its
    /// own, twice a second only.
    fn free(&mut self, now: f64, worker: usize) {
        let node = worker / self.queue.workers;
        self.workers[worker].state += 1;
        self.workers[worker].sleeps = false;
        if let Some(item) = self.own[node].pop_front() {
            self.workers[worker].candidates = VecDeque::from([item]);
            self.tries(now, worker);
            return;
        }
        // Times are rounded down to a nanosecond.
        if self.queue.claims == Claims::Own && now + 1e-6 < self.workers[worker].next_look {
            self.nothing(now, worker);
            return;
        }
        self.looks += 1;
        self.workers[worker].next_look = now + POLL_S;
        self.at(now + self.queue.look_s / 2.0, What::Looks(worker));
    }

    fn tries(&mut self, now: f64, worker: usize) {
        if self.workers[worker].candidates.is_empty() {
            self.nothing(now, worker);
        } else {
            self.at(now + self.queue.try_s / 2.0, What::Tries(worker));
        }
    }

    fn tried(&mut self, now: f64, worker: usize) {
        let answered = now + self.queue.try_s / 2.0;
        let Some(item) = self.workers[worker].candidates.pop_front() else { return };
        if let Some((since, node)) = self.waiting.remove(&item) {
            self.waits.push(now - since);
            self.kept += u64::from(node == worker / self.queue.workers);
            let state = self.workers[worker].state;
            self.at(answered + self.queue.work_s, What::Free(worker, state));
            return;
        }
        self.lost += 1;
        self.tries(answered, worker);
    }

    fn nothing(&mut self, now: f64, worker: usize) {
        let node = worker / self.queue.workers;
        if std::mem::take(&mut self.permit[node]) {
            self.free(now, worker);
            return;
        }
        self.workers[worker].sleeps = true;
        let state = self.workers[worker].state;
        self.at(self.workers[worker].next_look.max(now), What::Free(worker, state));
    }

    fn counted(mut self, seconds: f64) -> Claimed {
        self.waits.sort_by(f64::total_cmp);
        let claims = self.waits.len().max(1) as f64;
        let wait = |share: f64| self.waits.get((claims * share) as usize).copied().unwrap_or(f64::INFINITY);
        Claimed {
            rate: self.waits.len() as f64 / seconds,
            lost: self.lost as f64 / claims,
            looks: self.looks as f64 / claims,
            own: self.kept as f64 / claims,
            waits_s: [wait(0.5), wait(0.99)],
            behind_s: self.waiting.len() as f64 / self.queue.calls,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(calls: f64, claims: Claims) -> Queue {
        Queue { nodes: 8, workers: 16, calls, look_s: 0.005, try_s: 0.0006, work_s: 0.02, claims, shuffled: false }
    }

    #[test]
    fn a_calm_queue_loses_what_the_formula_says() {
        for calls in [300.0, 600.0, 1_000.0] {
            let queue = queue(calls, Claims::Any);
            let claimed = run(queue, 20.0, 1);
            assert!((claimed.rate / calls - 1.0).abs() < 0.05);
            assert!((claimed.lost / queue.lost() - 1.0).abs() < 0.3, "{calls}: {} and {}", claimed.lost, queue.lost());
        }
    }

    #[test]
    fn a_node_that_ingests_what_it_took_asks_nobody() {
        let claimed = run(queue(1_500.0, Claims::Own), 10.0, 1);
        assert!((claimed.rate / 1_500.0 - 1.0).abs() < 0.05);
        assert!(claimed.lost < 0.05 && claimed.own > 0.95, "{claimed:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_run() {
        let runs = [1, 1].map(|seed| format!("{:?}", run(queue(300.0, Claims::Any), 5.0, seed)));
        assert_eq!(runs[0], runs[1]);
    }
}
