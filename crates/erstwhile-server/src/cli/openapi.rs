//! `erstwhile openapi`

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::output::print_data;
use crate::http::{v3, v4};

/// Print the `OpenAPI` document of a generation of the API, as the server answers it at `openapi.json` under its prefix.
#[derive(Debug, Args)]
pub(super) struct OpenApi {
    /// The generation
    generation: Generation,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Generation {
    /// Users, threads and graphs under /api/v2
    V3,
    /// The same by uuid, under /api/v4
    V4,
}

impl OpenApi {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let document = match self.generation {
            Generation::V3 => v3::document(),
            Generation::V4 => v4::document(),
        };
        print_data(&serde_json::to_string_pretty(&document)?)?;
        Ok(ExitCode::SUCCESS)
    }
}
