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
pub mod crm;
pub mod decode;
pub mod framebuffer;
pub mod imap;
pub mod lab;
pub mod mailbox;
pub mod otomoctl;
pub mod rep;
pub mod screen;
pub mod seek;
pub mod wire;
