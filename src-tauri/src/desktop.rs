//! The desktop around the window: the port of that name, through Tauri's plugins. The window itself may use none of them.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use otomo_domain::error::DesktopFault;
use otomo_domain::link::Link;
use otomo_domain::ports::Desktop;
use tauri::AppHandle;
use tauri::async_runtime::spawn_blocking;
use tauri_plugin_dialog::DialogExt;
use tokio::sync::oneshot;

/// The desktop that this program's window stands on.
pub struct TauriDesktop(pub AppHandle);

#[async_trait]
impl Desktop for TauriDesktop {
    async fn choose_folder(&self) -> Result<Option<PathBuf>, DesktopFault> {
        let (sender, chosen) = oneshot::channel();
        // Nobody waits for the choice any more if it can't be sent.
        self.0.dialog().file().pick_folder(move |folder| drop(sender.send(folder)));
        match chosen.await.map_err(fault)? {
            Some(folder) => folder.into_path().map(Some).map_err(fault),
            None => Ok(None),
        }
    }

    async fn open_link(&self, link: &Link) -> Result<(), DesktopFault> {
        let url = link.as_str().to_owned();
        // What the launcher says of a failure may quote the link, which is the sender's.
        let unopened = |_| DesktopFault("no program opened it".into());
        spawn_blocking(move || tauri_plugin_opener::open_url(url, None::<&str>)).await.map_err(fault)?.map_err(unopened)
    }

    async fn reveal(&self, file: &Path) -> Result<(), DesktopFault> {
        let file = file.to_owned();
        spawn_blocking(move || tauri_plugin_opener::reveal_item_in_dir(file)).await.map_err(fault)?.map_err(fault)
    }
}

fn fault(error: impl std::fmt::Display) -> DesktopFault {
    DesktopFault(error.to_string())
}
