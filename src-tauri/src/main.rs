//! The desktop program. Everything is in the library, so that there is one place to look.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    otomo_lib::run()
}
