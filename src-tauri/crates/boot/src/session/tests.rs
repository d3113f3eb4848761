use super::*;
use std::path::{Path, PathBuf};
use std::sync::Mutex as StdMutex;

use async_trait::async_trait;
use otomo_domain::error::DesktopFault;
use otomo_domain::link::Link;
use otomo_domain::ports::Desktop;

/// A desktop that falls over, and remembers what it was asked to open.
#[derive(Default)]
struct Clumsy {
    opened: StdMutex<Vec<String>>,
}

#[async_trait]
impl Desktop for Clumsy {
    async fn choose_folder(&self) -> Result<Option<PathBuf>, DesktopFault> {
        panic!("fell over")
    }

    async fn open_link(&self, link: &Link) -> Result<(), DesktopFault> {
        self.opened.lock().unwrap().push(link.as_str().to_owned());
        Ok(())
    }

    async fn reveal(&self, _: &Path) -> Result<(), DesktopFault> {
        Err(DesktopFault("no file manager".into()))
    }
}

/// A window's side: a session on a home of its own, and what it was told.
struct Window {
    session: Session,
    desktop: Arc<Clumsy>,
    told: Arc<StdMutex<Vec<Event>>>,
    home: TempDir,
}

impl Window {
    fn new(key: KeyPlace) -> Self {
        let (home, desktop) = (TempDir::new().unwrap(), Arc::<Clumsy>::default());
        let told = Arc::<StdMutex<Vec<Event>>>::default();
        let hears = Arc::clone(&told);
        let path = Some(home.path().to_owned());
        let options = Options { home: path, key, desktop: Some(desktop.clone()), ..Options::default() };
        let session = Session::new(options, false, move |event| hears.lock().unwrap().push(event));
        Self { session, desktop, told, home }
    }

    async fn asks(&self, name: &str, args: Value) -> Result<Value, Code> {
        self.session.ask(name, args).await.map_err(|error| error.code)
    }

    async fn status(&self) -> Result<Value, Code> {
        self.asks("app.status", Value::Null).await
    }

    /// How often it was told that everything changed.
    fn upheavals(&self) -> usize {
        self.told.lock().unwrap().iter().filter(|event| **event == Event::everything_changed()).count()
    }
}

fn passphrase(text: &str) -> KeyPlace {
    KeyPlace::Passphrase(text.to_owned().into())
}

#[tokio::test]
async fn a_question_that_panics_is_answered_and_the_program_goes_on() {
    let window = Window::new(KeyPlace::Memory);
    assert_eq!(window.asks("app.choose_folder", Value::Null).await, Err(Code::EngineStopped));
    assert!(window.status().await.is_ok());
    assert_eq!(window.upheavals(), 0);
    window.session.end().await;
}

#[tokio::test]
async fn an_engine_that_ends_under_the_window_is_told_and_begins_anew_when_asked() {
    let window = Window::new(passphrase("open sesame"));
    assert!(window.status().await.is_ok());
    let api = window.session.api().await.unwrap();
    api.engine().stop().await;
    assert_eq!(window.status().await, Err(Code::EngineStopped));
    let told = async {
        while window.upheavals() == 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(LAST_WORDS, told).await.expect("the window is told");
    assert_eq!(window.status().await, Err(Code::EngineStopped), "every view learns of it");
    window.session.clock.sleep(STUNNED).await;
    assert!(window.status().await.is_ok());
    assert_eq!(window.upheavals(), 1);
    window.session.end().await;
}

#[tokio::test]
async fn a_question_under_way_is_answered_when_the_engine_ends() {
    let window = Window::new(KeyPlace::Memory);
    let api = window.session.api().await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = json!({ "host": "127.0.0.1", "port": listener.local_addr().unwrap().port(), "security": "tls" });
    let silent = json!({ "address": "me@example.jp", "endpoint": endpoint, "password": "x" });
    let (answer, ()) = tokio::join!(window.asks("accounts.test", silent), async {
        let _stream = listener.accept().await.unwrap();
        api.engine().stop().await;
    });
    assert_eq!(answer, Err(Code::EngineStopped));
    window.session.end().await;
}

#[tokio::test]
async fn a_home_under_a_passphrase_opens_with_it_alone() {
    let window = Window::new(KeyPlace::System);
    crate::key::obtain(window.home.path(), passphrase("open sesame")).await.unwrap();
    assert_eq!(window.status().await, Err(Code::PassphraseNeeded));
    let unlock = |text: &'static str| window.asks("app.unlock", json!({ "passphrase": text }));
    assert_eq!(unlock("").await, Err(Code::PassphraseNeeded));
    assert_eq!(unlock("open barley").await, Err(Code::PassphraseWrong));
    assert_eq!((window.status().await, window.upheavals()), (Err(Code::PassphraseNeeded), 0));
    assert_eq!(unlock("open sesame").await, Ok(json!({ "done": true })));
    assert!(window.status().await.is_ok());
    assert_eq!(window.upheavals(), 1);
    assert_eq!(unlock("open sesame").await, Err(Code::NotPossibleNow));
    window.session.end().await;
}

#[tokio::test]
async fn the_sample_data_is_opened_and_closed_and_the_persons_own_stays() {
    let window = Window::new(passphrase("open sesame"));
    window
        .asks("rules.add", json!({ "about": { "kind": "domain", "value": "own.example" }, "then": "never_log" }))
        .await
        .unwrap();
    let own = window.status().await.unwrap();
    for _ in 0..2 {
        let api = window.session.api().await.unwrap();
        window.asks("app.open_sample", Value::Null).await.unwrap();
        assert!(api.engine().has_ended());
        let sample = window.status().await.unwrap();
        assert_eq!((&sample["sample"], &sample["accounts"]), (&json!(true), &json!(1)));
        let scratch = PathBuf::from(sample["home"].as_str().unwrap());
        assert!(scratch.exists() && scratch != window.home.path());
        let api = window.session.api().await.unwrap();
        window.asks("app.close_sample", Value::Null).await.unwrap();
        assert!(api.engine().has_ended());
        assert!(!scratch.exists());
    }
    assert_eq!(window.status().await.unwrap(), own);
    assert_eq!(window.asks("rules.list", Value::Null).await.unwrap().as_array().map(Vec::len), Some(1));
    assert_eq!(window.upheavals(), 4);
    window.session.end().await;
}

#[tokio::test]
async fn a_program_that_was_ended_is_not_begun_again() {
    let window = Window::new(passphrase("open sesame"));
    assert!(window.status().await.is_ok());
    window.session.end().await;
    assert_eq!(window.status().await, Err(Code::EngineStopped));
    assert!(home::Home::open(window.home.path()).is_ok(), "the home is free");
}

#[tokio::test]
async fn only_what_a_person_expects_is_opened() {
    let window = Window::new(KeyPlace::Memory);
    let link = |url: &'static str| window.asks("app.open_link", json!({ "url": url }));
    assert_eq!(link("file:///etc/passwd").await, Err(Code::LinkRefused));
    assert_eq!(link("mailto:a@example.jp?attach=/etc/passwd").await, Err(Code::LinkRefused));
    assert_eq!(link("https://example.com").await, Ok(json!({ "done": true })));
    assert_eq!(*window.desktop.opened.lock().unwrap(), ["https://example.com/"]);
    assert_eq!(window.asks("app.reveal", json!({ "path": "/etc/passwd" })).await, Err(Code::NoSuch));
    window.session.end().await;
}
