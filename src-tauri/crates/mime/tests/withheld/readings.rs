//! Bytes in every way in which somebody could read them, folded. None of the product's own readers is used.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::{Address, MessageParser, MimeHeaders};
use otomo_domain::fold::fold;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A frozen payload: as it stands, and each of its strings.
pub fn of_json(bytes: &[u8]) -> String {
    let mut texts = vec![String::from_utf8_lossy(bytes).into_owned()];
    collect(&serde_json::from_slice(bytes).unwrap(), &mut texts);
    all(&texts)
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            texts.push(name.clone());
            collect(value, texts);
        }),
        _ => {}
    }
}

/// A mail: as it stands, and its fields and parts decoded.
pub fn of_mail(bytes: &[u8]) -> String {
    let mut texts = vec![String::from_utf8_lossy(bytes).into_owned()];
    let mail = MessageParser::default().parse(bytes).unwrap();
    texts.extend(mail.subject().map(str::to_owned));
    for people in [mail.from(), mail.to(), mail.cc(), mail.bcc(), mail.reply_to()].into_iter().flatten() {
        let Address::List(people) = people else { continue };
        texts
            .extend(people.iter().flat_map(|p| [p.name.as_deref(), p.address.as_deref()]).flatten().map(str::to_owned));
    }
    for part in &mail.parts {
        texts.extend(part.attachment_name().map(str::to_owned));
        texts.extend(part.content_id().map(str::to_owned));
        if !part.is_multipart() {
            texts.push(String::from_utf8_lossy(part.contents()).into_owned());
        }
    }
    all(&texts)
}

/// Each text in all readings, and the readings of those once more.
fn all(texts: &[String]) -> String {
    let mut all = texts.to_vec();
    let once: Vec<String> = texts.iter().flat_map(|text| readings(text)).collect();
    let twice = once.iter().flat_map(|text| readings(text));
    all.extend(twice);
    all.extend(once);
    all.iter().map(|text| fold(text)).collect::<Vec<_>>().join("\u{e000}")
}

fn readings(text: &str) -> Vec<String> {
    let mut readings =
        vec![without_tags(text), entities(text), percent_decode_str(text).decode_utf8_lossy().into_owned()];
    readings.push(quoted_printable(text));
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    let unbroken = text.replace("\r\n", "");
    let runs = unbroken.split(|c: char| !is_base64(c)).filter(|run| run.len() >= 12);
    readings.extend(runs.filter_map(|run| STANDARD.decode(run).ok()).map(|b| String::from_utf8_lossy(&b).into_owned()));
    readings.retain(|reading| reading != text);
    readings
}

/// What stands outside of angle brackets.
fn without_tags(text: &str) -> String {
    let mut out = String::new();
    let mut is_tag = false;
    for c in text.chars() {
        match c {
            '<' => is_tag = true,
            '>' => is_tag = false,
            c if !is_tag => out.push(c),
            _ => {}
        }
    }
    entities(&out)
}

fn entities(text: &str) -> String {
    let mut pieces = text.split('&');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let decoded = piece.split_once(';').and_then(|(name, rest)| Some((entity(name)?, rest)));
        match decoded {
            Some((c, rest)) => {
                out.push(c);
                out.push_str(rest);
            }
            None => {
                out.push('&');
                out.push_str(piece);
            }
        }
    }
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "nbsp" => Some('\u{a0}'),
        "shy" => Some('\u{ad}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let hex = number.strip_prefix(['x', 'X']).map(|hex| u32::from_str_radix(hex, 16));
            char::from_u32(hex.unwrap_or_else(|| number.parse()).ok()?)
        }
    }
}

fn quoted_printable(text: &str) -> String {
    let text = text.replace("=\r\n", "");
    percent_decode_str(&text.replace('%', "%25").replace('=', "%")).decode_utf8_lossy().into_owned()
}
