//! Values that must not be seen: no `Display`, no `Serialize`, erased from memory when dropped.
//!
//! A secret is read with [`ExposeSecret::expose_secret`], so that every place which does is easy to find.

pub use secrecy::{ExposeSecret, SecretString};
