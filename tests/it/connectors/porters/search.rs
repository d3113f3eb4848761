//! Looking for records in HRBC itself.

use otomo_domain::contact::{Contact, RecordRef, RecordType};

use super::super::world::World;
use super::world::Hrbc;

async fn world() -> Hrbc {
    let world = Hrbc::start().await;
    world.server.put("client", 12, &[("P_Name", "㈱サンプル")]);
    world.server.put("client", 13, &[("P_Name", "別会社")]);
    world.server.put("candidate", 7, &[("P_Name", "髙橋 花子"), ("P_Mail", "hanako@x.jp")]);
    world.server.put("recruiter", 8, &[("P_Name", "サンプル 太郎"), ("P_Mail", "taro@s.jp"), ("P_Client", "12")]);
    world.server.put("job", 31, &[("P_Position", "営業部長"), ("P_Client", "12")]);
    world.server.advance(std::time::Duration::from_secs(5));
    world.server.put("job", 32, &[("P_Position", "経理"), ("P_Client", "12")]);
    world.server.put("job", 33, &[("P_Position", "総務"), ("P_Client", "13")]);
    world
}

fn ids(found: Vec<Contact>) -> Vec<String> {
    found.into_iter().map(|contact| contact.record.id).collect()
}

#[tokio::test]
async fn words_are_looked_for_in_every_resource_by_four_reads() {
    let world = world().await;
    world.crm().check().await.unwrap();
    for (words, expected) in [
        ("サンプル", vec!["client/12", "recruiter/8"]),
        ("hanako@x.jp", vec!["candidate/7"]),
        ("HANAKO", vec!["candidate/7"]),
        ("なし", vec![]),
    ] {
        let before = world.server.billed();
        assert_eq!(ids(world.crm().search(words).await.unwrap()), expected, "{words}");
        assert_eq!(world.server.billed() - before, 4);
    }
}

#[tokio::test]
async fn whatever_is_typed_makes_a_sound_question_and_nothing_typed_makes_none() {
    let world = world().await;
    let asked = world.server.requests().len();
    for nothing in ["", "  ", " , ,"] {
        assert!(world.crm().search(nothing).await.unwrap().is_empty());
    }
    assert_eq!(world.server.requests().len(), asked);
    for words in ["a,b&partition=9", "=:;%00<>\"'", &"🍙".repeat(500), "髙橋　花子"] {
        world.crm().search(words).await.unwrap();
    }
}

#[tokio::test]
async fn who_is_called_so_comes_before_who_has_the_words_anywhere() {
    let world = world().await;
    world.server.put("client", 14, &[("P_Name", "花子の会社")]);
    world.server.put("candidate", 9, &[("P_Name", "花子 B")]);
    world.server.put("client", 15, &[("P_Name", "X"), ("P_Owner", "花子")]);
    assert_eq!(ids(world.crm().search("花子").await.unwrap()).last().map(String::as_str), Some("client/15"));
}

#[tokio::test]
async fn a_person_leads_to_the_client_and_its_jobs_the_newest_first() {
    let world = world().await;
    let of = async |kind, id: &str| ids(world.crm().related(&RecordRef { kind, id: id.into() }).await.unwrap());
    assert_eq!(of(RecordType::Contact, "recruiter/8").await, ["client/12", "job/32", "job/31"]);
    assert_eq!(of(RecordType::Company, "client/12").await, ["job/32", "job/31"]);
    assert_eq!(of(RecordType::Deal, "job/31").await, ["client/12", "job/32"]);
    assert!(of(RecordType::Candidate, "candidate/7").await.is_empty());
    assert!(of(RecordType::Contact, "recruiter/99").await.is_empty());
    assert!(of(RecordType::Ticket, "x").await.is_empty());
    world.server.change(|inside| inside.withheld.extend(["job_r".to_owned()]));
    assert_eq!(of(RecordType::Contact, "recruiter/8").await, ["client/12"]);
}

#[tokio::test]
async fn a_mail_can_be_logged_to_a_job() {
    let world = world().await;
    let link = RecordRef { kind: RecordType::Deal, id: "job/31".into() };
    let mail = super::world::sample("<1@x.jp>").with_file("a.pdf", b"%PDF").but(|payload| payload.links = vec![link]);
    let crm = super::world::connector(&world.server, &super::world::settings(&world.server));
    mail.deliver(crm.as_ref()).await.unwrap();
    assert!(crm.find_logged(mail.sought()).await.unwrap().is_some());
    assert_eq!(world.server.activities()[0].get("P_Resource"), "3");
}
