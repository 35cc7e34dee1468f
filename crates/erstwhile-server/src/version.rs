//! What this program is: its version, the commit that it was built from, and the schema that it reads and writes.

/// The commit that the program was built from; `unknown` outside a checkout.
pub const COMMIT: &str = env!("ERSTWHILE_COMMIT");

/// Version, commit and schema, in one line.
pub static LONG: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
    format!("{} (commit {COMMIT}, schema {})", env!("CARGO_PKG_VERSION"), erstwhile::store::schema_version())
});
