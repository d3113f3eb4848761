//! What a person or a company said about mail in general: what must never leave, what is asked, what goes by itself.
//!
//! Stricter beats laxer, always, and it is asked three times: when a mail comes in, again when it is about to be released,
//! and again before it goes on the wire. A rule that lets mail go by itself never reaches back: it holds for what arrives
//! after it was made. A rule that keeps mail here holds for everything. Nothing in a rule is a pattern language, so no
//! rule can take longer than its words are long.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::account::{AccountId, ConnectionId};
use crate::address::{Address, is_freemail};
use crate::contact::RecordRef;
use crate::fold::is_ignorable;
use crate::mail::{MailKey, Role, normalise_list_id};
use crate::payload::Level;
use crate::time::Timestamp;

mod book;

pub use book::{Matched, RuleBook};

/// Whose word something is; stored with every transition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", content = "id", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Origin {
    /// The rep, by hand.
    User,
    /// A rule of the rep's.
    Rule(i64),
    /// The administrator's policy file, or the company's policy as the CRM states it.
    Policy,
    /// The share mode of the account with this number.
    Mode(i64),
    /// What the rep decided about an earlier mail of the same conversation.
    Thread,
    /// The program itself, carrying out what was decided.
    Engine,
}

impl Origin {
    /// Whether a person said so about this very mail.
    pub fn is_user(&self) -> bool {
        *self == Self::User
    }
}

/// What a rule looks at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum About {
    /// Anybody in the mail with this address.
    Address(Address),
    /// Anybody in the mail at this domain, or below it.
    Domain(String),
    /// A record that matched.
    Contact(AboutRecord),
    /// The company of a record that matched.
    Company(AboutRecord),
    /// The conversation that this mail began.
    Thread(MailKey),
    /// A mailbox of the rep's.
    Account(AccountId),
    /// A mailing list, by its List-Id (RFC 2919).
    List(String),
    /// A word in the subject, wherever it stands in it, however it is written (width, case).
    Subject(String),
    /// A folder or label, by the server's name.
    Folder(String),
}

/// A record at a connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AboutRecord {
    pub connection: ConnectionId,
    pub record: RecordRef,
}

/// What a rule says, from the strictest to the laxest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Then {
    /// It is not for the CRM: no decision, no sending.
    NeverLog,
    /// The domain is the company's own: mail that stays inside is not for a CRM.
    Internal,
    /// It is kept private by itself.
    Private,
    /// The rep decides, whatever else would let it go.
    Ask,
    /// It is shared by itself, after its grace period.
    Share,
}

/// A rule. One without a number is a policy's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Rule {
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub id: Option<i64>,
    #[serde(flatten)]
    pub about: About,
    pub then: Then,
    /// How much it lets go; what the account says where it is left out.
    pub level: Option<Level>,
    /// It doesn't hold any more from then on.
    pub expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// Why it is there, in the words of whoever made it; may be empty.
    pub reason: String,
}

impl Rule {
    /// A rule of a policy: it has always been there, and stays.
    pub fn of_policy(about: About, then: Then) -> Self {
        let reason = String::new();
        Self { id: None, about, then, level: None, expires_at: None, created_at: Timestamp(0), reason }
    }

    pub fn origin(&self) -> Origin {
        self.id.map_or(Origin::Policy, Origin::Rule)
    }

    pub fn is_policy(&self) -> bool {
        self.id.is_none()
    }

    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// The denying rules that a CRM's contract can state, by the contract's names. `None` if the value cannot be one.
    pub fn denying(kind: &str, value: &str) -> Option<Self> {
        let (about, then) = match kind {
            "never_log_address" => (About::parse("address", value)?, Then::NeverLog),
            "never_log_domain" => (About::parse("domain", value)?, Then::NeverLog),
            "internal_domain" => (About::parse("domain", value)?, Then::Internal),
            _ => return None,
        };
        Some(Self::of_policy(about, then))
    }
}

