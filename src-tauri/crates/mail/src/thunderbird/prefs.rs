//! The format of `prefs.js`: a line a setting, `user_pref("name", value);`, the value a text, a number, or a truth.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::profiles;

/// The settings of a profile that are about mail accounts.
pub struct Prefs(BTreeMap<String, Value>);

impl Prefs {
    pub fn read(path: &Path) -> Option<Self> {
        profiles::text(path).map(|text| Self::parse(&text))
    }

    pub fn parse(text: &str) -> Self {
        Self(text.lines().filter_map(setting).collect())
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str().filter(|text| text.len() <= 320)
    }

    pub fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_i64()
    }

    /// A text that names several things, with commas between them.
    pub fn list(&self, name: &str) -> Vec<&str> {
        let text = self.0.get(name).and_then(Value::as_str).unwrap_or_default();
        text.split(',').map(str::trim).filter(|key| !key.is_empty()).collect()
    }
}

/// A line's setting; the two values are written as in JSON.
fn setting(line: &str) -> Option<(String, Value)> {
    let inside = line.trim().strip_prefix("user_pref(\"mail.")?.strip_suffix(");")?;
    let (name, value): (String, Value) = serde_json::from_str(&format!("[\"mail.{inside}]")).ok()?;
    Some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_read_and_what_is_none_is_passed_over() {
        let prefs = Prefs::parse(
            "// Mozilla User Preferences\r\nuser_pref(\"mail.a\", \"x\\\"y\\\\z\");\r\n\
             user_pref(\"mail.b\", 993);\nuser_pref(\"mail.c\", true);\nuser_pref(\"mail.d\", \nuser_pref(\"browser.e\", 1);\n\
             user_pref(\"mail.f\", evil());\nuser_pref(\"mail.g\", \"a, b,,c\");",
        );
        assert_eq!(prefs.text("mail.a"), Some("x\"y\\z"));
        assert_eq!(prefs.number("mail.b"), Some(993));
        assert_eq!(prefs.list("mail.g"), ["a", "b", "c"]);
        assert_eq!(prefs.0.keys().collect::<Vec<_>>(), ["mail.a", "mail.b", "mail.c", "mail.g"]);
    }
}
