//! Which parts are the text of a mail, in what form, and which are attached to it.

use memchr::memmem;
use otomo_domain::digest::Digest;
use otomo_domain::mail::{Attachment, Body, Defect};

use super::charset;
use super::entity::{Disposition, Entity, Leaf};
use super::transfer;
use crate::html;
use crate::line::one_line;
use crate::sanitise::{escaped, sanitise};

const MAX_NAME: usize = 500;

/// The text of a mail and the leaves that are not part of it.
pub(crate) struct Content<'t, 'a> {
    pub(crate) body: Body,
    attached: Vec<&'t Leaf<'a>>,
}

impl<'t, 'a> Content<'t, 'a> {
    pub(crate) fn of(entity: &'t Entity<'a>, defects: &mut Vec<Defect>) -> Self {
        let mut attached = Vec::new();
        let alone = matches!(entity, Entity::Leaf(_));
        let shown = Shown::of(entity, alone, &mut attached, defects);
        let text = shown.as_ref().map(Shown::text).unwrap_or_default();
        let html = shown.and_then(Shown::into_html);
        Self { body: Body { text, html }, attached }
    }

    /// What is attached. Each part is decoded, measured and let go again, so that one at a time is in memory.
    pub(crate) fn attachments(&self, defects: &mut Vec<Defect>) -> Vec<Attachment> {
        let html = self.body.html.as_deref().unwrap_or_default();
        let describe = |(index, leaf): (usize, &&Leaf<'_>)| attachment(leaf, index + 1, html, defects);
        self.attached.iter().enumerate().map(describe).collect()
    }
}

fn attachment(leaf: &Leaf<'_>, ordinal: usize, html: &str, defects: &mut Vec<Defect>) -> Attachment {
    let (bytes, sound) = transfer::decode(leaf.bytes, leaf.encoding);
    defects.extend((!sound).then_some(Defect::BadEncoding));
    let name = leaf.name.as_deref().map(|name| one_line(name, MAX_NAME)).filter(|name| !name.is_empty());
    let shown_by_html = |id: &String| memmem::find(html.as_bytes(), format!("cid:{id}").as_bytes()).is_some();
    let inline = leaf.disposition == Some(Disposition::Inline) || leaf.content_id.as_ref().is_some_and(shown_by_html);
    Attachment {
        part: leaf.number,
        name: name.unwrap_or_else(|| format!("attachment-{ordinal}.{}", extension(&leaf.content_type))),
        content_type: leaf.content_type.clone(),
        size: bytes.len() as u64,
        sha256: Digest::of(&bytes),
        inline,
        content_id: leaf.content_id.clone(),
    }
}

/// The file name extension of the types that come without a name.
fn extension(content_type: &str) -> &str {
    match content_type {
        "message/rfc822" | "message/global" => "eml",
        "text/calendar" => "ics",
        "text/plain" => "txt",
        "text/html" => "html",
        "text/csv" => "csv",
        "text/vcard" | "text/x-vcard" => "vcf",
        "image/jpeg" | "image/jpg" => "jpg",
        "image/png" => "png",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "application/pdf" => "pdf",
        "application/zip" | "application/x-zip-compressed" => "zip",
        _ => "bin",
    }
}

/// The parts of a mail that are shown, in order.
enum Shown {
    Plain(String),
    Html(String),
    Several { alternative: bool, parts: Vec<Shown> },
}

impl Shown {
    /// What is shown of an entity, if anything; leaves that aren't go to `attached`. `named` says that a part with a file
    /// name may still be text: it stands alone, or is one of several alternatives.
    fn of<'t, 'a>(
        entity: &'t Entity<'a>,
        named: bool,
        attached: &mut Vec<&'t Leaf<'a>>,
        defects: &mut Vec<Defect>,
    ) -> Option<Self> {
        match entity {
            Entity::Leaf(leaf) if is_shown(leaf, named) => Some(Self::leaf(leaf, defects)),
            Entity::Leaf(leaf) => {
                attached.push(leaf);
                None
            }
            Entity::Multipart { alternative, parts } => {
                let parts = parts.iter().filter_map(|p| Self::of(p, *alternative, attached, defects)).collect();
                Some(Self::Several { alternative: *alternative, parts })
            }
        }
    }

