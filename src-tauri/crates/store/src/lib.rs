//! The local truth: two SQLCipher files, opened with one key.
//!
//! - `ledger.db` holds what can't be fetched again: accounts, secrets, decisions, the outbox with its frozen bytes, rules,
//!   the audit trace. A commit is on the disk when it returns (`synchronous=FULL`).
//! - `cache.db` holds what can: mail, the contact index, cursors. It may lose its last moments in a power cut (`NORMAL`);
//!   the cursor goes with the mail, so nothing is skipped. A mail without a ledger row is simply undecided.
//!
//! | module | does |
//! |---|---|
//! | [`open`] | files, key, pragmas, setting a damaged cache aside |
//! | [`db`] | one writer and a few read-only connections for each file |
//! | [`table`] | one file a table: its SQL, its rows, its queries; no SQL stands anywhere else |
//! | [`keep`] | a batch of received mail in one transaction |
//! | [`transition`] | an act on a review: state, outbox and audit in one transaction |
//!
//! What it does not do: decide anything. Rules, matching and the state machine are in `otomo-domain`.

mod column;
pub mod db;
mod error;
#[cfg(test)]
mod fixture;
pub mod keep;
mod migrate;
pub mod open;
pub mod table;
pub mod transition;

pub use error::StoreFault;
pub use open::Store;
pub use rusqlite::{Connection, Transaction};
