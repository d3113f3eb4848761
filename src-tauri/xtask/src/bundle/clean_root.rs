//! The package on a Debian 12 that knows nothing of this machine: installed by apt, its window opened and driven.
//!
//! The fresh system is a folder made by debootstrap. What runs in it has a mount and a process table of its own, so
//! that nothing is left mounted or running however the check ends. The checkout shows in it under its usual path, for the
//! test program and the lab's servers; the programs that are tested are those of the package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::setup::{SCREEN, SERVERS, TOOLS, privilege};
use crate::shell::{Failure, Outcome, capture, command, root, run, run_watched};

/// The Debian that the oldest supported desktop runs.
const SUITE: &str = "bookworm";

/// What looks at the screen from outside.
const WITNESSES: &[&str] = &["imagemagick", "x11-utils"];

/// A server that is installed is not started by that: its ports are this machine's.
const NO_SERVICES: &str = r"printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d";

/// Where the scripts stand, in the checkout.
const SCRIPTS: &str = "src-tauri/xtask/src/bundle";

/// A fresh Debian in a folder of its own, removed at the end.
struct CleanRoot {
    folder: PathBuf,
    privilege: &'static [&'static str],
}

/// Installs the package and goes through the main journey with it.
pub fn check(package: &Path) -> Outcome {
    let journey = journey()?;
    let debian = CleanRoot::make()?;
    debian.install(package)?;
    let picture = root().join("target/screens/clean-root.png");
    fs::create_dir_all(picture.with_file_name("")).map_err(|e| Failure::new(e.to_string()))?;
    debian.run(&["apt-get", "install", "--yes", "--quiet", "--no-install-recommends"], &packages())?;
    let screen = ["dbus-run-session", "--", "xvfb-run", "--auto-servernum", "--server-args=-screen 0 1280x900x24"];
    debian.run(&screen, &["sh", "-eu", &script("open.sh"), &picture.to_string_lossy()])?;
    println!("the window opened: {}", picture.display());
    debian.go_through(&journey)
}

fn script(name: &str) -> String {
    root().join(SCRIPTS).join(name).to_string_lossy().into_owned()
}

/// The servers and the screen that the journey needs.
fn packages() -> Vec<&'static str> {
    [SERVERS, SCREEN, TOOLS, WITNESSES].concat()
}

/// The test program that drives a window.
fn journey() -> Result<PathBuf, Failure> {
    let arguments = ["test", "--package", "otomo-tests", "--test", "app", "--no-run", "--message-format=json"];
    let said = capture(command("cargo", &arguments))?;
    let built = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let program = built.filter_map(|message| message.get("executable")?.as_str().map(PathBuf::from)).next_back();
    program.ok_or_else(|| Failure::new("cargo built no test program"))
}

/// Where this machine gets its Debian packages from, read from the address of one.
fn mirror() -> Result<String, Failure> {
    let said = capture(command("apt-get", &["install", "--reinstall", "--print-uris", "hostname"]))?;
    mirror_of(&said).ok_or_else(|| Failure::new(format!("apt-get names no mirror: {said:?}")))
}

/// How many tests a test program says it passed.
fn passed_in(line: &str) -> u32 {
    let number = line.trim().strip_prefix("test result: ok. ").and_then(|rest| rest.split(' ').next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn mirror_of(said: &str) -> Option<String> {
    let address = said.lines().find_map(|line| line.strip_prefix('\'')?.split('\'').next())?;
    address.split_once("/pool/").map(|(mirror, _)| mirror.to_owned())
}

impl CleanRoot {
    fn make() -> Result<Self, Failure> {
        let privilege = privilege().ok_or_else(|| Failure::usage("A fresh Debian is made by root, or with sudo."))?;
        let folder = std::env::temp_dir().join(format!("otomo-clean-root-{}", std::process::id()));
        let made = Self { folder, privilege };
        let folder = made.folder.to_string_lossy();
        let words = ["debootstrap", "--variant=minbase", SUITE, &folder, &mirror()?];
        run(made.privileged(&words))?;
        run(made.privileged(&["cp", "/etc/resolv.conf", &format!("{folder}/etc/resolv.conf")]))?;
        made.run(&["sh", "-euc", NO_SERVICES], &[])?;
        Ok(made)
    }

    /// By apt, without what is only recommended: what the package depends on has to be enough.
    fn install(&self, package: &Path) -> Outcome {
        let package = self.bring(package, "otomo.deb")?;
        self.run(&["apt-get", "update", "--quiet"], &[])?;
        self.run(&["apt-get", "install", "--yes", "--quiet", "--no-install-recommends"], &[&package])
    }

    /// Copies a file into the fresh system; gives its path there.
    fn bring(&self, file: &Path, name: &str) -> Result<String, Failure> {
        let inside = format!("/tmp/{name}");
        let copy = format!("{}{inside}", self.folder.display());
        run(self.privileged(&["cp", &file.to_string_lossy(), &copy]))?;
        Ok(inside)
    }

    /// The main journey with the installed program; that no test was chosen is a failure, too.
    fn go_through(&self, journey: &Path) -> Outcome {
        let mut passed = 0;
        let program = self.bring(journey, "journey")?;
        let words = self.inside(&["env", "OTOMO_APP=/usr/bin/otomo"], &[&program, "journey::", "--nocapture"]);
        run_watched(words, |line| passed += passed_in(line))?;
        if passed == 0 { Err(Failure::new("no journey was gone through")) } else { Ok(()) }
    }

    fn run(&self, words: &[&str], more: &[&str]) -> Outcome {
        run(self.inside(words, more))
    }

    /// What runs these words in the fresh system.
    fn inside(&self, words: &[&str], more: &[&str]) -> Command {
        let (folder, checkout) = (self.folder.to_string_lossy(), root());
        let checkout = checkout.to_string_lossy();
        let apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-eu"];
        self.privileged(&[&apart[..], &[&script("enter.sh"), &folder, &checkout], words, more].concat())
    }

    fn privileged(&self, words: &[&str]) -> Command {
        let words = [self.privilege, words].concat();
        let (program, rest) = words.split_first().unwrap_or((&"true", &[]));
        command(program, rest)
    }
}

impl Drop for CleanRoot {
    /// The mounts of what ran inside were never to be seen out here, so this removes nothing but the fresh system.
    fn drop(&mut self) {
        let folder = self.folder.to_string_lossy();
        if let Err(failure) = run(self.privileged(&["rm", "-rf", "--one-file-system", &folder])) {
            eprintln!("{failure}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passed_tests_are_counted_from_the_summary() {
        assert_eq!(passed_in("test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 40 filtered out\n"), 3);
        assert_eq!(passed_in("test journey::one ... ok"), 0);
        assert_eq!(passed_in("test result: FAILED. 3 passed; 1 failed"), 0);
    }

    #[test]
    fn the_mirror_is_what_comes_before_the_pool() {
        let said =
            "Reading package lists...\n'http://mirror.example/debian/pool/main/h/hostname/h.deb' h.deb 1 MD5Sum:0\n";
        assert_eq!(mirror_of(said).as_deref(), Some("http://mirror.example/debian"));
        assert_eq!(mirror_of("Reading package lists...\n"), None);
    }
}
