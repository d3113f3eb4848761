//! Where files stand and how long they may be.

use super::tree::{files, none};

/// All that shows at the top level.
const TOP: &[&str] =
    &["Cargo.toml", "Cargo.lock", "tauri.conf.json", "README.md", "CHANGELOG.md", "src-tauri", "ui", "icons", "tests"];

#[test]
fn the_top_level_holds_only_what_was_agreed() {
    let agreed = |name: &str| name.starts_with('.') || name.starts_with("LICENSE") || TOP.contains(&name);
    let names = files().iter().filter_map(|file| file.path.split('/').next());
    none(names.filter(|name| !agreed(name)).map(str::to_owned));
}

#[test]
fn no_file_is_too_long_to_be_read() {
    let written =
        files().iter().filter(|f| f.is(&["rs", "ts", "svelte", "sql", "css"]) && !f.is_below(&["ui/src/gen/"]));
    let long = written.map(|f| (f, f.text.lines().count())).filter(|(_, lines)| *lines > 600);
    none(long.map(|(f, lines)| format!("{} has {lines} lines", f.path)));
}

#[test]
fn a_module_is_named_after_what_it_holds() {
    none(files().iter().filter(|f| f.path.ends_with("/mod.rs")).map(|f| f.path.clone()));
}

#[test]
fn every_golden_mail_has_what_is_expected_of_it() {
    let mails =
        files().iter().filter_map(|f| f.path.strip_suffix(".eml")).filter(|m| m.starts_with("tests/fixtures/mail/"));
    let expected = |mail: &&str| files().iter().any(|f| f.path.strip_suffix(".json") == Some(mail));
    none(mails.filter(|mail| !expected(mail)).map(|mail| format!("{mail}.eml has no {mail}.json")));
}
