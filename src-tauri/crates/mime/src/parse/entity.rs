//! The parts of a mail (RFC 2046), found without decoding one of them.
//!
//! A boundary counts only on a line of its own, and the outermost multipart is cut first, so that an inner one that never
//! ends cannot swallow what follows it. An attached mail is one part: what is in it is not in this mail.

use memchr::memchr;
use memchr::memmem::Finder;
use otomo_domain::mail::Defect;

use super::charset;
use super::header::{Header, unfolded};
use super::parameter::Parameters;
use super::transfer::Encoding;
use crate::line::one_line;

const MAX_DEPTH: usize = 32;
const MAX_PARTS: u32 = 2000;
const MAX_CONTENT_ID: usize = 998;

/// A part, or parts in parts.
pub(crate) enum Entity<'a> {
    Leaf(Box<Leaf<'a>>),
    /// With `alternative`, the parts say the same in different forms (RFC 2046 §5.1.4).
    Multipart {
        alternative: bool,
        parts: Vec<Entity<'a>>,
    },
}

/// A part that has no parts.
pub(crate) struct Leaf<'a> {
    /// Counts the leaves in the order in which they stand, from 0.
    pub(crate) number: u32,
    /// Lower-case `type/subtype`.
    pub(crate) content_type: String,
    pub(crate) charset: Option<String>,
    /// It says what is to be done with it, as an invitation does (RFC 6047 §2.4).
    pub(crate) has_method: bool,
    pub(crate) disposition: Option<Disposition>,
    pub(crate) name: Option<String>,
    /// Without angle brackets.
    pub(crate) content_id: Option<String>,
    pub(crate) encoding: Encoding,
    /// Still encoded.
    pub(crate) bytes: &'a [u8],
}

/// Content-Disposition (RFC 2183); an unknown one is an attachment (§2.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disposition {
    Inline,
    Attachment,
}

impl<'a> Entity<'a> {
    /// The parts of the mail with this header.
    pub(crate) fn of(header: &Header<'a>, defects: &mut Vec<Defect>) -> Self {
        Reader { leaves: 0, defects }.entity(header, "text/plain", 0)
    }

    /// Every leaf, in order.
    pub(crate) fn leaves(&self) -> Vec<&Leaf<'a>> {
        match self {
            Self::Leaf(leaf) => vec![leaf],
            Self::Multipart { parts, .. } => parts.iter().flat_map(Self::leaves).collect(),
        }
    }

    /// The leaf with this number.
    pub(crate) fn leaf(&self, number: u32) -> Option<&Leaf<'a>> {
        match self {
            Self::Leaf(leaf) => (leaf.number == number).then_some(leaf),
            Self::Multipart { parts, .. } => parts.iter().find_map(|part| part.leaf(number)),
        }
    }
}

struct Reader<'d> {
    leaves: u32,
    defects: &'d mut Vec<Defect>,
}

impl Reader<'_> {
    fn entity<'a>(&mut self, header: &Header<'a>, default_type: &str, depth: usize) -> Entity<'a> {
        let parameters = self.field(header, "content-type");
        let content_type = media_type(&parameters.value).unwrap_or(default_type).to_owned();
        let Some(subtype) = content_type.strip_prefix("multipart/") else {
            return self.leaf(header, content_type, &parameters);
        };
        if depth >= MAX_DEPTH {
            self.defects.push(Defect::TooDeep);
            return self.leaf(header, content_type, &parameters);
        }
        let boundary = parameters.raw("boundary").map(str::trim_end).filter(|b| !b.is_empty());
        let (parts, closed) = boundary.map_or((Vec::new(), false), |b| cut(header.body(), b));
        if !closed {
            self.defects.push(Defect::BrokenMultipart);
        }
        if parts.is_empty() {
            return self.leaf(header, "text/plain".into(), &parameters);
        }
        let default_type = if subtype == "digest" { "message/rfc822" } else { "text/plain" };
        let mut children = Vec::new();
        for part in parts {
            if self.leaves >= MAX_PARTS {
                self.defects.push(Defect::TooDeep);
                break;
            }
            children.push(self.entity(&Header::split(part), default_type, depth + 1));
        }
        Entity::Multipart { alternative: subtype == "alternative", parts: children }
    }

    fn leaf<'a>(&mut self, header: &Header<'a>, content_type: String, parameters: &Parameters) -> Entity<'a> {
        let disposition = self.field(header, "content-disposition");
        let name = disposition.text("filename", self.defects).or_else(|| parameters.text("name", self.defects));
        let encoding = self.field(header, "content-transfer-encoding");
        let content_id = header.first("content-id").and_then(content_id);
        let number = self.leaves;
        self.leaves += 1;
        Entity::Leaf(Box::new(Leaf {
            number,
            content_type,
            charset: parameters.token("charset").map(str::to_owned),
            has_method: parameters.token("method").is_some(),
            disposition: match disposition.value.as_str() {
                "" => None,
                "inline" => Some(Disposition::Inline),
                _ => Some(Disposition::Attachment),
            },
            name,
            content_id,
            encoding: Encoding::of(&encoding.value),
            bytes: header.body(),
        }))
    }

    fn field(&mut self, header: &Header<'_>, name: &str) -> Parameters {
        let Some(value) = header.first(name) else { return Parameters::default() };
        let decoded = charset::decode_field(&unfolded(value));
        self.defects.extend(decoded.defect);
        Parameters::parse(&decoded.text)
    }
}

