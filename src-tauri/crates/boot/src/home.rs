//! The data folder: private to the person, used by one process at a time.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use directories::{ProjectDirs, UserDirs};
use otomo_domain::digest::Digest;
use serde::{Deserialize, Serialize};

use crate::start::StartFault;

/// A data folder in use. The lock goes when this is dropped, or when the process ends in whatever way.
#[derive(Debug)]
pub struct Home {
    path: PathBuf,
    _lock: File,
}

/// Marks a home that was made for tests, where time may run faster. Kept in `test-home.json`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct TestHome {
    /// When the virtual time of this home began (ms since the epoch): every process reckons from here.
    pub epoch: i64,
}

const MARK: &str = "test-home.json";

/// The folder to use: the one asked for, else `OTOMO_HOME`, else the place where this system keeps such data.
pub fn locate(asked: Option<PathBuf>) -> Option<PathBuf> {
    let from_environment = || std::env::var_os("OTOMO_HOME").filter(|v| !v.is_empty()).map(PathBuf::from);
    let by_convention = || ProjectDirs::from("app", "otomo", "otomo").map(|dirs| dirs.data_local_dir().to_owned());
    asked.or_else(from_environment).or_else(by_convention)
}

/// Where the person looks for files they saved: their downloads; without such a folder where their files are at all.
pub(crate) fn downloads() -> PathBuf {
    let folder = |dirs: &UserDirs| dirs.download_dir().unwrap_or(dirs.home_dir()).to_owned();
    UserDirs::new().as_ref().map(folder).unwrap_or_else(std::env::temp_dir)
}

/// A name for a home that is the same however it is reached, for where a path can't stand.
pub fn digest(path: &Path) -> Digest {
    let path = path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned());
    Digest::of(path.to_string_lossy().as_bytes())
}

impl Home {
    /// Makes the folder if needed, sees to it that nobody else can look in, and takes its lock.
    pub fn open(path: &Path) -> Result<Self, StartFault> {
        let unusable = |e: io::Error| StartFault::HomeUnusable(format!("{}: {e}", path.display()));
        fs::create_dir_all(path).map_err(unusable)?;
        make_private(path).map_err(unusable)?;
        let lock =
            File::options().create(true).truncate(false).write(true).open(path.join("home.lock")).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StartFault::HomeInUse),
            Err(TryLockError::Error(e)) => Err(unusable(e)),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Marks a fresh home as one for tests. One that holds a person's data never becomes one.
    pub fn mark_for_tests(&self, mark: TestHome) -> Result<(), StartFault> {
        let unusable = |e: io::Error| StartFault::HomeUnusable(format!("{}: {e}", self.path.display()));
        if otomo_store::open::exists(&self.path) {
            return Err(StartFault::NotATestHome);
        }
        fs::write(self.path.join(MARK), serde_json::to_vec(&mark).unwrap_or_default()).map_err(unusable)
    }

    pub fn test_mark(&self) -> Option<TestHome> {
        serde_json::from_slice(&fs::read(self.path.join(MARK)).ok()?).ok()
    }
}

#[cfg(unix)]
fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

/// On Windows a folder below the person's profile is private to the person already.
#[cfg(not(unix))]
fn make_private(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_does_not_get_a_home_that_is_in_use() {
        let folder = tempfile::tempdir().expect("folder");
        let first = Home::open(folder.path()).expect("first");
        assert!(matches!(Home::open(folder.path()), Err(StartFault::HomeInUse)));
        drop(first);
        assert!(Home::open(folder.path()).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_look_into_a_home() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("open up");
        let _home = Home::open(folder.path()).expect("home");
        assert_eq!(fs::metadata(folder.path()).expect("metadata").permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_home_with_data_never_becomes_a_test_home() {
        let folder = tempfile::tempdir().expect("folder");
        let home = Home::open(folder.path()).expect("home");
        fs::write(folder.path().join("ledger.db"), "data").expect("data");
        assert!(matches!(home.mark_for_tests(TestHome { epoch: 0 }), Err(StartFault::NotATestHome)));
    }
}
