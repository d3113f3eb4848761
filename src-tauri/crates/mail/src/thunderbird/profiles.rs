//! Where profiles are.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where each system and package keeps them, below a person's home.
const PLACES: &[&str] = &[
    ".thunderbird",
    "snap/thunderbird/common/.thunderbird",
    ".var/app/org.mozilla.Thunderbird/.thunderbird",
    "AppData/Roaming/Thunderbird",
    "Library/Thunderbird",
];

/// The largest file that is read. A `prefs.js` of many years has less than one.
const LARGEST: u64 = 8 * 1024 * 1024;

/// How many profiles are looked at.
const PROFILES: usize = 20;

/// The folders of all profiles.
pub fn below(home: &Path) -> Vec<PathBuf> {
    let listed = PLACES.iter().flat_map(|place| listed(&home.join(place)));
    listed.take(PROFILES).collect()
}

/// The profiles that the `profiles.ini` of a folder lists.
fn listed(folder: &Path) -> Vec<PathBuf> {
    let Some(text) = text(&folder.join("profiles.ini")) else { return Vec::new() };
    let mut found = Vec::new();
    for section in text.split('[').filter(|section| section.starts_with("Profile")) {
        let value = |key: &str| {
            let mut pairs = section.lines().filter_map(|line| line.trim().split_once('='));
            pairs.find(|(name, _)| *name == key).map(|(_, value)| value)
        };
        let Some(path) = value("Path").filter(|path| !path.is_empty()) else { continue };
        // A path that is not relative to this folder replaces it.
        found.push(folder.join(path));
    }
    found
}

/// The text of a file, if it is an ordinary one of an ordinary size.
pub fn text(path: &Path) -> Option<String> {
    let size = path.metadata().ok().filter(std::fs::Metadata::is_file)?.len();
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(LARGEST).read_to_end(&mut bytes).ok()?;
    (size <= LARGEST).then(|| String::from_utf8_lossy(&bytes).into_owned())
}
