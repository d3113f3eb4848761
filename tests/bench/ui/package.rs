//! Line 17: the package, and what it takes when it is installed.

use std::process::Command;

use super::line::{Limit, Line};

/// Weighs the package that `OTOMO_DEB` names.
pub fn weigh() -> [Line; 2] {
    let file = std::env::var_os("OTOMO_DEB").expect("OTOMO_DEB names the package");
    let size = std::fs::metadata(&file).expect("the package").len();
    let field = Command::new("dpkg-deb").arg("--field").arg(&file).arg("Installed-Size").output().expect("dpkg-deb");
    let installed: u64 = String::from_utf8_lossy(&field.stdout).trim().parse().expect("KiB");
    let line = |name, bytes: u64, limit| {
        let value = bytes as f64 / 1e6;
        Line { number: 17, name, unit: "MB", value, peer: None, limit: Limit::Value(limit) }
    };
    [line("package", size, 15.0), line("installed", installed * 1024, 45.0)]
}