    fn leaf(leaf: &Leaf<'_>, defects: &mut Vec<Defect>) -> Self {
        let (bytes, sound) = transfer::decode(leaf.bytes, leaf.encoding);
        let is_html = leaf.content_type == "text/html";
        let meta = if is_html && leaf.charset.is_none() { charset::meta_charset(&bytes) } else { None };
        let decoded = charset::decode(&bytes, leaf.charset.as_deref().or(meta.as_deref()));
        defects.extend((!sound).then_some(Defect::BadEncoding).into_iter().chain(decoded.defect));
        let text = plain_lines(decoded.text);
        if is_html { Self::Html(text) } else { Self::Plain(text) }
    }

    /// All of it as text. Of alternatives the plain one counts, unless it is empty.
    fn text(&self) -> String {
        match self {
            Self::Plain(text) => text.trim_end().to_owned(),
            Self::Html(html) => html::text(html),
            Self::Several { alternative: true, parts } => {
                let plain = parts.iter().filter(|part| part.is_plain()).map(Self::text).find(|text| !text.is_empty());
                plain.or_else(|| parts.iter().rev().map(Self::text).find(|text| !text.is_empty())).unwrap_or_default()
            }
            Self::Several { parts, .. } => {
                let texts: Vec<_> = parts.iter().map(Self::text).filter(|text| !text.is_empty()).collect();
                texts.join("\n\n")
            }
        }
    }

    /// The HTML, if there is any. Text that stands beside it goes along; then every piece is made sound by itself first,
    /// because markup left open in one must not reach into the next.
    fn into_html(self) -> Option<String> {
        let mut pieces = Vec::new();
        self.collect_pieces(&mut pieces);
        if pieces.iter().all(Self::is_plain) {
            return None;
        }
        if pieces.len() == 1 {
            return pieces.pop().and_then(|piece| if let Self::Html(html) = piece { Some(html) } else { None });
        }
        let sound = |piece| match piece {
            Self::Html(html) => sanitise(&html).html,
            other => format!("<pre>{}</pre>", escaped(&other.text())),
        };
        Some(pieces.into_iter().map(sound).collect::<Vec<_>>().join("\n"))
    }

    /// The leaves an HTML reader shows: of alternatives the last that has HTML, else the first.
    fn collect_pieces(self, pieces: &mut Vec<Self>) {
        match self {
            Self::Several { alternative: true, mut parts } => {
                let best = parts.iter().rposition(|part| !part.is_plain()).unwrap_or(0);
                if best < parts.len() {
                    parts.swap_remove(best).collect_pieces(pieces);
                }
            }
            Self::Several { parts, .. } => parts.into_iter().for_each(|part| part.collect_pieces(pieces)),
            leaf => pieces.push(leaf),
        }
    }

    fn is_plain(&self) -> bool {
        match self {
            Self::Plain(_) => true,
            Self::Html(_) => false,
            Self::Several { parts, .. } => parts.iter().all(Self::is_plain),
        }
    }
}

fn is_shown(leaf: &Leaf<'_>, named: bool) -> bool {
    matches!(leaf.content_type.as_str(), "text/plain" | "text/html")
        && leaf.disposition != Some(Disposition::Attachment)
        && (named || leaf.name.is_none())
}

/// Lines end in LF, and NUL is gone.
fn plain_lines(text: String) -> String {
    if !text.contains(['\r', '\0']) {
        return text;
    }
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "")
}

/// The first words of the text on one line, without what is quoted.
pub(crate) fn snippet(text: &str) -> String {
    const MAX: usize = 140;
    let own = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['>', '＞']));
    let mut words = String::new();
    for line in own {
        words.push_str(line);
        words.push(' ');
        if words.len() > MAX * 8 {
            break;
        }
    }
    one_line(&words, MAX)
}
