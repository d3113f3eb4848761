//! What WebKit paints with.
//!
//! Without a graphics card, in a virtual machine or over a remote desktop, OpenGL is emulated. WebKit paints through the
//! emulation two to three times slower than with the processor itself, and needs 70 MB more (`cargo xtask bench ui`).

use std::path::Path;

/// WebKitGTK's own switch; whoever sets it to 0 keeps the emulation.
const BY_PROCESSOR: &str = "WEBKIT_DISABLE_COMPOSITING_MODE";

/// Decides for the processes that WebKit will start; they inherit the environment. Called before any thread is there.
pub fn choose() {
    if has_card(Path::new("/dev/dri")) {
        return;
    }
    if let Err(error) = glib::setenv(BY_PROCESSOR, "1", false) {
        tracing::warn!(%error, "WebKit could not be told what to paint with");
    }
}

/// A card shows itself as a render node (Linux kernel, "DRM user-land interfaces").
fn has_card(devices: &Path) -> bool {
    let is_render_node = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with("renderD");
    std::fs::read_dir(devices).is_ok_and(|nodes| nodes.flatten().any(|node| is_render_node(&node.file_name())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_known_by_its_render_node() {
        let devices = tempfile::tempdir().unwrap();
        assert!(!has_card(devices.path()) && !has_card(&devices.path().join("none")));
        std::fs::write(devices.path().join("card0"), "").unwrap();
        assert!(!has_card(devices.path()), "a screen alone does not paint");
        std::fs::write(devices.path().join("renderD128"), "").unwrap();
        assert!(has_card(devices.path()));
    }
}
