//! Domain values as columns.

use otomo_domain::digest::Digest;
use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Error, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

fn unreadable(index: usize, kind: Type, cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::FromSqlConversionFailure(index, kind, Box::new(cause))
}

/// A 32-byte BLOB.
pub(crate) fn digest(row: &Row<'_>, index: usize) -> rusqlite::Result<Digest> {
    let bytes: Vec<u8> = row.get(index)?;
    Digest::from_slice(&bytes).ok_or_else(|| unreadable(index, Type::Blob, FromSqlError::InvalidType))
}

/// A 32-byte BLOB or NULL.
pub(crate) fn digest_opt(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Digest>> {
    let bytes: Option<Vec<u8>> = row.get(index)?;
    let read =
        |b: Vec<u8>| Digest::from_slice(&b).ok_or_else(|| unreadable(index, Type::Blob, FromSqlError::InvalidType));
    bytes.map(read).transpose()
}

/// JSON kept as TEXT.
pub(crate) fn json<T: DeserializeOwned>(row: &Row<'_>, index: usize) -> rusqlite::Result<T> {
    let text: String = row.get(index)?;
    serde_json::from_str(&text).map_err(|e| unreadable(index, Type::Text, e))
}

/// JSON kept as TEXT, or NULL.
pub(crate) fn json_opt<T: DeserializeOwned>(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(index)?;
    text.map(|t| serde_json::from_str(&t).map_err(|e| unreadable(index, Type::Text, e))).transpose()
}

/// A value that is one JSON string (an enum without fields), kept as that word.
pub(crate) fn word<T: DeserializeOwned>(row: &Row<'_>, index: usize) -> rusqlite::Result<T> {
    let text: String = row.get(index)?;
    serde_json::from_value(text.into()).map_err(|e| unreadable(index, Type::Text, e))
}

/// As [`word`], or NULL.
pub(crate) fn word_opt<T: DeserializeOwned>(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(index)?;
    text.map(|t| serde_json::from_value(t.into()).map_err(|e| unreadable(index, Type::Text, e))).transpose()
}

/// The TEXT for a value read back by [`json`].
pub(crate) fn to_json<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|e| Error::ToSqlConversionFailure(Box::new(e)))
}

/// The TEXT for a value read back by [`word`].
pub(crate) fn to_word<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        other => Err(Error::ToSqlConversionFailure(format!("not a word: {other:?}").into())),
    }
}
