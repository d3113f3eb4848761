//! The package that a person installs: the window and the command line as one `.deb`, made by Tauri's own bundler.

mod clean_root;
mod deb;

use std::fmt;
use std::path::PathBuf;

use serde_json::json;

use crate::setup::{Profile, setup};
use crate::shell::{Failure, Outcome, built_for_release, capture, command, npm_install, root, run, target};

/// A made package and how much room it takes, in bytes.
#[derive(Debug)]
pub struct Package {
    pub file: PathBuf,
    pub size: u64,
    pub installed: u64,
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, mb) = (self.file.display(), |bytes: u64| bytes as f64 / 1e6);
        write!(f, "{file}: {:.1} MB, {:.1} MB installed", mb(self.size), mb(self.installed))
    }
}

/// Makes the package; with `check` it is installed on a fresh Debian as well, and its window driven there.
pub fn bundle(check: bool) -> Outcome {
    let package = make()?;
    println!("{package}");
    if check { clean_root::check(&package.file) } else { Ok(()) }
}

/// Builds the user interface and both programs for people, and packs them.
pub fn make() -> Result<Package, Failure> {
    setup(Profile::Package)?;
    npm_install()?;
    // Both at once, so that what they share is built once.
    run(tauri(&["build", "--ci", "--no-bundle", "--", "--package", "otomo", "--package", "otomo-cli"]))?;
    let files = json!({ "/usr/bin/otomoctl": built_for_release("otomoctl") });
    let config = json!({ "bundle": { "linux": { "deb": { "files": files } } } }).to_string();
    let folder = target("release").join("bundle");
    // The bundler leaves packages of earlier versions where they are.
    run(command("rm", &["-rf", &folder.to_string_lossy()]))?;
    run(tauri(&["bundle", "--ci", "--bundles", "deb", "--config", &config]))?;
    let made = deb::only(&folder.join("deb"))?;
    weigh(deb::finish(&made, &folder.join("source"))?)
}

fn tauri(arguments: &[&str]) -> std::process::Command {
    command(root().join("ui/node_modules/.bin/tauri"), arguments)
}

fn weigh(file: PathBuf) -> Result<Package, Failure> {
    let size = file.metadata().map_err(|e| Failure::new(format!("{}: {e}", file.display())))?.len();
    let said = capture(command("dpkg-deb", &["--field", &file.to_string_lossy(), "Installed-Size"]))?;
    let kib: u64 = said.trim().parse().map_err(|_| Failure::new(format!("no installed size: {said:?}")))?;
    Ok(Package { file, size, installed: kib * 1024 })
}
