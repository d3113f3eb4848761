//! A mail, the rules and the contact index → where it belongs, and whether it may go by itself.
//!
//! The order is PRODUCT's G4: a policy's denial, the never-log list, what a person made private, what has to be looked at,
//! rules that share, the account's mode, and else the rep is asked. [`judge`] tells every check it made, for the rep who
//! wants to know why.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::account::{AccountId, ConnectionId, ShareMode};
use crate::address::Address;
use crate::mail::{Automated, Mail, MailKey, SensitiveKind};
use crate::matching::Candidate;
use crate::payload::Level;
use crate::review::Triage;
use crate::rules::{Evidence, Origin, Rule, RuleBook};
use crate::time::Timestamp;

use case::Case;

mod case;

/// What is known of a mail at a connection.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    pub connection: ConnectionId,
    pub mail: &'a Mail,
    /// The rep wrote it.
    pub outgoing: bool,
    /// When it came to the server, and no later than it says it was written.
    pub arrived: Timestamp,
    /// The accounts it came to.
    pub accounts: &'a [AccountId],
    /// The folders it lies in, by the server's names.
    pub folders: &'a [String],
    pub candidates: &'a [Candidate],
    /// Nobody who matched has been in a mail that the rep decided on at this connection.
    pub first_contact: bool,
    pub thread: &'a ThreadFacts,
    /// There is another mail with its Message-ID and other content.
    pub twin: bool,
}

/// What was decided about other mail of the same conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThreadFacts {
    /// When the rep last made one private; what arrives later inherits it.
    pub private_since: Option<Timestamp>,
    /// Everybody in those that were shared; empty if none was.
    pub shared_with: BTreeSet<Address>,
    /// The conversation's other mail, for a rule about it: an answer doesn't always name the mail that began it.
    pub mails: BTreeSet<MailKey>,
}

/// How an account shares, as the policy and the rep have it together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stance {
    /// The mode; `None` until the rep has answered, which asks.
    pub mode: Option<ShareMode>,
    /// The policy has set the mode.
    pub fixed: bool,
    /// What arrived before is past mail, which never goes by itself: the account, the connection or this store of its
    /// mail is newer, or sharing has come to reach further since.
    pub past_before: Timestamp,
    /// When the mode was chosen, or came to share; it holds for what arrives later.
    pub mode_since: Timestamp,
    /// Mail that the rep sent goes by itself, too.
    pub sent_too: bool,
    /// The rep is still asked about every mail, to get used to it.
    pub practising: bool,
    /// The connections it shares to; `None` is every one.
    pub targets: Option<Vec<ConnectionId>>,
}

/// Everything that mail is held against.
#[derive(Debug, Default, PartialEq)]
pub struct Standards {
    /// The rep's addresses.
    pub own: Vec<Address>,
    pub book: RuleBook,
    pub accounts: BTreeMap<AccountId, Stance>,
}

/// Why a mail waits for the rep. Those that ask in order to look closely come first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Ask {
    /// Something in it is sensitive.
    Sensitive { kinds: Vec<SensitiveKind> },
    /// Somebody is in it who was not in what was shared of this conversation.
    NewParticipant { address: Address },
    /// More than one record matched.
    ManyRecords { count: usize },
    /// There is another mail with the same Message-ID.
    Twin,
    /// Its header is not what an honest mail has: more than one author, or none.
    Dubious,
    /// A rule wants the rep to look.
    Rule { id: Option<i64> },
    /// A machine wrote it.
    Automated { sign: Automated },
    /// It was here, or at the server, before the word that decides by itself: before sharing was switched on, the rule was
    /// made, or the rep made its conversation private.
    Past,
    /// It was kept before it could be examined.
    Unexamined,
    /// The first mail with this contact that has to be decided on.
    FirstContact,
    /// The rep is still getting used to it.
    Practising,
    /// The rep wrote it.
    Sent,
    /// The account's mode asks.
    Mode { mode: Option<ShareMode> },
}

impl Ask {
    /// Whether it is a reason to look closely (要注意).
    pub fn is_alert(&self) -> bool {
        use Ask::*;
        matches!(self, Sensitive { .. } | NewParticipant { .. } | ManyRecords { .. } | Twin | Dubious | Rule { .. })
    }
}

/// What is to become of a matched mail that nobody has decided on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "advice", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Advice {
    /// The rep decides.
    Ask { because: Vec<Ask> },
    /// It is shared by itself, on this word.
    Share { by: Origin, level: Option<Level> },
    /// It is kept private by itself, on this word.
    Private { by: Origin },
}

impl Default for Advice {
    fn default() -> Self {
        Self::Ask { because: Vec::new() }
    }
}

impl Advice {
    pub fn asks(&self) -> &[Ask] {
        match self {
            Self::Ask { because } => because,
            _ => &[],
        }
    }
}

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "CheckName"))]
pub enum Check {
    PolicyNeverLog,
    NeverLog,
    Target,
    Internal,
    Automated,
    Match,
    PrivateRule,
    PrivateThread,
    Look,
    AskRule,
    ShareRule,
    Mode,
}

/// One check, in the order in which they are made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "WhyStep"))]
pub struct Step {
    pub check: Check,
    /// Whether it has something to say of this mail.
    pub applies: bool,
    /// Whether its word was the one that counted.
    pub wins: bool,
    pub rule: Option<Rule>,
    pub evidence: Option<Evidence>,
}

/// The answer, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub triage: Triage,
    pub advice: Advice,
    pub steps: Vec<Step>,
}

/// Judges a mail at a connection.
pub fn judge(facts: &Facts<'_>, standards: &Standards, now: Timestamp) -> Judgement {
    let (triage, advice, check, mut steps) = Case::new(facts, standards, now).decided();
    steps.iter_mut().for_each(|step| step.wins = step.check == check);
    Judgement { triage, advice, steps }
}

#[cfg(test)]
mod tests;
