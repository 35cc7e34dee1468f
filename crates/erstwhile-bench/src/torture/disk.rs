//! A small disk for the data of the server, and what goes wrong with it. The system itself does it, not the server: the file
//! system is full, the kernel refuses writes, or writes and `fsync` take long.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use tokio::time::{Instant, sleep};

/// The size of the disk.
const SIZE: u64 = 48 << 20;
/// How often a full disk is filled again, because the server frees space.
const FILL_AGAIN: Duration = Duration::from_millis(20);
/// What fills a disk; the last of its space in small pieces.
static ZEROS: [u8; 1 << 16] = [0; 1 << 16];
const SMALLEST: usize = 1 << 9;

/// What goes wrong with a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// No space is left (`ENOSPC`).
    Full,
    /// No file of the server can be written (`EFBIG`, which SQLite reports as an error of the disk, like `EIO`).
    WritesFail,
    /// Nothing is written for a while: writes and `fsync` wait.
    Stalled,
}

/// A file system in a file, unmounted when dropped.
pub(super) struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// Makes a disk beside its image, if the machine permits it.
    pub(super) fn mount(beside: &Path) -> anyhow::Result<Option<Self>> {
        let (image, folder) = (beside.join("disk.img"), beside.join("disk"));
        File::create(&image)?.set_len(SIZE)?;
        std::fs::create_dir(&folder)?;
        // Without blocks that only root may use: the server may be root.
        let made = succeeds(Command::new("mkfs.ext4").args(["-q", "-F", "-m", "0"]).arg(&image));
        let mounted = made && succeeds(Command::new("mount").args(["-o", "loop"]).arg(&image).arg(&folder));
        Ok(mounted.then_some(Self { folder }))
    }

    /// Where it is mounted.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Lets no write go on until [`thaw`](Self::thaw).
    fn freeze(&self) -> anyhow::Result<()> {
        ensure!(succeeds(Command::new("fsfreeze").arg("-f").arg(&self.folder)), "the disk cannot be stalled");
        Ok(())
    }

    fn thaw(&self) -> bool {
        succeeds(Command::new("fsfreeze").arg("-u").arg(&self.folder))
    }

    /// The disk is full for some time.
    async fn fill(&self, time: Duration) -> anyhow::Result<()> {
        let ballast = self.folder.join("ballast");
        let mut file = File::create(&ballast)?;
        take_all_space(&mut file)?;
        let until = Instant::now() + time;
        while Instant::now() < until {
            take_all_space(&mut file)?;
            sleep(FILL_AGAIN).await;
        }
        std::fs::remove_file(&ballast).context("the disk cannot be emptied")
    }
}

/// Appends to a file until no space is left.
fn take_all_space(file: &mut File) -> anyhow::Result<()> {
    let mut piece = ZEROS.len();
    while piece >= SMALLEST {
        match file.write(&ZEROS[..piece]) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::StorageFull => piece /= 2,
            Err(error) => return Err(error).context("the disk cannot be filled"),
        }
    }
    Ok(())
}

impl Drop for Disk {
    fn drop(&mut self) {
        // It fails unless the disk is stalled.
        self.thaw();
        succeeds(Command::new("umount").arg("-l").arg(&self.folder));
    }
}

fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|done| done.status.success())
}

/// Lets something go wrong with the disk of a server for some time. Without a disk of its own, only [`Fault::WritesFail`] is
/// possible.
pub(super) async fn let_fail(fault: Fault, disk: Option<&Disk>, server: u32, time: Duration) -> anyhow::Result<()> {
    match (fault, disk) {
        (Fault::Full, Some(disk)) => disk.fill(time).await,
        (Fault::Stalled, Some(disk)) => {
            disk.freeze()?;
            sleep(time).await;
            ensure!(disk.thaw(), "the disk stays stalled");
            Ok(())
        }
        (Fault::WritesFail, _) | (_, None) => {
            let pid = i32::try_from(server).ok().and_then(Pid::from_raw).context("the server has no process")?;
            let limit = |current| Rlimit { current, ..getrlimit(Resource::Fsize) };
            prlimit(Some(pid), Resource::Fsize, limit(Some(0))).context("writes cannot be refused")?;
            sleep(time).await;
            prlimit(Some(pid), Resource::Fsize, limit(None)).context("writes stay refused")?;
            Ok(())
        }
    }
}
