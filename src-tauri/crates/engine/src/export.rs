//! Files for whoever keeps account of what was shared: tables for a spreadsheet, and lines of JSON. They are written a
//! piece at a time, so that no history is too long.

use std::path::PathBuf;

use otomo_domain::time::Timestamp;
use otomo_store::table::audit::{self, Sealed};
use serde::Serialize;

use crate::engine::Engine;
use crate::fault::Fault;
use crate::new_file::{NewFile, not_saved};
use crate::reader::off_thread;

/// How Excel knows that a table is in UTF-8.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A file that is being written into the person's downloads; unless it is finished it goes away again.
pub struct Export(NewFile);

impl Engine {
    /// Begins a file whose name tells what is in it and the day. A policy may forbid it.
    pub async fn begin_export(&self, what: &str, ending: &str) -> Result<Export, Fault> {
        if self.policy.policy().export_allowed == Some(false) {
            return Err(Fault::Policy("export_allowed"));
        }
        let wall = self.on_the_wall(self.now());
        let day = wall.split(' ').next().unwrap_or_default();
        let (folder, name) = (self.downloads.clone(), format!("otomo-{what}-{day}.{ending}"));
        off_thread(move || NewFile::create(&folder, &name).map(Export).map_err(not_saved)).await
    }

    /// A time as a person here reads it off the wall: `2026-11-23 09:05:00`.
    pub fn on_the_wall(&self, at: Timestamp) -> String {
        let wall = Timestamp(at.0 + i64::from(self.clock.offset(at)) * 1000);
        wall.to_rfc3339().replace('T', " ").replace('Z', "")
    }

    /// Writes the whole audit trace, a sealed row a line, oldest first. A line's seal is the SHA-256 of the seal before it
    /// (32 zero bytes before the first) and the bytes of its `entry`.
    pub async fn export_audit(&self) -> Result<PathBuf, Fault> {
        let mut file = self.begin_export("audit", "jsonl").await?;
        let mut last = 0;
        loop {
            let rows = self.store.ledger.read(move |db| Ok(audit::after(db, last, 1000)?)).await?;
            let Some(end) = rows.last() else { return file.finish().await };
            last = end.seq;
            // The entry stands there as it was sealed, byte for byte.
            let line =
                |row: &Sealed| format!("{{\"seq\":{},\"entry\":{},\"seal\":\"{}\"}}\n", row.seq, row.entry, row.seal);
            file = file.write(rows.iter().map(line).collect()).await?;
        }
    }
}

impl Export {
    pub async fn write(mut self, text: String) -> Result<Self, Fault> {
        off_thread(move || self.0.write(text.as_bytes()).map(|()| self).map_err(not_saved)).await
    }

    /// Keeps it; where it is.
    pub async fn finish(self) -> Result<PathBuf, Fault> {
        off_thread(move || self.0.finish().map_err(not_saved)).await
    }
}

/// Rows of a table (RFC 4180). No cell is a formula to a spreadsheet, whoever wrote what stands in it.
pub fn table(rows: impl IntoIterator<Item = Vec<String>>) -> Result<String, Fault> {
    let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(Vec::new());
    for row in rows {
        out.write_record(row.iter().map(|cell| harmless(cell))).map_err(unwritten)?;
    }
    let bytes = out.into_inner().map_err(unwritten)?;
    String::from_utf8(bytes).map_err(unwritten)
}

/// A value as one line of JSON.
pub fn line(value: &impl Serialize) -> Result<String, Fault> {
    Ok(serde_json::to_string(value).map_err(unwritten)? + "\n")
}

/// A row that cannot be written: a file without it would be taken for a whole one.
fn unwritten(error: impl std::fmt::Display) -> Fault {
    Fault::NotSaved(error.to_string())
}

/// A cell that begins like a formula gets an apostrophe before it (OWASP, CSV Injection).
fn harmless(cell: &str) -> String {
    let like_formula = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    if cell.starts_with(like_formula) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests;
