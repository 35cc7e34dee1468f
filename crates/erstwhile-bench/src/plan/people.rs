//! The behaviour of users: assumptions that can be changed with options.

use clap::Args;

/// The behaviour of users.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct People {
    /// Messages per user and day, on average
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    pub(crate) messages_a_day: f64,
    /// Days for which messages are kept
    #[arg(long, value_name = "N", default_value_t = 100.0)]
    pub(crate) days: f64,
    /// Messages per call
    #[arg(long, value_name = "N", default_value_t = 2.0)]
    pub(crate) messages_a_call: f64,
    /// Searches and contexts per message
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    pub(crate) searches_a_message: f64,
    /// Messages per session
    #[arg(long, value_name = "N", default_value_t = 10.0)]
    pub(crate) messages_a_session: f64,
    /// Seconds from the first call of a session to its last
    #[arg(long, value_name = "N", default_value_t = 240.0)]
    pub(crate) session_s: f64,
    /// Seconds that the index of a graph stays in memory after its last use
    #[arg(long, value_name = "N", default_value_t = 300.0)]
    pub(crate) warm_s: f64,
    /// Rate at the peak of the day, as a multiple of the mean
    #[arg(long, value_name = "N", default_value_t = 1.8)]
    pub(crate) peak: f64,
    /// How unequal users are: the standard deviation of the logarithm of their activity
    #[arg(long, value_name = "N", default_value_t = 2.0)]
    pub(crate) skew: f64,
}

/// Users of one level of activity.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Level {
    /// The share of all users.
    pub(crate) users: f64,
    /// Their activity, as a multiple of the mean.
    pub(crate) activity: f64,
}

/// Number of levels.
const LEVELS: usize = 240;
/// The lowest and the highest level, in standard deviations. Without an upper limit, one user in ten thousand
/// would write more than two hundred messages a day at the default skew.
const LOWEST: f64 = -4.0;
const HIGHEST: f64 = 3.72;

impl People {
    /// Levels of a lognormal activity.
    ///
    /// The times between e-mails and between comments are lognormal (Blenn and Van Mieghem, "Are human interactivity
    /// times lognormal?", 2016). The skew is an assumption.
    pub(crate) fn levels(&self) -> Vec<Level> {
        let width = (HIGHEST - LOWEST) / LEVELS as f64;
        let deviation = |level: usize| LOWEST + (level as f64 + 0.5) * width;
        let raw: Vec<(f64, f64)> =
            (0..LEVELS).map(deviation).map(|z| ((-z * z / 2.0).exp(), (self.skew * z).exp())).collect();
        let users: f64 = raw.iter().map(|(users, _)| users).sum();
        let mean = raw.iter().map(|(users, activity)| users * activity).sum::<f64>() / users;
        raw.into_iter().map(|(share, activity)| Level { users: share / users, activity: activity / mean }).collect()
    }

    /// Messages of all users per second at the peak.
    pub(crate) fn messages_s(&self, users: f64) -> f64 {
        users * self.messages_a_day / 86_400.0 * self.peak
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Equal users who write one message a day, without a peak.
    pub(crate) fn equal() -> People {
        People {
            messages_a_day: 1.0,
            days: 100.0,
            messages_a_call: 2.0,
            searches_a_message: 1.0,
            messages_a_session: 10.0,
            session_s: 240.0,
            warm_s: 300.0,
            peak: 1.0,
            skew: 0.0,
        }
    }

    #[test]
    fn levels_have_a_mean_of_one() {
        let levels = People { skew: 2.0, ..equal() }.levels();
        let users: f64 = levels.iter().map(|level| level.users).sum();
        let activity: f64 = levels.iter().map(|level| level.users * level.activity).sum();
        assert!((users - 1.0).abs() < 1e-9 && (activity - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_most_active_tenth_writes_three_quarters() {
        // Φ(2 − 1.2816) = 0.764 for a lognormal of skew 2 without an upper limit; the limit takes about 0.01 of it.
        let levels = People { skew: 2.0, ..equal() }.levels();
        let (mut users, mut messages) = (0.0, 0.0);
        for level in levels.iter().rev() {
            if users + level.users > 0.1 {
                break;
            }
            users += level.users;
            messages += level.users * level.activity;
        }
        assert!((messages - 0.75).abs() < 0.02, "{messages}");
    }

    #[test]
    fn equal_users_have_one_activity() {
        assert!(equal().levels().iter().all(|level| (level.activity - 1.0).abs() < 1e-9));
    }

    #[test]
    fn the_peak_multiplies_the_mean_rate() {
        // 864,000 users × 1 message / 86,400 s × 1.8.
        let people = People { peak: 1.8, ..equal() };
        assert!((people.messages_s(864_000.0) - 18.0).abs() < 1e-9);
    }
}
