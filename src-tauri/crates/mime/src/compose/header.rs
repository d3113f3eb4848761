//! Header fields of a composed mail. Every value goes through an encoder that has no way to write a line end other than
//! as a fold, so no name or subject can begin a field of its own.

use std::fmt::{self, Write as _};
use std::io;

use chrono::DateTime;
use email_encoding::headers::writer::EmailWriter;
use email_encoding::headers::{quoted_string, rfc2047, rfc2231};
use otomo_domain::address::Address;
use otomo_domain::mail::normalise_message_id;
use otomo_domain::payload::{Named, Payload, SharedFile};

use super::Forwarding;
use crate::line::one_line;

/// A longer word cannot be folded into lines that RFC 5322 §2.1.1 recommends.
const MAX_WORD: usize = 60;
const MAX_TEXT: usize = 5000;

/// The fields of the mail, without those of its content.
pub(super) fn mail(payload: &Payload) -> io::Result<String> {
    let date = date(&payload.date)?;
    let mut out = String::new();
    people(&mut out, "From", std::slice::from_ref(&payload.from))?;
    people(&mut out, "To", &payload.to)?;
    people(&mut out, "Cc", &payload.cc)?;
    if !payload.subject.is_empty() {
        field(&mut out, "Subject", |w| text(&one_line(&payload.subject, MAX_TEXT), w))?;
    }
    out.push_str(&format!("Date: {date}\r\n"));
    ids(&mut out, "Message-ID", [payload.message_id.as_str()]);
    ids(&mut out, "In-Reply-To", payload.in_reply_to.as_deref());
    ids(&mut out, "References", payload.references.iter().map(String::as_str));
    out.push_str("MIME-Version: 1.0\r\n");
    Ok(out)
}

/// The fields of a mail that a mail program writes by itself around another one.
pub(super) fn around(subject: &str, forwarding: &Forwarding<'_>, of: &Payload) -> io::Result<String> {
    let person = |email: &Address| [Named { email: email.clone(), name: String::new() }];
    let mut out = String::new();
    people(&mut out, "From", &person(forwarding.from))?;
    people(&mut out, "To", &person(forwarding.to))?;
    field(&mut out, "Subject", |w| text(&one_line(subject, MAX_TEXT), w))?;
    out.push_str(&format!("Date: {}\r\n", date(&forwarding.at.to_rfc3339())?));
    ids(&mut out, "Message-ID", [forwarding.message_id]);
    ids(&mut out, "References", [of.message_id.as_str()]);
    out.push_str("MIME-Version: 1.0\r\n");
    Ok(out)
}

/// A date in RFC 3339 as header fields have it (RFC 5322 §3.3).
pub(super) fn date(rfc3339: &str) -> io::Result<String> {
    let date = DateTime::parse_from_rfc3339(rfc3339).map_err(|_| invalid("the date is not in RFC 3339"))?;
    Ok(date.to_rfc2822())
}

/// The fields of a file, and the blank line behind them.
pub(super) fn file(file: &SharedFile) -> io::Result<String> {
    let mut out = format!("Content-Type: {}\r\nContent-Transfer-Encoding: base64\r\n", media_type(&file.content_type));
    field(&mut out, "Content-Disposition", |w| {
        w.write_str(if file.inline { "inline; " } else { "attachment; " })?;
        rfc2231::encode("filename", &one_line(&file.name, MAX_TEXT), w)
    })?;
    if let Some(id) =
        file.content_id.as_deref().filter(|id| id.bytes().all(|b| b.is_ascii_graphic() && !b"<>".contains(&b)))
    {
        out.push_str(&format!("Content-ID: <{id}>\r\n"));
    }
    out.push_str("\r\n");
    Ok(out)
}

/// A mail must not be base64 as `message/rfc822` (RFC 2046 §5.2.1), so an attached one goes as the file that it is.
fn media_type(content_type: &str) -> &str {
    let is_token =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b));
    match content_type.split_once('/') {
        Some((main, sub)) if is_token(main) && is_token(sub) && !matches!(main, "message" | "multipart") => {
            content_type
        }
        _ => "application/octet-stream",
    }
}

fn field(out: &mut String, name: &str, write: impl FnOnce(&mut EmailWriter<'_>) -> fmt::Result) -> io::Result<()> {
    out.push_str(name);
    out.push_str(": ");
    let line_len = name.len() + 2;
    let written = write(&mut EmailWriter::new(out, line_len, 0, false));
    out.push_str("\r\n");
    written.map_err(|_| invalid("a header field cannot be written"))
}

fn text(value: &str, w: &mut EmailWriter<'_>) -> fmt::Result {
    let is_plain = value.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
        && !value.contains("=?")
        && value.split(' ').all(|word| word.len() <= MAX_WORD);
    if is_plain { w.folding().write_str(value) } else { rfc2047::encode(value, w) }
}

fn people(out: &mut String, name: &str, people: &[Named]) -> io::Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let addresses: Vec<String> = people.iter().map(|p| addr_spec(&p.email)).collect::<io::Result<_>>()?;
    field(out, name, |w| {
        for (index, (person, address)) in people.iter().zip(&addresses).enumerate() {
            if index > 0 {
                w.write_char(',')?;
                w.new_line()?;
                w.space();
            }
            let name = one_line(&person.name, MAX_TEXT);
            if name.is_empty() {
                w.write_str(address)?;
                continue;
            }
            quoted_string::encode(&name, w)?;
            w.space();
            w.folding().write_str(&format!("<{address}>"))?;
        }
        Ok(())
    })
}

/// The address as RFC 5322 §3.4.1 writes it: a local part that is no dot-atom is quoted.
fn addr_spec(address: &Address) -> io::Result<String> {
    let domain = address.domain();
    let local = address.as_str().strip_suffix(domain).and_then(|rest| rest.strip_suffix('@')).unwrap_or_default();
    let is_host = |c: char| c.is_alphanumeric() || "-._:[]".contains(c) || !c.is_ascii();
    if !domain.chars().all(is_host) {
        return Err(invalid("an address cannot be written in a header field"));
    }
    let is_atom = |c: char| c.is_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(c) || !c.is_ascii();
    if local.chars().all(is_atom) {
        return Ok(format!("{local}@{domain}"));
    }
    let bare = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(local);
    let escaped = bare.replace('\\', "\\\\").replace('"', "\\\"");
    Ok(format!("\"{escaped}\"@{domain}"))
}

/// Message-IDs, one on a line. The normal form has no blanks and no line ends.
fn ids<'i>(out: &mut String, name: &str, ids: impl IntoIterator<Item = &'i str>) {
    let lines: Vec<String> = ids.into_iter().map(normalise_message_id).collect();
    if !lines.is_empty() {
        out.push_str(&format!("{name}: {}\r\n", lines.join("\r\n ")));
    }
}

fn invalid(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}
