//! Speed next to a peer on the same machine, the same server and the same mail, in alternating runs.
//!
//! Run it with `cargo xtask bench sync`. A figure is a ratio of medians, printed with both absolutes: machines differ and
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

fn main() {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("sync") => sync::sync(arguments.next().and_then(|n| n.parse().ok()).unwrap_or(10_000)),
        other => panic!("no such bench: {other:?}"),
    }
}
