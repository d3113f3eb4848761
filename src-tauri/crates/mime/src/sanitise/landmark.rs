//! Where a mail program marks older mail and signatures in its HTML.
//!
//! The marks are kept as one of three words, whatever the program called them, so that a page can still be cut after it
//! was cleaned. A sender's own classes and ids say nothing else and are dropped.

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
            Self::Quote => "quote",
            Self::Rest => "quote-rest",
            Self::Signature => "signature",
        }
    }

    /// What a `class` or an `id` marks, in the words of mail programs or in ours.
    pub(crate) fn of(value: &str) -> Option<Self> {
        value.split_ascii_whitespace().take(MAX_WORDS).find_map(|word| {
            let word = word.to_ascii_lowercase();
            // Outlook on the web puts this before the names of what it quotes.
            let word = word.trim_start_matches("x_");
            Self::ALL.into_iter().find(|mark| mark.word() == word || mark.programs().contains(&word)).or_else(|| {
                // Yahoo! puts a random word before it, or a number behind.
                word.contains("yahoo_quoted").then_some(Self::Quote)
            })
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

    fn check(value: &str, expected: Option<Landmark>) {
        assert_eq!(Landmark::of(value), expected, "{value:?}");
        if let Some(mark) = expected {
            assert_eq!(Landmark::of(mark.word()), expected);
        }
    }

    #[test]
    fn the_marks_of_mail_programs_are_known() {
        check("gmail_attr", Some(Landmark::Quote));
        check("a ydp1f2e3yahoo_quoted", Some(Landmark::Quote));
        check("yahoo_quoted_123", Some(Landmark::Quote));
        check("x_x_divRplyFwdMsg", Some(Landmark::Rest));
        check("gmail_signature b", Some(Landmark::Signature));
        check("Signature", Some(Landmark::Signature));
    }

    #[test]
    fn other_names_say_nothing() {
        check("", None);
        check("gmail_quote", None);
        check("quoted signatures", None);
    }
}
