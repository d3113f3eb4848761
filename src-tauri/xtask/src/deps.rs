//! Licences and advisories of all dependencies, held against two committed lists. It asks no network.

mod advisory;
mod licence;
mod npm;

use std::fs;

use serde::de::DeserializeOwned;

use crate::shell::{Failure, Outcome, root};

/// Something that Otomo is built from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    pub name: String,
    pub version: String,
    /// The SPDX expression of its manifest.
    pub licence: Option<String>,
}

pub fn deps() -> Outcome {
    let licences: licence::Rules = read("src-tauri/xtask/licences.toml")?;
    let advisories: advisory::Rules = read("src-tauri/xtask/advisories.toml")?;
    let lock: advisory::Lock = read("Cargo.lock")?;
    let crates = licence::crates()?;
    let packages = npm::packages(&root().join("ui/node_modules"))?;
    let mut complaints = licences.complaints(crates.iter().chain(&packages));
    complaints.extend(advisories.complaints(&lock.package)?);
    complaints.extend(advisories.banned_complaints()?);
    if complaints.is_empty() {
        println!("{} crates and {} npm packages: licences and advisories as agreed", crates.len(), packages.len());
        return Ok(());
    }
    Err(Failure::new(complaints.join("\n")))
}

fn read<T: DeserializeOwned>(path: &str) -> Result<T, Failure> {
    let text = fs::read_to_string(root().join(path)).map_err(|e| Failure::new(format!("{path}: {e}")))?;
    toml::from_str(&text).map_err(|e| Failure::new(format!("{path}: {e}")))
}
