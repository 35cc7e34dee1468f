//! The load of a number of users at the peak of the day.

use super::constants::{COMMITS_A_CALL, DISK_KIB, INDEX_KIB, INGESTION_MS, LOAD_US, MESSAGE_MS, SEARCH_MS};
use super::people::People;

/// Kibibytes per gibibyte.
const KIB: f64 = 1_048_576.0;

/// The load of users. Every number is proportional to the number of users.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Demand {
    pub(crate) messages_s: f64,
    pub(crate) searches_s: f64,
    /// Loads of indexes that are not in memory.
    pub(crate) cold_loads_s: f64,
    /// Busy cores of all machines, including the database's.
    pub(crate) cores: f64,
    /// Busy ingestion workers of all processes.
    pub(crate) workers: f64,
    /// Commits of the database.
    pub(crate) commits_s: f64,
    /// Memory for the indexes in use, of all processes.
    pub(crate) index_gib: f64,
    /// Size of the database, with indexes and without free space.
    pub(crate) disk_gib: f64,
}

impl Demand {
    /// Computes the load of users, if each graph has its index in one process.
    ///
    /// The index of a session is in memory if another session of the same user ended at most `warm_s` before.
    /// Sessions begin at random times, so the index of a user with λ sessions a second is in memory with the probability
    /// 1 − exp(−λ (session + warm)).
    pub(crate) fn of(users: f64, people: &People) -> Self {
        let messages_s = people.messages_s(users);
        let searches_s = messages_s * people.searches_a_message;
        let calls_s = messages_s / people.messages_a_call;
        let sessions_s = messages_s / users / people.messages_a_session;
        let history = people.messages_a_day * people.days;
        let (mut warm_messages, mut cold_loads_s, mut cold_messages_s) = (0.0, 0.0, 0.0);
        for level in people.levels() {
            let rate = sessions_s * level.activity;
            let in_memory = -(-rate * (people.session_s + people.warm_s)).exp_m1();
            let users = users * level.users;
            let messages = history * level.activity;
            warm_messages += users * messages * in_memory;
            cold_loads_s += users * rate * (1.0 - in_memory);
            cold_messages_s += users * rate * (1.0 - in_memory) * messages;
        }
        let busy_ms =
            messages_s * MESSAGE_MS.value + searches_s * SEARCH_MS.value + cold_messages_s * LOAD_US.value / 1e3;
        Self {
            messages_s,
            searches_s,
            cold_loads_s,
            cores: busy_ms / 1e3,
            workers: calls_s * INGESTION_MS.value / 1e3,
            commits_s: calls_s * COMMITS_A_CALL.value,
            index_gib: warm_messages * INDEX_KIB.value / KIB,
            disk_gib: users * history * DISK_KIB.value / KIB,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::people::tests::equal;
    use super::*;

    fn assert_close(actual: f64, expected: f64) {
        assert!((actual / expected - 1.0).abs() < 1e-4, "{actual} instead of {expected}");
    }

    #[test]
    fn the_load_of_equal_users_matches_a_manual_calculation() {
        // 864,000 messages in 86,400 s: 10 messages, 5 calls and one session a second.
        let demand = Demand::of(864_000.0, &equal());
        assert_close(demand.messages_s, 10.0);
        assert_close(demand.searches_s, 10.0);
        assert_close(demand.workers, 5.0 * INGESTION_MS.value / 1e3);
        assert_close(demand.commits_s, 5.0 * COMMITS_A_CALL.value);
        // A user has a session every 864,000 s: 1 − exp(−540 / 864,000) = 0.000624805 have a warm index.
        assert_close(demand.cold_loads_s, 1.0 - 0.000_624_805);
        // That share of 86.4 million messages.
        assert_close(demand.index_gib, 53_983.1 / 1_048_576.0 * INDEX_KIB.value);
        assert_close(demand.disk_gib, 82.397_5 * DISK_KIB.value);
        // 99.9375 messages per second are loaded.
        assert_close(
            demand.cores,
            (10.0 * MESSAGE_MS.value + 10.0 * SEARCH_MS.value + 0.099_937_5 * LOAD_US.value) / 1e3,
        );
    }

    #[test]
    fn the_load_is_proportional_to_the_users() {
        let people = People { skew: 2.0, ..equal() };
        let [one, ten] = [1e6, 1e7].map(|users| Demand::of(users, &people));
        assert_close(ten.cores, one.cores * 10.0);
        assert_close(ten.index_gib, one.index_gib * 10.0);
        assert_close(ten.cold_loads_s, one.cold_loads_s * 10.0);
    }

    #[test]
    fn unequal_users_need_more_memory_for_the_same_messages() {
        let [equal, unequal] = [0.0, 2.0].map(|skew| Demand::of(1e6, &People { skew, ..equal() }));
        assert_close(equal.messages_s, unequal.messages_s);
        assert!(unequal.index_gib > 10.0 * equal.index_gib);
    }

    #[test]
    fn an_index_that_is_never_evicted_is_never_loaded_again() {
        let demand = Demand::of(1e6, &People { warm_s: 1e12, ..equal() });
        assert!(demand.cold_loads_s < 1e-9);
        assert_close(demand.index_gib, 1e8 / 1_048_576.0 * INDEX_KIB.value);
    }
}
