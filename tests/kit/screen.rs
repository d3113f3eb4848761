//! A screen and a message bus of their own, and a browser on it that is steered through WebDriver.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::error::NewSessionError;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::built::app;
use crate::framebuffer::{self, Part};

/// A window may take so long to show what it should; the machine may be busy.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// WebKit's own browser, with the same engine that the program's window has.
const MINI_BROWSER: &str = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

/// Opens the key store as a log-in does.
pub const UNLOCK: &str = "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1";

/// What is steered.
pub struct Browser {
    name: &'static str,
    file: PathBuf,
    arguments: Vec<String>,
}

impl Browser {
    /// The program that is tested.
    pub fn app(arguments: Vec<String>) -> Self {
        Self::program(app(), arguments)
    }

    /// A program with a window of Tauri's.
    pub fn program(file: PathBuf, arguments: Vec<String>) -> Self {
        Self { name: "wry", file, arguments }
    }

    /// A browser that keeps nothing from a page.
    pub fn plain() -> Self {
        Self { name: "MiniBrowser", file: MINI_BROWSER.into(), arguments: vec!["--automation".into()] }
    }
}

/// A home folder with everything that a session wants to find in it.
pub fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    for folder in ["run", "data", "config", "cache", "otomo"] {
        std::fs::create_dir(home.path().join(folder)).unwrap();
    }
    home
}

/// A screen, a message bus and a driver, running.
pub struct Screen {
    session: Session,
    /// Where the driver listens on 127.0.0.1.
    pub port: u16,
}

impl Screen {
    /// Starts them for somebody who lives at `home`, after `first` was run in the new session.
    pub fn start(home: &Path, first: &str) -> Self {
        let port = free_port();
        let steered = "export TAURI_AUTOMATION=true TAURI_WEBVIEW_AUTOMATION=true";
        let script = format!("{first}\n{steered}\nexec WebKitWebDriver --port={port}");
        Self { session: Session::start(home, &script), port }
    }

    /// The process that everything on the screen descends from.
    pub fn leader(&self) -> u32 {
        self.session.leader()
    }

    /// What a window shows, as PNG.
    pub async fn picture(&self, window: &Client) -> Vec<u8> {
        let (left, top, width, height) = window.get_window_rect().await.unwrap();
        let size = |length: u64| usize::try_from(length).unwrap();
        let part = Part { left: size(left), top: size(top), width: size(width), height: size(height) };
        framebuffer::picture(self.session.frame.path(), part)
    }

    /// Opens a window, as soon as the driver listens.
    pub async fn open(&self, browser: Browser) -> Client {
        assert!(browser.file.exists(), "{} is not there: cargo build -p otomo", browser.file.display());
        let options = json!({ "binary": browser.file, "args": browser.arguments });
        let wanted = json!({ "browserName": browser.name, "webkitgtk:browserOptions": options });
        let Value::Object(wanted) = wanted else { unreachable!() };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(wanted);
        let driver = format!("http://127.0.0.1:{}", self.port);
        let mut tries = tokio::time::interval(Duration::from_millis(200));
        let opening = async {
            loop {
                tries.tick().await;
                match builder.connect(&driver).await {
                    Err(NewSessionError::FailedC(_)) => {} // the driver does not listen yet
                    opened => return opened,
                }
            }
        };
        let opened = tokio::time::timeout(PATIENCE, opening).await;
        opened.expect("WebKitWebDriver does not answer (apt: webkit2gtk-driver xvfb)").expect("no window opens")
    }
}

/// A screen and a message bus of their own, and what runs there.
pub struct Session {
    runs: Child,
    /// Where the screen is kept.
    frame: TempDir,
}

impl Session {
    /// Runs a script for somebody who lives at `home`, as the leader of a process group.
    pub fn start(home: &Path, script: &str) -> Self {
        let frame = tempfile::tempdir().unwrap();
        let screen = format!("-screen 0 1280x900x24 -fbdir {}", frame.path().display());
        let started = Command::new("dbus-run-session")
            .args(["--", "xvfb-run", "-a", "-s", &screen, "sh", "-ec", script])
            .env("HOME", home)
            .env("OTOMO_HOME", home.join("otomo"))
            .env("XDG_RUNTIME_DIR", home.join("run"))
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        Self { runs: started.expect("dbus-run-session is needed (apt: dbus)"), frame }
    }

    /// Waits until the script has come to its end.
    pub fn finish(mut self) {
        let ended = self.runs.wait().expect("a child");
        assert!(ended.success(), "the session ends with {ended}");
    }

    /// The process that everything in the session descends from.
    pub fn leader(&self) -> u32 {
        self.runs.id()
    }
}

impl Drop for Session {
    /// Ends everything that was started in it.
    fn drop(&mut self) {
        let group = format!("-{}", self.runs.id());
        let _ = Command::new("kill").args(["-TERM", "--", &group]).status();
        let _ = self.runs.wait();
    }
}

/// What a script returns in a window; it may give back a promise.
pub async fn runs(window: &Client, expression: &str) -> Value {
    let script = format!(
        "const done = arguments[arguments.length - 1];
         Promise.resolve().then(() => {expression}).then(
             (value) => done({{ ok: value ?? null }}), (reason) => done({{ error: String(reason) }}));"
    );
    window.execute_async(&script, Vec::new()).await.unwrap()
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
