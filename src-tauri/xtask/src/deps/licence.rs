//! May we use what we use? SPDX expressions against `licences.toml`.

use serde::Deserialize;
use spdx::{Expression, ParseMode};

use super::Package;
use crate::shell::{Failure, capture, command};

/// `licences.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    allowed: Vec<String>,
    exception: Vec<Exception>,
    unstated: Vec<Unstated>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    licence: String,
    packages: Vec<String>,
    #[serde(rename = "reason")]
    _reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unstated {
    package: String,
    licence: String,
    #[serde(rename = "reason")]
    _reason: String,
}

impl Rules {
    pub fn complaints<'p>(&self, packages: impl Iterator<Item = &'p Package>) -> Vec<String> {
        packages.filter_map(|package| self.complaint(package)).collect()
    }

    /// What is wrong with a package's licence.
    fn complaint(&self, package: &Package) -> Option<String> {
        let Package { name, version, licence } = package;
        let found = || self.unstated.iter().find(|u| stands_for(&u.package, name)).map(|u| u.licence.as_str());
        let Some(stated) = licence.as_deref().or_else(found) else {
            return Some(format!("{name} {version}: states no licence, and licences.toml names none"));
        };
        let Ok(expression) = Expression::parse_mode(stated, ParseMode::LAX) else {
            return Some(format!("{name} {version}: \"{stated}\" is not an SPDX expression"));
        };
        let usable = expression.evaluate(|wanted| self.allows(name, &wanted.to_string()));
        (!usable).then(|| format!("{name} {version}: {stated} is not allowed by licences.toml"))
    }

    fn allows(&self, package: &str, licence: &str) -> bool {
        let excepted = |e: &Exception| e.licence == licence && e.packages.iter().any(|p| stands_for(p, package));
        self.allowed.iter().any(|allowed| allowed == licence) || self.exception.iter().any(excepted)
    }
}

/// Whether a name of the list means this package.
fn stands_for(listed: &str, package: &str) -> bool {
    listed.strip_suffix('*').map_or(listed == package, |beginning| package.starts_with(beginning))
}

/// Every crate of the lock file, for all systems, with the licence of its manifest.
pub fn crates() -> Result<Vec<Package>, Failure> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Manifest>,
    }
    #[derive(Deserialize)]
    struct Manifest {
        name: String,
        version: String,
        license: Option<String>,
    }
    let metadata = command("cargo", &["metadata", "--format-version", "1", "--locked", "--offline"]);
    let json = capture(metadata).map_err(|f| Failure::new(format!("{f}; `cargo fetch --locked` makes it ready")))?;
    let metadata: Metadata = serde_json::from_str(&json).map_err(|e| Failure::new(format!("cargo metadata: {e}")))?;
    let package = |m: Manifest| Package { name: m.name, version: m.version, licence: m.license };
    Ok(metadata.packages.into_iter().map(package).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"
        allowed = ["MIT", "Apache-2.0 WITH LLVM-exception", "Apache-2.0"]
        exception = [{ licence = "MPL-2.0", packages = ["css*"], reason = "by file" }]
        unstated = [{ package = "quiet", licence = "MIT", reason = "its LICENSE file" }]
    "#;

    fn check(name: &str, licence: &str, fine: bool) {
        let rules: Rules = toml::from_str(RULES).expect("rules");
        let licence = (!licence.is_empty()).then(|| licence.to_owned());
        let package = Package { name: name.into(), version: "1.0.0".into(), licence };
        assert_eq!(rules.complaint(&package).is_none(), fine, "{package:?}");
    }

    #[test]
    fn one_allowed_choice_is_enough() {
        check("a", "MIT OR GPL-3.0-only", true);
        check("a", "MIT/Apache-2.0", true);
        check("a", "(Apache-2.0 WITH LLVM-exception)", true);
    }

    #[test]
    fn every_part_of_an_and_must_be_allowed() {
        check("a", "MIT AND GPL-3.0-only", false);
        check("a", "MIT AND Apache-2.0", true);
    }

    #[test]
    fn an_exception_holds_for_its_packages_only() {
        check("cssparser", "MPL-2.0", true);
        check("a", "MPL-2.0", false);
    }

    #[test]
    fn a_package_without_a_licence_must_be_listed() {
        check("quiet", "", true);
        check("a", "", false);
        check("a", "SEE LICENSE IN x", false);
    }
}
