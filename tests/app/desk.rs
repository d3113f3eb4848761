//! A desk: a screen, a message bus, a home folder and the program's window on it.

use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};
use tempfile::TempDir;
use zbus::connection::Builder;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue};

pub use kit::built::app;
use kit::screen::{Browser, PATIENCE, Screen, UNLOCK, home, runs};

/// A script that ends after a tenth of a second and a painted frame.
pub const A_MOMENT: &str = "new Promise((done) => setTimeout(() => requestAnimationFrame(done), 100))";

/// Closes the key store.
const LOCK: &str = "gdbus call --session --dest org.freedesktop.secrets --object-path /org/freedesktop/secrets \
    --method org.freedesktop.Secret.Service.Lock \"['/org/freedesktop/secrets/collection/login']\" >/dev/null";

/// Lets others onto the session's message bus.
const TELL_BUS: &str = "echo \"$DBUS_SESSION_BUS_ADDRESS\" >\"$HOME/bus\"";

/// Puts a program before the system's own that opens links and files.
const FAKE_OPENER: &str = "export PATH=\"$HOME/bin:$PATH\"";

/// What keeps the program from starting.
pub enum Obstacle {
    Nothing,
    /// Until [`Desk::unlock_key_store`].
    KeyStoreLocked,
    /// Another process has the data folder, until [`Desk::free_home`].
    HomeInUse,
}

pub struct Desk {
    pub window: Client,
    pub screen: Screen,
    other_process: Option<File>,
    pub home: TempDir,
}

impl Desk {
    /// Starts everything, and turns the window to Japanese once it is there.
    pub async fn with(obstacle: Obstacle) -> Self {
        let desk = Self::open(obstacle, Vec::new()).await;
        desk.sees("日本語").await.click().await.unwrap();
        desk
    }

    /// Starts everything, with `arguments` for the program.
    pub async fn open(obstacle: Obstacle, arguments: Vec<String>) -> Self {
        Self::open_in(Browser::app(arguments), obstacle).await
    }

    /// Starts everything, with this window.
    pub async fn open_in(browser: Browser, obstacle: Obstacle) -> Self {
        let home = home();
        note_what_is_opened(home.path());
        let lock = if matches!(obstacle, Obstacle::KeyStoreLocked) { LOCK } else { "" };
        let other_process = matches!(obstacle, Obstacle::HomeInUse).then(|| lock_home(home.path()));
        let screen = Screen::start(home.path(), &format!("{TELL_BUS}\n{UNLOCK}\n{lock}\n{FAKE_OPENER}"));
        let window = screen.open(browser).await;
        Self { window, screen, other_process, home }
    }

    /// The other process goes.
    pub fn free_home(&mut self) {
        self.other_process = None;
    }

    /// The rep gives the key store its password, on which GNOME's prompt makes this very call.
    pub async fn unlock_key_store(&self) {
        const STORE: &str = "org.freedesktop.secrets";
        const PATH: &str = "/org/freedesktop/secrets";
        const INTERNAL: &str = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface";
        let address = std::fs::read_to_string(self.home.path().join("bus")).unwrap();
        let bus = Builder::address(address.trim()).unwrap().build().await.unwrap();
        let plain = ("plain", zbus::zvariant::Value::from(""));
        let service = Some("org.freedesktop.Secret.Service");
        let session = bus.call_method(Some(STORE), PATH, service, "OpenSession", &plain).await.unwrap();
        let (_, session): (OwnedValue, OwnedObjectPath) = session.body().deserialize().unwrap();
        let secret = (session, Vec::<u8>::new(), b"pw".to_vec(), "text/plain");
        let collection = ObjectPath::try_from("/org/freedesktop/secrets/collection/login").unwrap();
        let unlock = "UnlockWithMasterPassword";
        bus.call_method(Some(STORE), PATH, Some(INTERNAL), unlock, &(collection, secret)).await.unwrap();
    }

    /// The link that the program last had the desktop open, once it has.
    pub async fn opened(&self) -> String {
        let file = self.home.path().join("opened");
        let end = Instant::now() + PATIENCE;
        loop {
            match std::fs::read_to_string(&file).unwrap_or_default().lines().last() {
                Some(link) => return link.to_owned(),
                None => assert!(Instant::now() < end, "nothing was opened"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The element that says exactly this, once it is there.
    pub async fn sees(&self, text: &str) -> Element {
        self.sees_within(PATIENCE, text).await
    }

    /// The same, for what takes long.
    pub async fn sees_within(&self, patience: Duration, text: &str) -> Element {
        let quote = if text.contains('\'') { '"' } else { '\'' };
        let path = format!("//*[text()[normalize-space()={quote}{text}{quote}]]");
        let waiting = self.window.wait().at_most(patience);
        match waiting.for_element(Locator::XPath(&path)).await {
            Ok(element) => element,
            Err(error) => panic!("{text:?} is not shown: {error}\n{}", self.window.source().await.unwrap_or_default()),
        }
    }

    /// What a script returns; it may give back a promise.
    pub async fn runs(&self, expression: &str) -> Value {
        runs(&self.window, expression).await
    }

    /// What the command table answers.
    pub async fn asks(&self, command: &str, args: Value) -> Value {
        let question = json!({ "name": command, "args": args });
        let mut answer = self.runs(&format!("window.__TAURI_INTERNALS__.invoke('rpc', {question})")).await;
        assert!(answer.get("ok").is_some(), "{command}: {answer}");
        answer["ok"].take()
    }

    /// Waits until a script gives true.
    pub async fn until(&self, expression: &str) {
        let end = Instant::now() + PATIENCE;
        while self.runs(expression).await != json!({ "ok": true }) {
            assert!(Instant::now() < end, "{expression} never came true:\n{}", self.window.source().await.unwrap());
        }
    }

    /// Saves what the window shows under `target/screens/`, once it has painted it.
    pub async fn picture(&self, name: &str) {
        self.runs(A_MOMENT).await;
        let folder = project("target/screens");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), self.screen.picture(&self.window).await).unwrap();
    }
}

/// A link that the program opens is written down; nothing is opened.
fn note_what_is_opened(home: &Path) {
    let folder = home.join("bin");
    std::fs::create_dir(&folder).unwrap();
    let opener = folder.join("xdg-open");
    std::fs::write(&opener, "#!/bin/sh\nprintf '%s\\n' \"$1\" >>\"$HOME/opened\"\n").unwrap();
    std::fs::set_permissions(&opener, PermissionsExt::from_mode(0o755)).unwrap();
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
