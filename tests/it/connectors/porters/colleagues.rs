//! One mail and several reps: one activity, wherever it can be seen.

use kit::crm::misbehaviour::Misbehaviour;
use kit::porters::PARTITION;
use kit::porters::resources::OWN_FIELD;
use otomo_domain::contact::{RecordRef, RecordType};
use otomo_domain::error::CrmFaultKind;
use otomo_domain::ports::CrmConnector;

use super::super::sample::Sample;
use super::super::world::World;
use super::world::{Hrbc, connector, sample, settings};

/// The same mail at another record.
fn elsewhere(world: &Hrbc) -> Sample {
    world.server.put("candidate", 7, &[("P_Name", "髙橋 花子")]);
    let link = RecordRef { kind: RecordType::Candidate, id: "candidate/7".into() };
    sample("<1@x.jp>").but(|payload| payload.links = vec![link])
}

/// The rep's connector, which logs where a mail says.
fn rep(world: &Hrbc) -> Box<dyn CrmConnector> {
    connector(&world.server, &settings(&world.server))
}

#[tokio::test]
async fn what_a_colleague_logged_is_used_and_left_as_it_is() {
    let world = Hrbc::start().await;
    let less = sample("<1@x.jp>").but(|payload| (payload.body_text, payload.body_html) = (None, None));
    let theirs = less.deliver(world.colleague().crm()).await.unwrap();
    let before = world.server.activities();
    let mail = sample("<1@x.jp>").with_file("a.pdf", b"%PDF");
    let remote = mail.deliver(world.crm()).await.unwrap();
    assert_eq!((remote.id, remote.already_known), (theirs.id.clone(), true));
    assert_eq!(world.crm().find_logged(mail.sought()).await.unwrap().map(|found| found.id), Some(theirs.id));
    assert_eq!((world.server.activities(), world.server.attachments().len()), (before, 0));
    assert_eq!(world.server.activities()[0].get("P_Owner"), "4");
}

#[tokio::test]
async fn everybody_changes_their_own_where_two_logged_at_one_moment() {
    let world = Hrbc::start().await;
    let less = sample("<1@x.jp>").but(|payload| (payload.body_text, payload.body_html) = (None, None));
    less.deliver(world.crm()).await.unwrap();
    world.server.change(|inside| {
        let activities = inside.tenant.records.get_mut("activity").unwrap();
        let mut theirs = activities.values().next().unwrap().clone();
        theirs.set("P_Owner", "4");
        theirs.set("P_Id", "9");
        activities.insert(9, theirs);
    });
    let remote = sample("<1@x.jp>").deliver(world.crm()).await.unwrap();
    assert_ne!(remote.id, "9");
    let memos = world
        .server
        .activities()
        .into_iter()
        .map(|a| (a.get("P_Owner").to_owned(), a.get("P_Memo").contains("お世話")));
    assert_eq!(memos.collect::<Vec<_>>(), [("4".to_owned(), false), ("5".to_owned(), true)]);
}

#[tokio::test]
async fn a_mail_is_found_at_whatever_record_it_was_logged() {
    let world = Hrbc::start().await;
    let theirs = elsewhere(&world).deliver(rep(&world).as_ref()).await.unwrap();
    let remote = sample("<1@x.jp>").deliver(world.colleague().crm()).await.unwrap();
    assert_eq!((remote.id, remote.already_known, world.mails()), (theirs.id, true, 1));
}

#[tokio::test]
async fn a_mail_that_is_shared_to_another_record_moves_there() {
    let world = Hrbc::start().await;
    sample("<1@x.jp>").deliver(world.crm()).await.unwrap();
    assert!(elsewhere(&world).deliver(rep(&world).as_ref()).await.unwrap().already_known);
    let activities = world.server.activities();
    assert_eq!((activities.len(), activities[0].get("P_Resource"), activities[0].get("P_ResourceId")), (1, "1", "7"));
}

#[tokio::test]
async fn where_memos_cannot_be_searched_it_is_remarked_and_a_mail_is_still_found_at_its_record() {
    let world = Hrbc::start().await;
    let keys = |identity: otomo_domain::connector::Identity| identity.remarks;
    assert!(keys(world.crm().check().await.unwrap()).is_empty());
    world.server.change(|inside| inside.memos_unsearchable = true);
    let remarks = keys(world.crm().check().await.unwrap());
    let known = world.crm().describe().remarks;
    assert!(remarks.len() == 1 && remarks.iter().all(|key| known.iter().any(|remark| remark.key == *key)));
    let mail = sample("<1@x.jp>");
    mail.deliver(world.crm()).await.unwrap();
    assert!(mail.deliver(world.colleague().crm()).await.unwrap().already_known);
    assert!(world.crm().find_logged(mail.sought()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_search_that_somebody_on_the_way_refuses_finds_out_nothing() {
    let world = Hrbc::start().await;
    let theirs = elsewhere(&world).deliver(rep(&world).as_ref()).await.unwrap();
    let colleague = world.colleague();
    let fields = "Activity.P_Id%2CActivity.P_Owner%2CActivity.P_Memo";
    let question = format!("GET /activity?partition={PARTITION}&field={fields}&condition=Activity.P_Memo");
    world.server.next(1, &question, Misbehaviour::refuse(400));
    let fault = sample("<1@x.jp>").deliver(colleague.crm()).await.unwrap_err();
    assert_eq!((fault.kind, world.mails()), (CrmFaultKind::Rejected, 1));
    assert_eq!(sample("<1@x.jp>").deliver(colleague.crm()).await.unwrap().id, theirs.id);
}

#[tokio::test]
async fn with_a_field_of_its_own_a_mail_is_found_anywhere_by_one_read() {
    let mut world = Hrbc::start().await;
    world.server.change(|inside| (inside.tenant.has_own_field, inside.memos_unsearchable) = (true, true));
    let alias = format!("Activity.{OWN_FIELD}");
    world.with("mark_field", &alias);
    let mail = sample("<1@x.jp>");
    mail.deliver(world.crm()).await.unwrap();
    assert_eq!(world.server.activities()[0].get(OWN_FIELD), mail.key().to_string());
    let before = world.server.billed();
    assert!(world.crm().find_logged(mail.sought()).await.unwrap().is_some());
    assert_eq!(world.server.billed() - before, 1);
    let mut settings = settings(&world.server);
    settings["mark_field"] = alias.into();
    let moved = elsewhere(&world).deliver(connector(&world.server, &settings).as_ref()).await.unwrap();
    assert!(moved.already_known && world.mails() == 1);
}

#[tokio::test]
async fn a_field_that_is_not_there_is_said_before_it_is_needed() {
    let mut world = Hrbc::start().await;
    world.with("mark_field", "Activity.U_Other");
    let fault = world.crm().check().await.unwrap_err();
    assert_eq!(fault.kind, CrmFaultKind::Forbidden);
    assert!(fault.detail.contains("Activity.U_Other is no field of activities"), "{fault}");
    let fields = |request: &kit::crm::Request| {
        request.path == format!("/v1/field?partition={PARTITION}&resource=19&active=-1&count=200&start=0")
    };
    assert!(world.server.requests().iter().any(fields));
}
