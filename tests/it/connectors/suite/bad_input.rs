//! What a CRM may answer besides what it should, and what must hold all the same: the right kind of fault, nothing secret
//! in it, and one mail in the end. `proxy` is about what stands between.

mod proxy;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use kit::crm::CrmServer;
use kit::crm::misbehaviour::Misbehaviour;
use otomo_domain::connector::RemoteMail;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::payload::Payload;
use otomo_domain::ports::{Clock, CrmConnector};
use otomo_domain::time::Timestamp;

use super::super::sample::Sample;
use super::super::wire::{Ask, Wire};
use super::deliver;

pub use self::proxy::{
    a_crm_on_this_computer_is_asked_beside_the_proxy,
    everything_goes_through_the_proxy_and_a_proxy_that_refuses_is_named,
};

/// Stands in answers where nobody looks for it, and must not come back in a fault.
const TOLD: &str = "secret mail";

/// How often a mail is tried until it counts as stuck.
const ROUNDS: usize = 10;

fn says(status: u16, body: impl Into<String>) -> Misbehaviour {
    Misbehaviour::Answer { status, headers: Vec::new(), body: body.into() }
}

fn afterwards(status: u16, body: impl Into<String>) -> Misbehaviour {
    Misbehaviour::AnswerAfter { status, body: body.into() }
}

/// Bodies that are no answer, with a status that says it is one.
fn no_answers() -> Vec<String> {
    let bomb: String = (0..20).map(|n| format!("<!ENTITY e{} \"&e{n};&e{n};\">", n + 1)).collect();
    vec![
        String::new(),
        format!("<html><head><title>Login</title></head><body><p>{TOLD}</p></body></html>"),
        format!("{{\"id\": \"1\", \"results\": [{{\"{TOLD}"),
        format!("{{\"id\": \"\\ud800 {TOLD}\", \"results\": [\"\\udfff\"]}}"),
        format!("[\"{TOLD}\""),
        "[".repeat(100_000),
        "<a>".repeat(100_000),
        format!("<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY e0 \"{TOLD}\">{bomb}]><Activity>&e20;</Activity>"),
        format!("<Activity><Item><Id>1</Id><Activity.P_Memo>{TOLD}"),
        "\u{feff}\0\u{1}PNG\r\n".into(),
    ]
}

/// Everything that may go wrong with a request.
fn everything() -> Vec<Misbehaviour> {
    let refusals = [400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 415, 422, 423, 429, 477, 500, 502, 503, 504, 524];
    let mut all: Vec<Misbehaviour> = refusals.into_iter().map(Misbehaviour::refuse).collect();
    all.extend([429, 503].map(|status| Misbehaviour::busy(status, "2")));
    all.extend(no_answers().into_iter().flat_map(|body| [says(200, body.clone()), afterwards(200, body)]));
    all.push(says(
        207,
        format!("{{\"status\": \"COMPLETE\", \"numErrors\": 1, \"errors\": [{{\"{TOLD}\": 1}}], \"results\": []}}"),
    ));
    all.extend([afterwards(500, ""), afterwards(504, "<html>"), afterwards(201, "{}")]);
    all.extend([Misbehaviour::LoseRequest, Misbehaviour::LoseReply]);
    all
}

/// Asks, as the engine does it.
async fn ask(crm: &dyn CrmConnector, ask: Ask, sample: &Sample) -> Result<(), CrmFault> {
    match ask {
        Ask::Check => crm.check().await.map(drop),
        Ask::List => everybody(crm).await.map(drop),
        Ask::Find => crm.find_logged(sample.sought()).await.map(drop),
        Ask::Log => sample.deliver(crm).await.map(drop),
    }
}

/// How many people there are. One may stand on two pages.
async fn everybody(crm: &dyn CrmConnector) -> Result<usize, CrmFault> {
    let (mut people, mut cursor) = (BTreeSet::new(), None);
    loop {
        let page = crm.contacts(cursor.as_deref()).await?;
        people.extend(page.contacts.into_iter().map(|contact| contact.record.id));
        if !page.has_more {
            return Ok(people.len());
        }
        cursor = Some(page.cursor);
    }
}