/// The longest word, list or folder name that a rule may look for, in characters.
const LONGEST: usize = 200;

impl About {
    /// Reads what a person types: lower-cases, drops a leading `@`. `None` if the value cannot be one, or the kind is not
    /// one that is typed.
    pub fn parse(kind: &str, value: &str) -> Option<Self> {
        let value = value.trim();
        if value.is_empty() || value.chars().count() > LONGEST || value.contains(char::is_control) {
            return None;
        }
        // Typed with a Japanese keyboard, letters and dots are wide.
        let narrow = || value.nfkc().filter(|c| !is_ignorable(*c)).collect::<String>();
        match kind {
            "address" => Address::parse(&narrow()).map(Self::Address),
            "domain" => domain(&narrow()).map(Self::Domain),
            "list" => normalise_list_id(value).map(Self::List),
            "subject" => Some(Self::Subject(value.to_owned())),
            "folder" => Some(Self::Folder(value.to_owned())),
            _ => None,
        }
    }

    /// Whether a rule may say this about it.
    pub fn allows(&self, then: Then) -> bool {
        match (self, then) {
            (Self::Domain(_), Then::Internal) => true,
            (_, Then::Internal) => false,
            // Anybody may have an address there: sharing by it would share with strangers' mail.
            (Self::Domain(domain), Then::Share) => !is_freemail(domain),
            // A word or a list says nothing about who reads along.
            (Self::List(_) | Self::Subject(_), Then::Share) => false,
            _ => true,
        }
    }

    /// How near it is to one mail; of the rules about one person the nearest counts.
    pub fn nearness(&self) -> u8 {
        match self {
            Self::Thread(_) => 5,
            Self::Address(_) | Self::Contact(_) => 4,
            Self::Company(_) => 3,
            Self::Domain(_) => 2,
            Self::List(_) | Self::Subject(_) | Self::Folder(_) => 1,
            Self::Account(_) => 0,
        }
    }
}

fn domain(value: &str) -> Option<String> {
    let domain = value.trim_start_matches('@').to_lowercase();
    let sound = domain.contains('.')
        && !domain.contains(['@', '/', '*'])
        && !domain.contains(char::is_whitespace)
        && !domain.starts_with('.')
        && !domain.ends_with('.');
    sound.then_some(domain)
}

/// What of a mail a rule met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Evidence {
    pub field: Field,
    /// The value in that field, cut for showing.
    pub value: String,
}

/// Where a rule met something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "RuleField"))]
pub enum Field {
    From,
    Sender,
    ReplyTo,
    To,
    Cc,
    Bcc,
    /// A record that matched, by its name.
    Record,
    /// The company of one.
    Company,
    Subject,
    List,
    Folder,
    Thread,
    Account,
    /// The text of the mail.
    Body,
    /// Another header field.
    Header,
}

impl From<Role> for Field {
    fn from(role: Role) -> Self {
        match role {
            Role::From => Self::From,
            Role::Sender => Self::Sender,
            Role::ReplyTo => Self::ReplyTo,
            Role::To => Self::To,
            Role::Cc => Self::Cc,
            Role::Bcc => Self::Bcc,
        }
    }
}

/// Why a mail is not for the CRM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Exclusion {
    /// A rule says so.
    NeverLog { rule: Rule, evidence: Evidence },
    /// Everybody in the mail belongs to the company.
    Internal,
    /// A machine wrote it, and nobody in it is in the contact index.
    Automated { sign: crate::mail::Automated },
    /// None of the accounts it came to shares to this connection.
    NotATarget,
}

impl Exclusion {
    /// Whether the rep may share the mail all the same. A policy's word holds unless the policy says otherwise.
    pub fn may_be_overruled(&self, policy_allows: bool) -> bool {
        match self {
            Self::NeverLog { rule, .. } => policy_allows || !rule.is_policy(),
            Self::Internal | Self::Automated { .. } | Self::NotATarget => true,
        }
    }
}

#[cfg(test)]
mod tests;
