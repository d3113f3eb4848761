use otomo_domain::contact::RecordType;
use otomo_domain::policy::{NeverLog, Policy};
use otomo_domain::review::State;

use super::*;
use crate::engine::PolicyState;
use crate::fixture::{Op, World, address, message};

const STRANGER: &str = "stranger@y.jp";

impl World {
    /// Mail of somebody whom the CRM does not know.
    async fn stranger_writes(&self, name: &str) {
        self.mailbox.deliver(message(name, STRANGER));
        self.receive().await;
    }

    async fn create(&self, name: &str, email: &str) -> Result<Contact, Fault> {
        let new = NewContact { name: name.into(), email: address(email), company: String::new() };
        self.engine.create_contact(self.connection, new).await
    }

    async fn client(&self) -> RecordRef {
        let found = self.engine.search_contacts(self.connection, "client@x.jp", 1).await.expect("contacts");
        found.into_iter().next().expect("the client").0.record
    }
}

#[tokio::test]
async fn an_address_belongs_to_a_record_as_long_as_the_rep_says_so() {
    let world = World::new().await;
    world.stranger_writes("a").await;
    world.check_undecided("a", State::Unmatched).await;
    let (record, engine) = (world.client().await, &world.engine);
    engine.link_address(world.connection, address(STRANGER), record.clone()).await.expect("a link");
    world.check_undecided("a", State::Pending).await;
    world.stranger_writes("b").await;
    world.check_undecided("b", State::Pending).await;
    let (_, finding) = engine.find_mail(world.connection, world.row("b").await.mail).await.expect("a mail");
    assert_eq!(finding.candidates.iter().map(|c| &c.record).collect::<Vec<_>>(), [&record]);
    assert!(engine.unlink_address(world.connection, address(STRANGER)).await.expect("an answer"));
    world.check_undecided("a", State::Unmatched).await;
    assert!(!engine.unlink_address(world.connection, address(STRANGER)).await.expect("an answer"));
}

#[tokio::test]
async fn what_the_rep_said_of_an_address_is_finished_by_the_next_start() {
    let world = World::new().await;
    world.stranger_writes("a").await;
    let (record, connection) = (world.client().await, world.connection);
    let said = Alias { connection, address: address(STRANGER), record, name: "A".into() };
    let link = world.engine.link_address(connection, said.address.clone(), said.record.clone());
    // It stands in the ledger, and the process dies before the mail is matched.
    ends_after(&world, link, true).await;
    let world = world.starts_again(PolicyState::Valid(Policy::default())).await;
    world.check_undecided("a", State::Pending).await;
    ends_after(&world, world.engine.unlink_address(connection, said.address.clone()), false).await;
    let world = world.starts_again(PolicyState::Valid(Policy::default())).await;
    world.check_undecided("a", State::Unmatched).await;
    let notes = world.store.ledger.read(|db| Ok(setting::names(db, MATCH)?)).await.expect("a look");
    assert!(notes.is_empty(), "once is enough");
}

/// Goes on with a change until the ledger says that the stranger belongs to a record, or doesn't, and no further.
async fn ends_after<T>(world: &World, change: impl Future<Output = T>, linked: bool) {
    let connection = world.connection;
    // Nobody writes into the cache meanwhile.
    let (held, let_go) = (std::sync::Arc::new(tokio::sync::Notify::new()), std::sync::mpsc::channel::<()>());
    let (sender, receiver) = let_go;
    let (told, cache) = (held.clone(), world.store.cache.clone());
    let writer = tokio::spawn(async move {
        let wait = move |_: &otomo_store::Transaction<'_>| {
            told.notify_one();
            assert!(receiver.recv().is_err(), "until the test goes on");
            Ok(())
        };
        cache.write(wait).await
    });
    held.notified().await;
    let written = async {
        let is_linked =
            move |db: &otomo_store::Transaction<'_>| Ok(!alias::hits(db, connection, &address(STRANGER))?.is_empty());
        while world.store.ledger.read(is_linked).await.expect("a look") != linked {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = change => panic!("the cache was not to be had"),
        () = written => {}
    }
    drop(sender);
    writer.await.expect("no panic").expect("nothing written");
}

#[tokio::test]
async fn only_a_record_that_is_there_and_an_address_of_somebody_else_can_be_linked() {
    let world = World::new().await;
    let nobody = RecordRef { kind: RecordType::Contact, id: "nobody".into() };
    let missing = world.engine.link_address(world.connection, address(STRANGER), nobody).await;
    assert!(matches!(missing, Err(Fault::NoSuch("record"))), "{missing:?}");
    let own = world.engine.link_address(world.connection, address("rep@own.example"), world.client().await).await;
    assert!(matches!(own, Err(Fault::Invalid { .. })), "{own:?}");
}

