//! What a choice leaves of a mail's text: without older mail that is quoted, without the signature, without what is
//! blacked out.
//!
//! The text is cut first. The HTML is cut the same way, and then checked against the text: if anything that was cut out of
//! the text can still be read in it, or a redaction can, the HTML is left out as a whole. Nothing slips through a layout
//! that nobody knew.

use otomo_domain::mail::Body;
use otomo_domain::redaction::Redactions;

/// What is to be cut.
#[derive(Clone, Debug, Default)]
pub struct Cut {
    /// Quotes are kept.
    pub quotes: bool,
    /// The signature is kept.
    pub signature: bool,
    pub redactions: Redactions,
}

/// What is left, and what was left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Portion {
    /// The HTML is sanitised, as it came in.
    pub body: Body,
    /// Lines of quoted mail that were cut from the text.
    pub quoted_lines: usize,
    /// Lines of the signature that were cut from the text.
    pub signature_lines: usize,
    /// How often something was blacked out of the text.
    pub redacted: usize,
    /// There was HTML, and it could not be cut safely.
    pub html_left_out: bool,
}

/// Cuts a body whose HTML is sanitised.
pub fn portion(body: &Body, cut: &Cut) -> Portion {
    let redacted = cut.redactions.ranges(&body.text).len();
    let text = cut.redactions.apply(&body.text);
    let html = body.html.clone().filter(|_| cut.redactions.is_empty());
    let html_left_out = body.html.is_some() && html.is_none();
    Portion { body: Body { text, html }, redacted, html_left_out, ..Portion::default() }
}
