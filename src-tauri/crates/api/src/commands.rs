//! What each command does: reads its arguments, asks the engine, shapes the answer. A file per noun.

pub mod accounts;
pub mod app;
pub mod audit;
pub mod contacts;
pub mod crm;
pub mod history;
pub mod mail;
pub mod op;
pub mod policy;
pub mod queue;
pub mod review;
pub mod rules;
pub mod stats;
