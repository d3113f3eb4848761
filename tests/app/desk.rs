//! A desk: a screen, a message bus, a home folder and the program's window on it.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::error::NewSessionError;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A window may take so long to show what it should; the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// A script that ends after a tenth of a second and a painted frame.
pub const A_MOMENT: &str = "new Promise((done) => setTimeout(() => requestAnimationFrame(done), 100))";

/// Opens the key store as a log-in does.
const UNLOCK: &str = "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1";

/// Closes it again.
const LOCK: &str = "gdbus call --session --dest org.freedesktop.secrets --object-path /org/freedesktop/secrets \
    --method org.freedesktop.Secret.Service.Lock \"['/org/freedesktop/secrets/collection/login']\" >/dev/null";

/// What keeps the program from starting.
pub enum Obstacle {
    Nothing,
    KeyStoreLocked,
    /// Another process has the data folder, until [`Desk::free_home`].
    HomeInUse,
}

pub struct Desk {
    pub window: Client,
    _session: Session,
    other_process: Option<File>,
    pub home: TempDir,
}

impl Desk {
    /// Starts everything, and turns the window to Japanese once it is there.
    pub async fn with(obstacle: Obstacle) -> Self {
        let home = tempfile::tempdir().unwrap();
        for folder in ["run", "data", "config", "cache", "otomo"] {
            std::fs::create_dir(home.path().join(folder)).unwrap();
        }
        let lock = if matches!(obstacle, Obstacle::KeyStoreLocked) { LOCK } else { "" };
        let other_process = matches!(obstacle, Obstacle::HomeInUse).then(|| lock_home(home.path()));
        let port = free_port();
        let session = Session::start(home.path(), &format!("{UNLOCK}\n{lock}\nexec WebKitWebDriver --port={port}"));
        let desk = Self { window: connect(port).await, _session: session, other_process, home };
        desk.sees("日本語").await.click().await.unwrap();
        desk
    }

    /// The other process goes.
    pub fn free_home(&mut self) {
        self.other_process = None;
    }

    /// The element that says exactly this, once it is there.
    pub async fn sees(&self, text: &str) -> Element {
        let path = format!("//*[text()[normalize-space()='{text}']]");
        let waiting = self.window.wait().at_most(PATIENCE);
        match waiting.for_element(Locator::XPath(&path)).await {
            Ok(element) => element,
            Err(error) => panic!("{text:?} is not shown: {error}\n{}", self.window.source().await.unwrap_or_default()),
        }
    }

    /// What a script returns; it may give back a promise.
    pub async fn runs(&self, expression: &str) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             Promise.resolve().then(() => {expression}).then(
                 (value) => done({{ ok: value ?? null }}), (reason) => done({{ error: String(reason) }}));"
        );
        self.window.execute_async(&script, Vec::new()).await.unwrap()
    }

    /// Saves what the window shows under `target/screens/`, once it has painted it.
    pub async fn picture(&self, name: &str) {
        self.runs(A_MOMENT).await;
        let folder = project("target/screens");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), self.window.screenshot().await.unwrap()).unwrap();
    }
}

fn lock_home(home: &Path) -> File {
    let file = File::create(home.join("otomo/home.lock")).unwrap();
    file.lock().unwrap();
    file
}

/// The words of one language.
pub fn words(language: &str) -> Value {
    let path = project(&format!("ui/messages/{language}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A path in the project.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A screen and a message bus of their own, and what runs there.
struct Session(Child);

impl Session {
    /// Runs a script in a new session, as the leader of a process group.
    fn start(home: &Path, script: &str) -> Self {
        let started = Command::new("dbus-run-session")
            .args(["--", "xvfb-run", "-a", "-s", "-screen 0 1280x900x24", "sh", "-ec", script])
            .env("HOME", home)
            .env("OTOMO_HOME", home.join("otomo"))
            .env("XDG_RUNTIME_DIR", home.join("run"))
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        Self(started.expect("dbus-run-session is needed (apt: dbus)"))
    }
}

impl Drop for Session {
    /// Ends everything that was started in it.
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-TERM", "--", &group]).status();
        let _ = self.0.wait();
    }
}

/// Opens the program's window, as soon as the driver listens.
async fn connect(port: u16) -> Client {
    let app = app();
    assert!(app.exists(), "{} is not built: cargo build -p otomo", app.display());
    let options = json!({ "binary": app, "args": [] });
    let wanted = json!({ "browserName": "wry", "webkitgtk:browserOptions": options });
    let Value::Object(wanted) = wanted else { unreachable!() };
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(wanted);
    let driver = format!("http://127.0.0.1:{port}");
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
    opened.expect("WebKitWebDriver does not answer (apt: webkit2gtk-driver xvfb)").expect("the window does not open")
}

/// The program's file.
pub fn app() -> PathBuf {
    std::env::var_os("OTOMO_APP").map_or_else(|| project("target/debug/otomo"), PathBuf::from)
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
