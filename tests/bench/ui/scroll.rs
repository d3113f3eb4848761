//! Line 12: how evenly frames come while the list of all mail is scrolled, next to a plain page of text.
//!
//! The screen that nobody sees has no refresh of its own; WebKit's timer gives sixty frames a second. Its clock shows
//! whole milliseconds, so a frame of 1/60 s reads as 16 or 17.

use fantoccini::Client;

use super::ROUNDS;
use super::line::{Limit, Line};
use super::office::{Office, Side, value};
use crate::measure::{median, share};

/// A frame at sixty a second, as the clock of a page shows it.
const FRAME: f64 = 17.0;

/// Gives an empty window something to scroll.
const FILL: &str = "(() => {
    const list = document.body.appendChild(document.createElement('div'));
    list.setAttribute('role', 'listbox');
    list.style.cssText = 'height: 90vh; overflow: auto';
    for (let n = 0; n < 2000; n++) list.appendChild(document.createElement('p')).textContent = `Letter ${n}`;
})()";

/// Four seconds of a steady wheel; the times between frames in ms.
const SCROLL: &str = "new Promise((done) => {
    const scrolls = (e) => e && (e.scrollHeight > e.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(e).overflowY)
        ? e : scrolls(e.parentElement));
    const row = document.querySelector('[role=listbox] > :first-child, [role=option]');
    const list = scrolls(row);
    const times = [];
    let last = performance.now();
    const end = last + 4000;
    const frame = () => {
        const now = performance.now();
        times.push(now - last);
        last = now;
        list.scrollTop += 120;
        if (now < end) requestAnimationFrame(frame);
        else done({ times, way: list.scrollTop, height: list.scrollHeight });
    };
    requestAnimationFrame(frame);
})";

pub async fn measure(office: &Office) -> Line {
    let mut slow = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        for (side, slow) in Side::BOTH.into_iter().zip(&mut slow) {
            let screen = office.screen();
            let window = office.open_ready(&screen, side).await;
            let times = frames(&window, side).await;
            let [half, most, worst] = [0.5, 0.95, 1.0].map(|below| share(times.iter().copied(), below));
            println!(
                "round {} {side:?}: {} frames, {half} ms, 95 % {most} ms, worst {worst} ms",
                round + 1,
                times.len()
            );
            slow.push(most);
            window.close().await.expect("the window closes");
        }
    }
    let [value, peer] = slow.map(median);
    Line { number: 12, name: "scroll_frame_p95", unit: "ms", value, peer: Some(peer), limit: Limit::Value(FRAME) }
}

async fn frames(window: &Client, side: Side) -> Vec<f64> {
    if side == Side::Empty {
        value(window, FILL).await;
    }
    let seen = value(window, SCROLL).await;
    assert!(seen["way"].as_f64().is_some_and(|way| way > 1000.0), "nothing was scrolled: {seen}");
    println!("{side:?} scrolled {} of {} px", seen["way"], seen["height"]);
    // The first frame waits for the page to get ready.
    seen["times"].as_array().expect("times").iter().skip(1).filter_map(|time| time.as_f64()).collect()
}
