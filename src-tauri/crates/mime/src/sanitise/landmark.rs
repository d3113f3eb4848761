//! Where a mail program marks older mail and signatures in its HTML.
//!
//! The marks are kept as one of three words, whatever the program called them, so that a page can still be cut after it
//! was cleaned. They are words of mail programs themselves: were they ours, a sender's own class that happens to be called
//! so would become a mark. A sender's own classes and ids say nothing and are dropped.

/// What begins at an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Landmark {
    /// The element is quoted mail, or the line that says whose mail is quoted.
    Quote,
    /// Everything from the element on is older mail.
    Rest,
    /// The element is the signature.
    Signature,
}

impl Landmark {
    const ALL: [Self; 3] = [Self::Quote, Self::Rest, Self::Signature];

    /// The word that stands for it in a cleaned page.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Quote => "protonmail_quote",
            Self::Rest => "appendonsend",
            Self::Signature => "gmail_signature",
        }
    }

    /// What an attribute marks: a `class` or an `id`.
    pub(crate) fn of(attribute: &str, value: &str) -> Option<Self> {
        if !matches!(attribute, "class" | "id") {
            return None;
        }
        value.split_ascii_whitespace().take(MAX_WORDS).find_map(|word| {
            let word = word.to_ascii_lowercase();
            // Outlook on the web puts this before the names of what it quotes.
            let word = word.trim_start_matches("x_");
            match word {
                // Outlook on the web's name for the element; as a class it is anybody's.
                "signature" => (attribute == "id").then_some(Self::Signature),
                // Yahoo! puts a random word before it, or a number behind.
                _ if word.contains("yahoo_quoted") => Some(Self::Quote),
                _ => Self::ALL.into_iter().find(|mark| mark.programs().contains(&word)),
            }
        })
    }

    /// What mail programs call it. `gmail_quote` isn't here: Gmail puts answers between the lines in it, too, and the
    /// quotes in it are marked besides.
    fn programs(self) -> &'static [&'static str] {
        match self {
            Self::Quote => &[
                "gmail_attr",
                "moz-cite-prefix",
                "moz-forward-container",
                "protonmail_quote",
                "tutanota_quote",
                "zmail_extra",
                "mail-editor-reference-message-container",
                "ms-outlook-mobile-reference-message",
            ],
            Self::Rest => &["divrplyfwdmsg", "appendonsend", "outlookmessageheader"],
            Self::Signature => &[
                "gmail_signature",
                "gmail_signature_prefix",
                "moz-signature",
                "protonmail_signature_block",
                "ms-outlook-mobile-signature",
                "applemailsignature",
                "zmail_signature",
            ],
        }
    }
}

const MAX_WORDS: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(attribute: &str, value: &str, expected: Option<Landmark>) {
        assert_eq!(Landmark::of(attribute, value), expected, "{attribute}={value:?}");
        if let Some(mark) = expected {
            assert_eq!(Landmark::of(attribute, mark.word()), expected);
        }
    }

    #[test]
    fn the_marks_of_mail_programs_are_known() {
        check("class", "gmail_attr", Some(Landmark::Quote));
        check("class", "a ydp1f2e3yahoo_quoted", Some(Landmark::Quote));
        check("id", "yahoo_quoted_123", Some(Landmark::Quote));
        check("id", "x_x_divRplyFwdMsg", Some(Landmark::Rest));
        check("class", "gmail_signature b", Some(Landmark::Signature));
        check("id", "x_Signature", Some(Landmark::Signature));
    }

    #[test]
    fn other_names_say_nothing() {
        check("class", "", None);
        check("class", "gmail_quote", None);
        check("title", "gmail_attr", None);
        for own in ["quote", "quote-rest", "quoted signatures", "Signature"] {
            check("class", own, None);
        }
    }
}
