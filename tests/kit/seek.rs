//! Looks for secrets in files, in every form in which a program might have written them down.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use memchr::memmem;

/// What is searched for.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// Each form with what it is: `mail password in base64`.
    forms: Vec<(String, Vec<u8>)>,
}

impl Secrets {
    /// Adds a secret: as it is, in UTF-16 of both byte orders, base64 at its three alignments, hexadecimal.
    pub fn add(&mut self, name: &str, secret: &[u8]) {
        let mut add = |form: &str, bytes: Vec<u8>| self.forms.push((format!("{name} {form}"), bytes));
        add("as it is", secret.to_vec());
        add("in UTF-16LE", secret.iter().flat_map(|b| [*b, 0]).collect());
        add("in UTF-16BE", secret.iter().flat_map(|b| [0, *b]).collect());
        for before in 0..3 {
            add("in base64", base64_after(before, secret));
        }
        add("in hexadecimal", hex::encode(secret).into_bytes());
        add("in hexadecimal", hex::encode_upper(secret).into_bytes());
    }

    /// What was found in these bytes.
    pub fn find(&self, bytes: &[u8]) -> Vec<&str> {
        let found = self.forms.iter().filter(|(_, form)| memmem::find(bytes, form).is_some());
        found.map(|(name, _)| name.as_str()).collect()
    }

    /// What was found below a folder, by file. Sockets hold nothing.
    pub fn find_below(&self, folder: &Path) -> BTreeMap<PathBuf, Vec<&str>> {
        let found = contents(folder).into_iter().map(|(path, bytes)| (path, self.find(&bytes)));
        found.filter(|(_, names)| !names.is_empty()).collect()
    }
}

/// The characters of base64 that depend on the secret alone when `before` bytes stand before it.
fn base64_after(before: usize, secret: &[u8]) -> Vec<u8> {
    let text = STANDARD_NO_PAD.encode([&[0; 2][..before], secret].concat());
    let (first, whole) = ((before * 8).div_ceil(6), (before + secret.len()) * 8 / 6);
    text.as_bytes()[first..whole].to_vec()
}

/// Every file below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let below = entries.flat_map(|entry| {
        let kind = entry.file_type().expect("a kind of file");
        if kind.is_dir() { files(&entry.path()) } else { Vec::from_iter(kind.is_file().then(|| entry.path())) }
    });
    below.collect()
}

/// Every file below a folder with its bytes.
pub fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    files(folder).into_iter().map(|path| (path.clone(), fs::read(path).expect("a readable file"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_every_form() {
        let mut secrets = Secrets::default();
        secrets.add("word", b"hunter2!");
        let check = |bytes: &[u8]| assert_ne!(secrets.find(bytes), Vec::<&str>::new(), "{bytes:?}");
        for before in ["", "a", "ab", "abc"] {
            check(STANDARD_NO_PAD.encode(format!("{before}hunter2!after")).as_bytes());
            check(format!("{before}hunter2!").as_bytes());
        }
        check(&"hunter2!".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
        check(&"hunter2!".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>());
        check(hex::encode_upper("hunter2!").as_bytes());
        assert!(secrets.find(b"hunter3!").is_empty());
    }
}
