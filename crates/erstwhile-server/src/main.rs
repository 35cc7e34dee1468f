//! The binary `erstwhile`.

/// Indexes consist of many small allocations: mimalloc is faster for them, and returns freed memory to the
/// operating system after loading.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    erstwhile_server::cli::run()
}
