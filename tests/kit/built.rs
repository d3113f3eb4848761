//! The programs under test.

use std::path::PathBuf;

/// The command line's file.
pub fn otomoctl() -> PathBuf {
    file("OTOMOCTL", "otomoctl")
}

/// The window's file.
pub fn app() -> PathBuf {
    file("OTOMO_APP", "otomo")
}

/// The file of the window that knows one more kind of CRM.
pub fn one_more_crm() -> PathBuf {
    file("OTOMO_ONE_MORE_CRM", "examples/one-more-crm")
}

/// The program that a variable of the environment names, else the one that was built beside this test.
fn file(variable: &str, name: &str) -> PathBuf {
    if let Some(named) = std::env::var_os(variable) {
        return named.into();
    }
    let test = std::env::current_exe().expect("a test binary");
    let found = test.ancestors().map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("{name} is not built: cargo build --workspace --bins --examples"))
}
