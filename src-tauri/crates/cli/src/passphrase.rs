//! Where a passphrase comes from: a file descriptor, so that it stands in no argument list and no environment.

use std::fs;

use otomo_domain::secret::SecretString;

/// The first line that can be read from descriptor `fd`.
pub fn read(fd: Option<u32>) -> Result<Option<SecretString>, String> {
    let Some(fd) = fd else { return Ok(None) };
    let text = fs::read_to_string(format!("/dev/fd/{fd}")).map_err(|e| format!("--passphrase-fd {fd}: {e}"))?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(Some(line.to_owned().into())),
        _ => Err(format!("--passphrase-fd {fd}: no passphrase came")),
    }
}

/// Asks the person, if there is one.
pub fn ask() -> Option<SecretString> {
    rpassword::prompt_password("Passphrase / パスフレーズ: ").ok().filter(|p| !p.is_empty()).map(Into::into)
}
