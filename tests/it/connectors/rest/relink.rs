//! The records that a logged mail belongs to.

use kit::crm::REP;
use kit::crm::misbehaviour::Misbehaviour;
use otomo_domain::connector::RemoteMail;
use otomo_domain::contact::{RecordRef, RecordType};
use otomo_domain::error::{CrmFault, CrmFaultKind};
use serde_json::json;

use super::super::sample::Sample;
use super::super::world::{Rest, World};

fn remote() -> RemoteMail {
    RemoteMail { id: "M-1".into(), url: None, already_known: false }
}

/// Hanako and her company.
fn links() -> [RecordRef; 2] {
    [(RecordType::Contact, "h"), (RecordType::Company, "a")].map(|(kind, id)| RecordRef { kind, id: id.into() })
}

#[tokio::test]
async fn a_mail_belongs_to_other_records_and_is_the_same_mail() {
    let (world, sample) = (Rest::start().await, Sample::new("<1@x.jp>"));
    sample.deliver(world.crm()).await.unwrap();
    for _ in 0..2 {
        world.crm().relink(sample.sought(), &remote(), &links()).await.unwrap();
        let expected = json!([{"type": "contact", "id": "h"}, {"type": "company", "id": "a"}]);
        assert_eq!(world.server().links(REP, sample.key()), Some(expected));
    }
    assert_eq!(world.payload(sample.key()).as_ref(), Some(&sample.frozen.bytes));
    assert!(world.crm().find_logged(sample.sought()).await.unwrap().is_some());
}

/// The fault of a mail that is to be moved while the server misbehaves.
async fn fault(misbehaviour: Option<Misbehaviour>) -> CrmFault {
    let (world, sample) = (Rest::start().await, Sample::new("<1@x.jp>"));
    if let Some(misbehaviour) = misbehaviour {
        sample.deliver(world.crm()).await.unwrap();
        world.server().next(1, "PUT /emails", misbehaviour);
    }
    world.crm().relink(sample.sought(), &remote(), &links()).await.unwrap_err()
}

#[tokio::test]
async fn a_mail_that_is_not_there_cannot_be_moved() {
    assert_eq!(fault(None).await.kind, CrmFaultKind::NotFound);
}

#[tokio::test]
async fn a_move_can_be_repeated_whatever_became_of_it() {
    assert_eq!(fault(Some(Misbehaviour::LoseRequest)).await.kind, CrmFaultKind::Transient);
    assert_eq!(fault(Some(Misbehaviour::LoseReply)).await.kind, CrmFaultKind::Transient);
    assert_eq!(fault(Some(Misbehaviour::refuse(503))).await.kind, CrmFaultKind::Transient);
    assert_eq!(fault(Some(Misbehaviour::refuse(403))).await.kind, CrmFaultKind::Forbidden);
}

#[tokio::test]
async fn a_mail_that_stayed_where_it_was_is_not_said_to_be_moved() {
    let key = Sample::new("<1@x.jp>").key();
    let stayed =
        json!({"remote_id": "M-1", "key": key.to_string(), "digest": "0", "links": [{"type": "deal", "id": "41"}]});
    let answer = Misbehaviour::Answer { status: 200, headers: Vec::new(), body: stayed.to_string() };
    assert_eq!(fault(Some(answer)).await.kind, CrmFaultKind::Protocol);
}
