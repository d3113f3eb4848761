//! A sender's HTML into HTML that is safe to show and to share.
//!
//! What may stay is listed; everything else goes: scripts, style sheets, forms, frames, SVG and MathML, event handlers,
//! anything that would be loaded from elsewhere. ammonia does the work on the tree a browser would build. This is one wall
//! of three: the page is still shown in a sandboxed frame under a policy that loads nothing.
//!
//! Markup made to exhaust its readers is not cleaned but replaced by its text: [`survey`] finds out first, in bounded time.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use crate::html::{self, TooComplex};
use landmark::Landmark;

mod colour;
pub(crate) mod landmark;
mod style;
mod survey;

/// Clean HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sanitised {
    pub html: String,
    /// How many things of the original would have been loaded from elsewhere.
    pub remote: usize,
}

/// Longer pages are shown as text.
const MAX_HTML: usize = 2 * 1024 * 1024;

/// How often a page is cleaned until cleaning changes nothing.
const MAX_ROUNDS: usize = 5;

/// How much of a page that is shown as text is shown.
const MAX_TEXT: usize = 256 * 1024;

/// Cleans a page or a fragment of one. Cleaning it again changes nothing.
pub fn sanitise(html: &str) -> Sanitised {
    match cleaned(html) {
        Ok(sanitised) => sanitised,
        Err(TooComplex) => Sanitised { html: as_text(html), remote: 0 },
    }
}

/// Taking an element out can make the rest mean something else to the next reader (a `<li>` that a removed `<select>` kept
/// apart), so a page is clean when cleaning it again gives the same.
fn cleaned(html: &str) -> Result<Sanitised, TooComplex> {
    let remote = surveyed(html)?;
    let mut html = clean(html)?;
    for _ in 0..MAX_ROUNDS {
        surveyed(&html)?;
        let again = clean(&html)?;
        if again == html {
            return Ok(Sanitised { html, remote });
        }
        html = again;
    }
    Err(TooComplex)
}

/// Cleans once. ammonia gets the page as a reader: as one string, character references cost html5ever quadratic time.
fn clean(html: &str) -> Result<String, TooComplex> {
    CLEANER.clean_from_reader(html.as_bytes()).map(|page| page.to_string()).map_err(|_| TooComplex)
}

fn surveyed(html: &str) -> Result<usize, TooComplex> {
    if html.len() > MAX_HTML { Err(TooComplex) } else { survey::remote_contents(html) }
}

/// The page's text in a `<pre>`, in the very form in which cleaning leaves such a page.
fn as_text(html: &str) -> String {
    let text = html::text(html).replace('\r', "\n").replace('\0', "");
    let (shown, rest) = text.split_at(text.floor_char_boundary(MAX_TEXT));
    let more = if rest.is_empty() { "" } else { "…" };
    format!("<pre>{}{more}</pre>", escaped(shown.trim_start_matches('\n')))
}

/// Text as HTML shows it.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\u{a0}', "&nbsp;")
}

const TAGS: &[&str] = &[
    "a",
    "abbr",
    "address",
    "b",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
];

const GENERIC_ATTRIBUTES: &[&str] = &["align", "class", "dir", "id", "lang", "style", "title"];

const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href"]),
    ("img", &["src", "alt", "width", "height"]),
    ("font", &["color"]),
    ("ol", &["start", "type"]),
    ("table", &["border", "cellpadding", "cellspacing", "width"]),
    ("col", &["span", "width"]),
    ("td", &["colspan", "rowspan", "valign", "width"]),
    ("th", &["colspan", "rowspan", "valign", "width"]),
    ("tr", &["valign"]),
];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = builder();
    builder.attribute_filter(attribute);
    builder
});

/// What may stay, before attributes are looked at one by one.
pub(crate) fn builder() -> Builder<'static> {
    let set = |names: &[&'static str]| names.iter().copied().collect::<HashSet<_>>();
    let mut builder = Builder::empty();
    builder
        .tags(set(TAGS))
        .clean_content_tags(set(&html::SKIPPED))
        .generic_attributes(set(GENERIC_ATTRIBUTES))
        .tag_attributes(ATTRIBUTES.iter().map(|(tag, names)| (*tag, set(names))).collect::<HashMap<_, _>>())
        .url_schemes(set(&["http", "https", "mailto", "cid", "data"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer"))
        .strip_comments(true);
    builder
}

/// The attribute as it may stay, if it may.
pub(crate) fn attribute<'v>(tag: &str, name: &str, value: &'v str) -> Option<Cow<'v, str>> {
    let keep = |is_kept: bool| is_kept.then_some(Cow::Borrowed(value));
    match (tag, name) {
        ("a", "href") => keep(is_link(value)),
        ("img", "src") => keep(is_own_image(value)),
        (_, "class" | "id") => Landmark::of(name, value).map(|mark| Cow::Borrowed(mark.word())),
        (_, "style") => Some(style::clean(value)).filter(|style| !style.is_empty()).map(Cow::Owned),
        (_, "color") => keep(colour::is_ink(value)),
        (
            _,
            "width" | "height" | "border" | "cellpadding" | "cellspacing" | "colspan" | "rowspan" | "span" | "start",
        ) => keep(is_small_number(value)),
        (_, "align" | "valign" | "dir" | "lang" | "type") => keep(is_word(value)),
        _ => keep(true),
    }
}

/// Only what opens in a browser or in a mail program, and nothing that would attach a file of the rep's to a new mail.
fn is_link(url: &str) -> bool {
    let url = url.to_ascii_lowercase();
    url.starts_with("http://") || url.starts_with("https://") || (url.starts_with("mailto:") && !url.contains("attach"))
}

/// An image that came with the mail.
fn is_own_image(url: &str) -> bool {
    const TYPES: [&str; 4] = ["png", "jpeg", "gif", "webp"];
    let head = url.get(..url.floor_char_boundary(32)).unwrap_or_default().to_ascii_lowercase();
    let is_listed = |rest: &str| TYPES.iter().any(|t| rest.strip_prefix(t).is_some_and(|r| r.starts_with([';', ','])));
    head.starts_with("cid:") || head.strip_prefix("data:image/").is_some_and(is_listed)
}

/// A number of at most three digits, or a percentage.
fn is_small_number(value: &str) -> bool {
    let digits = value.strip_suffix('%').unwrap_or(value);
    (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

fn is_word(value: &str) -> bool {
    (1..=20).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests;
