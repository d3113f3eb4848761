//! What the attributes of a page say, in every way in which it can be read in them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use otomo_domain::redaction::Redactions;
use percent_encoding::percent_decode_str;

use super::Piece;
use crate::portion::trace::Trace;

/// Stands between two values: nothing that is read reaches over it.
const BETWEEN: char = '\u{e000}';

/// The attributes whose words a sender chose, each in its readings.
pub(super) struct Values(Vec<Value>);

struct Value {
    piece: usize,
    attribute: usize,
    readings: String,
}

impl Values {
    pub(super) fn of(pieces: &[Piece]) -> Self {
        let mut values = Vec::new();
        for (piece, start) in pieces.iter().enumerate() {
            let Piece::Start { attributes, .. } = start else { continue };
            for (index, attribute) in attributes.iter().enumerate() {
                // The sanitiser writes this one itself.
                if !attribute.dropped && attribute.name != "rel" {
                    values.push(Value { piece, attribute: index, readings: readings(&attribute.value) });
                }
            }
        }
        Self(values)
    }

    pub(super) fn joined(&self) -> String {
        let mut joined = String::new();
        for value in &self.0 {
            joined.push_str(&value.readings);
            joined.push(BETWEEN);
        }
        joined
    }

    /// Which of them tell a redaction, or a line that was cut: the piece and the attribute.
    pub(super) fn telling(&self, redactions: &Redactions, gone: &Trace) -> Vec<(usize, usize)> {
        // All at once: one by one, many redactions in many attributes would take too long.
        let ranges = redactions.ranges(&self.joined());
        let mut ranges = ranges.iter().peekable();
        let (mut telling, mut at) = (Vec::new(), 0);
        for value in &self.0 {
            let end = at + value.readings.len();
            while ranges.next_if(|range| range.end <= at).is_some() {}
            let redacted = ranges.peek().is_some_and(|range| range.start < end);
            if redacted || gone.stands_in(&value.readings) {
                telling.push((value.piece, value.attribute));
            }
            at = end + BETWEEN.len_utf8();
        }
        telling
    }
}

/// The value as it stands, without percent encoding (twice, as links in links have it), and the text that its data are.
fn readings(value: &str) -> String {
    let mut readings = value.to_owned();
    let mut last = value.to_owned();
    for _ in 0..2 {
        let decoded = percent_decode_str(&last).decode_utf8_lossy().into_owned();
        if decoded == last {
            break;
        }
        readings.push(BETWEEN);
        readings.push_str(&decoded);
        last = decoded;
    }
    // Names of media types and their parameters have no case (RFC 2045 §5.1), and padding is often left out.
    let data = value.to_ascii_lowercase().find(";base64,").and_then(|at| value.get(at + ";base64,".len()..));
    if let Some(data) = data {
        let data: Vec<u8> = data.bytes().filter(|b| !b.is_ascii_whitespace() && *b != b'=').collect();
        readings.push(BETWEEN);
        readings.push_str(&String::from_utf8_lossy(&STANDARD_NO_PAD.decode(data).unwrap_or_default()));
    }
    readings
}
