//! What happens when: one supervisor, one task per account, one per connection, one for the outbox.
//!
//! Every task resumes from the database alone, so that it may be stopped at any `.await`.
//!
//! | module | orders |
//! |---|---|
//! | [`engine`] | the parts, starting and stopping, being idle |
//! | [`receive`] | mailbox → batches → parsed → kept |
//! | [`triage`], `sweep` | what rules and the contact index say of a mail, now and when they change |
//! | [`refresh`] | the CRM's contact index |
//! | [`preview`] | a mail and a choice → the bytes that would be sent |
//! | [`why`], [`simulate`] | why a mail is where it is; what a rule would change |
//! | [`decide`] | the rep's commands |
//! | `by_itself` | what a rule or a mode decides, and what comes back by itself |
//! | [`release`] | the end of a grace period: the one place where a mail gets into the outbox |
//! | [`deliver`] | the outbox → the CRM, exactly once |
//! | [`lists`], [`shipments`], [`reader`] | pages of mail; what was decided; one mail and its files |
//! | [`accounts`], [`credential`], [`sign_in`] | mailboxes: find out, sign in, test, connect, change |
//! | [`crm_sign_in`] | what a connection proves itself with: a secret, or a sign-in in the browser |
//! | `hold` | which connections rest, and for how long |
//! | `sending` | the accounts that send, for connectors that mail |
//! | [`manage`], [`leave`] | connections and rules; the end of a connection |
//! | [`contacts`], [`relink`], [`look`] | whose address it is; other records for a shared mail; what else can be read |
//! | [`coverage`], [`export`] | how much was shared; files for whoever keeps account of it |
//! | [`steps`] | the test of a mailbox |
//! | [`event`], [`status`] | what the outside hears and sees |
//!
//! It opens no socket and knows no provider and no CRM: those come in through the ports of `otomo-domain`.

pub mod accounts;
mod by_itself;
pub mod contacts;
pub mod coverage;
pub mod credential;
pub mod crm_sign_in;
pub mod decide;
pub mod deliver;
pub mod engine;
pub mod event;
pub mod export;
mod fault;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod guarantees;
mod hold;
pub mod leave;
pub mod lists;
pub mod look;
pub mod manage;
#[cfg(test)]
mod model;
mod new_file;
pub mod preview;
pub mod reader;
pub mod receive;
pub mod refresh;
pub mod release;
pub mod relink;
mod sending;
pub mod shipments;
pub mod sign_in;
pub mod simulate;
pub mod status;
pub mod steps;
mod sweep;
pub mod triage;
mod uid_book;
pub mod why;

pub use engine::{Engine, Parts, PolicyState};
pub use event::Event;
pub use fault::Fault;

/// The rows that are answered with.
pub mod rows {
    pub use otomo_store::StoreFault;
    pub use otomo_store::table::audit::Verdict;
    pub use otomo_store::table::contact::Feed;
    pub use otomo_store::table::desk::{ContactBrief, DeskRow, Pile, Standing};
    pub use otomo_store::table::folder::FolderRow;
    pub use otomo_store::table::health::{Condition, Span};
    pub use otomo_store::table::mail::{After, MailRow};
    pub use otomo_store::table::review::{AfterReview, Filter, ReviewId, ReviewRow, Subject};
    pub use otomo_store::table::triage::Finding;
}
