//! Debian's Chromium without a window, steered through WebDriver: the browser in which a rep signs in at a provider.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A running browser; [`Chromium::close`] ends it in peace, dropping it at once.
pub struct Chromium {
    client: Client,
    driver: Child,
    _profile: TempDir,
}

impl Chromium {
    /// Starts with an empty profile. The lab's certificates are not this browser's matter.
    pub async fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Debian's chromium-driver");
        let port = port(&mut driver);
        let profile = tempfile::tempdir().expect("a temporary directory");
        let data = format!("--user-data-dir={}", profile.path().display());
        let arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", &data];
        let wishes = json!({"acceptInsecureCerts": true, "goog:chromeOptions": {"args": arguments}});
        let Value::Object(capabilities) = wishes else { unreachable!("an object") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a session");
        Self { client, driver, _profile: profile }
    }

    /// Signs in on the page of the lab's provider, or presses another of its buttons; gives what the program's own page
    /// says at the end.
    pub async fn sign_in(&self, url: &str, login: &str, button: &str) -> String {
        self.client.goto(url).await.expect("the page to sign in at");
        let field = self.client.find(Locator::Css("input[name=login]")).await.expect("a field for the address");
        field.clear().await.expect("an empty field");
        field.send_keys(login).await.expect("an address in the field");
        let button = format!("button[value={button}]");
        self.client.find(Locator::Css(&button)).await.expect("the button").click().await.expect("a click");
        let end = self.client.wait().for_element(Locator::Css("div[lang=en] p")).await;
        end.expect("the program's page");
        self.text().await
    }

    /// The text that stands on the page.
    pub async fn text(&self) -> String {
        let body = self.client.find(Locator::Css("body")).await.expect("a page");
        body.text().await.expect("text")
    }

    pub async fn close(self) {
        self.client.clone().close().await.expect("an end in peace");
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // The driver ends its browser when it is asked to end.
        let _ended = Command::new("kill").arg("--").arg(format!("-{}", self.driver.id())).status();
        let _waited = self.driver.wait();
    }
}

/// The port that the driver took.
fn port(driver: &mut Child) -> u16 {
    let said = BufReader::new(driver.stdout.as_mut().expect("a pipe"));
    let line = said.lines().map_while(Result::ok).find_map(|line| {
        let (_, port) = line.rsplit_once("successfully on port ")?;
        port.trim_end_matches('.').parse().ok().filter(|port| *port != 0)
    });
    line.expect("a port")
}
