//! Finds and reads the administrator's policy.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use otomo_domain::oauth::{Client, GOOGLE, MICROSOFT};
use otomo_domain::policy::Policy;
use otomo_engine::PolicyState;

/// Where an administrator puts the policy, per system. Read-only for the person.
fn machine_path() -> PathBuf {
    if cfg!(windows) {
        let base = std::env::var_os("ProgramData").map_or_else(|| PathBuf::from(r"C:\ProgramData"), PathBuf::from);
        base.join("otomo").join("policy.json")
    } else if cfg!(target_os = "macos") {
        PathBuf::from("/Library/Managed Preferences/app.otomo.desktop/policy.json")
    } else {
        PathBuf::from("/etc/otomo/policy.json")
    }
}

/// The policy that holds here. `asked` counts only where the machine has none of its own. The clients that were given
/// when the program was built count where the policy names none.
pub fn find(asked: Option<&Path>) -> PolicyState {
    match choose(&machine_path(), asked) {
        PolicyState::Valid(policy) => PolicyState::Valid(
            policy
                .with_client(GOOGLE, built_in(option_env!("OTOMO_GOOGLE_CLIENT"), option_env!("OTOMO_GOOGLE_SECRET")))
                .with_client(MICROSOFT, built_in(option_env!("OTOMO_MICROSOFT_CLIENT"), None)),
        ),
        invalid => invalid,
    }
}

/// This program's registration at a provider, where whoever built it had one.
fn built_in(id: Option<&str>, secret: Option<&str>) -> Option<Client> {
    let id = id.filter(|id| !id.is_empty())?;
    Some(Client { id: id.into(), secret: secret.map(Into::into) })
}

fn choose(machine: &Path, asked: Option<&Path>) -> PolicyState {
    let path = match (machine.exists(), asked) {
        (true, _) => machine,
        (false, Some(asked)) => asked,
        (false, None) => return PolicyState::Valid(Policy::default()),
    };
    match fs::read_to_string(path).map_err(explain).and_then(|json| Policy::parse(&json).map_err(|e| e.to_string())) {
        Ok(policy) => PolicyState::Valid(policy),
        Err(why) => PolicyState::Invalid { why: format!("{}: {why}", path.display()) },
    }
}

fn explain(error: std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a machine policy and an asked one (empty text = no file) and tells whose grace period holds.
    fn check(machine: &str, asked: &str, expected: Option<u64>) {
        let folder = tempfile::tempdir().expect("folder");
        let write = |name: &str, json: &str| {
            let path = folder.path().join(name);
            if !json.is_empty() {
                fs::write(&path, json).expect("write");
            }
            path
        };
        let (machine, asked) = (write("machine.json", machine), write("asked.json", asked));
        let found = match choose(&machine, Some(&asked)) {
            PolicyState::Valid(policy) => Some(policy.grace().as_secs()),
            PolicyState::Invalid { .. } => None,
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn the_machines_policy_beats_the_one_asked_for() {
        check(r#"{"min_grace": 100}"#, r#"{"min_grace": 200}"#, Some(100));
        check("", r#"{"min_grace": 200}"#, Some(200));
    }

    #[test]
    fn a_policy_that_cannot_be_read_is_not_the_same_as_none() {
        check("{", r#"{"min_grace": 200}"#, None);
        check("", "", None);
    }
}
