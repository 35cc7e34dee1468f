//! The estimated size of metadata against what the process really needs. The only test of its program, because others
//! would need memory at the same time.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "a failing test should stop immediately")]

use erstwhile_core::model::{Metadata, metadata_size};

/// The memory of the process, in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("its status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
    1024 * line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number")
}

#[test]
fn the_size_of_metadata_is_about_what_it_needs() {
    let many = (0..100).map(|number| format!(r#""key{number}": {number}"#)).collect::<Vec<_>>().join(",");
    for (text, count) in [
        (r#"{"a": 1}"#.to_owned(), 40_000),
        (r#"{"language": "a text that is longer than its key", "n": [1, 2, 3]}"#.to_owned(), 30_000),
        (r#"{"a": {"b": {"c": {"d": null}}}}"#.to_owned(), 10_000),
        (format!("{{{many}}}"), 2_000),
        (format!(r#"{{"list": [{}"x"]}}"#, r#"{"a": 1},"#.repeat(100)), 400),
    ] {
        let before = resident();
        let all: Vec<Metadata> = (0..count).map(|_| serde_json::from_str(&text).expect("metadata")).collect();
        let needed = resident() - before;
        let estimated = all.iter().map(metadata_size).sum::<usize>() + all.capacity() * size_of::<Metadata>();
        let shown = &text[..text.len().min(40)];
        let ratio = estimated as f64 / needed as f64;
        println!("{shown}: {estimated} of {needed} bytes, {ratio:.2}");
        assert!((0.6..1.5).contains(&ratio), "{shown}: {estimated} of {needed} bytes");
        // What is freed would be used again by the next one.
        std::mem::forget(all);
    }
}