/// The outcome of something that goes wrong like this once. Time passes afterwards, so that no limit is met.
async fn outcome(world: &impl Wire, which: Ask, wrong: Misbehaviour, sample: &Sample) -> Result<(), CrmFault> {
    world.front().next(1, world.line(which), wrong.clone());
    let outcome = ask(world.crm(), which, sample).await;
    assert!(!world.front().plans_something(), "{which:?} never asked {}: {wrong:.100?}", world.line(which));
    world.pass(Duration::from_secs(60));
    outcome
}

async fn fault(world: &impl Wire, which: Ask, wrong: Misbehaviour) -> CrmFault {
    let outcome = outcome(world, which, wrong.clone(), &Sample::new("<1@x.jp>")).await;
    outcome.expect_err(&format!("{which:?}: {wrong:.100?}"))
}

/// Delivers as the engine and the rep do it: what is unknown is looked up as often as the CRM may be late, what is
/// refused is tried again.
async fn settle(world: &impl Wire, sample: &Sample) -> RemoteMail {
    for _ in 0..ROUNDS {
        match sample.deliver(world.crm()).await {
            Ok(remote) => return remote,
            Err(fault) if fault.kind == CrmFaultKind::OutcomeUnknown => {
                if let Some(remote) = look_up(world, sample).await {
                    return remote;
                }
            }
            Err(_) => {}
        }
        world.pass(Duration::from_secs(60));
    }
    panic!("{} never arrives: {:?}", sample.payload.message_id, sample.deliver(world.crm()).await);
}

async fn look_up(world: &impl Wire, sample: &Sample) -> Option<RemoteMail> {
    let patience = world.crm().describe().patience;
    for _ in 0..patience.tries {
        if let Ok(Some(remote)) = world.crm().find_logged(sample.sought()).await {
            return Some(remote);
        }
        world.pass(patience.span / patience.tries);
    }
    None
}

pub async fn a_refusal_means_what_its_status_says(world: impl Wire) {
    use CrmFaultKind::*;
    let meanings = [
        (400, Rejected),
        (401, SignInNeeded),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (413, TooLarge),
        (422, Rejected),
        (429, RateLimited),
    ];
    for which in Ask::ALL {
        for (status, meaning) in meanings.into_iter().filter(|(status, _)| !world.answers_with(which, *status)) {
            let fault = fault(&world, which, Misbehaviour::refuse(status)).await;
            assert_eq!(fault.kind, meaning, "{status} to {which:?}: {fault}");
        }
    }
    for right in ["mail:write", "sales-email-read"] {
        let fault = fault(&world, Ask::Log, world.lacks(right)).await;
        assert_eq!(fault.kind, Forbidden, "{fault}");
        assert!(fault.detail.contains(right) && fault.is_about_connection(), "{fault}");
    }
    assert_eq!(world.mails(), 0);
}

pub async fn a_wait_that_was_asked_for_is_told(world: impl Wire) {
    for which in Ask::ALL {
        for status in [429, 503] {
            let fault = fault(&world, which, Misbehaviour::busy(status, "37")).await;
            assert_eq!(fault.retry_after, Some(Duration::from_secs(37)), "{status} to {which:?}: {fault}");
            assert!(fault.is_temporary() || fault.kind == CrmFaultKind::OutcomeUnknown, "{which:?}: {fault}");
        }
        for status in [423, 429] {
            let fault = fault(&world, which, Misbehaviour::refuse(status)).await;
            assert!(fault.retry_after.is_none_or(|wait| wait < Duration::from_secs(3600)), "{which:?}: {fault}");
        }
    }
    assert_eq!(world.mails(), 0);
}

