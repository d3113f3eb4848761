//! Line 11: from the key that shares a mail, or keeps it private, to the frame that shows it, next to a key that changes
//! a colour on an empty page.

use fantoccini::Client;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};

use super::line::{Limit, Line};
use super::office::{Office, Side, value};
use crate::measure::median;

/// How many mails are decided, one after the other.
const KEYS: usize = 100;

/// A person looks before the next key.
const LOOK: &str = "new Promise((done) => setTimeout(done, 250))";

/// Makes a key change something on an empty page.
const REACT: &str = "addEventListener('keydown', () => document.body.classList.toggle('on'))";

/// Notes, for each key, how long after it the first frame was over that shows what it did: the frame is there when the
/// one after it begins.
const WATCH: &str = "(() => {
    const shown = () => document.body.className + [...document.querySelectorAll(
        '[role=listbox] [role=option][aria-selected=true]')].map((row) => row.id + row.textContent).join();
    window.painted = [];
    addEventListener('keydown', (key) => {
        const before = shown();
        const wait = () => shown() === before
            ? requestAnimationFrame(wait)
            : requestAnimationFrame(() => window.painted.push(performance.now() - key.timeStamp));
        requestAnimationFrame(wait);
    }, true);
})()";

pub async fn measure(office: &Office) -> [Line; 2] {
    let mut taken = [Vec::new(), Vec::new()];
    for (side, taken) in Side::BOTH.into_iter().zip(&mut taken) {
        let screen = office.screen();
        let window = office.open_ready(&screen, side).await;
        *taken = keys(&window, side).await;
        println!("{side:?}: {taken:?} ms");
        window.close().await.expect("the window closes");
    }
    let most = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
    let worst = [most(&taken[0]), most(&taken[1])];
    [line("action_median", taken.map(median), 50.0), line("action_max", worst, 100.0)]
}

fn line(name: &'static str, [value, peer]: [f64; 2], limit: f64) -> Line {
    Line { number: 11, name, unit: "ms", value, peer: Some(peer), limit: Limit::Value(limit) }
}

/// Presses 1 and 2 in turn.
async fn keys(window: &Client, side: Side) -> Vec<f64> {
    value(window, WATCH).await;
    if side == Side::Empty {
        value(window, REACT).await;
    }
    for key in ['1', '2'].into_iter().cycle().take(KEYS) {
        value(window, LOOK).await;
        let press =
            KeyActions::new("keys".into()).then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
        window.perform_actions(press).await.expect("a key");
    }
    value(window, LOOK).await;
    let painted = value(window, "window.painted").await;
    let painted: Vec<f64> = painted.as_array().expect("times").iter().filter_map(|time| time.as_f64()).collect();
    assert_eq!(painted.len(), KEYS, "every key shows something");
    painted
}
