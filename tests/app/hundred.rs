//! A hundred mails that wait, decided one after the other with the keyboard alone, as a rep does after a week away.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::desk::{Desk, Obstacle};

const MAILS: usize = 130;
const DECIDED: usize = 100;

/// The longest grace period that an account can have, in seconds.
const GRACE: u32 = 60 * 60;

/// Notes how long after a key the first frame was over that shows what it did: the frame is there when the next begins.
const WATCH: &str = "(() => {
    const shown = () => [...document.querySelectorAll('[role=listbox] [role=option][aria-selected=true]')]
        .map((row) => row.id + row.textContent).join();
    window.painted = [];
    addEventListener('keydown', (key) => {
        if (!['1', '2'].includes(key.key)) return;
        const before = shown();
        const wait = () => shown() === before
            ? requestAnimationFrame(wait)
            : requestAnimationFrame(() => window.painted.push(performance.now() - key.timeStamp));
        requestAnimationFrame(wait);
    }, true);
})()";

/// What the rep does with the mail at this place, counted from the top: mostly shares, sometimes not, and now and then
/// puts off.
fn decision(place: usize) -> char {
    match place % 10 {
        0..6 => '1',
        6..9 => '2',
        _ => '3',
    }
}

/// Letters from contacts, the last one the newest.
fn write_office(folder: &Path) {
    let (letters, crm) = (folder.join("letters"), folder.join("crm"));
    fs::create_dir_all(&letters).unwrap();
    fs::create_dir_all(&crm).unwrap();
    let mut contacts = String::from("id,name,email\n");
    for number in 0..MAILS {
        let (day, hour) = (1 + number / 24, number % 24);
        let letter = format!(
            "From: Client {number} <client{number}@company.example>\r\nTo: rep@own.example\r\n\
             Subject: {}\r\nDate: {day:02} Nov 2026 {hour:02}:00:00 +0900\r\nMessage-ID: <{number}@company.example>\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\nお世話になっております。\r\n",
            subject(number),
        );
        fs::write(letters.join(format!("{number:03}.eml")), letter).unwrap();
        contacts.push_str(&format!("C-{number},Client {number},client{number}@company.example\n"));
    }
    fs::write(crm.join("contacts.csv"), contacts).unwrap();
}

fn subject(number: usize) -> String {
    format!("Offer {number:03}")
}

impl Desk {
    /// Connects the letters and the folder, and waits until all of it waits for the rep.
    async fn furnish(&self) {
        write_office(self.home.path());
        let (letters, crm) = (self.home.path().join("letters"), self.home.path().join("crm"));
        self.asks("crm.connect", json!({ "kind": "folder", "settings": { "path": crm } })).await;
        let account = self.asks("accounts.add", json!({ "address": "rep@own.example", "path": letters })).await;
        // However long the hundred take: none of them is released meanwhile.
        let sharing = json!({ "grace": GRACE });
        self.asks("accounts.adjust", json!({ "id": account["id"], "sharing": sharing })).await;
        while self.counts().await["all"] != json!(MAILS) {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        self.window.refresh().await.unwrap();
        self.until("document.querySelectorAll('[role=option]').length > 0").await;
    }

    async fn counts(&self) -> Value {
        self.asks("review.counts", json!({ "id": 1 })).await
    }

    /// The states of all mail by subject.
    async fn states(&self) -> BTreeMap<String, String> {
        let page = self.asks("mail.list", json!({ "connection": 1, "limit": 1000 })).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let state = |row: &Value| {
            let put_off = row["snoozed_until"].is_number();
            (text(&row["subject"]), if put_off { "later".to_owned() } else { text(&row["state"]) })
        };
        page["rows"].as_array().unwrap().iter().map(state).collect()
    }

    /// Waits until the row under the cursor is another one.
    async fn goes_on_from(&self, subject: &str) {
        let here = "document.querySelector('[role=option][aria-selected=true]')?.innerText ?? ''";
        self.until(&format!("!({here}).includes({})", json!(subject))).await;
    }
}

#[tokio::test]
async fn a_hundred_mails_are_decided_with_the_keyboard_alone() {
    let desk = Desk::open(Obstacle::Nothing, Vec::new()).await;
    desk.furnish().await;
    desk.runs(WATCH).await;
    for place in 0..DECIDED {
        let subject = subject(MAILS - 1 - place);
        desk.press(&[], decision(place)).await;
        if decision(place) == '3' {
            // The first of the times that are offered.
            desk.until("document.querySelector('dialog[open]') !== null").await;
            desk.press(&[], Key::Enter.into()).await;
        }
        desk.goes_on_from(&subject).await;
    }
    let expected = |place: usize| match decision(place) {
        _ if place >= DECIDED => "pending",
        '1' => "scheduled",
        '2' => "private",
        _ => "later",
    };
    let expected: BTreeMap<_, _> =
        (0..MAILS).map(|place| (subject(MAILS - 1 - place), expected(place).to_owned())).collect();
    // The last decisions may still be on their way to the program.
    while desk.counts().await["all"] != json!(MAILS - DECIDED) {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(desk.states().await, expected);
    let counts = desk.counts().await;
    assert_eq!((&counts["all"], &counts["later"]), (&json!(30), &json!(10)), "{counts}");
    print_times(&desk.runs("window.painted").await["ok"]);
    // The last decision put a mail off: it waits again.
    desk.press(&[Key::Control], 'z').await;
    while desk.counts().await["all"] != json!(MAILS - DECIDED + 1) {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(desk.counts().await["later"], json!(9));
}

/// Tells how long a decision took to be seen. What is promised is held against it by `cargo xtask bench ui`.
fn print_times(painted: &Value) {
    let mut times: Vec<f64> = painted.as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    times.sort_by(f64::total_cmp);
    assert_eq!(times.len(), (0..DECIDED).filter(|place| decision(*place) != '3').count(), "every key shows something");
    println!(
        "action to paint, {} keys: median {:.0} ms, worst {:.0} ms",
        times.len(),
        times[times.len() / 2],
        times[times.len() - 1]
    );
}