pub async fn a_server_that_failed_may_have_done_it(world: impl Wire) {
    for wrong in [Misbehaviour::refuse(500), Misbehaviour::refuse(502), Misbehaviour::refuse(504)]
        .into_iter()
        .chain([Misbehaviour::LoseRequest, Misbehaviour::LoseReply])
    {
        for which in Ask::READS {
            let fault = fault(&world, which, wrong.clone()).await;
            assert!(fault.is_temporary(), "{wrong:?} to {which:?}: {fault}");
        }
        let fault = fault(&world, Ask::Log, wrong.clone()).await;
        assert_eq!(fault.kind, CrmFaultKind::OutcomeUnknown, "{wrong:?}: {fault}");
    }
}

pub async fn what_is_no_answer_is_none(world: impl Wire) {
    for body in no_answers() {
        for which in Ask::READS {
            let fault = fault(&world, which, says(200, body.clone())).await;
            assert_eq!(fault.kind, CrmFaultKind::Protocol, "{which:?}: {body:.60}: {fault}");
        }
        let fault = fault(&world, Ask::Log, says(200, body.clone())).await;
        assert_eq!(fault.kind, CrmFaultKind::OutcomeUnknown, "{body:.60}: {fault}");
    }
}

pub async fn an_answer_is_never_read_without_end(world: impl Wire) {
    for which in Ask::ALL {
        for status in [200, 400, 500] {
            let fault = fault(&world, which, says(status, " ".repeat(40 << 20))).await;
            assert!(fault.detail.len() < 2000, "{which:?} {status}");
        }
    }
}

pub async fn no_fault_tells_a_secret_or_a_mail(world: impl Wire) {
    let Payload { subject, from, .. } = Sample::new("<1@x.jp>").payload;
    for which in Ask::ALL {
        for (number, wrong) in everything().into_iter().enumerate() {
            let sample = Sample::new(&format!("<{number}@x.jp>"));
            let Err(fault) = outcome(&world, which, wrong.clone(), &sample).await else { continue };
            let words = format!("{fault} {fault:?}");
            for told in [world.secret(), TOLD, &subject, from.email.as_str()] {
                assert!(!words.contains(told), "{which:?}: {wrong:.100?}: {words}");
            }
            assert!(words.len() < 2000, "{which:?}: {wrong:.100?}");
        }
    }
}

pub async fn a_redirect_is_not_followed(world: impl Wire) {
    let elsewhere = CrmServer::start().await;
    for which in Ask::ALL {
        for status in [301, 302, 303, 307, 308] {
            let headers = vec![("location".to_owned(), elsewhere.url())];
            let wrong = Misbehaviour::Answer { status, headers, body: String::new() };
            let fault = fault(&world, which, wrong).await;
            assert_ne!(fault.kind, CrmFaultKind::OutcomeUnknown, "{status} to {which:?}");
            assert!(!fault.is_temporary(), "{status} to {which:?}: {fault}");
        }
    }
    assert_eq!((elsewhere.requests().len(), world.mails()), (0, 0));
}

/// Delivers mails, each with one thing that goes wrong with the requests of this line; every one is there once.
async fn check_there_once(world: &impl Wire, line: &str) {
    for (number, wrong) in everything().into_iter().enumerate() {
        let sample = Sample::new(&format!("<{number}@x.jp>")).with_file("a.pdf", format!("%PDF {number}").as_bytes());
        world.front().next(1, line, wrong.clone());
        settle(world, &sample).await;
        assert!(!world.front().plans_something(), "{wrong:.100?}");
        assert!(look_up(world, &sample).await.is_some(), "{wrong:.100?}");
        assert_eq!(world.mails(), number + 1, "{wrong:.100?}");
        assert!(world.file(sample.key(), "a.pdf").is_some(), "{wrong:.100?}");
    }
}

pub async fn whatever_happens_to_a_mail_it_is_there_once(world: impl Wire) {
    check_there_once(&world, world.line(Ask::Log)).await;
}

pub async fn whatever_happens_to_its_file_the_mail_is_there_once(world: impl Wire) {
    check_there_once(&world, world.file_line()).await;
}

