//! A heap of shares goes to a CRM as fast as it allows, and no faster: by its own windows, on a time that jumps.

use std::sync::Arc;
use std::time::Duration;

use kit::crm::Request;
use otomo_domain::ports::Clock;
use otomo_domain::review::State;
use tokio::time::sleep;

use super::{CLIENTS, message_id};
use crate::program::Program;
use crate::program::crm::{Crm, HubSpot, Porters};
use crate::program::inbox::{Inbox, mail};

/// How many of the requests that count a CRM takes within so much time.
struct Allowance {
    most: usize,
    span: Duration,
    counts: fn(&Request) -> bool,
}

impl Allowance {
    /// The requests of a second.
    fn rate(&self) -> f64 {
        self.most as f64 / self.span.as_secs_f64()
    }
}

/// Shares so many mails at one stroke, and says which part of its allowance was made use of until the last was logged.
async fn used(crm: &dyn Crm, shares: usize, allowance: &Allowance) -> f64 {
    let inbox = Inbox::default();
    for client in 0..CLIENTS {
        crm.know(20_001 + client as u64, &format!("Client {client}"), &format!("client{client}@x.jp"));
    }
    // None with a file: the rep decides on all of them at one stroke, and no time passes meanwhile.
    for number in (1..).step_by(8).take(shares) {
        inbox.deliver(mail(number, &format!("client{}@x.jp", number % CLIENTS), &message_id(number)));
    }
    let time = Arc::new(crm.time());
    time.pass(Duration::from_secs(600));
    let program = Program::start(crm, Arc::clone(&time) as Arc<dyn Clock>, inbox).await;
    while program.count(State::Pending).await < shares {
        sleep(Duration::from_millis(20)).await;
    }
    crm.front().forget_requests();
    let rows = program.rows(State::Pending, shares).await;
    program.share(&rows).await;
    while program.count(State::Logged).await < shares {
        sleep(Duration::from_millis(20)).await;
    }
    let made = crm.front().requests().iter().filter(|request| (allowance.counts)(request)).count();
    let moments = program.moments(State::Logged).await;
    program.die().await;
    let (first, last) = (moments.iter().min().expect("a mail"), moments.iter().max().expect("a mail"));
    let used = made as f64 / last.since(*first).as_secs_f64() / allowance.rate();
    println!(
        "{}: {shares} shares, {made} requests that count in {:.1} s: {:.1} % of what it takes, {} times too fast",
        crm.kind(),
        last.since(*first).as_secs_f64(),
        used * 100.0,
        crm.exceeded()
    );
    used
}

#[tokio::test]
async fn two_hundred_shares_use_nine_tenths_of_what_hubspot_takes_and_never_more_than_all_of_it() {
    let crm = HubSpot::start().await;
    let allowance = Allowance { most: 100, span: Duration::from_secs(10), counts: |_| true };
    let used = used(&crm, 200, &allowance).await;
    assert_eq!(crm.exceeded(), 0);
    assert!(used >= 0.9, "{used}");
}

/// One share is one writing there: two hundred are less than a minute's.
#[tokio::test]
async fn seven_hundred_shares_use_nine_tenths_of_what_porters_takes_and_never_more_than_all_of_it() {
    let crm = Porters::start().await;
    let counts = |request: &Request| request.method == "POST" && !request.path.contains("/token");
    let allowance = Allowance { most: 500, span: Duration::from_secs(60), counts };
    let used = used(&crm, 700, &allowance).await;
    assert_eq!(crm.exceeded(), 0);
    assert!(used >= 0.9, "{used}");
}
