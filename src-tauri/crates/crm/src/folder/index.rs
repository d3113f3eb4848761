//! `index.csv`: a line for each mail in the folder, for whoever looks through it in a spreadsheet or imports it.
//!
//! It follows from the `.json` of the mails and is made good whenever one is written, changed or taken back; a line that is
//! missing or too much, after a crash or an edit, goes with the next of these.

use std::collections::{BTreeMap, BTreeSet};

use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};
use otomo_domain::contact::RecordRef;
use otomo_domain::mail::{Direction, MailKey};
use otomo_domain::payload::Payload;

const HEADER: [&str; 7] = ["date", "direction", "subject", "from", "records", "mail", "attachments"];

/// In which column the mail's file stands.
const MAIL: usize = 5;

/// How Excel knows that a list is in UTF-8.
const MARK: &str = "\u{feff}";

/// The lines by the keys of their mails, as the file writes both.
#[derive(Default)]
pub struct Index(BTreeMap<String, StringRecord>);

impl Index {
    /// Reads what is there; lines that can't be read are none.
    pub fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut rows = ReaderBuilder::new().flexible(true).from_reader(text.trim_start_matches(MARK).as_bytes());
        let key = |row: &StringRecord| Some(row.get(MAIL)?.strip_prefix("mail/")?.strip_suffix(".eml")?.to_owned());
        let whole = rows.records().flatten().filter(|row| row.len() == HEADER.len());
        Self(whole.filter_map(|row| Some((key(&row)?, row))).collect())
    }

    pub fn forget(&mut self, key: MailKey) {
        self.0.remove(&key.to_string());
    }

    /// Keeps the lines of these mails alone; the keys among them that have none.
    pub fn keep(&mut self, keys: BTreeSet<String>) -> Vec<String> {
        self.0.retain(|key, _| keys.contains(key));
        keys.into_iter().filter(|key| !self.0.contains_key(key)).collect()
    }

    pub fn put(&mut self, key: String, payload: &Payload) {
        let direction = if payload.direction == Direction::Outgoing { "sent" } else { "received" };
        let from = match payload.from.name.as_str() {
            "" => payload.from.email.to_string(),
            name => format!("{name} <{}>", payload.from.email),
        };
        let record = |link: &RecordRef| {
            let kind = serde_json::to_value(link.kind).ok();
            format!("{}:{}", kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or_default(), link.id)
        };
        let joined = |texts: Vec<String>| texts.join("; ");
        let cells = [
            payload.date.clone(),
            direction.to_owned(),
            payload.subject.clone(),
            from,
            joined(payload.links.iter().map(record).collect()),
            format!("mail/{key}.eml"),
            joined(payload.attachments.iter().map(|file| file.name.clone()).collect()),
        ];
        self.0.insert(key, cells.iter().map(|cell| harmless(cell)).collect());
    }

    /// The whole file, the oldest mail first.
    pub fn bytes(&self) -> Vec<u8> {
        let mut lines: Vec<&StringRecord> = self.0.values().collect();
        lines.sort_by_key(|line| line.get(0));
        let mut out = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(MARK.as_bytes().to_vec());
        // What is written to memory is always taken.
        let _ = out.write_record(HEADER);
        lines.into_iter().for_each(|line| drop(out.write_record(line)));
        out.into_inner().unwrap_or_default()
    }
}

/// A text that no spreadsheet takes for a formula: subjects and names are strangers'.
fn harmless(text: &str) -> String {
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if is_formula { format!("'{text}") } else { text.to_owned() }
}
