//! The shell: all that knows Tauri. It opens a window, lets it ask through one command, and tells it what happened.
//!
//! | module | does |
//! |---|---|
//! | [`options`] | reads the command line |
//! | [`instance`] | sees to it that a data folder has one window |
//! | [`rpc`] | carries a question of the window to the command table |
//! | [`desktop`] | what the program asks of the desktop: a folder, a link, a file manager |
//! | [`window`] | opens the window and cuts it off from every network |
//! | `painting` | lets the processor paint where there is no graphics card (Linux) |
//!
//! The program behind the window is a `Session` of `otomo-boot`. What a question means is decided in `otomo-api`; nothing
//! about mail or a CRM is known here.

mod desktop;
mod instance;
mod options;
#[cfg(target_os = "linux")]
mod painting;
mod rpc;
mod window;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use otomo_boot::session::Session;
use otomo_boot::{Options, Registry};
use tauri::{App, AppHandle, Emitter, Manager, RunEvent, async_runtime};
use tauri_plugin_window_state::StateFlags;
use tracing_subscriber::EnvFilter;

use desktop::TauriDesktop;
use options::Arguments;

/// The name under which a window hears events.
const EVENT: &str = "otomo";

/// Runs until the last window is closed.
pub fn run() -> ExitCode {
    run_with(Registry::default())
}

/// The same with these kinds of CRM: who makes a CRM may build the window with one more of them.
pub fn run_with(crms: Registry) -> ExitCode {
    otomo_boot::panic::keep_quiet();
    let arguments = Arguments::parse();
    write_log();
    #[cfg(target_os = "linux")]
    painting::choose();
    let mut builder = tauri::Builder::default();
    // The first plugin of all: a second process on the same data folder goes no further.
    if let Some(home) = arguments.home() {
        builder = builder.plugin(instance::plugin(&home));
    }
    let built = builder
        .plugin(tauri_plugin_dialog::init())
        .plugin(window_state())
        .invoke_handler(tauri::generate_handler![rpc::rpc])
        .setup(|app| Ok(set_up(app, arguments, crms)?))
        .build(tauri::generate_context!());
    match built {
        Ok(app) => ExitCode::from(u8::try_from(app.run_return(finish)).unwrap_or(u8::MAX)),
        Err(error) => {
            tracing::error!(%error, "the window system does not start");
            ExitCode::FAILURE
        }
    }
}

/// The log goes to standard error; `OTOMO_LOG` says how much of it.
fn write_log() {
    let filter = EnvFilter::try_from_env("OTOMO_LOG").unwrap_or_else(|_| "otomo=warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

/// The window opens where and as large as it was, if that is still on a screen.
fn window_state() -> tauri::plugin::TauriPlugin<tauri::Wry> {
    let kept = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED;
    tauri_plugin_window_state::Builder::new().with_state_flags(kept).build()
}

/// The window opens at once; the program behind it starts meanwhile.
fn set_up(app: &App, arguments: Arguments, crms: Registry) -> tauri::Result<()> {
    let handle = app.handle().clone();
    let tell = move |event| {
        if let Err(error) = handle.emit(EVENT, event) {
            tracing::warn!(%error, "an event did not reach the window");
        }
    };
    let (demo, desktop) = (arguments.demo, Arc::new(TauriDesktop(app.handle().clone())));
    let session = Session::new(Options { crms, ..arguments.options(desktop) }, demo, tell);
    app.manage(session.clone());
    async_runtime::spawn(async move { session.wake().await });
    window::open(app)
}

/// Lets what is under way come to a clean end before the process goes.
fn finish(app: &AppHandle, event: RunEvent) {
    if let RunEvent::Exit = event {
        async_runtime::block_on(app.state::<Session>().end());
    }
}
