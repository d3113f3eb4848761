//! Stateful servers that tests talk to, and the tools to look at what they saw.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "what tests stand on may end a test in any way"
)]

pub mod built;
pub mod card_box;
pub mod certificate;
pub mod chromium;
pub mod crm;
pub mod decode;
pub mod disk;
pub mod dns;
pub mod espo;
pub mod framebuffer;
pub mod hubspot;
pub mod imap;
pub mod lab;
pub mod mailbox;
pub mod otomoctl;
pub mod pop3;
pub mod porters;
pub mod provider;
pub mod proxy;
pub mod rep;
pub mod screen;
pub mod scripted;
pub mod seek;
pub mod smtp;
pub mod tap;
pub mod wire;
