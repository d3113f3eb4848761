//! Wall time and peak memory of a process.

use std::fs;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// What a process took.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    pub seconds: f64,
    /// Peak resident set in MiB.
    pub rss: f64,
}

/// Runs a process to its end.
pub fn run(command: &mut Command) -> Cost {
    let start = Instant::now();
    watch(command.spawn().expect("the program runs"), start)
}

/// Watches a started process to its end. The kernel keeps the peak (`VmHWM`), so a look now and then is enough.
pub fn watch(mut child: Child, start: Instant) -> Cost {
    let status = format!("/proc/{}/status", child.id());
    let mut rss = 0.0_f64;
    let ended = loop {
        if let Ok(text) = fs::read_to_string(&status) {
            rss = rss.max(high_water(&text));
        }
        match child.try_wait().expect("a child") {
            Some(ended) => break ended,
            None => sleep(Duration::from_millis(5)),
        }
    };
    let seconds = start.elapsed().as_secs_f64();
    assert!(ended.success(), "it ended with {ended}");
    Cost { seconds, rss }
}

fn high_water(status: &str) -> f64 {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: f64 = line.and_then(|l| l.split_whitespace().next()).and_then(|n| n.parse().ok()).unwrap_or(0.0);
    kib / 1024.0
}

/// The middle one of some values; of an even number of them, the upper of the two in the middle.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    share(values, 0.5)
}

/// The value that this share of the values stays below (the nearest-rank method).
pub fn share(values: impl IntoIterator<Item = f64>, below: f64) -> f64 {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() as f64 * below) as usize;
    sorted[rank.min(sorted.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_one_in_the_middle_in_whatever_order() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 3.0, 2.0]), 3.0);
        assert_eq!(median([7.0]), 7.0);
    }

    #[test]
    fn a_share_of_the_values_stays_below() {
        let hundred = || (1..=100).rev().map(f64::from);
        assert_eq!(share(hundred(), 0.95), 96.0);
        assert_eq!(share(hundred(), 1.0), 100.0);
        assert_eq!(share(hundred(), 0.0), 1.0);
    }

    #[test]
    fn the_peak_is_read_from_its_line() {
        assert_eq!(high_water("Name:\tx\nVmHWM:\t  2048 kB\nVmRSS:\t 1 kB\n"), 2.0);
        assert_eq!(high_water(""), 0.0);
    }
}