/// The time of this test stands still while anybody works, so that nobody waits for the end of a patience.
pub async fn a_time_out_before_or_after_the_write_leaves_one_mail(world: impl Wire) {
    let hours = Duration::from_secs(5 * 3600);
    for (number, wrong) in [Misbehaviour::Delay(hours), Misbehaviour::DelayReply(hours)].into_iter().enumerate() {
        let sample = Sample::new(&format!("<{number}@x.jp>"));
        world.crm().find_logged(sample.sought()).await.unwrap();
        world.front().next(1, world.line(Ask::Log), wrong.clone());
        tokio::time::pause();
        let fault = sample.deliver(world.crm()).await.unwrap_err();
        tokio::time::resume();
        assert_eq!(fault.kind, CrmFaultKind::OutcomeUnknown, "{wrong:?}: {fault}");
        assert!(!world.front().plans_something(), "{wrong:?}");
        world.pass(Duration::from_secs(60));
        settle(&world, &sample).await;
        assert_eq!(world.mails(), number + 1, "{wrong:?}");
    }
}

pub async fn a_look_up_that_goes_wrong_never_says_that_nothing_is_there(world: impl Wire) {
    let sample = Sample::new("<1@x.jp>");
    deliver(&world, &sample).await;
    for wrong in everything() {
        if matches!(wrong, Misbehaviour::Answer { status, .. } if world.answers_with(Ask::Find, status)) {
            continue;
        }
        world.front().next(1, world.line(Ask::Find), wrong.clone());
        let found = world.crm().find_logged(sample.sought()).await;
        assert_ne!(found, Ok(None), "{wrong:.100?}");
        world.pass(Duration::from_secs(60));
    }
}

pub async fn a_list_that_goes_wrong_never_says_that_nobody_is_there(world: impl Wire) {
    world.set_people(&[("1", "Anna", "anna@x.jp"), ("2", "Ben", "ben@x.jp"), ("3", "Cleo", "cleo@x.jp")]);
    assert_eq!(everybody(world.crm()).await, Ok(3));
    for wrong in everything() {
        world.front().next(1, world.line(Ask::List), wrong.clone());
        let people = everybody(world.crm()).await;
        assert!(people.as_ref().is_ok_and(|people| *people == 3) || people.is_err(), "{wrong:.100?}: {people:?}");
        world.pass(Duration::from_secs(60));
    }
}

pub async fn a_mail_that_shows_late_is_not_sent_again(world: impl Wire) {
    let sample = Sample::new("<1@x.jp>");
    world.lag(Duration::from_secs(30));
    world.front().next(1, world.line(Ask::Log), Misbehaviour::LoseReply);
    assert_eq!(sample.deliver(world.crm()).await.unwrap_err().kind, CrmFaultKind::OutcomeUnknown);
    assert!(look_up(&world, &sample).await.is_some());
    assert_eq!(world.mails(), 1);
}

pub async fn a_revoked_key_asks_for_another(world: impl Wire) {
    let sample = Sample::new("<1@x.jp>");
    ask(world.crm(), Ask::Find, &sample).await.unwrap();
    world.revoke();
    for which in Ask::ALL {
        // A token that was given for the key may be the first to be refused.
        let first = ask(world.crm(), which, &sample).await.unwrap_err();
        let fault = if first.is_temporary() { ask(world.crm(), which, &sample).await.unwrap_err() } else { first };
        assert!(fault.is_about_connection(), "{which:?}: {fault}");
        world.pass(Duration::from_secs(60));
    }
    assert_eq!(world.mails(), 0);
}

