//! One window a data folder: whoever starts the program again on the same one gets the window that is there.

use std::path::Path;

use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager, Wry};
use tauri_plugin_single_instance::Builder;

/// Ends a second process on this home, after the first has shown its window. Outside Linux the plugin can't tell homes
/// apart; a second home gives way there, too.
pub fn plugin(home: &Path) -> TauriPlugin<Wry> {
    let name = format!("app.otomo.desktop.home_{}", otomo_boot::home::digest(home));
    Builder::new().dbus_id(name).callback(|app, _, _| show(app)).build()
}

fn show(app: &AppHandle) {
    for window in app.webview_windows().values() {
        let shown = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
        if let Err(error) = shown {
            tracing::warn!(%error, "the window does not come to the front");
        }
    }
}
