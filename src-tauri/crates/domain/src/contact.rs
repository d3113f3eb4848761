//! People and companies of a CRM, as far as matching needs them.

use serde::{Deserialize, Serialize};

use crate::address::Address;

/// What kind of record; the words of the contract (`RecordType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum RecordType {
    Contact,
    Company,
    Deal,
    Lead,
    Ticket,
    Candidate,
    Other,
}

/// A record of a CRM.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct RecordRef {
    #[serde(rename = "type")]
    pub kind: RecordType,
    pub id: String,
}

/// A record with what is shown of it and the addresses it is found by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Contact {
    pub record: RecordRef,
    pub name: String,
    /// Primary address first.
    pub emails: Vec<Address>,
    /// The page of the record in the CRM.
    pub url: Option<String>,
    /// The company it belongs to.
    pub parent: Option<RecordRef>,
}
