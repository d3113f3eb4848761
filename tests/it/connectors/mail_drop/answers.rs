//! Servers that refuse, servers that go away, accounts that can't send.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kit::smtp::{PASSWORD, Quirk, USER};
use otomo_domain::address::Address;
use otomo_domain::error::{CrmFault, CrmFaultKind, MailFault, MailFaultKind};
use otomo_domain::ports::{MailSender, SendingAccount, SendingAccounts};
use otomo_domain::secret::SecretString;
use otomo_domain::step::Observer;
use serde_json::{Value, json};

use super::super::sample::{Sample, address};
use super::super::world::{World, clock, connector as connector_without_accounts, net};
use super::world::connector;
use super::{COPIES, MailDrop, OWN, sent};

fn check_settings(settings: Value, refused_field: Option<&str>) {
    let built = otomo_crm::connector("mail_drop", &settings, None::<SecretString>, net(), clock());
    assert_eq!(built.err().map(|e| e.field).as_deref(), refused_field, "{settings}");
}

#[tokio::test]
async fn the_settings_are_addresses_and_a_folder() {
    check_settings(json!({"address": COPIES, "contacts": "/srv/crm"}), None);
    check_settings(json!({"address": COPIES, "forward": " ", "account": "", "contacts": "/srv/crm"}), None);
    check_settings(json!({"address": "bcc.crm.example", "contacts": "/srv/crm"}), Some("address"));
    check_settings(json!({"address": COPIES, "forward": "crm", "contacts": "/srv/crm"}), Some("forward"));
    check_settings(json!({"address": COPIES, "account": "taro", "contacts": "/srv/crm"}), Some("account"));
    check_settings(json!({"address": COPIES, "contacts": "crm"}), Some("contacts"));
    check_settings(json!({"address": COPIES}), Some("contacts"));
    check_settings(json!({"contacts": "/srv/crm"}), Some("address"));
}

/// What becomes of a mail at a server with this quirk, and how many mails the server took.
async fn delivered(quirk: Quirk) -> (CrmFault, usize) {
    let world = MailDrop::start([quirk]).await;
    let fault = Sample::new("<1@x.jp>").deliver(world.crm()).await.unwrap_err();
    (fault, world.mails())
}

#[tokio::test]
async fn a_server_that_took_the_mail_and_never_answered_leaves_it_open() {
    for quirk in [Quirk::ClosesAfterMessage, Quirk::SilentAfterMessage] {
        let (fault, taken) = delivered(quirk).await;
        assert_eq!((fault.kind, taken), (CrmFaultKind::OutcomeUnknown, 1), "{fault}");
    }
}

#[tokio::test]
async fn a_refusal_is_told_with_the_words_of_the_server_and_nothing_has_left() {
    use MailFaultKind::{MailboxFull, SendAsDenied, ServerRefused};
    for (line, said, kind, passes) in [
        ("RCPT", "550 5.1.1 no such dropbox", CrmFaultKind::Rejected, false),
        ("RCPT", "451 4.7.1 greylisted", CrmFaultKind::Sending(ServerRefused), true),
        ("RCPT", "552 5.2.2 mailbox full", CrmFaultKind::Sending(MailboxFull), true),
        ("MAIL", "550 5.7.60 not allowed to send as this sender", CrmFaultKind::Sending(SendAsDenied), false),
        ("DATA", "554 5.6.0 not this mail", CrmFaultKind::Rejected, false),
    ] {
        let (fault, taken) = delivered(Quirk::Answers(line, said)).await;
        assert_eq!((fault.kind, fault.is_temporary(), taken), (kind, passes, 0), "{fault}");
        assert!(fault.detail.contains(said) && fault.detail.contains(USER), "{fault}");
        assert!(!fault.is_about_connection(), "{fault}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_the_trouble_of_the_account_and_is_tried_once() {
    let world = MailDrop::with([], "wrong pw", vec![USER]).await;
    for fault in [
        world.crm().check().await.map(drop).unwrap_err(),
        Sample::new("<1@x.jp>").deliver(world.crm()).await.map(drop).unwrap_err(),
    ] {
        assert_eq!(fault.kind, CrmFaultKind::Sending(MailFaultKind::SignInRefused), "{fault}");
        assert!(fault.is_about_connection() && fault.detail.contains(USER), "{fault}");
        assert!(!fault.detail.contains("wrong pw") && !fault.detail.contains(PASSWORD), "{fault}");
    }
    assert_eq!((world.server().got_of("AUTH").len(), world.mails()), (2, 0));
}

#[tokio::test]
async fn without_an_account_that_sends_the_connection_waits_for_its_person() {
    let dir = tempfile::tempdir().unwrap();
    let settings = json!({"address": COPIES, "contacts": dir.path()});
    let crm = connector_without_accounts("mail_drop", settings, None);
    for fault in [
        crm.check().await.map(drop).unwrap_err(),
        Sample::new("<1@x.jp>").deliver(crm.as_ref()).await.map(drop).unwrap_err(),
    ] {
        assert!(fault.kind == CrmFaultKind::NoSender && fault.is_about_connection(), "{fault}");
    }
}

#[tokio::test]
async fn what_was_sent_from_no_account_here_goes_by_the_chosen_one() {
    let world = MailDrop::with([], PASSWORD, vec![USER]).await;
    sent(OWN).deliver(world.crm()).await.unwrap();
    let taken = world.taken();
    assert_eq!((taken[0].from.as_str(), &taken[0].to[..]), (USER, [COPIES.to_owned()].as_slice()));
}

/// An account that sends to whomever the header names.
#[derive(Clone, Default)]
struct ByHeader(Arc<Mutex<Vec<Vec<Address>>>>);

#[async_trait]
impl MailSender for ByHeader {
    async fn check(&self, _: &Address, _: &dyn Observer) -> Result<(), MailFault> {
        Ok(())
    }

    async fn send(&self, _: &Address, to: &[Address], _: &[u8]) -> Result<(), MailFault> {
        self.0.lock().unwrap().push(to.to_vec());
        Ok(())
    }

    fn sends_by_header(&self) -> bool {
        true
    }
}

#[async_trait]
impl SendingAccounts for ByHeader {
    async fn find(&self, _: Option<&Address>) -> Result<Option<SendingAccount>, MailFault> {
        Ok(Some(SendingAccount { address: address(USER), sender: Box::new(self.clone()) }))
    }
}

#[tokio::test]
async fn an_account_that_sends_by_the_header_never_sends_to_the_receivers_again() {
    let (dir, accounts) = (tempfile::tempdir().unwrap(), ByHeader::default());
    let crm = connector(&dir, Arc::new(accounts.clone()));
    assert_eq!(crm.check().await.unwrap().remarks, ["only_received"]);
    assert!(crm.describe().remarks.iter().any(|remark| remark.key == "only_received"));
    assert_eq!(sent(OWN).deliver(crm.as_ref()).await.unwrap_err().kind, CrmFaultKind::Unsupported);
    assert!(accounts.0.lock().unwrap().is_empty());
    Sample::new("<1@x.jp>").deliver(crm.as_ref()).await.unwrap();
    assert_eq!(*accounts.0.lock().unwrap(), [[address(super::FORWARDS)]]);
}
