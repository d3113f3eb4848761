//! A long random life of one rep: commands, rules that come and go, new mail that goes by itself, faults of the CRM, time
//! that passes or jumps, restarts in the middle.
//!
//! What holds whenever everything has come to rest: the CRM has exactly the mails that acknowledged decisions say, each
//! put in once between two retractions. What holds at every upload, [`crate::fixture::Crm`] checks itself.

use std::sync::Arc;
use std::time::Duration;

use otomo_domain::account::{AccountId, AccountSettings, ShareMode};
use otomo_domain::error::CrmFaultKind;
use otomo_domain::policy::Policy;
use otomo_domain::review::State;
use otomo_domain::rules::{About, Rule, Then};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::sync::Notify;

use crate::decide::Always;
use crate::engine::PolicyState;
use crate::fixture::{Answer, CLIENT, Op, World, address, key};
use crate::preview::Wish;
use crate::rows::Pile;
use crate::sign_in::tests::connect;
use crate::{deliver, receive};

const STEPS: usize = 2000;

/// How much mail there is at most.
const MOST: usize = 24;

/// A rep who decides at random, and what must be true after it.
struct Life {
    world: World,
    chance: StdRng,
    names: Vec<String>,
    /// A second mailbox, which gets the same mail.
    other: Option<AccountId>,
}

impl Life {
    async fn new(seed: u64) -> Self {
        Self { world: World::new().await, chance: StdRng::seed_from_u64(seed), names: Vec::new(), other: None }
    }

    fn any(&mut self) -> String {
        let at = self.chance.random_range(0..self.names.len());
        self.names[at].clone()
    }

    /// One thing happens. A command may be refused where it makes no sense: what counts is what was acknowledged.
    async fn step(mut self) -> Self {
        match self.chance.random_range(0..120) {
            0..25 => self.decide().await,
            25..45 => self.change_mind().await,
            45..60 => self.misbehave(),
            100..105 => self.put_off().await,
            105..112 => self.lay_down().await,
            112..116 => self.hear().await,
            116..120 => self.settings().await,
            60..90 => {
                let seconds = self.chance.random_range(1..120);
                self.world.pass(seconds).await;
            }
            90..94 => self.world.clock.suspend(Duration::from_secs(600)),
            94..95 => {
                let paused = self.chance.random_bool(0.5);
                self.world.engine.pause_connection(self.world.connection, paused).await.expect("a pause");
            }
            95..97 => self.sign_in().await,
            97 => self.world = self.world.starts_again(PolicyState::Valid(Policy::default())).await,
            _ => self = self.dies().await,
        }
        self
    }

    /// The process dies in the middle of a request, if one comes, before or after the CRM has done what was asked.
    async fn dies(mut self) -> Self {
        let (told, engine) = (Arc::new(Notify::new()), self.world.engine.clone());
        let op = [Op::Log, Op::Log, Op::Find, Op::Unlog][self.chance.random_range(0..4)];
        let hang = Answer::Hang { does: self.chance.random_bool(0.5), told: Arc::clone(&told) };
        self.world.crm.plan(op, [hang]);
        self.world.clock.advance(Duration::from_secs(60));
        let mut round = tokio::spawn(async move { deliver::round(&engine).await });
        tokio::select! {
            done = &mut round => done.expect("no panic").expect("a round"),
            () = told.notified() => round.abort(),
        }
        self.world.crm.behave();
        self.world = self.world.starts_again(PolicyState::Valid(Policy::default())).await;
        self
    }

    async fn decide(&mut self) {
        let name = self.any();
        let seen = [self.world.seen(&name).await];
        let always = self.chance.random_bool(0.1).then_some(Always::Thread);
        if self.chance.random_bool(0.8) {
            let redactions = if self.chance.random_bool(0.3) { vec!["Text".to_owned()] } else { Vec::new() };
            let wish = Wish { redactions, ..Wish::default() };
            drop(self.world.engine.share(&seen, wish, None, always).await);
        } else {
            drop(self.world.engine.keep_private(&seen, always).await);
        }
    }

    /// The rep puts a mail off, or wants to decide on one that a rule keeps out.
    async fn put_off(&mut self) {
        let name = self.any();
        let seen = [self.world.seen(&name).await];
        if self.chance.random_bool(0.5) {
            let until = self.world.engine.now() + Duration::from_secs(self.chance.random_range(1..7200));
            drop(self.world.engine.snooze(&seen, until).await);
        } else {
            drop(self.world.engine.include(&seen).await);
        }
    }

    /// A rule comes, for a while or for good, or one goes.
    async fn lay_down(&mut self) {
        let engine = &self.world.engine;
        let rules = engine.rules().await.expect("rules");
        if let Some(id) = rules.first().and_then(|rule| rule.id).filter(|_| self.chance.random_bool(0.6)) {
            return engine.remove_rule(id).await.expect("it is there");
        }
        let abouts = [
            About::Address(address(CLIENT)),
            About::Domain("x.jp".into()),
            About::Subject("m1".into()),
            About::Account(self.world.account),
        ];
        let about = abouts[self.chance.random_range(0..abouts.len())].clone();
        let then = [Then::NeverLog, Then::Private, Then::Ask, Then::Share][self.chance.random_range(0..4)];
        let ends = engine.now() + Duration::from_secs(self.chance.random_range(60..7200));
        let expires_at = self.chance.random_bool(0.5).then_some(ends);
        drop(engine.add_rule(Rule { expires_at, ..Rule::of_policy(about, then) }).await);
    }

