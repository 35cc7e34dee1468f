//! The only place that writes to the terminal.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks to its user here")]

/// Data for the user or the next program.
pub(super) fn show(line: &str) {
    println!("{line}");
}

/// Anything that is not data.
pub(super) fn tell(line: &str) {
    eprintln!("{line}");
}
