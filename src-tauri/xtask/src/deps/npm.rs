//! The npm packages that are installed for the user interface, when they are.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::Package;
use crate::shell::Failure;

/// Every package below a `node_modules` folder, nested ones too; none when there is no such folder.
pub fn packages(node_modules: &Path) -> Result<Vec<Package>, Failure> {
    let mut found = Vec::new();
    collect(node_modules, &mut found).map_err(|e| Failure::new(format!("{}: {e}", node_modules.display())))?;
    Ok(found)
}

fn collect(node_modules: &Path, found: &mut Vec<Package>) -> std::io::Result<()> {
    for folder in folders(node_modules)? {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match name.chars().next() {
            Some('.') => {}
            Some('@') => {
                for scoped in folders(&folder)? {
                    add(&scoped, found)?;
                }
            }
            _ => add(&folder, found)?,
        }
    }
    Ok(())
}

fn add(folder: &Path, found: &mut Vec<Package>) -> std::io::Result<()> {
    let manifest: Value = serde_json::from_str(&fs::read_to_string(folder.join("package.json"))?)?;
    let text = |key: &str| manifest.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    found.push(Package { name: text("name"), version: text("version"), licence: licence(&manifest) });
    collect(&folder.join("node_modules"), found)
}

/// The licence in today's form, or in one of the two that npm has given up: an object, a list of choices.
fn licence(manifest: &Value) -> Option<String> {
    let stated = |value: &Value| value.as_str().or_else(|| value.get("type")?.as_str()).map(str::to_owned);
    let choices = || {
        let choices: Option<Vec<_>> = manifest.get("licenses")?.as_array()?.iter().map(stated).collect();
        choices.map(|choices| choices.join(" OR "))
    };
    manifest.get("license").and_then(stated).or_else(choices)
}

/// The folders in a folder, in order; none when it is not there.
fn folders(folder: &Path) -> std::io::Result<Vec<std::path::PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path()));
    let mut folders = entries.collect::<Result<Vec<_>, _>>()?;
    folders.retain(|path| path.is_dir());
    folders.sort();
    Ok(folders)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(manifest: &str, expected: Option<&str>) {
        assert_eq!(licence(&serde_json::from_str(manifest).expect("JSON")).as_deref(), expected);
    }

    #[test]
    fn every_form_of_a_licence_is_understood() {
        check(r#"{"license": "MIT"}"#, Some("MIT"));
        check(r#"{"license": {"type": "ISC"}}"#, Some("ISC"));
        check(r#"{"licenses": [{"type": "MIT"}, {"type": "ISC"}]}"#, Some("MIT OR ISC"));
        check("{}", None);
    }

    #[test]
    fn scoped_and_nested_packages_are_found() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        for name in ["a", "@s/b", "a/node_modules/c", ".bin"] {
            let folder = dir.path().join(name);
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(folder.join("package.json"), format!(r#"{{"name": "{name}", "license": "MIT"}}"#))
                .expect("a file");
        }
        let names: Vec<_> = packages(dir.path()).expect("packages").into_iter().map(|p| p.name).collect();
        assert_eq!(names, ["@s/b", "a", "a/node_modules/c"]);
    }

    #[test]
    fn no_folder_has_no_packages() {
        assert_eq!(packages(Path::new("/no/such/folder")).expect("none"), []);
    }
}
