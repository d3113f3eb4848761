//! Speed next to a peer on the same machine, the same server and the same mail, in alternating runs.
//!
//! Run it with `cargo xtask bench sync` or `cargo xtask bench ui`. A figure is a ratio of medians, printed with both absolutes: machines differ and
//! are noisy, a ratio less so. Nothing here is a test; no check depends on a time.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench measures with the machine's clock and ends when something is wrong"
)]

mod measure;
mod sync;
mod ui;

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
        Bench::Ui { count, minutes, line } => {
            let wish = ui::Wish { lines: line, mails: count, idle: Duration::from_mins(minutes) };
            tokio::runtime::Runtime::new().expect("threads").block_on(ui::ui(wish));
        }
    }
}
