//! Bytes <-> mail: parse, sanitise, compose. Pure functions; no network, no file, no clock.
//!
//! | module | turns |
//! |---|---|
//! | [`mod@parse`] | raw mail into a [`otomo_domain::mail::Mail`], its body and, one by one, its attachments |
//! | `canonical` | raw mail into the digest it is recognised by |
//! | [`mod@sanitise`] | a sender's HTML into HTML that is safe to show and to share |
//! | [`images`] | a safe page into one that shows the images of its own mail |
//! | [`portion`] | a body into what a choice leaves of it |
//! | [`mod@compose`] | a frozen payload into an `.eml` |
//! | `html`, `line` | HTML into plain text, any text into one harmless line |
//!
//! Every function here takes bytes that a stranger wrote. None of them fails on those, panics, recurses without a bound,
//! or takes more than linear time and memory.

mod canonical;
pub mod compose;
mod html;
pub mod images;
mod line;
pub mod parse;
mod portion;
pub mod sanitise;

pub use compose::compose;
pub use images::with_images;
pub use parse::{Parsed, attachment, parse};
pub use portion::{Cut, Portion, portion};
pub use sanitise::{Sanitised, sanitise};
