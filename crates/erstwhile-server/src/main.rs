//! The binary `erstwhile`.

/// Indexes are many small pieces: this allocates them faster, and gives back what loading took.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    erstwhile_server::cli::run()
}
