//! The real desktop program: its window on a screen that nobody sees, steered as a person would (WebDriver).
//!
//! The program has to be built (`cargo build -p otomo --bins --examples`, after `npm run build` in `ui/`); `OTOMO_APP`
//! names another one.
//! Everything else, screen, message bus and key store, is started here, anew for every window.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "what tests stand on may end a test in any way"
)]

mod closed;
mod connect;
mod desk;
mod frame;
mod hostile;
mod hundred;
mod journey;
mod keyboard;
mod one_more_crm;
mod start;
mod wizard;
