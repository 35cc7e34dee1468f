//! `erstwhile completions` and `erstwhile man`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use clap_complete::Shell;

use super::command;
use super::output::{print_data, print_status};

/// Print the completions of a shell.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command(), "erstwhile", &mut script);
        print_data(String::from_utf8(script).context("the completions are no text")?.trim_end())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Write the manual pages of all commands to a folder.
#[derive(Debug, Args)]
pub(super) struct Man {
    /// The folder, such as `/usr/local/share/man/man1`; it is created if it does not exist
    folder: PathBuf,
}

impl Man {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let place = self.folder.display();
        std::fs::create_dir_all(&self.folder)
            .and_then(|()| clap_mangen::generate_to(command(), &self.folder))
            .with_context(|| format!("cannot write the manual pages to `{place}`"))?;
        print_status(&format!("wrote the manual pages to {place}"));
        Ok(ExitCode::SUCCESS)
    }
}
