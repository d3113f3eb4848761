//! How many calls a minute there may be.

use std::collections::VecDeque;

/// "1 分あたり Request 上限: Read 2000 / Write 500".
const READS: usize = 2000;
const WRITES: usize = 500;
const MINUTE: i64 = 60_000;

#[derive(Default)]
pub struct Rate {
    reads: VecDeque<i64>,
    writes: VecDeque<i64>,
}

impl Rate {
    /// Counts a call; false where it is one too many.
    pub fn take(&mut self, is_read: bool, now: i64) -> bool {
        let (calls, most) = if is_read { (&mut self.reads, READS) } else { (&mut self.writes, WRITES) };
        calls.retain(|at| *at > now - MINUTE);
        calls.push_back(now);
        calls.len() <= most
    }
}
