//! `erstwhile models list | import | download | remove`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use erstwhile_models::model_folders::{ModelFolders, ModelManifest};
use serde_json::json;

use super::DataArgs;
use super::output::{print_data, print_status};
use crate::models;
use crate::settings::Settings;

/// List, import, download and remove embedding models in the data folder.
#[derive(Debug, Args)]
pub(super) struct Models {
    #[command(flatten)]
    data: DataArgs,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: ModelsCommand,
}

#[derive(Debug, Subcommand)]
enum ModelsCommand {
    /// List the models that `embedder.provider = "local"` can use
    List,
    /// Copy a model from a folder with `config.json`, `model.safetensors` and `tokenizer.json`
    Import {
        /// The folder
        folder: PathBuf,
        /// Name of the model [default: that of the folder]
        #[arg(long)]
        name: Option<String>,
    },
    /// Download the files that a manifest names, and check their digests
    Download {
        /// A JSON file with `name` and `files`, each with `path`, `url`, `sha256` and `bytes`
        manifest: PathBuf,
    },
    /// Remove a model
    Remove {
        /// Name of the model, as listed
        name: String,
    },
}

impl Models {
    pub(super) async fn run(self, mut settings: Settings) -> anyhow::Result<ExitCode> {
        self.data.apply(&mut settings);
        let folders = models::folders(&settings.store);
        match self.command {
            ModelsCommand::List => {
                for model in folders.list()? {
                    print_data(&line(&model, self.json))?;
                }
            }
            ModelsCommand::Import { folder, name } => {
                let model = folders.import(&folder, name.as_deref())?;
                print_data(&line(&model, self.json))?;
                print_status(&how_to_use(&model));
            }
            ModelsCommand::Download { manifest } => {
                let model = download(&folders, &manifest, &settings).await?;
                print_data(&line(&model, self.json))?;
                print_status(&how_to_use(&model));
            }
            ModelsCommand::Remove { name } => folders.remove(&name)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn download(folders: &ModelFolders, file: &PathBuf, settings: &Settings) -> anyhow::Result<ModelManifest> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let manifest = ModelManifest::parse(&text)?;
    let connection = models::embedder_connection(&settings.embedder);
    let told = |file: &erstwhile_models::model_folders::ModelFile| print_status(&format!("{} is complete", file.path));
    folders.download(&manifest, &connection, told).await?;
    Ok(manifest)
}

fn line(model: &ModelManifest, as_json: bool) -> String {
    if as_json {
        return json!({ "name": model.name, "bytes": model.bytes() }).to_string();
    }
    format!("{}  {} MiB", model.name, model.bytes().div_ceil(1 << 20))
}

fn how_to_use(model: &ModelManifest) -> String {
    format!("to use it, set embedder.provider = \"local\" and embedder.name = \"{}\"", model.name)
}
