//! The mark by which a mail in the CRM is known to be ours.
//!
//! The field `messageIdInternal` keeps a mail's Message-ID with its `Delivered-To` behind it, is shown to whoever may read
//! the mail, and can't be changed by anybody (`DefaultImporter::processMessageId`, `entityDefs/Email.json`). A mailbox puts
//! its own address there; what is imported from here has the digest of the share.

use otomo_domain::payload::Payload;

/// Digits of the digest: with the domain, a hyphen and the longest Message-ID they fill the field's 300 characters.
const DIGITS: usize = 30;

/// What stands in `Delivered-To`: an address that nobody can have (RFC 6761 §6.4).
pub fn of(payload: &Payload) -> String {
    let digest = payload.digest.unwrap_or_else(|| payload.clone().freeze().sha256).to_string();
    let digits: String = digest.chars().take(DIGITS).collect();
    format!("{digits}@otomo.invalid")
}

/// The header field.
pub fn field(payload: &Payload) -> String {
    format!("Delivered-To: {}\r\n", of(payload))
}