#[tokio::test]
async fn a_contact_that_was_made_is_found_at_once_and_its_mail_is_matched() {
    let world = World::new().await;
    world.stranger_writes("a").await;
    let made = world.create("新しい人", STRANGER).await.expect("a contact");
    world.check_undecided("a", State::Pending).await;
    let found = world.engine.search_contacts(world.connection, "新しい", 5).await.expect("contacts");
    assert_eq!(found.iter().map(|(contact, _)| contact).collect::<Vec<_>>(), [&made]);
    world.refresh().await;
    world.check_undecided("a", State::Pending).await;
    assert_eq!(world.create("別の名前", STRANGER).await.expect("the same").record, made.record);
    assert_eq!(world.crm.count(Op::Create), 2);
}

#[tokio::test]
async fn a_search_in_the_crm_itself_is_told_what_was_typed_and_whom_it_finds_is_known_here_at_once() {
    let world = World::new().await;
    world.stranger_writes("a").await;
    let record = RecordRef { kind: RecordType::Contact, id: "far".into() };
    let emails = vec![address(STRANGER)];
    world.crm.knows_unlisted(Contact { record, name: "遠い人".into(), emails, url: None, parent: None });
    assert_eq!(world.engine.search_crm(world.connection, "  ").await.expect("nothing"), []);
    assert_eq!(world.crm.count(Op::Search), 0, "nothing was typed");
    let found = world.engine.search_crm(world.connection, " 遠い ").await.expect("contacts");
    assert_eq!(found.len(), 1);
    world.check_undecided("a", State::Pending).await;
    world.engine.link_address(world.connection, address("also@y.jp"), found[0].record.clone()).await.expect("a link");

    let record = RecordRef { kind: RecordType::Company, id: "without".into() };
    world.crm.knows_unlisted(Contact {
        record,
        name: "住所だけの会社".into(),
        emails: vec![],
        url: None,
        parent: None,
    });
    let found = world.engine.search_crm(world.connection, "住所だけ").await.expect("a company");
    world.engine.link_address(world.connection, address("info@z.jp"), found[0].record.clone()).await.expect("a link");
}

#[tokio::test]
async fn a_crm_is_told_of_nobody_while_it_may_not_be() {
    let world = World::new().await;
    world.engine.pause_connection(world.connection, true).await.expect("a pause");
    let paused = world.create("x", STRANGER).await;
    assert!(matches!(paused, Err(Fault::NotNow(_))), "{paused:?}");
    assert!(matches!(world.engine.search_crm(world.connection, "x").await, Err(Fault::NotNow(_))));
    world.engine.pause_connection(world.connection, false).await.expect("it goes on");

    let unreadable = PolicyState::Invalid { why: "misspelt".into() };
    let world = world.restarted(unreadable).await;
    assert!(matches!(world.create("x", STRANGER).await, Err(Fault::Policy(_))));

    let never_log = NeverLog { domains: vec!["y.jp".into(), "例え.jp".into()], ..NeverLog::default() };
    let world = world.restarted(PolicyState::Valid(Policy { never_log, ..Policy::default() })).await;
    for forbidden in [STRANGER, "x@mail.y.jp", "x@例え.jp", "x@xn--r8jz45g.jp", "x@y.jp."] {
        assert!(matches!(world.create("x", forbidden).await, Err(Fault::Policy("never_log"))), "{forbidden}");
        let searched = world.engine.search_crm(world.connection, &format!("鈴木 {forbidden}")).await;
        assert!(matches!(searched, Err(Fault::Policy("never_log"))), "{forbidden}");
    }
    assert_eq!((world.crm.count(Op::Create), world.crm.count(Op::Search)), (0, 0));
    world.create("x", "other@z.jp").await.expect("a contact");
}

#[tokio::test]
async fn a_crm_that_makes_no_contacts_for_this_rep_is_not_asked_to() {
    let world = World::new().await;
    world.crm.make_contacts(false);
    world.refresh().await;
    let refused = world.create("x", STRANGER).await;
    assert!(matches!(&refused, Err(Fault::Crm(fault)) if fault.kind == CrmFaultKind::Unsupported), "{refused:?}");
    assert_eq!(world.crm.count(Op::Create), 0);
    world.crm.make_contacts(true);
    world.refresh().await;
    world.create("x", STRANGER).await.expect("a contact");
}

#[tokio::test]
async fn a_token_that_does_not_hold_any_more_lets_the_connection_wait_for_its_person() {
    let world = World::new().await;
    world.crm.plan(Op::Create, [crate::fixture::Answer::Refuse(CrmFaultKind::SignInNeeded)]);
    assert!(world.create("x", STRANGER).await.is_err());
    assert_eq!(world.status().await, ConnectionStatus::SignInNeeded);
    let again = world.create("x", STRANGER).await;
    assert!(matches!(again, Err(Fault::Crm(fault)) if fault.kind == CrmFaultKind::SignInNeeded));
    assert_eq!(world.crm.count(Op::Create), 1);
}
