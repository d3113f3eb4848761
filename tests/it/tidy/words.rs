//! What no file says, and what both languages say.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::tree::{File, files, none};

/// Code and text that people write here.
const WRITTEN: &[&str] =
    &["rs", "ts", "js", "mjs", "svelte", "css", "html", "sql", "py", "sh", "md", "toml", "json", "yaml", "in"];

fn written() -> impl Iterator<Item = &'static File> {
    files().iter().filter(|f| f.is(WRITTEN) || !f.path.rsplit('/').next().is_some_and(|name| name.contains('.')))
}

/// `path:line` of every line that has one of these words. Joined here, so that this file does not trip over itself.
fn lines_with(file: &File, words: &[[&str; 2]]) -> Vec<String> {
    let words: Vec<_> = words.iter().map(|halves| halves.concat()).collect();
    let lines = file.text.lines().enumerate();
    let found = lines.filter(|(_, line)| words.iter().any(|word| line.contains(word.as_str())));
    found.map(|(number, line)| format!("{}:{}: {}", file.path, number + 1, line.trim())).collect()
}

#[test]
fn no_test_is_left_out() {
    let marks = [
        ["#[igno", "re"],
        ["it.ski", "p("],
        ["test.ski", "p("],
        ["it.onl", "y("],
        ["test.onl", "y("],
        ["describe.onl", "y("],
    ];
    let tests = files().iter().filter(|f| f.is(&["rs", "ts"]));
    none(tests.flat_map(|file| lines_with(file, &marks)));
}

#[test]
fn nothing_is_left_for_later() {
    let marks = [["TO", "DO"], ["FIX", "ME"], ["to", "do!("], ["unimple", "mented!("]];
    let sources = files().iter().filter(|f| f.is(&["rs", "ts", "svelte", "py", "sh", "sql", "mjs"]));
    none(sources.flat_map(|file| lines_with(file, &marks)));
}

#[test]
fn no_file_says_where_packages_come_from() {
    let hosts = [
        ["crates", ".io"],
        ["registry.npm", "js"],
        ["npm", "js.org"],
        ["npm", "js.com"],
        ["py", "pi.org"],
        ["pythonhosted", ".org"],
        ["deb.deb", "ian.org"],
        ["security.deb", "ian.org"],
        ["snapshot.deb", "ian.org"],
        ["proxy.gol", "ang.org"],
    ];
    // Cargo writes its own name for its registry into its lock file.
    none(written().filter(|f| !f.path.ends_with("Cargo.lock")).flat_map(|file| lines_with(file, &hosts)));
}

/// Every word of a language by its key, nested keys joined by dots.
fn messages(language: &str) -> BTreeMap<String, String> {
    fn flatten(prefix: &str, value: &Value, into: &mut BTreeMap<String, String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| flatten(&format!("{prefix}.{key}"), value, into)),
            Value::String(text) => drop(into.insert(prefix.to_owned(), text.clone())),
            other => drop(into.insert(prefix.to_owned(), other.to_string())),
        }
    }
    let path = format!("ui/messages/{language}.json");
    let file = files().iter().find(|f| f.path == path).unwrap_or_else(|| panic!("{path} is there"));
    let mut messages = BTreeMap::new();
    flatten("", &serde_json::from_str(&file.text).unwrap_or_else(|e| panic!("{path}: {e}")), &mut messages);
    messages.remove(".$schema");
    messages
}

/// The names in braces.
fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name.trim()).collect()
}

#[test]
fn every_word_stands_in_both_languages() {
    let (english, japanese) = (messages("en"), messages("ja"));
    let missing = |a: &BTreeMap<String, String>, b: &BTreeMap<String, String>, language: &str| -> Vec<String> {
        a.keys().filter(|key| !b.contains_key(*key)).map(|key| format!("{language} lacks {key}")).collect()
    };
    none(missing(&english, &japanese, "ja"));
    none(missing(&japanese, &english, "en"));
    none(english.iter().filter(|(_, text)| text.trim().is_empty()).map(|(key, _)| format!("en: {key} is empty")));
    none(japanese.iter().filter(|(_, text)| text.trim().is_empty()).map(|(key, _)| format!("ja: {key} is empty")));
}

#[test]
fn both_languages_fill_in_the_same_things() {
    let japanese = messages("ja");
    none(messages("en").iter().filter_map(|(key, english)| {
        let other = japanese.get(key).map(|text| placeholders(text)).unwrap_or_default();
        (placeholders(english) != other).then(|| format!("{key}: {:?} and {other:?}", placeholders(english)))
    }));
}
