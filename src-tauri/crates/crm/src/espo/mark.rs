//! The mark by which a mail in the CRM is known to be ours.
//!
//! The field `messageIdInternal` keeps a mail's Message-ID with its `Delivered-To` behind it, is shown to whoever may read
//! the mail, and can't be changed by anybody (`DefaultImporter::processMessageId`, `entityDefs/Email.json`). A mailbox puts
//! its own address there; what is imported from here says for whom it was shared, for one key may serve many reps, and
//! what was shared. Both are the beginnings of digests: the mark tells nothing that was not shared.

use std::fmt;

use otomo_domain::address::Address;
use otomo_domain::digest::Digest;
use otomo_domain::payload::Payload;

/// Digits of the digests: with the domain, a hyphen and the longest Message-ID they fill the field's 300 characters.
const REP_DIGITS: usize = 12;
const SHARE_DIGITS: usize = 18;

/// Behind the digits stands a domain that nobody can have (RFC 6761 §6.4).
const DOMAIN: &str = "@otomo.invalid";

/// Who shared what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    rep: String,
    share: String,
}

fn digits(digest: Digest, count: usize) -> String {
    digest.to_string().chars().take(count).collect()
}

impl Mark {
    /// The mark of this share by the rep with this address.
    pub fn of(rep: &Address, payload: &Payload) -> Self {
        let share = payload.digest.unwrap_or_else(|| payload.clone().freeze().sha256);
        let rep = Digest::of(rep.as_str().as_bytes());
        Self { rep: digits(rep, REP_DIGITS), share: digits(share, SHARE_DIGITS) }
    }

    /// The mark at the end of a `messageIdInternal`.
    pub fn read(internal: &str) -> Option<Self> {
        let (_, digits) = internal.strip_suffix(DOMAIN)?.rsplit_once('-')?;
        let is_ours = digits.len() == REP_DIGITS + SHARE_DIGITS && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let (rep, share) = digits.split_at_checked(REP_DIGITS).filter(|_| is_ours)?;
        Some(Self { rep: rep.to_owned(), share: share.to_owned() })
    }

    /// Whether the same rep shared both.
    pub fn is_by_who_shared(&self, other: &Self) -> bool {
        self.rep == other.rep
    }

    /// The header field.
    pub fn field(&self) -> String {
        format!("Delivered-To: {self}\r\n")
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{DOMAIN}", self.rep, self.share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(rep: &str, share: &str) -> Mark {
        Mark { rep: rep.repeat(REP_DIGITS), share: share.repeat(SHARE_DIGITS) }
    }

    #[test]
    fn a_mark_is_read_where_it_was_written() {
        let one = mark("a", "1");
        assert_eq!(Mark::read(&format!("<1-2@x.jp>-{one}")), Some(one.clone()));
        assert!(one.is_by_who_shared(&mark("a", "2")) && !one.is_by_who_shared(&mark("b", "1")));
    }

    #[test]
    fn whom_a_mailbox_delivered_to_is_no_mark() {
        for internal in ["", "<1@x.jp>", "<1@x.jp>-rep@own.example", "<1@x.jp>-abc@otomo.invalid", "@otomo.invalid"] {
            assert_eq!(Mark::read(internal), None, "{internal}");
        }
        assert_eq!(Mark::read(&format!("<1@x.jp>-{}", mark("z", "1"))), None);
        assert_eq!(Mark::read(&format!("<1@x.jp>-{} ", mark("a", "1"))), None);
    }

    #[test]
    fn a_mark_fits_behind_the_longest_message_id() {
        assert_eq!(mark("a", "1").to_string().len() + "-".len(), 300 - 255);
    }
}
