//! Is anything in here known to be unsafe, or unwanted? `Cargo.lock` against `advisories.toml`.

use semver::Version;
use serde::Deserialize;

use crate::shell::{Failure, capture, command};

/// What cargo built from, as `Cargo.lock` has it.
#[derive(Debug, Deserialize)]
pub struct Lock {
    pub package: Vec<Locked>,
}

#[derive(Debug, Deserialize)]
pub struct Locked {
    name: String,
    version: Version,
}

/// `advisories.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    advisory: Vec<Advisory>,
    #[serde(default)]
    banned: Vec<Banned>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Advisory {
    #[serde(rename = "crate")]
    name: String,
    id: String,
    about: String,
    /// The first version without the fault; none when there will be none.
    fixed: Option<Version>,
    /// Why we live with it.
    accepted: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Banned {
    #[serde(rename = "crate")]
    name: String,
    /// The one crate that may ask for it.
    below: Option<String>,
    reason: String,
}

impl Rules {
    pub fn complaints(&self, lock: &[Locked]) -> Result<Vec<String>, Failure> {
        let unexplained = self.advisory.iter().find(|a| a.accepted.is_none() && a.fixed.is_none());
        if let Some(advisory) = unexplained {
            return Err(Failure::new(format!("advisories.toml: {} needs `fixed` or `accepted`", advisory.id)));
        }
        Ok(self.advisory.iter().flat_map(|advisory| advisory.complaints(lock)).collect())
    }

    /// Looks for banned crates in what is really built, on any system: the lock file also lists what features leave out.
    pub fn banned_complaints(&self) -> Result<Vec<String>, Failure> {
        let built = tree(&["--prefix", "none"])?;
        let mut complaints = Vec::new();
        for banned in &self.banned {
            let Some(package) = built.lines().find(|line| line.split(' ').next() == Some(banned.name.as_str())) else {
                continue;
            };
            let Some(below) = &banned.below else {
                complaints.push(format!("{package} must not be built in: {}", banned.reason));
                continue;
            };
            let askers = tree(&["--prefix", "depth", "--invert", &banned.name])?;
            complaints.extend(banned.strangers(below, &askers));
        }
        Ok(complaints)
    }
}

impl Advisory {
    fn complaints(&self, lock: &[Locked]) -> Vec<String> {
        let Self { name, id, about, fixed, accepted } = self;
        let faulty = |locked: &&Locked| fixed.as_ref().is_none_or(|fixed| locked.version < *fixed);
        let affected: Vec<_> = lock.iter().filter(|locked| locked.name == *name).filter(faulty).collect();
        match (accepted, affected.is_empty()) {
            (Some(_), true) => vec![format!("advisories.toml: {id} of {name} is accepted without need")],
            (Some(_), false) => vec![],
            (None, _) => affected.iter().map(|l| format!("{name} {}: {id}, {about}", l.version)).collect(),
        }
    }
}

impl Banned {
    /// Crates beside `below` that ask for this one; `askers` is the inverted tree with the depth before each name.
    fn strangers(&self, below: &str, askers: &str) -> Vec<String> {
        let direct = askers.lines().filter_map(|line| line.strip_prefix('1'));
        let strangers = direct.filter(|asker| asker.split(' ').next() != Some(below));
        strangers.map(|asker| format!("{asker} must not use {}: {}", self.name, self.reason)).collect()
    }
}

/// `cargo tree` of everything that is compiled for any system.
fn tree(options: &[&str]) -> Result<String, Failure> {
    let all = ["tree", "--workspace", "--locked", "--offline", "--target", "all", "--edges", "normal,build,dev"];
    capture(command("cargo", &[all.as_slice(), options].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: &str, locked: &[(&str, &str)], expected: &[&str]) {
        let rules: Rules = toml::from_str(&format!("[[advisory]]\n{rule}")).expect("rules");
        let version = |text: &str| Version::parse(text).expect("a version");
        let lock: Vec<_> =
            locked.iter().map(|(name, v)| Locked { name: (*name).to_owned(), version: version(v) }).collect();
        assert_eq!(rules.complaints(&lock).expect("sound rules"), expected);
    }

    const FIXED: &str = "crate = 'h2'\nid = 'R-1'\nabout = 'memory'\nfixed = '0.4.16'";

    #[test]
    fn only_versions_before_the_fix_are_complained_about() {
        check(FIXED, &[("h2", "0.4.15"), ("h2", "0.4.16"), ("h3", "0.1.0")], &["h2 0.4.15: R-1, memory"]);
    }

    #[test]
    fn an_accepted_advisory_is_silent_until_it_is_no_longer_needed() {
        let accepted = format!("{FIXED}\naccepted = 'because'");
        check(&accepted, &[("h2", "0.4.15")], &[]);
        check(&accepted, &[("h2", "0.4.16")], &["advisories.toml: R-1 of h2 is accepted without need"]);
    }

    #[test]
    fn an_advisory_without_an_end_needs_a_reason() {
        let rules: Rules = toml::from_str("[[advisory]]\ncrate = 'gtk'\nid = 'R-2'\nabout = 'old'").expect("rules");
        assert!(rules.complaints(&[]).is_err());
    }

    #[test]
    fn a_banned_crate_is_suffered_below_one_other_only() {
        let banned = Banned { name: "openssl-sys".into(), below: None, reason: "one TLS".into() };
        let askers = "0openssl-sys v0.9.1\n1libsqlite3-sys v0.38.2\n2rusqlite v0.40.2\n1native-tls v0.2.1";
        let told = banned.strangers("libsqlite3-sys", askers);
        assert_eq!(told, ["native-tls v0.2.1 must not use openssl-sys: one TLS"]);
    }
}
