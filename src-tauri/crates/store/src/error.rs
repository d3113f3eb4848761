//! What can go wrong with the local files.

use otomo_domain::review::Refusal;
use rusqlite::ErrorCode;

/// A failure of the store, by what has to happen next.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    /// The file does not open with this key. It is left exactly as it is.
    #[error("{0} does not open with this key")]
    WrongKey(String),
    /// The file was written by a newer version of the program.
    #[error("{0} is from a newer version")]
    NewerSchema(String),
    #[error("the disk is full")]
    DiskFull,
    #[error("the database is damaged: {0}")]
    Damaged(String),
    #[error("{0} cannot be read or written: {1}")]
    File(String, String),
    /// The row changed since the caller looked.
    #[error("the row changed meanwhile; it is now at revision {current}")]
    Stale { current: u64 },
    #[error("there is no such row")]
    Missing,
    /// Another mail with the same key stands in the outbox or the CRM.
    #[error("another mail with the same Message-ID has been shared")]
    KeyTaken,
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("database: {0}")]
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreFault {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged(error.to_string()),
            _ if matches!(error, rusqlite::Error::QueryReturnedNoRows) => Self::Missing,
            _ => Self::Sql(error),
        }
    }
}
