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

/// The middle of an odd number of values.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
