//! The files of the checkout: what git tracks, and what it would add.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A file of the checkout.
pub struct File {
    /// From the root, with `/`.
    pub path: String,
    /// Empty for what is not text.
    pub text: String,
}

impl File {
    /// Whether its name ends in one of these.
    pub fn is(&self, extensions: &[&str]) -> bool {
        extensions.iter().any(|e| self.path.rsplit_once('.').is_some_and(|(_, own)| own == *e))
    }

    pub fn is_below(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.starts_with(folder))
    }

    /// `path:line: text` of every line of which `wrong` is true, comments and the unit tests at the end left aside.
    pub fn lines_where(&self, wrong: impl Fn(&str) -> bool) -> Vec<String> {
        let program = self.text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let code = program.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
        let found = code.filter(|(_, line)| wrong(line));
        found.map(|(number, line)| format!("{}:{}: {}", self.path, number + 1, line.trim())).collect()
    }
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the checkout").to_path_buf()
}

/// Every file, read once.
pub fn files() -> &'static [File] {
    static FILES: OnceLock<Vec<File>> = OnceLock::new();
    FILES.get_or_init(|| {
        let mut git = Command::new("git");
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]);
        let output = git.current_dir(root()).output().expect("git can be run");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let paths = String::from_utf8(output.stdout).expect("paths in UTF-8");
        let present = |path: &&str| !path.is_empty() && root().join(path).is_file();
        let read = |path: &str| {
            let text = fs::read(root().join(path)).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            File { path: path.to_owned(), text: text.unwrap_or_default() }
        };
        paths.split('\0').filter(present).map(read).collect()
    })
}

/// The Rust files below a folder.
pub fn rust(folder: &'static str) -> impl Iterator<Item = &'static File> {
    files().iter().filter(move |file| file.is(&["rs"]) && file.is_below(&[folder]))
}

/// Fails with the list, unless it is empty.
pub fn none(found: impl IntoIterator<Item = String>) {
    let found: Vec<_> = found.into_iter().collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_tree_is_really_read() {
    assert!(files().iter().any(|f| f.path == "Cargo.toml" && f.text.contains("[workspace]")));
    assert!(rust("src-tauri/crates/domain/").count() > 10);
}
