//! How many tests of each kind ran, read from what cargo and vitest print.

use std::collections::BTreeMap;
use std::fmt;

use crate::shell::{Failure, Outcome};

/// What a test proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// One crate, by itself.
    Unit,
    /// Crates together, against real servers and invariants of the tree.
    Journey,
    /// The user interface, by itself.
    Interface,
    /// The user interface in a browser, behind a host that is not there.
    Browser,
    /// The app in its window.
    App,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Unit, Self::Journey, Self::Interface, Self::Browser, Self::App];

    fn name(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Journey => "contract and journey",
            Self::Interface => "user interface",
            Self::Browser => "browser",
            Self::App => "app",
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    passed: u32,
    failed: u32,
}

#[derive(Debug, Default)]
pub struct Tally(BTreeMap<Kind, Count>);

impl Tally {
    /// Reads a line of `cargo test`; `kind` is that of the test program that is running.
    pub fn read_cargo(&mut self, kind: &mut Kind, line: &str) {
        let line = line.trim_start();
        if line.starts_with("Running ") || line.starts_with("Doc-tests ") {
            *kind = match line.split_whitespace().nth(1) {
                Some("it/main.rs") => Kind::Journey,
                Some("app/main.rs") => Kind::App,
                _ => Kind::Unit,
            };
        } else if let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|l| l.split_once(". ")) {
            self.add(*kind, counts, ';');
        }
    }

    /// Reads a line of vitest, which runs tests of one kind at a time.
    pub fn read_vitest(&mut self, kind: Kind, line: &str) {
        if let Some(counts) = line.trim_start().strip_prefix("Tests ") {
            self.add(kind, counts, '|');
        }
    }

    /// Adds `3 passed; 1 failed; …`.
    fn add(&mut self, kind: Kind, counts: &str, separator: char) {
        let count = self.0.entry(kind).or_default();
        for part in counts.split(separator) {
            let mut words = part.split_whitespace();
            let number = words.next().and_then(|n| n.parse::<u32>().ok()).unwrap_or(0);
            match words.next() {
                Some("passed") => count.passed += number,
                Some("failed") => count.failed += number,
                _ => {}
            }
        }
    }

    /// Every kind of test must have run.
    pub fn complete(&self) -> Outcome {
        let absent = Kind::ALL.into_iter().find(|kind| self.count(*kind) == Count::default());
        absent.map_or(Ok(()), |kind| Err(Failure::new(format!("no test of the kind \"{}\" ran", kind.name()))))
    }

    pub fn passed(&self) -> u32 {
        Kind::ALL.into_iter().map(|kind| self.count(kind).passed).sum()
    }

    pub fn failed(&self) -> u32 {
        Kind::ALL.into_iter().map(|kind| self.count(kind).failed).sum()
    }

    fn count(&self, kind: Kind) -> Count {
        self.0.get(&kind).copied().unwrap_or_default()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<24}{:>8}{:>8}", "kind", "passed", "failed")?;
        for kind in Kind::ALL {
            let count = self.count(kind);
            writeln!(f, "{:<24}{:>8}{:>8}", kind.name(), count.passed, count.failed)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARGO: &str = "
     Running unittests src/lib.rs (target/debug/deps/otomo_domain-1)
test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.02s
     Running it/main.rs (target/debug/deps/it-2)
test lab::it_works ... ok
test result: FAILED. 5 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 4.57s
     Running app/main.rs (target/debug/deps/app-3)
test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 9.01s
   Doc-tests otomo_domain
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.30s";

    fn read(cargo: &str, vitest: &str, browser: &str) -> Tally {
        let (mut tally, mut kind) = (Tally::default(), Kind::Unit);
        cargo.lines().for_each(|line| tally.read_cargo(&mut kind, line));
        vitest.lines().for_each(|line| tally.read_vitest(Kind::Interface, line));
        browser.lines().for_each(|line| tally.read_vitest(Kind::Browser, line));
        tally
    }

    #[test]
    fn each_result_counts_for_the_kind_of_its_program() {
        let tally =
            read(CARGO, " Test Files  2 passed (2)\n      Tests  1 failed | 9 passed (10)\n", "Tests  7 passed (7)");
        assert_eq!(tally.count(Kind::Unit), Count { passed: 13, failed: 0 });
        assert_eq!(tally.count(Kind::Journey), Count { passed: 5, failed: 2 });
        assert_eq!(tally.count(Kind::Interface), Count { passed: 9, failed: 1 });
        assert_eq!(tally.count(Kind::App), Count { passed: 3, failed: 0 });
        assert_eq!(tally.count(Kind::Browser), Count { passed: 7, failed: 0 });
        assert_eq!((tally.passed(), tally.failed()), (37, 3));
    }

    #[test]
    fn a_kind_of_which_no_test_ran_is_a_failure() {
        let told = read(CARGO, "", "Tests  7 passed (7)").complete().expect_err("a failure");
        assert!(told.message.contains("user interface"), "{told}");
        assert!(read(CARGO, "Tests  4 passed (4)", "Tests  7 passed (7)").complete().is_ok());
    }
}
