//! One file a table: its SQL, its rows, its queries.
//!
//! Functions take a `&Connection` (a `&Transaction` is one), so that the caller decides what commits together.

// cache.db
pub mod attachment;
pub mod born;
pub mod contact;
pub mod copy;
pub mod coverage;
pub mod desk;
pub mod folder;
pub mod health;
pub mod mail;
pub mod mail_account;
pub mod participant;
pub mod place;
pub mod raw;
pub mod tally;
pub mod thread;
pub mod triage;
pub mod uidl;

// ledger.db
pub mod account;
pub mod acquaintance;
pub mod alias;
pub mod audit;
pub mod connection;
pub mod outbox;
pub mod review;
pub mod rule;
pub mod secret;
pub mod setting;
