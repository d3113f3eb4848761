//! What every API over HTTP shares.

pub(crate) mod answer;
pub(crate) mod base;
pub(crate) mod signer;
pub(crate) mod upload;
