//! A program that is killed again and again, at a CRM that loses requests and replies, keeps every decision and delivers
//! each mail exactly once.
//!
//! `OTOMO_KILLS` sets how often it is killed, `OTOMO_SEED` repeats a run as far as chance goes.

mod oracle;
mod story;

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Child;
use std::thread;
use std::time::Duration;

use kit::crm::CrmServer;
use kit::crm::misbehaviour::Misbehaviour;
use kit::lab::{ALICE, Lab, Service};
use kit::mailbox::generate;
use kit::rep::{RATE, Rep, know};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use self::oracle::Verdict;
use self::story::Desk;

/// How long the program may live at most, in milliseconds of real time.
const LONGEST_LIFE: u64 = 4000;

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// The CRM for one life of the program: a quarter of everything gets lost, and it is busy now and then.
fn misbehave(server: &CrmServer, seed: u64) {
    server.behave();
    server.lose(0.25, seed);
    server.next(1, "PUT /emails", Misbehaviour::LoseReply);
    server.next(1, "PUT /emails", Misbehaviour::busy(503, "2"));
    server.next(1, "GET /emails", Misbehaviour::busy(429, "1"));
}

/// Waits until the program answers others, or is gone.
fn await_door(home: &Path, killer: &thread::JoinHandle<()>) {
    while !home.join("otomo.sock").exists() && !killer.is_finished() {
        thread::sleep(Duration::from_millis(20));
    }
}

/// Kills the program after a while. It must not have ended by itself.
fn kill_after(mut child: Child, life: Duration) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        thread::sleep(life);
        child.kill().expect("killed");
        let output = child.wait_with_output().expect("ended");
        assert_eq!(output.status.signal(), Some(9), "{}", String::from_utf8_lossy(&output.stderr));
    })
}

/// One life of the program: it works and the rep decides until it is killed; sometimes the rep goes on without it.
fn live(desk: &mut Desk, chance: &mut StdRng) {
    let home = desk.rep.otomo.home.clone();
    let _stale = std::fs::remove_file(home.join("otomo.sock"));
    let life = Duration::from_millis(chance.random_range(50..LONGEST_LIFE));
    let killer = kill_after(desk.rep.otomo.spawn_run(RATE), life);
    await_door(&home, &killer);
    while !killer.is_finished() {
        desk.act(chance);
    }
    killer.join().expect("it lived until it was killed");
    if chance.random_bool(0.5) {
        desk.act(chance);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_killed_again_and_again_keeps_every_decision_and_delivers_once() {
    let (kills, seed) = (number("OTOMO_KILLS", 10), number("OTOMO_SEED", rand::random_range(0..1_000_000)));
    println!("OTOMO_SEED={seed}");
    let mut chance = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().expect("folder");
    let truth = generate(&folder.path().join("box"), &["--count", "300", "--big", "12"]);
    let lab = Lab::start(&[Service::Dovecot, Service::Dnsmasq]);
    lab.deliver_maildir(ALICE.address, &folder.path().join("box"));
    let server = CrmServer::start().await;
    know(&server, &truth);
    let mut desk = Desk::new(Rep::connected(folder.path(), &lab, &server.url()));

    for life in 0..kills {
        misbehave(&server, seed + life);
        live(&mut desk, &mut chance);
    }
    server.behave();
    desk.rep.otomo.run_until_idle(RATE);

    let mails = truth.iter().map(|mail| &mail.file).collect::<BTreeSet<_>>().len();
    let verdict = Verdict::of(&desk, &server, mails).await;
    verdict.print(kills);
    assert_eq!(verdict.faults, Vec::<String>::new(), "OTOMO_SEED={seed}");
    assert!(verdict.decided >= usize::try_from(kills).expect("a number"), "the rep decided on {}", verdict.decided);
    assert!(verdict.would_be_doubles > 0, "the CRM lost a reply that mattered");
}
