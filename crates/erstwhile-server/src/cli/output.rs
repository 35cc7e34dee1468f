//! Output to the terminal; no other module prints.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the command line's only output functions")]

/// Prints a line of data to stdout.
pub(super) fn print_data(line: &str) {
    println!("{line}");
}

/// Prints anything that is not data to stderr.
pub(super) fn print_status(line: &str) {
    eprintln!("{line}");
}
