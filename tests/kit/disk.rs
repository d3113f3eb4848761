//! A small disk of its own, to fill up or to write-protect. Whoever mounts it needs `CAP_SYS_ADMIN`.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A disk in memory; it is taken away again in the end.
pub struct Disk(TempDir);

impl Disk {
    /// With so much room, as `mount` says it (`96k`).
    pub fn of(size: &str) -> Self {
        let disk = Self(tempfile::tempdir().unwrap());
        disk.mount(&format!("size={size}"));
        disk
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// From now on it may only be read, or be written again.
    pub fn protect(&self, protected: bool) {
        self.mount(if protected { "remount,ro" } else { "remount,rw" });
    }

    fn mount(&self, options: &str) {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "otomo-test"]).arg(self.path());
        assert!(mount.status().unwrap().success(), "a disk in memory: this needs CAP_SYS_ADMIN");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("--lazy").arg(self.path()).status());
    }
}
