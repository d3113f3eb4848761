//! Speed next to a peer on the same machine, the same server and the same mail, in alternating runs.
//!
//! Run it with `cargo xtask bench sync`, `crm`, `ui` or `connect`. A figure is a ratio of medians, printed with both
//! absolutes: machines differ and are noisy, a ratio less so. Nothing here is a test; no check depends on a time.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench measures with the machine's clock and ends when something is wrong"
)]

mod connect;
mod crm;
mod letters;
mod measure;
mod sync;
mod ui;

// The desk that the window's tests have.
#[allow(dead_code, unused_imports, reason = "a bench needs less of it than the tests do")]
#[path = "../app/desk.rs"]
mod desk;
#[allow(dead_code, reason = "a bench needs less of it than the tests do")]
#[path = "../app/keyboard.rs"]
mod keyboard;
#[allow(dead_code, reason = "a bench needs less of it than the tests do")]
#[path = "../app/wizard.rs"]
mod wizard;

use std::time::Duration;

use clap::Parser;

/// What to measure.
#[derive(Parser)]
enum Bench {
    /// A first sync next to mbsync.
    Sync {
        #[arg(long)]
        count: usize,
    },
    /// From a typed address to the first mail on screen.
    Connect,
    /// The contact index next to reading the same list, and mail matched against it.
    Crm {
        #[arg(long)]
        contacts: usize,
        #[arg(long)]
        mails: usize,
    },
    /// The window next to an empty one.
    Ui {
        #[arg(long)]
        count: usize,
        #[arg(long)]
        minutes: u64,
        #[arg(long)]
        line: Vec<u8>,
    },
}

fn main() {
    match Bench::parse() {
        Bench::Sync { count } => sync::sync(count),
        Bench::Crm { contacts, mails } => {
            tokio::runtime::Runtime::new().expect("threads").block_on(crm::crm(contacts, mails));
        }
        Bench::Connect => tokio::runtime::Runtime::new().expect("threads").block_on(connect::connect()),
        Bench::Ui { count, minutes, line } => {
            let wish = ui::Wish { lines: line, mails: count, idle: Duration::from_mins(minutes) };
            tokio::runtime::Runtime::new().expect("threads").block_on(ui::ui(wish));
        }
    }
}
