//! When to send a failed request again.

use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// The pause before a retry: it doubles with every attempt up to a maximum. `fraction`, a random number from 0 to 1,
/// shortens it by up to a half, so that clients that failed together do not return together.
pub(crate) fn pause(attempt: u32, min: Duration, max: Duration, fraction: f64) -> Duration {
    let longest = min.saturating_mul(1 << attempt.min(16)).min(max);
    longest.mul_f64(1.0 - fraction.clamp(0.0, 1.0) / 2.0)
}

/// How long the server asks to wait: `retry-after-ms` in milliseconds, or `retry-after` in seconds or as a date.
///
/// A date counts from the server's own `date`, or else from `now`.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
    if let Some(millis) = text("retry-after-ms").and_then(number) {
        return Duration::try_from_secs_f64(millis / 1000.0).ok();
    }
    let value = text(RETRY_AFTER.as_str())?;
    if let Some(seconds) = number(value) {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = httpdate::parse_http_date(value).ok()?;
    let now = text(DATE.as_str()).and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or(now);
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn asked(headers: &[(&'static str, &'static str)]) -> Option<Duration> {
        let pairs =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        retry_after(&pairs.collect(), httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").expect("a date"))
    }

    #[test]
    fn pauses_double_up_to_the_maximum() {
        let (min, max) = (Duration::from_millis(100), Duration::from_secs(1));
        let pauses: Vec<u128> = (0..6).map(|attempt| pause(attempt, min, max, 0.0).as_millis()).collect();
        assert_eq!(pauses, [100, 200, 400, 800, 1000, 1000]);
        assert_eq!(pause(u32::MAX, min, max, 0.0), max);
    }

    #[test]
    fn jitter_shortens_a_pause_by_up_to_a_half() {
        let second = Duration::from_secs(1);
        assert_eq!(pause(0, second, second, 1.0), second / 2);
        assert_eq!(pause(0, second, second, 0.5), second * 3 / 4);
    }

    #[test]
    fn the_server_says_how_long_to_wait() {
        assert_eq!(asked(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(asked(&[("retry-after", "0.5")]), Some(Duration::from_millis(500)));
        assert_eq!(asked(&[("retry-after-ms", "250"), ("retry-after", "7")]), Some(Duration::from_millis(250)));
        assert_eq!(asked(&[("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")]), Some(Duration::from_secs(30)));
    }

    #[test]
    fn a_date_counts_from_the_clock_of_the_server() {
        let date = ("date", "Sun, 06 Nov 1994 08:50:00 GMT");
        assert_eq!(asked(&[("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"), date]), Some(Duration::from_secs(7)));
        assert_eq!(asked(&[("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT"), date]), Some(Duration::ZERO));
    }

    #[test]
    fn anything_else_says_nothing() {
        for value in ["", "soon", "-1", "NaN", "1e400"] {
            let headers = [(RETRY_AFTER, HeaderValue::from_static(value))].into_iter().collect();
            assert_eq!(retry_after(&headers, SystemTime::UNIX_EPOCH), None, "{value}");
        }
        assert_eq!(asked(&[]), None);
    }
}
