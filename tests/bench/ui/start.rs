//! Line 13: from the start of the process to a desk that can be used, next to an empty window that has loaded.

use super::ROUNDS;
use super::line::{Limit, Line};
use super::office::{Office, Side, value};
use super::process::Family;
use crate::measure::median;

/// Resolves with the time (ms since 1970) at which the desk had painted its first row.
const DESK: &str = "new Promise((done) => {
    const look = () => document.querySelector('[role=listbox] [role=option]')
        ? requestAnimationFrame(() => done(performance.timeOrigin + performance.now()))
        : requestAnimationFrame(look);
    look();
})";

/// The same for a page without anything on it.
const PAGE: &str = "new Promise((done) => {
    const look = () => document.readyState === 'complete'
        ? requestAnimationFrame(() => done(performance.timeOrigin + performance.now()))
        : requestAnimationFrame(look);
    look();
})";

/// After the system has forgotten the files it had read, and again right after.
pub async fn measure(office: &Office) -> Vec<Line> {
    let cold = pairs(office, forget_files).await;
    let warm = pairs(office, || ()).await;
    vec![line("cold_start", cold), line("warm_start", warm)]
}

fn line(name: &'static str, [value, peer]: [f64; 2]) -> Line {
    Line { number: 13, name, unit: "s", value, peer: Some(peer), limit: Limit::Ratio(1.5) }
}

/// Medians of both sides.
async fn pairs(office: &Office, prepare: impl Fn()) -> [f64; 2] {
    let mut taken = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        for (side, seconds) in Side::BOTH.into_iter().zip(&mut taken) {
            prepare();
            seconds.push(once(office, side).await);
        }
        println!("round {}: otomo {:.2} s, empty {:.2} s", round + 1, taken[0][round], taken[1][round]);
    }
    taken.map(median)
}

async fn once(office: &Office, side: Side) -> f64 {
    let screen = office.screen();
    let window = office.open(&screen, side).await;
    let ready = if side == Side::Otomo { DESK } else { PAGE };
    let ready = value(&window, ready).await.as_f64().expect("a time") / 1000.0;
    let started = Family::find(screen.leader(), &side.program()).started();
    window.close().await.expect("the window closes");
    ready - started
}

/// Needs root; without it both sides start warm, and the ratio still stands.
fn forget_files() {
    if let Err(error) = std::fs::write("/proc/sys/vm/drop_caches", "3") {
        println!("not cold: {error}");
    }
}
