//! The composition root: a home folder, its lock, the policy, the key and the registries → a running engine.
//!
//! The window, the command line and the tests all start here, so that they run the same program.
//!
//! | module | does |
//! |---|---|
//! | [`home`] | the data folder, private to the person, and the lock that one process holds |
//! | [`policy`] | finds and reads the administrator's policy |
//! | [`key`] | the database key: where it is kept, and when a new one may be made |
//! | [`clock`] | the machine's clock, and a faster one for test homes |
//! | [`panic`] | sees to it that a panic's message tells nothing of a mail |
//! | [`sample`] | a first look: a small mailbox and a folder CRM, connected |
//! | [`start`] | puts the parts together |
//! | [`session`] | the program behind a window: starts it, says why not, starts it anew |
//! | [`socket`] | lets a second process hand its command to the first |

pub mod clock;
pub mod home;
pub mod key;
pub mod panic;
pub mod policy;
pub mod sample;
pub mod session;
pub mod socket;
pub mod start;

pub use otomo_crm::Registry;
pub use start::{Options, Running, StartFault, start};
