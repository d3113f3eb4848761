//! A file that the person asked for: written where they look for such files, for nobody else to read, whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use otomo_domain::file_name;
use otomo_store::StoreFault;

use crate::fault::Fault;

/// How many files of one name are told apart by their numbers.
const MAX_NAMESAKES: u32 = 1000;

/// A file that is being written; unless it is finished it goes away again.
pub(crate) struct NewFile {
    path: PathBuf,
    out: Option<BufWriter<File>>,
}

impl NewFile {
    /// Begins a file that was not there, under a name that no file in the folder has.
    pub fn create(folder: &Path, name: &str) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        for number in 1..=MAX_NAMESAKES {
            let path = folder.join(file_name::numbered(name, number));
            match options.open(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                Ok(file) => return Ok(Self { path, out: Some(BufWriter::new(file)) }),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.as_mut().map_or(Ok(()), |out| out.write_all(bytes))
    }

    /// Keeps it; where it is.
    pub fn finish(mut self) -> io::Result<PathBuf> {
        if let Some(out) = &mut self.out {
            out.flush()?;
            out.get_ref().sync_all()?;
        }
        self.out = None;
        Ok(self.path.clone())
    }
}

impl Drop for NewFile {
    /// Half a file would be taken for a whole one.
    fn drop(&mut self) {
        if self.out.take().is_some() {
            drop(fs::remove_file(&self.path));
        }
    }
}

/// The system's words name no file.
pub(crate) fn not_saved(error: io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreFault::DiskFull.into(),
        _ => Fault::NotSaved(error.to_string()),
    }
}
