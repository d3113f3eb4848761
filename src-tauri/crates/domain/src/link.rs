//! Which links of a mail may be handed to the desktop.
//!
//! A desktop starts a program for whatever scheme it knows: `file:` and `smb:` reach for files, and lately every other
//! program has a scheme of its own. Only the web and a new mail are what a person expects of a link in a mail.

use url::Url;

/// A link that the desktop may open. It is written as the WHATWG URL standard has it: no blank, quote or control
/// character of the mail is left in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link(Url);

impl Link {
    /// `None` for anything but `http`, `https`, and a `mailto` that attaches no file of this computer.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let may = match url.scheme() {
            "http" | "https" => url.has_host(),
            "mailto" => !attaches(&url),
            _ => false,
        };
        may.then_some(Self(url))
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Some mail programs take a file's path from a header field of a link (Mailto: Me Your Secrets, 2020).
fn attaches(mailto: &Url) -> bool {
    mailto.query_pairs().any(|(field, _)| field.trim().to_ascii_lowercase().starts_with("attach"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(Link::parse(text).as_ref().map(Link::as_str), expected, "{text:?}");
    }

    #[test]
    fn the_web_and_a_new_mail_may_be_opened() {
        check("https://example.com/a?b=c#d", Some("https://example.com/a?b=c#d"));
        check("HTTP://例え.jp", Some("http://xn--r8jz45g.jp/"));
        check("mailto:sato@example.jp?subject=Re", Some("mailto:sato@example.jp?subject=Re"));
        check("https://good.example@evil.example/", Some("https://good.example@evil.example/"));
    }

    #[test]
    fn nothing_else_is_opened() {
        for text in [
            "",
            "example.com",
            "javascript:alert(1)",
            " java\nscript:alert(1)",
            "data:text/html,x",
            "blob:https://example.com/x",
            "file:///etc/passwd",
            r"\\server\share",
            "smb://server/share",
            "vbscript:x",
            "ms-msdt:/id",
            "search-ms:query=x",
            "view-source:https://example.com",
            "intent://x#Intent;end",
            "otomo://review",
            "about:blank",
            "ftp://example.com/",
            "https://",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn a_new_mail_takes_no_file_along() {
        for field in ["attach", "Attach", "attachment", "%61ttach", "ATTACHMENTS"] {
            check(&format!("mailto:x@example.com?subject=a&{field}=/home/me/.ssh/id_rsa"), None);
        }
    }

    #[test]
    fn what_a_shell_or_a_program_could_trip_over_is_escaped() {
        check("https://example.com/a b\"c\n'`", Some("https://example.com/a%20b%22c'%60"));
    }
}
