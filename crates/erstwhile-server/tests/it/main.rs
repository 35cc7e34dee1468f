//! Tests of the real binary, over real HTTP.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails must say so at once")]

mod architecture;
mod command_line;
mod durability;
mod process;
mod robustness;
