//! What a choice leaves of a mail's text: without older mail that is quoted, without the signature, without what is
//! blacked out.
//!
//! | module | answers |
//! |---|---|
//! | `line` | which lines of a text or of a page go, and as what |
//! | `older`, `signature` | where older mail begins; what is a signature |
//! | `page` | HTML as lines that know where in the markup they stand |
//! | `trace` | whether lines can still be read in a text |
//!
//! Text and HTML are cut by the same rules, and what goes from one goes from the other. Then the HTML is checked: if
//! anything that was cut out of the text can still be read in it, or a redaction can, the HTML is left out as a whole.
//! Nothing slips through a layout that nobody knew.

use otomo_domain::mail::Body;
use otomo_domain::redaction::Redactions;

use crate::sanitise::sanitise;
use line::{Fate, Form};
use page::Page;
use trace::Trace;

mod line;
mod older;
mod page;
mod signature;
mod trace;

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
    /// Lines of quoted mail that were cut from the text, without empty ones.
    pub quoted_lines: usize,
    /// Lines of the signature that were cut from the text, without empty ones.
    pub signature_lines: usize,
    /// How often something was blacked out of the text.
    pub redacted: usize,
    /// There was HTML, and it could not be cut safely.
    pub html_left_out: bool,
}

/// Cuts a body whose HTML is sanitised. The same body and cut give the same bytes.
///
/// A mail that only quotes is left with an empty text; a text that is nothing but a signature stays.
pub fn portion(body: &Body, cut: &Cut) -> Portion {
    let page = body.html.as_deref().and_then(Page::read);
    let mut text = Form::of(line::of_text(&body.text));
    let mut shown = Form::of(page.as_ref().map(Page::lines).unwrap_or_default());
    decide(&mut text, &mut shown, cut);
    let kept = line::kept_text(&body.text, &text.fates);
    let (gone, quoted_lines, signature_lines) = (text.gone(), text.count(Fate::Quoted), text.count(Fate::Signature));
    let page_fates = shown.fates;
    let html = page.and_then(|page| shared_html(page, &page_fates, &cut.redactions, &gone, &kept));
    Portion {
        html_left_out: body.html.is_some() && html.is_none(),
        quoted_lines,
        signature_lines,
        redacted: cut.redactions.ranges(&kept).len(),
        body: Body { text: cut.redactions.apply(&kept), html },
    }
}

/// Decides what goes of the two forms of a text. What either of them marks goes from both.
fn decide<'t>(text: &mut Form<'t>, page: &mut Form<'t>, cut: &Cut) {
    // The signature stands at the end of the new text, so the older text must be known even where it is kept.
    older::mark(&text.lines, &mut text.fates);
    older::mark(&page.lines, &mut page.fates);
    text.follow(page, Fate::Quoted);
    page.follow(text, Fate::Quoted);
    if !cut.signature {
        signature::mark(&text.lines, &mut text.fates);
        signature::mark(&page.lines, &mut page.fates);
        text.follow(page, Fate::Signature);
        page.follow(text, Fate::Signature);
    }
    for form in [text, page] {
        if cut.quotes {
            form.fates.iter_mut().filter(|fate| **fate == Fate::Quoted).for_each(|fate| *fate = Fate::Kept);
        }
        line::close_gaps(&form.lines, &mut form.fates);
    }
}

/// The page without what goes, if nothing of it can be read in it any more. `text` is what is kept of the text, before
/// anything is blacked out of it.
fn shared_html(mut page: Page, fates: &[Fate], redactions: &Redactions, gone: &Trace, text: &str) -> Option<String> {
    page.cut(fates);
    let found = page.redact(redactions);
    // A redaction that the page writes in another way than the text would stay in it unseen. An attribute is not what the
    // page shows: it stands for nothing but an address that the text writes out.
    let all_found = |text: &str, found: &[usize]| redactions.counts(text).iter().zip(found).all(|(t, f)| t <= f);
    if !all_found(text, &found.anywhere) || !all_found(&without_links(text), &found.shown) {
        return None;
    }
    page.drop_attributes(redactions, gone);
    let html = sanitise(&page.render()).html;
    // The sanitiser may have moved things about: what counts is what it gave.
    let result = Page::read(&html)?;
    let tells = redactions.occur_in(&html) || result.tells(redactions, gone);
    (!tells).then_some(html)
}

/// A text without the addresses that it writes out where a page has them in a link. They end where one could not go on.
fn without_links(text: &str) -> String {
    let ends_link = |c: char| !c.is_ascii_graphic() || matches!(c, '<' | '>' | '"');
    let mut left = String::with_capacity(text.len());
    for piece in text.split_inclusive(ends_link) {
        let lower = piece.to_ascii_lowercase();
        let link = ["https:", "http:", "mailto:"].into_iter().filter_map(|scheme| lower.find(scheme)).min();
        left.push_str(piece.get(..link.unwrap_or(piece.len())).unwrap_or_default());
        left.extend(link.and_then(|_| piece.chars().next_back()).filter(|c| ends_link(*c)));
    }
    left
}

#[cfg(test)]
mod tests;
