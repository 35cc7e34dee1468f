//! How active people are: very unequally. Lognormal over users, cut off at the top, with a sine over the day.

/// Users of one level of activity.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Class {
    /// The share of users.
    pub(crate) users: f64,
    /// Their activity, as a multiple of the mean of all.
    pub(crate) activity: f64,
}

/// Levels of activity that are told apart.
const CLASSES: usize = 240;
/// Where the levels begin and end, in standard deviations. Nobody above the end: one in ten thousand would be,
/// and at the default skew that person would write more than two hundred messages a day.
const LOWEST: f64 = -4.0;
/// See [`LOWEST`].
const HIGHEST: f64 = 3.72;

/// The levels of a lognormal activity with this standard deviation of its logarithm.
///
/// Lognormal because that is what times between e-mails and comments follow (Blenn and Van Mieghem, "Are human
/// interactivity times lognormal?", 2016); that message counts are heavy-tailed is old news (Hong et al.,
/// "Heavy-tailed statistics in short-message communication", 2008). The skew itself is an assumption.
pub(crate) fn classes(skew: f64) -> Vec<Class> {
    let width = (HIGHEST - LOWEST) / CLASSES as f64;
    let at = |number: usize| LOWEST + (number as f64 + 0.5) * width;
    let raw: Vec<(f64, f64)> = (0..CLASSES).map(at).map(|z| ((-z * z / 2.0).exp(), (skew * z).exp())).collect();
    let users: f64 = raw.iter().map(|(users, _)| users).sum();
    let mean = raw.iter().map(|(users, activity)| users * activity).sum::<f64>() / users;
    raw.into_iter().map(|(share, activity)| Class { users: share / users, activity: activity / mean }).collect()
}

/// The share of all messages that the most active users write.
pub(crate) fn share_of_top(classes: &[Class], top: f64) -> f64 {
    let (mut users, mut messages) = (0.0, 0.0);
    for class in classes.iter().rev() {
        let taken = class.users.min(top - users);
        if taken <= 0.0 {
            break;
        }
        users += taken;
        messages += taken * class.activity;
    }
    messages
}

/// The rate at an hour of the day, as a multiple of the mean; the peak is at 18 o'clock.
pub(crate) fn of_day(hour: f64, swing: f64) -> f64 {
    1.0 + swing * (std::f64::consts::TAU * (hour - 12.0) / 24.0).sin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_one_and_the_top_writes_most() {
        let classes = classes(2.0);
        let mean: f64 = classes.iter().map(|class| class.users * class.activity).sum();
        assert!((mean - 1.0).abs() < 1e-9);
        // Without the cut, Φ(σ − z) of a lognormal: 37 % for the top hundredth, 76 % for the top tenth.
        assert!((share_of_top(&classes, 0.01) - 0.35).abs() < 0.04, "{}", share_of_top(&classes, 0.01));
        assert!((share_of_top(&classes, 0.1) - 0.75).abs() < 0.03, "{}", share_of_top(&classes, 0.1));
        assert!((share_of_top(&classes, 1.0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_day_has_its_mean_and_its_peak() {
        let mean = (0..24).map(|hour| of_day(f64::from(hour), 0.8)).sum::<f64>() / 24.0;
        assert!((mean - 1.0).abs() < 1e-9 && (of_day(18.0, 0.8) - 1.8).abs() < 1e-9);
    }
}
