//! A keyboard, and nothing else.

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde_json::json;

use crate::desk::Desk;

/// So many stops of the Tab key no screen has.
const STOPS: usize = 60;

/// What the element with the focus is called.
const NAME: &str = "(() => {
    const { activeElement: element } = document;
    const name = element.getAttribute('aria-label') ?? element.labels?.[0]?.innerText ?? element.innerText ?? '';
    return name.trim();
})()";

impl Desk {
    /// Presses a key, and those that are held meanwhile.
    pub async fn press(&self, held: &[Key], key: char) {
        let held: Vec<char> = held.iter().map(|key| char::from(*key)).collect();
        let down = held.iter().chain([&key]).map(|&value| KeyAction::Down { value });
        let up = [&key].into_iter().chain(held.iter().rev()).map(|&value| KeyAction::Up { value });
        let keys = down.chain(up).fold(KeyActions::new("keyboard".into()), KeyActions::then);
        self.window.perform_actions(keys).await.unwrap();
    }

    /// Goes from stop to stop until one whose name begins so has the focus.
    pub async fn tab_to(&self, name: &str) {
        let mut passed = Vec::new();
        while passed.len() < STOPS {
            let here = self.runs(NAME).await["ok"].as_str().unwrap().to_owned();
            if here.starts_with(name) {
                return;
            }
            passed.push(here);
            self.press(&[], Key::Tab.into()).await;
        }
        panic!("the Tab key does not lead to {name:?}, but to {passed:?}");
    }

    /// Waits until the element whose name begins so has the focus.
    pub async fn is_at(&self, name: &str) {
        self.until(&format!("{NAME}.startsWith({})", json!(name))).await;
    }

    /// Waits for a button, goes there and presses Enter.
    pub async fn act(&self, name: &str) {
        let named = "(button) => !button.disabled && button.innerText.trim().startsWith";
        self.until(&format!("[...document.querySelectorAll('button')].some({named}({}))", json!(name))).await;
        self.tab_to(name).await;
        self.press(&[], Key::Enter.into()).await;
    }

    /// Goes to a field and writes there; what stood in it goes.
    pub async fn fill(&self, name: &str, text: &str) {
        self.tab_to(name).await;
        self.press(&[Key::Control], 'a').await;
        for letter in text.chars() {
            self.press(&[], letter).await;
        }
    }

    /// Goes to a group of choices and takes the one that is called so, with the arrow keys.
    pub async fn choose(&self, name: &str) {
        let name = json!(name);
        let named = format!("(choice) => choice.labels[0].innerText.trim().startsWith({name})");
        let all = "[...document.querySelectorAll('input[type=radio]')]";
        self.until(&format!("{all}.some({named})")).await;
        let group = format!("{all}.filter((choice) => choice.name === {all}.find({named}).name)");
        let start = format!("({group}.find((choice) => choice.checked) ?? {group}[0]).labels[0].innerText.trim()");
        self.tab_to(self.runs(&start).await["ok"].as_str().unwrap()).await;
        let steps = format!("{group}.findIndex({named}) - {group}.indexOf(document.activeElement)");
        let steps = self.runs(&steps).await["ok"].as_i64().unwrap();
        for _ in 0..steps.abs() {
            self.press(&[], if steps > 0 { Key::Right } else { Key::Left }.into()).await;
        }
        if steps == 0 {
            self.press(&[], ' ').await;
        }
        // A question that is answered may be gone.
        self.until(&format!("{all}.find({named})?.checked ?? true")).await;
    }
}
