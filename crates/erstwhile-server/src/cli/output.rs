//! Output to the terminal; no other module prints.

use std::io::{self, Write, stderr, stdout};

/// Prints a line of data to stdout.
///
/// # Errors
/// If nobody reads it any more, which [`is_closed`] recognises.
pub(super) fn print_data(line: &str) -> io::Result<()> {
    writeln!(stdout(), "{line}")
}

/// Prints anything that is not data to stderr.
pub(super) fn print_status(line: &str) {
    // Whoever closed stderr does not want to know.
    drop(writeln!(stderr(), "{line}"));
}

/// Whether a command ended because whoever read its output has read enough, such as `head`. That is no failure.
pub(super) fn is_closed(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe))
}