/// What stands in the brackets, or all of it where there are none (RFC 2045 §7).
fn content_id(value: &[u8]) -> Option<String> {
    let value = charset::decode_field(&unfolded(value)).text;
    let id = one_line(value.trim().trim_start_matches('<').trim_end_matches('>'), MAX_CONTENT_ID);
    (!id.is_empty()).then_some(id)
}

/// `type/subtype`, if the text is one (RFC 2045 §5.1).
fn media_type(value: &str) -> Option<&str> {
    let value = value.split_ascii_whitespace().next()?;
    let (main, sub) = value.split_once('/')?;
    let is_token = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&b))
    };
    (is_token(main) && is_token(sub)).then_some(value)
}

/// The parts between the boundary's lines, and whether its closing line is there.
fn cut<'a>(body: &'a [u8], boundary: &str) -> (Vec<&'a [u8]>, bool) {
    let delimiter = format!("--{boundary}");
    let finder = Finder::new(delimiter.as_bytes());
    let mut parts = Vec::new();
    let mut open = None;
    let mut from = 0;
    while let Some(found) = body.get(from..).and_then(|rest| finder.find(rest)) {
        let start = from + found;
        from = start + delimiter.len();
        let Some((closes, next)) = delimiter_end(body, from).filter(|_| begins_line(body, start)) else { continue };
        parts.extend(open.map(|at| without_line_end(body.get(at..start).unwrap_or_default())));
        if closes || parts.len() > MAX_PARTS as usize {
            return (parts, true);
        }
        open = Some(next);
    }
    parts.extend(open.and_then(|at| body.get(at..)));
    (parts, false)
}

fn begins_line(body: &[u8], at: usize) -> bool {
    at.checked_sub(1).is_none_or(|before| body.get(before) == Some(&b'\n'))
}

/// Whether the delimiter that ends at `at` is the closing one, and where the next line starts. `None` if more text than
/// blanks follows it: it only begins like one.
fn delimiter_end(body: &[u8], at: usize) -> Option<(bool, usize)> {
    let rest = body.get(at..)?;
    let len = memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
    let text = rest.get(..len)?.trim_ascii();
    match text {
        b"" => Some((false, at + len)),
        b"--" => Some((true, at + len)),
        _ => None,
    }
}

/// The line end before a delimiter belongs to the delimiter (RFC 2046 §5.1.1).
fn without_line_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The leaves as `number type name body`, nested ones in brackets.
    fn outline(entity: &Entity<'_>) -> String {
        match entity {
            Entity::Leaf(leaf) => {
                let name = leaf.name.as_deref().unwrap_or("-");
                format!("{} {} {name} {:?}", leaf.number, leaf.content_type, String::from_utf8_lossy(leaf.bytes))
            }
            Entity::Multipart { parts, .. } => {
                format!("[{}]", parts.iter().map(outline).collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn check(mail: &str, expected: &str, defects: &[Defect]) {
        let mut found = Vec::new();
        let entity = Entity::of(&Header::split(mail.as_bytes()), &mut found);
        assert_eq!((outline(&entity).as_str(), found.as_slice()), (expected, defects), "{mail:?}");
    }

    #[test]
    fn a_mail_without_parts_is_one_leaf() {
        check("A: 1\n\nhi\n", r#"0 text/plain - "hi\n""#, &[]);
        check("Content-Type: text\n\nhi", r#"0 text/plain - "hi""#, &[]);
        check("Content-Type: Image/PNG; name=a.png\n\nhi", r#"0 image/png a.png "hi""#, &[]);
    }

    #[test]
    fn parts_are_cut_at_whole_boundary_lines_only() {
        let mail =
            "Content-Type: multipart/mixed; boundary=b\n\npreamble --b\n--b\n\none --b\n--bb\n--b \n\ntwo\n--b--\nend";
        check(mail, r#"[0 text/plain - "one --b\n--bb", 1 text/plain - "two"]"#, &[]);
    }

    #[test]
    fn an_inner_multipart_that_never_ends_swallows_nothing() {
        let mail = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=b-in\n\n\
                    --b-in\n\none\n--b\n\ntwo\n--b--\n";
        check(mail, r#"[[0 text/plain - "one"], 1 text/plain - "two"]"#, &[Defect::BrokenMultipart]);
    }

    #[test]
    fn a_multipart_without_a_boundary_is_text() {
        let broken = [Defect::BrokenMultipart];
        check("Content-Type: multipart/mixed\n\nhi", r#"0 text/plain - "hi""#, &broken);
        check("Content-Type: multipart/mixed; boundary=b\n\nhi", r#"0 text/plain - "hi""#, &broken);
    }

    #[test]
    fn nesting_ends_somewhere() {
        let open = |n: usize| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n");
        let mail: String = (0..100).map(open).collect();
        let mut defects = Vec::new();
        Entity::of(&Header::split(mail.as_bytes()), &mut defects);
        assert!(defects.contains(&Defect::TooDeep));
        let wide = format!("Content-Type: multipart/mixed; boundary=b\n\n{}--b--", "--b\n\nx\n".repeat(3000));
        let mut defects = Vec::new();
        let entity = Entity::of(&Header::split(wide.as_bytes()), &mut defects);
        assert!(defects.contains(&Defect::TooDeep) && entity.leaf(1999).is_some() && entity.leaf(2000).is_none());
    }
}
