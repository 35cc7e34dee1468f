//! Nobody but the owner can read the database's files.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use erstwhile::store::MIGRATIONS;
use erstwhile::store::sql::Sql;
use erstwhile::store::sqlite::{Sqlite, create_private_folder};

/// The permissions of a folder and its files, by name.
fn modes(folder: &Path) -> Vec<(String, u32)> {
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut modes = vec![(".".to_owned(), mode(folder))];
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        modes.push((entry.file_name().to_string_lossy().into_owned(), mode(&entry.path())));
    }
    modes.sort();
    modes
}

fn open_to_others(folder: &Path) -> Vec<(String, u32)> {
    modes(folder).into_iter().filter(|(_, mode)| mode & 0o077 != 0).collect()
}

async fn open(folder: &Path) -> Sqlite {
    create_private_folder(folder).unwrap();
    let database = Sqlite::open(&folder.join("test.db")).unwrap();
    database.migrate(MIGRATIONS).await.unwrap();
    database
}

#[tokio::test]
async fn new_files_are_private() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("some/data");
    let _database = open(&folder).await;
    assert!(modes(&folder).len() >= 4, "the folder, the database and its logs: {:?}", modes(&folder));
    assert_eq!(open_to_others(&folder), Vec::new());
}

#[tokio::test]
async fn files_of_an_earlier_version_are_made_private() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).await);
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        std::fs::set_permissions(entry.unwrap().path(), Permissions::from_mode(0o644)).unwrap();
    }
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let _database = open(folder.path()).await;
    assert_eq!(open_to_others(folder.path()), Vec::new());
}

#[tokio::test]
async fn a_folder_that_holds_something_else_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("letter.txt"), "").unwrap();
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let _database = open(folder.path()).await;
    let open: Vec<String> = open_to_others(folder.path()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(open, [".", "letter.txt"]);
}
