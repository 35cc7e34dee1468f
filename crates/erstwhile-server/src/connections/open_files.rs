//! The number of files that the process may have open, of which every connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that are kept free for the store, its own connections, the listeners and the log.
const RESERVED: u64 = 256;
/// The number of open files beyond which a higher limit has no use.
const ENOUGH: u64 = 1 << 20;

/// Raises the process's own limit of open files as far as the system allows.
pub fn raise_limit() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.unwrap_or(ENOUGH).min(ENOUGH);
    if current.is_some_and(|current| current < wanted)
        && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum })
    {
        tracing::warn!(%error, "cannot raise the limit of open files");
    }
}

/// The number of connections for which there are files: `wanted`, or fewer.
pub fn connections_max(wanted: usize) -> usize {
    let Some(files) = getrlimit(Resource::Nofile).current else { return wanted };
    let available = usize::try_from(files.saturating_sub(RESERVED).max(files / 4)).unwrap_or(usize::MAX);
    if available < wanted {
        tracing::warn!(
            open_files = files,
            connections = available,
            "the limit of open files allows fewer connections than server.connections_max"
        );
    }
    wanted.min(available)
}
