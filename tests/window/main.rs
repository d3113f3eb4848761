//! The window with one more kind of CRM, which neither the product nor its user interface knows.

use std::process::ExitCode;

use otomo_boot::Registry;

fn main() -> ExitCode {
    otomo_lib::run_with(Registry::with(vec![kit::card_box::KIND]))
}
