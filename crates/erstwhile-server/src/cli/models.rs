//! `erstwhile models list | import | download | remove`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use erstwhile_models::model_folders::{ModelFolders, ModelKind, ModelManifest};
use serde_json::json;

use super::DataArgs;
use super::output::{print_data, print_status};
use crate::models;
use crate::settings::Settings;

/// List, import, download and remove embedding and reranking models in the data folder.
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
    /// List the models that `embedder.provider = "local"` and `reranker.provider = "local"` can use
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
                let models = folders.list()?;
                if models.is_empty() {
                    print_status("there are no models in the data folder");
                }
                for model in models {
                    print_data(&line(&model, folders.kind(&model.name).ok(), self.json))?;
                }
            }
            ModelsCommand::Import { folder, name } => {
                let model = folders.import(&folder, name.as_deref())?;
                print_model(&folders, &model, self.json)?;
            }
            ModelsCommand::Download { manifest } => {
                let model = download(&folders, &manifest, &settings).await?;
                print_model(&folders, &model, self.json)?;
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

/// Prints a new model, and how to use it.
fn print_model(folders: &ModelFolders, model: &ModelManifest, as_json: bool) -> anyhow::Result<()> {
    let kind = folders.kind(&model.name)?;
    print_data(&line(model, Some(kind), as_json))?;
    let section = word(kind);
    print_status(&format!("to use it, set {section}.provider = \"local\" and {section}.name = \"{}\"", model.name));
    Ok(())
}

/// A line about a model; its kind is absent if its configuration has been damaged.
fn line(model: &ModelManifest, kind: Option<ModelKind>, as_json: bool) -> String {
    let kind = kind.map_or("damaged", word);
    if as_json {
        return json!({ "name": model.name, "kind": kind, "bytes": model.bytes() }).to_string();
    }
    format!("{}  {kind}  {} MiB", model.name, model.bytes().div_ceil(1 << 20))
}

/// The name of a kind, and of the section of the settings that uses it.
fn word(kind: ModelKind) -> &'static str {
    match kind {
        ModelKind::Embedder => "embedder",
        ModelKind::Reranker => "reranker",
    }
}
