//! Many shares at a CRM that loses requests and replies and is busy again and again, by a program that is killed all the
//! time, on a time that jumps: each is in the CRM once in the end, and nobody came faster than allowed.
//!
//! What is there is counted in the CRM itself, which was never asked through the connector.
//!
//! `OTOMO_SHARES` sets how many, `OTOMO_SEED` repeats a run as far as chance goes.

mod oracle;
mod rate;

use std::sync::Arc;
use std::time::{Duration, Instant};

use otomo_domain::ports::Clock;
use otomo_domain::review::State;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::time::sleep;

use self::oracle::Verdict;
use crate::program::Program;
use crate::program::crm::{Crm, Espo, HubSpot, Porters, Rest};
use crate::program::inbox::{Inbox, mail};
use crate::program::time::Jumping;

/// How many people write the mails.
const CLIENTS: usize = 40;

/// How many mails the rep decides on at once.
const AT_ONCE: usize = 8;

/// How long nothing may move before it counts as the end: twice the longest wait before a mail is tried again.
const STILL: Duration = Duration::from_secs(12 * 3600);

/// How long the time itself may take for that: one that stands still is an end, too.
const STANDING: Duration = Duration::from_secs(1800);

/// States in which no mail is in the end that was shared.
const AMISS: [State; 11] = [
    State::Excluded,
    State::Unmatched,
    State::Private,
    State::Scheduled,
    State::Queued,
    State::Uploading,
    State::Verifying,
    State::FailedRetry,
    State::FailedPerm,
    State::AlreadyInCrm,
    State::RemoteMissing,
];

/// States in which a mail is on its way.
const MOVING: [State; 5] = [State::Scheduled, State::Queued, State::Uploading, State::Verifying, State::FailedRetry];

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

fn message_id(number: usize) -> String {
    format!("<{number}@x.jp>")
}

/// A CRM that knows everybody, a mailbox full of their mail, and the program between them.
struct Storm<'a> {
    crm: &'a dyn Crm,
    program: Program,
    time: Arc<Jumping>,
    chance: StdRng,
    shares: usize,
    verdict: Verdict,
}

impl<'a> Storm<'a> {
    async fn start(crm: &'a dyn Crm, shares: usize, seed: u64) -> Self {
        let inbox = Inbox::default();
        for client in 0..CLIENTS {
            crm.know(20_001 + client as u64, &format!("Client {client}"), &format!("client{client}@x.jp"));
        }
        for number in 0..shares {
            inbox.deliver(mail(number, &format!("client{}@x.jp", number % CLIENTS), &message_id(number)));
        }
        let time = Arc::new(crm.time());
        time.pass(Duration::from_secs(600));
        let program = Program::start(crm, Arc::clone(&time) as Arc<dyn Clock>, inbox).await;
        while program.count(State::Pending).await < shares {
            sleep(Duration::from_millis(50)).await;
        }
        Self { crm, program, time, chance: StdRng::seed_from_u64(seed), shares, verdict: Verdict::default() }
    }

    /// A tenth of everything gets lost, and it is busy now and then.
    fn brew(&mut self) {
        self.crm.front().behave();
        self.crm.front().lose(0.1, self.chance.random());
        for (which, busy) in self.crm.busy() {
            if self.chance.random_bool(0.5) {
                self.crm.front().next(1, which, busy);
                self.verdict.limits += 1;
            }
        }
    }

    /// Waits until so many requests have come in, or nothing moves, then a moment more: anything may be under way then.
    async fn wait_for_a_moment(&mut self) {
        let (front, began) = (self.crm.front(), Instant::now());
        let most = if self.chance.random_bool(0.5) { 60 } else { 300 };
        let enough = front.came() + self.chance.random_range(1..most);
        while front.came() < enough && began.elapsed() < Duration::from_millis(800) {
            sleep(Duration::from_millis(1)).await;
        }
        sleep(Duration::from_micros(self.chance.random_range(0..8000))).await;
    }

    /// One life of the program.
    async fn live(&mut self) {
        self.brew();
        let rows = self.program.rows(State::Pending, AT_ONCE).await;
        self.program.share(&rows).await;
        self.wait_for_a_moment().await;
        self.program.die().await;
        self.verdict.kills += 1;
        self.crm.front().forget_requests();
        // It may have died between an answer and the moment it kept what that asked for.
        self.crm.front().forgive_waits();
        // Nobody is back at once.
        self.time.pass(Duration::from_secs(1));
        self.program.rise().await;
    }

    /// How many mails are in each state in which they are on their way.
    async fn moving(&self) -> Vec<usize> {
        let mut moving = Vec::new();
        for state in MOVING {
            moving.push(self.program.count(state).await);
        }
        moving
    }

    /// Lets everything come to its end in fair weather.
    async fn calm_down(&self) {
        self.crm.front().behave();
        let (mut left, mut since, began) = (self.moving().await, self.time.passed(), Instant::now());
        while left.iter().sum::<usize>() > 0 && self.time.passed() - since < STILL && began.elapsed() < STANDING {
            sleep(Duration::from_millis(50)).await;
            let now = self.moving().await;
            if now != left {
                (left, since) = (now, self.time.passed());
            }
        }
    }

    async fn rage(mut self) -> Verdict {
        let began = Instant::now();
        while self.program.count(State::Pending).await > 0 {
            self.live().await;
        }
        self.calm_down().await;
        for mail in self.program.tell(&AMISS).await {
            println!("at {:?}, {mail}", self.time.now());
        }
        self.program.die().await;
        self.verdict.logged = self.program.count(State::Logged).await;
        self.verdict.given_up = self.program.count(State::FailedPerm).await;
        self.verdict.judge(self.crm, (0..self.shares).map(message_id));
        self.verdict.print(self.crm.kind(), self.shares, self.time.passed(), began.elapsed());
        self.verdict
    }
}

async fn storm(crm: &dyn Crm) {
    let shares = usize::try_from(number("OTOMO_SHARES", 150)).expect("a number");
    let seed = number("OTOMO_SEED", rand::random_range(0..1_000_000));
    println!("OTOMO_SEED={seed}");
    let verdict = Storm::start(crm, shares, seed).await.rage().await;
    assert_eq!((verdict.lost, verdict.doubled, verdict.strangers), (0, 0, 0), "OTOMO_SEED={seed}");
    assert_eq!((verdict.logged, verdict.exceeded, verdict.early), (shares, 0, 0), "OTOMO_SEED={seed}");
    assert!(verdict.kills > 9 && verdict.lost_replies > 0 && verdict.limits > 0, "OTOMO_SEED={seed}");
}

#[tokio::test]
async fn every_share_is_at_the_rest_server_once() {
    storm(&Rest::start().await).await;
}

#[tokio::test]
async fn every_share_is_in_espo_once() {
    storm(&Espo::start().await).await;
}

#[tokio::test]
async fn every_share_is_in_hubspot_once() {
    storm(&HubSpot::start().await).await;
}

#[tokio::test]
async fn every_share_is_in_porters_once() {
    storm(&Porters::start().await).await;
}
