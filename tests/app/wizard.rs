//! The connect wizard by keyboard, step by step, in the words of the window.

use serde_json::{Value, json};

use crate::desk::{Desk, words};

/// The wizard on a desk.
pub struct Wizard<'d> {
    pub desk: &'d Desk,
    words: Value,
}

/// Whether a password could be typed.
pub const PASSWORD_FIELD: &str = "document.querySelector('input[type=password]') !== null";

impl<'d> Wizard<'d> {
    /// In Japanese.
    pub fn on(desk: &'d Desk) -> Self {
        Self::speaking("ja", desk)
    }

    pub fn speaking(language: &str, desk: &'d Desk) -> Self {
        Self { desk, words: words(language) }
    }

    pub fn says(&self, key: &str) -> &str {
        self.words[key].as_str().unwrap_or_else(|| panic!("{key} is no word"))
    }

    /// Waits until the step with this heading is there.
    pub async fn comes_to(&self, heading: &str) {
        let heading = json!(self.says(heading));
        self.desk.until(&format!("document.querySelector('#sheet-title')?.innerText.trim() === {heading}")).await;
    }

    /// Presses a button by its word.
    pub async fn act(&self, word: &str) {
        self.desk.act(self.says(word)).await;
    }

    /// From the welcome, or from the connections, to what was found about an address.
    pub async fn enter_address(&self, address: &str) {
        self.comes_to("first_run_connect").await;
        self.desk.fill(self.says("first_run_address"), address).await;
        self.act("common_next").await;
    }

    /// Takes what is recommended, and agrees to what will happen.
    pub async fn take_recommended(&self) {
        self.comes_to("connect_found").await;
        self.agree().await;
    }

    /// Goes on with what is filled in, and agrees to what will happen.
    pub async fn agree(&self) {
        self.act("common_next").await;
        self.comes_to("connect_promise").await;
        self.act("connect_promise_go").await;
    }

    /// Types the password, and has everything tested.
    pub async fn enter_password(&self, password: &str) {
        self.comes_to("connect_password_title").await;
        self.desk.fill(self.says("connect_password"), password).await;
        self.act("first_run_test").await;
    }

    /// From the test that passed to the end, with what is recommended.
    pub async fn finish(&self) {
        self.act("common_next").await;
        self.comes_to("connect_share_title").await;
        self.act("common_next").await;
        self.comes_to("connect_past_title").await;
        self.act("connect_go").await;
        self.comes_to("connect_done").await;
    }
}
