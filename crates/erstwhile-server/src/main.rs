//! The binary `erstwhile`.

fn main() -> std::process::ExitCode {
    erstwhile_server::cli::run()
}
