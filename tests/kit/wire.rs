//! A network of its own for a test, and everything that a program sends on it.
//!
//! | module | holds |
//! |---|---|
//! | [`network`] | a network namespace with a way out that leads nowhere |
//! | [`capture`] | tcpdump, and the packets that it saw |
//! | [`flow`] | packets put together to what was sent, and the names that were asked for |

pub mod capture;
pub mod flow;
pub mod network;

pub use capture::{Capture, Packet};
pub use network::apart;
