//! A cache that forgets what was used longest ago, by bytes.

use std::collections::{BTreeMap, HashMap};

/// Which graphs have their index in a node's memory.
#[derive(Debug, Default)]
pub(crate) struct Lru {
    bytes_max: f64,
    bytes: f64,
    /// When each was used last, and its bytes.
    held: HashMap<u64, (u64, f64)>,
    by_use: BTreeMap<u64, u64>,
    clock: u64,
}

impl Lru {
    /// An empty cache of this size.
    pub(crate) fn new(bytes_max: f64) -> Self {
        Self { bytes_max, ..Self::default() }
    }

    /// Uses a graph; whether its index was there. It is afterwards.
    pub(crate) fn touch(&mut self, graph: u64, bytes: f64) -> bool {
        self.clock += 1;
        let before = self.held.insert(graph, (self.clock, bytes));
        self.by_use.insert(self.clock, graph);
        self.bytes += bytes;
        if let Some((used, old)) = before {
            self.by_use.remove(&used);
            self.bytes -= old;
        }
        while self.bytes > self.bytes_max {
            let Some((_, oldest)) = self.by_use.pop_first() else { break };
            if let Some((_, old)) = self.held.remove(&oldest) {
                self.bytes -= old;
            }
        }
        before.is_some()
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.bytes_max);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let mut lru = Lru::new(10.0);
        assert!(!lru.touch(1, 4.0) && !lru.touch(2, 4.0) && lru.touch(1, 4.0));
        assert!(!lru.touch(3, 4.0), "2 has to go");
        assert!(lru.touch(1, 4.0) && !lru.touch(2, 4.0), "1 was used later than 2");
        assert!(!lru.touch(3, 11.0), "too large to be kept");
        assert!(!lru.touch(1, 1.0), "and took everything with it");
    }
}