pub async fn odd_characters_are_no_reason_to_lose_a_mail(world: impl Wire) {
    let odd = "👩‍👩‍👧 \u{0}nul \rlone \u{1b}[31m \u{feff}\u{202e}\u{fffe}\u{ffff} 𠮷 ㈱①\u{2028}]]>&<!--";
    for (number, file) in ["見積\u{202e}fdp.pdf", "a\"b;\\ c=🍙.pdf", &"長".repeat(300)].into_iter().enumerate() {
        let sample = Sample::new(&format!("<{number}@x.jp>")).with_file(file, b"%PDF").but(|mail| {
            mail.subject = odd.into();
            mail.body_text = Some(odd.repeat(20));
            mail.from.name = odd.into();
        });
        let first = settle(&world, &sample).await;
        assert_eq!(look_up(&world, &sample).await.map(|remote| remote.id), Some(first.id));
        settle(&world, &sample).await;
        assert_eq!(world.mails(), number + 1);
    }
}

pub async fn a_body_of_a_megabyte_is_one_mail_or_too_large(world: impl Wire) {
    let sample = Sample::new("<1@x.jp>").but(|mail| {
        mail.body_text = Some("いつもお世話になっております。\r\n".repeat(1 << 15));
        mail.body_html = Some("<p>いつもお世話になっております。</p>".repeat(1 << 14));
    });
    match sample.deliver(world.crm()).await {
        Ok(_) => assert!(look_up(&world, &sample).await.is_some()),
        Err(fault) => assert_eq!(fault.kind, CrmFaultKind::TooLarge, "{fault}"),
    }
    assert!(world.mails() <= 1);
}

pub async fn forty_files_arrive(world: impl Wire) {
    let name = |number: usize| format!("{number}.pdf");
    let with_files =
        |sample: Sample, number: usize| sample.with_file(&name(number), format!("%PDF {number}").as_bytes());
    let sample = (0..40).fold(Sample::new("<1@x.jp>"), with_files);
    settle(&world, &sample).await;
    for number in 0..40 {
        assert_eq!(world.file(sample.key(), &name(number)), Some(format!("%PDF {number}").into_bytes()));
    }
    assert_eq!(world.mails(), 1);
}

/// A clock that somebody set wrong. Each look at it takes a second.
struct Wrong {
    now: Timestamp,
    looks: AtomicU64,
}

fn wrong(seconds: i64) -> Arc<dyn Clock> {
    Arc::new(Wrong { now: Timestamp::from_secs(seconds), looks: AtomicU64::new(1000) })
}

#[async_trait]
impl Clock for Wrong {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(self.looks.fetch_add(1, Ordering::SeqCst))
    }

    async fn sleep(&self, _: Duration) {}
}

pub async fn a_record_that_is_gone_is_told(world: impl Wire) {
    let crm = world.at(wrong(1_795_402_800));
    let sample = Sample::new("<1@x.jp>").but(|mail| mail.links = vec![world.gone()]);
    let outcome = sample.deliver(crm.as_ref()).await;
    // A CRM that keeps the mail without the record keeps it once; what is refused stays refused.
    assert_eq!(world.mails(), usize::from(outcome.is_ok()), "{outcome:?}");
    if let Err(fault) = outcome {
        assert!(matches!(fault.kind, CrmFaultKind::NotFound | CrmFaultKind::Rejected), "{fault}");
    }
}

pub async fn a_clock_that_is_wrong_does_not_double_a_mail(world: impl Wire) {
    for (number, seconds) in [1_000_000_000, 2_145_916_800].into_iter().enumerate() {
        let crm = world.at(wrong(seconds));
        crm.check().await.unwrap();
        let sample = Sample::new(&format!("<{number}@x.jp>")).but(|mail| mail.links = vec![world.link()]);
        world.front().next(1, world.line(Ask::Log), Misbehaviour::LoseReply);
        assert_eq!(sample.deliver(crm.as_ref()).await.unwrap_err().kind, CrmFaultKind::OutcomeUnknown);
        assert!(crm.find_logged(sample.sought()).await.unwrap().is_some(), "{seconds}");
        assert!(sample.deliver(crm.as_ref()).await.unwrap().already_known);
        assert_eq!(world.mails(), number + 1);
        world.set_people(&[("1", "Anna", "anna@x.jp")]);
        let before = crm.contacts(None).await.unwrap();
        assert!(!before.cursor.is_empty());
    }
}
