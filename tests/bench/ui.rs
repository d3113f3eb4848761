//! The real window next to an empty one of the same Tauri and the same WebKit, in alternating runs.
//!
//! Both run for people (`--release`) on a screen that nobody sees. The store has a hundred thousand mails, and three
//! mailboxes of the lab are connected. One line a figure: `number name value peer limit ratio pass`.

mod action;
mod idle;
mod line;
mod office;
mod package;
mod process;
mod scroll;
mod start;

use std::time::Duration;

use line::Line;
use office::Office;

/// How often each of the two is measured.
const ROUNDS: usize = 5;

/// What to measure.
pub struct Wish {
    /// The numbers of the lines; all where it is empty.
    pub lines: Vec<u8>,
    /// How many mails the store has.
    pub mails: usize,
    /// How long the idle window is watched.
    pub idle: Duration,
}

pub async fn ui(wish: Wish) {
    let wanted = |number: u8| wish.lines.is_empty() || wish.lines.contains(&number);
    let mut lines: Vec<Line> = Vec::new();
    if wanted(17) {
        lines.extend(package::weigh());
    }
    if [11, 12, 13, 14].into_iter().any(wanted) {
        let office = Office::furnish(wish.mails);
        if wanted(13) {
            lines.extend(start::measure(&office).await);
        }
        if wanted(12) {
            lines.push(scroll::measure(&office).await);
        }
        if wanted(14) {
            lines.extend(idle::measure(&office, wish.idle));
        }
        // The last one: it takes mail off the desk.
        if wanted(11) {
            lines.extend(action::measure(&office).await);
        }
    }
    println!("\nline name value peer limit ratio pass");
    lines.iter().for_each(|line| println!("{line}"));
}
