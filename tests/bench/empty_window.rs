//! An empty window: what Tauri and WebKit cost by themselves, for the bench to stand next to.
//!
//! It has no proxy, no content security policy and no guard on navigation, so it is also the control of the tests that
//! show what these keep away. Nothing of it is shipped: it is built with `--features bench` only.

use tauri::{WebviewUrl, WebviewWindowBuilder};

/// As large as the program's own window is at first.
const SIZE: (f64, f64) = (1280.0, 800.0);

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .setup(|app| {
            let window = WebviewWindowBuilder::new(app, "main", WebviewUrl::default());
            window.title("Empty").inner_size(SIZE.0, SIZE.1).build()?;
            Ok(())
        })
        .run(tauri::generate_context!("tests/bench/empty_window/tauri.conf.json"))
}
