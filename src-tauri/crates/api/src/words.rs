//! The window's words, from the one place where they all are: `ui/messages/{en,ja}.json`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use otomo_domain::words::Words;

type Messages = BTreeMap<String, serde_json::Value>;

static EN: LazyLock<Messages> = LazyLock::new(|| read(include_str!("../../../../ui/messages/en.json")));
static JA: LazyLock<Messages> = LazyLock::new(|| read(include_str!("../../../../ui/messages/ja.json")));

/// The files are part of the program and tested with it; one that can't be read has no words.
fn read(json: &str) -> Messages {
    serde_json::from_str(json).unwrap_or_default()
}

/// The words under a key; empty where there are none.
pub fn words(key: &str) -> Words {
    let find = |messages: &'static Messages| messages.get(key).and_then(|word| word.as_str()).unwrap_or_default();
    Words { en: find(&EN), ja: find(&JA) }
}

/// The word under a key in one language.
pub fn said(key: &str, japanese: bool) -> String {
    let Words { en, ja } = words(key);
    if japanese { ja.to_owned() } else { en.to_owned() }
}