    /// New mail comes in, to one account or to both.
    async fn hear(&mut self) {
        if self.names.len() < MOST {
            let name = format!("m{}", self.names.len());
            self.world.hears(&[&name]).await;
            self.names.push(name);
        }
        if let Some(other) = self.other.filter(|_| self.chance.random_bool(0.5)) {
            receive::pass(&self.world.engine, other).await.expect("mail");
        }
    }

    async fn settings(&mut self) {
        let modes = [ShareMode::Share, ShareMode::AskOnce, ShareMode::Manual];
        let mode = modes[self.chance.random_range(0..modes.len())];
        let practised = self.chance.random_bool(0.7);
        let adjust = |settings: &mut AccountSettings, now| {
            (settings.share_mode, settings.mode_since) = (Some(mode), Some(now));
            settings.sharing.practised = practised;
        };
        self.world.adjust(adjust).await;
    }

    async fn change_mind(&mut self) {
        let name = self.any();
        let standing = self.world.standing(&name).await;
        if standing.rev == 0 {
            return;
        }
        let (engine, review) = (&self.world.engine, self.world.review(&name).await);
        match self.chance.random_range(0..5) {
            0 => drop(engine.undo(review.decision.unwrap_or_default()).await),
            1 => drop(engine.cancel(review.id).await),
            2 => drop(engine.retract(review.id).await),
            3 => drop(engine.retry(review.id).await),
            _ => drop(engine.send_now(review.id).await),
        }
    }

    /// The next answers of the CRM go wrong. A process may die at any of them.
    fn misbehave(&mut self) {
        use CrmFaultKind::{Conflict, OutcomeUnknown, Protocol, Rejected, SignInNeeded, Transient};
        let op = [Op::Log, Op::Log, Op::Find, Op::Unlog][self.chance.random_range(0..4)];
        let answer = match self.chance.random_range(0..10) {
            0..4 => Answer::LoseReply,
            4..6 => Answer::LoseRequest,
            6 => Answer::Busy(Duration::from_secs(90)),
            _ => {
                let kinds = [Transient, Rejected, Conflict, SignInNeeded, Protocol, OutcomeUnknown];
                Answer::Refuse(kinds[self.chance.random_range(0..kinds.len())])
            }
        };
        self.world.crm.plan(op, [answer]);
    }

    async fn sign_in(&mut self) {
        drop(self.world.engine.sign_in_connection(self.world.connection, Some("token".to_owned().into()), None).await);
    }

    /// Everything behaves, and time passes until nothing moves any more.
    async fn rest(&mut self) {
        self.world.crm.behave();
        self.sign_in().await;
        self.world.engine.pause_connection(self.world.connection, false).await.expect("on again");
        for _ in 0..12 {
            self.world.settle().await;
            self.world.pass(6 * 3600).await;
        }
    }

    /// The CRM has what it should have, and nothing else. Where a retraction failed nobody knows.
    async fn judge(&self) {
        use State::{Excluded, FailedPerm, Logged, Pending, Private, RetractFailed, Retracted};
        let (engine, every) = (&self.world.engine, crate::fixture::EVERY_STATE.to_vec());
        for row in engine.desk(self.world.connection, every, Pile::All, None, 10_000).await.expect("a list").rows {
            let kept = self.world.crm.has(&row.title);
            let state = row.standing.expect("it has been examined").state;
            match state {
                Logged => assert!(kept, "{} is logged", row.title),
                Excluded | Pending | Private | FailedPerm | Retracted => {
                    assert!(!kept, "{} is {state:?}", row.title);
                }
                RetractFailed => {}
                moving => panic!("{} is still {moving:?}", row.title),
            }
        }
        for name in &self.names {
            assert!(self.world.crm.commits(name) <= self.world.crm.removals(name) + 1, "{name} was put in twice");
            self.judge_text(name).await;
        }
        assert_eq!(self.world.engine.verify_audit().await.expect("a trace").broken_at, None);
    }

    /// Nothing blacked out stands in what the CRM has.
    async fn judge_text(&self, name: &str) {
        let Some(bytes) = self.world.crm.mails().remove(&key(name)) else { return };
        let choice = self.world.review(name).await.review.choice.expect("it was decided on");
        let text = String::from_utf8(bytes).expect("JSON");
        assert!(choice.redactions.iter().all(|hidden| !text.contains(hidden)), "{name} tells {:?}", choice.redactions);
    }
}

async fn check(seed: u64) {
    let mut life = Life::new(seed).await;
    life.other = Some(connect(&life.world).await);
    let names: Vec<String> = (0..12).map(|n| format!("m{n}")).collect();
    life.world.receives(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    life.names = names;
    for step in 0..STEPS {
        life = life.step().await;
        if step % 250 == 249 {
            life.rest().await;
            life.judge().await;
        }
    }
}

#[tokio::test]
async fn whatever_happens_the_crm_has_what_was_decided_and_has_it_once() {
    check(1).await;
}

#[tokio::test]
async fn another_life_ends_as_well() {
    check(20_261_122).await;
}
