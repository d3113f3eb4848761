use otomo_domain::contact::{Contact, RecordRef, RecordType};
use otomo_domain::judge::Check;
use otomo_domain::policy::{NeverLog, Policy};

use super::*;
use crate::engine::PolicyState;
use crate::fixture::{CLIENT, World, address, message};

impl World {
    async fn why(&self, name: &str) -> Why {
        self.engine.why(self.connection, self.row(name).await.mail).await.expect("an answer")
    }
}

/// Which check's word counted.
fn winner(why: &Why) -> Option<Check> {
    why.judgement.steps.iter().find(|step| step.wins).map(|step| step.check)
}

/// Each option as `name`, with a star where it can share.
fn options(why: &Why) -> Vec<String> {
    let shown = |option: &AlwaysOption| format!("{}{}", option.name, if option.shares { "*" } else { "" });
    why.always.iter().map(shown).collect()
}

#[tokio::test]
async fn a_mail_that_waits_tells_every_check_and_whom_it_matched() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let why = world.why("a").await;
    assert_eq!(why.judgement.triage, Triage::Matched);
    assert_eq!(winner(&why), Some(Check::Mode));
    let evidence = why.judgement.steps.iter().find(|step| step.check == Check::Match).and_then(|s| s.evidence.clone());
    assert_eq!(evidence.map(|e| e.value).as_deref(), Some(CLIENT));
    assert_eq!((why.index.0, why.index.1.is_some(), why.can_include), (1, true, false));
    assert_eq!(options(&why), [CLIENT, "A", "x.jp", ""].map(|name| format!("{name}*")));
}

#[tokio::test]
async fn a_mail_that_a_rule_of_the_reps_keeps_out_can_be_decided_on_all_the_same() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let id = world.never_log(CLIENT).await;
    let why = world.why("a").await;
    assert_eq!(winner(&why), Some(Check::NeverLog));
    let step = why.judgement.steps.iter().find(|step| step.wins).expect("a winner");
    assert_eq!(step.rule.as_ref().and_then(|rule| rule.id), Some(id));
    assert!(why.can_include);
    world.engine.include(&[world.seen("a").await]).await.expect("included");
    assert!(!world.why("a").await.can_include, "it is in already");
}

#[tokio::test]
async fn a_policys_word_holds_unless_the_policy_says_otherwise() {
    for user_override in [false, true] {
        let never_log = NeverLog { addresses: vec![address(CLIENT)], user_override, ..NeverLog::default() };
        let world = World::new().await.restarted(PolicyState::Valid(Policy { never_log, ..Policy::default() })).await;
        world.receives(&["a"]).await;
        let why = world.why("a").await;
        assert_eq!((winner(&why), why.can_include), (Some(Check::PolicyNeverLog), user_override));
    }
}

#[tokio::test]
async fn a_company_is_offered_where_the_crm_gives_one_and_freemail_only_for_keeping() {
    let world = World::new().await;
    let record = |kind, id: &str| RecordRef { kind, id: id.into() };
    let company = record(RecordType::Company, "co");
    let known = |record, name: &str, emails: &[&str], parent| Contact {
        record,
        name: name.into(),
        emails: emails.iter().map(|email| address(email)).collect(),
        url: None,
        parent,
    };
    world.crm.know_all(known(company.clone(), "サンプル商事", &[], None));
    world.crm.know_all(known(record(RecordType::Contact, "t"), "田中", &["tanaka@gmail.com"], Some(company)));
    world.refresh().await;
    world.mailbox.deliver(message("b", "tanaka@gmail.com"));
    world.receive().await;
    let why = world.why("b").await;
    assert_eq!(options(&why), ["tanaka@gmail.com*", "田中*", "サンプル商事*", "gmail.com", "*"]);
}
