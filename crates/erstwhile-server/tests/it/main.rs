//! Tests of the real binary, over real HTTP.
#![expect(clippy::expect_used, clippy::panic, reason = "a test that fails must say so at once")]

mod architecture;
mod command_line;
mod contract;
mod durability;
mod failover;
mod faults;
mod moving;
mod nodes;
mod process;
mod robustness;
mod scene;
