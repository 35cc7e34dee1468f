//! Models are imported, downloaded, checked and removed.
#![expect(clippy::unwrap_used, reason = "a test that fails must say so at once")]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use erstwhile::ErrorKind;
use erstwhile::ports::EmbeddingModel;
use erstwhile_models::language_models::ConnectionSettings;
use erstwhile_models::model_folders::{ModelFile, ModelFolders, ModelKind, ModelManifest};
use sha2::{Digest, Sha256};

fn tiny() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/tiny_encoder")
}

fn tiny_cross_encoder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/tiny_cross_encoder")
}

fn folders() -> (tempfile::TempDir, ModelFolders) {
    let folder = tempfile::tempdir().unwrap();
    let folders = ModelFolders::new(folder.path().join("models"));
    (folder, folders)
}

fn names(folders: &ModelFolders) -> Vec<String> {
    folders.list().unwrap().into_iter().map(|model| model.name).collect()
}

/// Serves the tiny model; returns the URL of its folder.
fn serve(redirect: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let own = url.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).unwrap();
            let path = line.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
            let answer = match path.strip_prefix("moved/") {
                None if redirect => (302, format!("Location: {own}/moved/{path}\r\n"), Vec::new()),
                moved => match std::fs::read(tiny().join(moved.unwrap_or(&path))) {
                    Ok(bytes) => (200, String::new(), bytes),
                    Err(_) => (404, String::new(), Vec::new()),
                },
            };
            let (status, headers, body) = answer;
            let head =
                format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            drop(stream.write_all(&[head.as_bytes(), &body].concat()));
        }
    });
    url
}

fn manifest(url: &str) -> ModelManifest {
    let paths = ["config.json", "model.safetensors", "tokenizer.json", "sentence_bert_config.json"];
    let file = |path: &str| {
        let bytes = std::fs::read(tiny().join(path)).unwrap();
        let sha256 = hex::encode(Sha256::digest(&bytes));
        ModelFile { path: path.to_owned(), sha256, bytes: bytes.len() as u64, url: Some(format!("{url}/{path}")) }
    };
    ModelManifest { name: "fetched".to_owned(), files: paths.into_iter().map(file).collect() }
}

async fn download(folders: &ModelFolders, manifest: &ModelManifest) -> erstwhile::Result<usize> {
    let mut files = 0;
    let connection = ConnectionSettings { proxy: Some("none".to_owned()), ..ConnectionSettings::default() };
    folders.download(manifest, &connection, |_| files += 1).await?;
    Ok(files)
}

#[test]
fn a_model_is_imported_loaded_and_removed() {
    let (_folder, folders) = folders();
    assert!(names(&folders).is_empty());
    let imported = folders.import(&tiny(), None).unwrap();
    assert_eq!((imported.name.as_str(), imported.files.len()), ("tiny_encoder", 5));
    folders.import(&tiny(), Some("again")).unwrap();
    assert_eq!(names(&folders), ["again", "tiny_encoder"]);
    let model = folders.load("again").unwrap();
    assert!(model.name().starts_with("again@") && model.encode(&["the cat"])[0].len() == 8);
    let taken = folders.import(&tiny(), Some("again")).unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AlreadyExists);
    folders.remove("again").unwrap();
    assert_eq!(names(&folders), ["tiny_encoder"]);
    for missing in [folders.remove("again").unwrap_err(), folders.load("again").unwrap_err()] {
        assert_eq!(missing.kind(), ErrorKind::NotFound);
        assert!(missing.message().contains("erstwhile models import"), "{missing}");
    }
}

