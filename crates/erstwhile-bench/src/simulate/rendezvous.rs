//! Rendezvous hashing: every graph has a favourite among the nodes, and a lost node's graphs scatter over all
//! others.

use super::random::mixed;

/// The node of a graph among those that are up.
pub(crate) fn home(graph: u64, up: &[bool]) -> usize {
    let weight = |node: usize| mixed(graph ^ mixed(node as u64 + 1));
    (0..up.len()).filter(|node| up[*node]).max_by_key(|node| weight(*node)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_node_takes_its_share_and_nothing_else_moves() {
        let (before, after) = ([true; 9], [true; 10]);
        let moved: Vec<usize> = (0..50_000)
            .filter(|graph| home(*graph, &before) != home(*graph, &after))
            .map(|graph| home(graph, &after))
            .collect();
        let share = moved.len() as f64 / 50_000.0;
        assert!((share - 0.1).abs() < 0.01, "{share}");
        assert!(moved.iter().all(|node| *node == 9));
    }

    #[test]
    fn a_lost_node_is_shared_by_the_others() {
        let up = [true; 5];
        let mut without = up;
        without[2] = false;
        let mut taken = [0; 5];
        for graph in (0..50_000).filter(|graph| home(*graph, &up) == 2) {
            taken[home(graph, &without)] += 1;
        }
        assert_eq!(taken[2], 0);
        assert!(taken.iter().enumerate().all(|(node, count)| node == 2 || (2_200..2_800).contains(count)), "{taken:?}");
    }
}
