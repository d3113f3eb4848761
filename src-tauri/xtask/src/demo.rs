//! The demo: invented mail and an invented CRM, in the app's window where there is a display, else in the terminal.

use std::env::var_os;

use crate::setup::{Profile, setup};
use crate::shell::{Outcome, built, command, npm, npm_install, run};

pub fn demo() -> Outcome {
    if has_display() { in_window() } else { in_terminal() }
}

/// Only Linux desktops may lack a display.
fn has_display() -> bool {
    !cfg!(target_os = "linux")
        || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| var_os(name).is_some_and(|v| !v.is_empty()))
}

fn in_terminal() -> Outcome {
    setup(Profile::Demo)?;
    run(command("cargo", &["build", "--package", "otomo-cli"]))?;
    run(command(built("otomoctl"), &["demo"]))
}

fn in_window() -> Outcome {
    setup(Profile::Window)?;
    npm_install()?;
    run(npm(&["run", "build"]))?;
    run(command("cargo", &["run", "--package", "otomo", "--", "--demo"]))
}