#[test]
fn a_model_is_used_for_what_it_is_made_for_only() {
    let (_folder, folders) = folders();
    folders.import(&tiny(), Some("encoder")).unwrap();
    folders.import(&tiny_cross_encoder(), Some("cross-encoder")).unwrap();
    assert_eq!(folders.kind("encoder").unwrap(), ModelKind::Embedder);
    assert_eq!(folders.kind("cross-encoder").unwrap(), ModelKind::Reranker);
    let logits = folders.load_cross_encoder("cross-encoder").unwrap().logits("oven", &["bread"]);
    assert_eq!(logits.len(), 1);
    let as_embedder = folders.load("cross-encoder").unwrap_err();
    assert!(as_embedder.message().contains("it can only be a reranking model"), "{as_embedder}");
    let as_reranker = folders.load_cross_encoder("encoder").unwrap_err();
    assert!(as_reranker.message().contains("it can only be an embedding model"), "{as_reranker}");
    for error in [folders.kind("missing").unwrap_err(), folders.load_cross_encoder("missing").unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}

#[test]
fn a_cross_encoder_that_is_damaged_is_not_imported() {
    let (folder, folders) = folders();
    let damaged = folder.path().join("damaged");
    std::fs::create_dir(&damaged).unwrap();
    for file in ["config.json", "tokenizer.json"] {
        std::fs::copy(tiny_cross_encoder().join(file), damaged.join(file)).unwrap();
    }
    let weights = std::fs::read(tiny_cross_encoder().join("model.safetensors")).unwrap();
    std::fs::write(damaged.join("model.safetensors"), &weights[..weights.len() - 4]).unwrap();
    let error = folders.import(&damaged, None).unwrap_err();
    assert!(error.message().contains("model.safetensors: it is cut off"), "{error}");
    assert!(names(&folders).is_empty());
    folders.import(&tiny_cross_encoder(), Some("one")).unwrap();
    std::fs::write(folder.path().join("models/one/model.safetensors"), &weights[..weights.len() - 4]).unwrap();
    let error = folders.load_cross_encoder("one").unwrap_err();
    assert!(error.message().contains("has changed since it was imported"), "{error}");
}

#[test]
fn another_model_of_the_same_name_is_another_vector_space() {
    let (folder, folders) = folders();
    folders.import(&tiny(), Some("one")).unwrap();
    let before = folders.load("one").unwrap().name().to_owned();
    folders.remove("one").unwrap();
    folders.import(&tiny(), Some("one")).unwrap();
    assert_eq!(folders.load("one").unwrap().name(), before);
    folders.remove("one").unwrap();
    let other = folder.path().join("other");
    std::fs::create_dir(&other).unwrap();
    for file in ["config.json", "model.safetensors", "tokenizer.json"] {
        std::fs::copy(tiny().join(file), other.join(file)).unwrap();
    }
    folders.import(&other, Some("one")).unwrap();
    assert_ne!(folders.load("one").unwrap().name(), before);
}

#[test]
fn a_file_that_changed_is_noticed() {
    let (folder, folders) = folders();
    folders.import(&tiny(), Some("one")).unwrap();
    let file = folder.path().join("models/one/model.safetensors");
    let mut bytes = std::fs::read(&file).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let error = folders.load("one").unwrap_err();
    assert!(error.message().contains("`model.safetensors` of the model `one` has changed"), "{error}");
}

#[test]
fn what_is_no_model_is_not_imported() {
    let (folder, folders) = folders();
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let error = folders.import(&empty, None).unwrap_err();
    assert!(error.message().contains("config.json"), "{error}");
    for name in ["", "..", "a/b", "../a", ".hidden", "a.partial", &"x".repeat(65)] {
        assert_eq!(folders.import(&tiny(), Some(name)).unwrap_err().kind(), ErrorKind::Invalid, "{name}");
    }
    assert!(names(&folders).is_empty());
}

#[tokio::test]
async fn a_model_is_fetched_and_checked() {
    for redirect in [false, true] {
        let (_folder, folders) = folders();
        assert_eq!(download(&folders, &manifest(&serve(redirect))).await.unwrap(), 4);
        assert_eq!(folders.load("fetched").unwrap().encode(&["the cat"])[0].len(), 8);
    }
}

#[tokio::test]
async fn a_file_that_is_not_what_the_manifest_says_leaves_nothing() {
    let url = serve(false);
    let damages: [fn(&mut ModelManifest); 5] = [
        |manifest| manifest.files[1].sha256 = "00".repeat(32),
        |manifest| manifest.files[1].bytes -= 1,
        |manifest| manifest.files[1].bytes += 1,
        |manifest| manifest.files[2].url = manifest.files[2].url.as_ref().map(|url| format!("{url}.missing")),
        |manifest| manifest.files[0].url = None,
    ];
    for damage in damages {
        let (folder, folders) = folders();
        let mut manifest = manifest(&url);
        damage(&mut manifest);
        download(&folders, &manifest).await.unwrap_err();
        let left = std::fs::read_dir(folder.path().join("models")).unwrap().count();
        assert_eq!(left, 0);
    }
}

#[test]
fn a_manifest_cannot_name_files_elsewhere() {
    let text = serde_json::to_string(&manifest("http://x")).unwrap();
    assert!(ModelManifest::parse(&text).is_ok());
    for (from, to) in [("config.json", "../config.json"), ("fetched", "../fetched"), ("tokenizer.json", "run.sh")] {
        assert!(ModelManifest::parse(&text.replacen(from, to, 1)).is_err(), "{to}");
    }
    assert!(ModelManifest::parse("{}").is_err());
}
