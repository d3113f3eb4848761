//! What a program and everything it started take, as the kernel counts it (`proc(5)`).

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Clock ticks a second, the same on every Linux that Otomo runs on.
const TICKS: f64 = 100.0;

/// A line of `/proc/PID/stat`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stat {
    parent: u32,
    /// Seconds of CPU, its own and the kernel's for it.
    cpu: f64,
    /// Seconds after the machine's start.
    started: f64,
}

/// A program and everything it started.
pub struct Family {
    head: u32,
}

impl Family {
    /// The one that runs this file and descends from `leader`, once it is there.
    pub fn find(leader: u32, program: &Path) -> Self {
        let program = program.canonicalize().expect("the program");
        let runs = |pid: &u32| fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe == program);
        for _ in 0..500 {
            if let Some(head) = descendants(leader).into_iter().find(runs) {
                return Self { head };
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{} does not start", program.display());
    }

    /// When the program was started, in seconds since 1970.
    pub fn started(&self) -> f64 {
        let uptime = fs::read_to_string("/proc/uptime").expect("the machine's uptime");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64();
        let uptime: f64 = uptime.split(' ').next().and_then(|n| n.parse().ok()).expect("seconds");
        now - uptime + stat(self.head).expect("it still runs").started
    }

    /// Seconds of CPU until now.
    pub fn cpu(&self) -> f64 {
        self.members().into_iter().filter_map(stat).map(|stat| stat.cpu).sum()
    }

    /// The memory of each in MB: what it has alone, and its share of what it has with others (proportional set size).
    pub fn pss(&self) -> Vec<(String, f64)> {
        let read = |pid: u32, file: &str| fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
        let each = |pid| (read(pid, "comm").trim().to_owned(), pss(&read(pid, "smaps_rollup")));
        self.members().into_iter().map(each).collect()
    }

    /// How many processes it is.
    pub fn size(&self) -> usize {
        self.members().len()
    }

    fn members(&self) -> Vec<u32> {
        let mut members = descendants(self.head);
        members.push(self.head);
        members
    }
}

/// Everything that a process started, and what these started.
fn descendants(of: u32) -> Vec<u32> {
    let pids = fs::read_dir("/proc").expect("a list of processes").flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let all: Vec<(u32, u32)> = pids.filter_map(|pid| Some((pid, stat(pid)?.parent))).collect();
    let mut found = vec![of];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(all.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| *pid));
        next += 1;
    }
    found.split_off(1)
}

fn stat(pid: u32) -> Option<Stat> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The fields after the name, which is in parentheses and may hold any character.
fn parse(line: &str) -> Option<Stat> {
    let fields: Vec<&str> = line.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |field: usize| fields.get(field)?.parse::<f64>().ok();
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        cpu: (number(11)? + number(12)?) / TICKS,
        started: number(19)? / TICKS,
    })
}

fn pss(rollup: &str) -> f64 {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kib: f64 = line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0.0);
    kib * 1024.0 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_and_spaces_shifts_no_field() {
        let line = "42 (a) b (c) S 7 1 1 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 1 0 12345 1000 10 0";
        assert_eq!(parse(line), Some(Stat { parent: 7, cpu: 2.0, started: 123.45 }));
        assert_eq!(parse("42 (a"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn the_proportional_size_is_not_one_of_its_parts() {
        let rollup = "5583a0b5c000-7ffd rollup\nRss:  9000 kB\nPss:  1000 kB\nPss_Anon:  400 kB\n";
        assert_eq!(pss(rollup), 1.024);
        assert_eq!(pss(""), 0.0);
    }

    #[test]
    fn a_process_is_found_below_its_parent() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().expect("sleep");
        let below = descendants(std::process::id());
        child.kill().expect("it runs");
        child.wait().expect("it ends");
        assert!(below.contains(&child.id()) && !below.contains(&std::process::id()));
    }
}
