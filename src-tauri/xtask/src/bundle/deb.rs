//! The package that Tauri's bundler made, with what the bundler leaves out: what the programs really need of Debian with
//! its versions, compression by xz as Debian's own packages have it, and a name in lower case.

use std::fs;
use std::path::{Path, PathBuf};

use crate::shell::{Failure, Outcome, answer, capture, command, run};

/// Packs `made` anew, in its place. Gives the file of the package.
pub fn finish(made: &Path, work: &Path) -> Result<PathBuf, Failure> {
    // The layout of a source package: `dpkg-shlibdeps` wants to stand in one.
    let unpacked = work.join("debian/otomo");
    let folder = made.parent().unwrap_or(work);
    run(command("rm", &["-rf", &text(work)]))?;
    write(&work.join("debian/control"), "Source: otomo\n\nPackage: otomo\nArchitecture: any\n")?;
    run(command("dpkg-deb", &["--raw-extract", &text(made), &text(&unpacked)]))?;
    validate_desktop_file(&unpacked)?;
    let control = unpacked.join("DEBIAN/control");
    let fields = fs::read_to_string(&control).map_err(|e| failure(&control, &e))?;
    write(&control, &with_depends(&fields, &depends(work)?))?;
    run(command("rm", &[&text(made)]))?;
    run(command("dpkg-deb", &["--root-owner-group", "-Zxz", "--build", &text(&unpacked), &text(folder)]))?;
    only(folder)
}

/// The one package in a folder.
pub fn only(folder: &Path) -> Result<PathBuf, Failure> {
    let entries = folder.read_dir().map_err(|e| failure(folder, &e))?;
    let mut packages =
        entries.flatten().map(|entry| entry.path()).filter(|p| p.extension().is_some_and(|e| e == "deb"));
    match (packages.next(), packages.next()) {
        (Some(package), None) => Ok(package),
        _ => Err(Failure::new(format!("{}: not one package", folder.display()))),
    }
}

/// What both programs need, as the field `Depends` has it.
fn depends(work: &Path) -> Result<String, Failure> {
    let programs = ["otomo", "otomoctl"].map(|name| format!("debian/otomo/usr/bin/{name}"));
    let mut shlibdeps = command("dpkg-shlibdeps", &["-O"]);
    shlibdeps.args(programs).current_dir(work);
    let said = capture(shlibdeps)?;
    let depends = said.lines().find_map(|line| line.strip_prefix("shlibs:Depends="));
    depends.map(str::to_owned).ok_or_else(|| Failure::new(format!("dpkg-shlibdeps names no packages: {said:?}")))
}

fn with_depends(fields: &str, depends: &str) -> String {
    let kept = |line: &str| match line.starts_with("Depends: ") {
        true => format!("Depends: {depends}\n"),
        false => format!("{line}\n"),
    };
    fields.lines().map(kept).collect()
}

/// As it is in the package, with its variables filled in.
fn validate_desktop_file(unpacked: &Path) -> Outcome {
    let found = answer(command("find", &[&text(unpacked), "-name", "*.desktop"])).unwrap_or_default();
    let files: Vec<&str> = found.lines().collect();
    if files.is_empty() {
        return Err(Failure::new("the package has no desktop file"));
    }
    run(command("desktop-file-validate", &files))
}

fn write(file: &Path, content: &str) -> Outcome {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder).and_then(|()| fs::write(file, content)).map_err(|e| failure(file, &e))
}

fn failure(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_field_of_the_needed_packages_is_exchanged() {
        let fields = "Package: otomo\nDepends: libgtk-3-0\nDescription: Mail\n Depends: on you\n";
        let expected =
            "Package: otomo\nDepends: libc6 (>= 2.34), libgtk-3-0 (>= 3.24)\nDescription: Mail\n Depends: on you\n";
        assert_eq!(with_depends(fields, "libc6 (>= 2.34), libgtk-3-0 (>= 3.24)"), expected);
    }

    #[test]
    fn two_packages_in_a_folder_are_one_too_many() {
        let folder = tempfile::tempdir().unwrap();
        assert!(only(folder.path()).is_err());
        fs::write(folder.path().join("a.deb"), "").unwrap();
        assert_eq!(only(folder.path()).unwrap(), folder.path().join("a.deb"));
        fs::write(folder.path().join("b.deb"), "").unwrap();
        assert!(only(folder.path()).is_err());
    }
}
