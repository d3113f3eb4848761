//! What is said of a panic: where, and not what. A panic's message may quote the bytes that caused it, and those may be
//! somebody's mail.

use std::panic::set_hook;

/// Called first by every process that may see mail: from now on a panic is logged by its place alone.
pub fn keep_quiet() {
    set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic was caught");
    }));
}
