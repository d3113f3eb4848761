//! Line 14: what a window takes that nobody touches, next to an empty one.
//!
//! The three mailboxes are looked after by asking the server now and then; it does not tell by itself yet (IDLE).

use std::thread::sleep;
use std::time::{Duration, Instant};

use super::ROUNDS;
use super::line::{Limit, Line};
use super::office::{Office, Side};
use super::process::Family;
use crate::measure::median;

/// After this long a window has done all that its start asks for.
const SETTLED: Duration = Duration::from_secs(15);

pub fn measure(office: &Office, span: Duration) -> [Line; 2] {
    println!("the accounts ask the server; there is no IDLE yet");
    let mut sizes: [Vec<f64>; 2] = Default::default();
    for round in 0..ROUNDS {
        for (side, sizes) in Side::BOTH.into_iter().zip(&mut sizes) {
            let each = settled(office, side, Family::pss);
            println!("round {} {side:?}: {}", round + 1, named(&each));
            sizes.push(each.iter().map(|(_, size)| size).sum());
        }
    }
    let [cpu, peer_cpu] = Side::BOTH.map(|side| settled(office, side, |family| busy(family, span)));
    let [size, peer_size] = sizes.map(median);
    let line = |name, unit, value, peer, limit| Line { number: 14, name, unit, value, peer: Some(peer), limit };
    [
        line("idle_cpu", "%", cpu, peer_cpu, Limit::Value(0.5)),
        line("idle_memory", "MB", size, peer_size, Limit::Above(60.0)),
    ]
}

fn named(each: &[(String, f64)]) -> String {
    each.iter().map(|(name, size)| format!("{name} {size:.0} MB")).collect::<Vec<_>>().join(", ")
}

/// A figure of a window that has settled.
fn settled<T>(office: &Office, side: Side, figure: impl Fn(&Family) -> T) -> T {
    let session = office.run(side);
    let family = Family::find(session.leader(), &side.program());
    sleep(SETTLED);
    assert!(family.size() >= 3, "WebKit's own processes belong to it");
    figure(&family)
}

/// Per cent of one processor.
fn busy(family: &Family, span: Duration) -> f64 {
    let (start, before) = (Instant::now(), family.cpu());
    sleep(span);
    (family.cpu() - before) * 100.0 / start.elapsed().as_secs_f64()
}
