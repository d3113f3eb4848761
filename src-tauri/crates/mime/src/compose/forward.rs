//! A frozen payload handed on by the rep, in the form in which mail programs forward a mail in its text: who wrote what to
//! whom stands in lines above it. CRMs that take forwarded mail read those lines, in English.

use std::io::{self, Write};

use otomo_domain::address::Address;
use otomo_domain::connector::Files;
use otomo_domain::payload::{Named, Payload};
use otomo_domain::time::Timestamp;

use super::{Composer, header};
use crate::line::one_line;

/// The line above the lines, as several big mail programs write it.
const MARK: &str = "---------- Forwarded message ---------";

/// The longest value of a line, in characters.
const LONGEST: usize = 5000;

/// Who hands a mail on.
pub struct Forwarding<'a> {
    pub from: &'a Address,
    pub to: &'a Address,
    /// Of the mail that is made.
    pub message_id: &'a str,
    pub at: Timestamp,
}

/// Writes the mail that hands on `payload` with its files. It names the payload's people in its text alone.
///
/// Fails as [`super::compose`] does.
pub fn forward(
    payload: &Payload,
    forwarding: &Forwarding<'_>,
    files: &dyn Files,
    out: &mut dyn Write,
) -> io::Result<()> {
    let lines = lines(payload)?;
    let text = payload.body_text.as_deref().unwrap_or_default();
    let told = Payload {
        body_text: Some(format!("{}\r\n\r\n{text}", lines.join("\r\n"))),
        body_html: payload.body_html.as_deref().map(|html| format!("{}{html}", as_html(&lines))),
        ..payload.clone()
    };
    let subject = format!("Fwd: {}", payload.subject);
    out.write_all(header::around(subject.trim_end(), forwarding, payload)?.as_bytes())?;
    let digest = payload.digest.unwrap_or_else(|| payload.clone().freeze().sha256);
    Composer { digest, files }.mixed(&told, out)
}

/// The lines that stand above the text. No value reaches into the next line.
fn lines(payload: &Payload) -> io::Result<Vec<String>> {
    let mut lines = vec![MARK.to_owned(), format!("From: {}", person(&payload.from))];
    lines.push(format!("Date: {}", header::date(&payload.date)?));
    lines.push(format!("Subject: {}", one_line(&payload.subject, LONGEST)));
    for (name, people) in [("To", &payload.to), ("Cc", &payload.cc)] {
        if !people.is_empty() {
            lines.push(format!("{name}: {}", people.iter().map(person).collect::<Vec<_>>().join(", ")));
        }
    }
    Ok(lines)
}

/// A name can't look like an address: a reader takes the first that it finds for the author's.
fn person(named: &Named) -> String {
    let name = one_line(&named.name, LONGEST).replace(['<', '>', '@'], " ");
    match name.trim() {
        "" => format!("<{}>", named.email),
        name => format!("{name} <{}>", named.email),
    }
}

fn as_html(lines: &[String]) -> String {
    let escaped = |line: &String| line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<div>{}</div><br>", lines.iter().map(escaped).collect::<Vec<_>>().join("<br>"))
}
