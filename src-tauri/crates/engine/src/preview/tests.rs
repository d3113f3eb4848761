use otomo_domain::contact::RecordType;

use super::*;
use crate::engine::PolicyState;
use crate::fixture::{CLIENT, World, address, message, with_file};

impl World {
    async fn preview(&self, name: &str, wish: Wish) -> Preview {
        let opened = self.engine.open_mail(self.connection, self.row(name).await.mail).await.expect("a mail");
        let choice = self.engine.choose(&opened, wish).expect("a choice");
        self.engine.preview(&opened, &choice).await.expect("a preview")
    }

    /// A mail of this name that answers another and quotes it.
    async fn answers(&self, name: &str, to: &str) {
        let raw = String::from_utf8(message(name, CLIENT)).expect("text");
        let raw = raw.replace("Subject:", &format!("In-Reply-To: <{to}@x.jp>\r\nSubject:"));
        self.mailbox.deliver(format!("{raw}\r\nOn Sun, Client wrote:\r\n> Text of {to}\r\n").into_bytes());
        self.receive().await;
    }
}

fn with_quotes() -> Wish {
    Wish { quotes: Some(true), ..Wish::default() }
}

#[tokio::test]
async fn what_is_previewed_is_what_a_decision_freezes() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    let preview = world.preview("a", Wish::default()).await;
    world.share("a").await;
    assert_eq!(world.review("a").await.review.payload, Some(preview.frozen.sha256));
    assert_eq!(Frozen::open(&preview.frozen.bytes).map(|(_, p)| p.subject), Some(preview.payload.subject));
}

#[tokio::test]
async fn a_destination_is_told_by_its_name_and_company() {
    let world = World::new().await;
    let company = RecordRef { kind: RecordType::Company, id: "co".into() };
    let person = RecordRef { kind: RecordType::Contact, id: "B".into() };
    let known = |record: &RecordRef, name: &str, parent| Contact {
        record: record.clone(),
        name: name.into(),
        emails: vec![],
        url: Some("https://crm.example.com/B".into()),
        parent,
    };
    world.crm.know_all(known(&company, "サンプル商事", None));
    world.crm.know_all(known(&person, "田中", Some(company)));
    world.refresh().await;
    world.receives(&["a"]).await;
    let unknown = RecordRef { id: "gone".into(), ..person.clone() };
    let preview = world.preview("a", Wish { links: Some(vec![person, unknown]), ..Wish::default() }).await;
    let [known, gone] = preview.records.as_slice() else { panic!("two records") };
    assert_eq!(known.contact.as_ref().map(|contact| contact.name.as_str()), Some("田中"));
    assert_eq!(known.company.as_deref(), Some("サンプル商事"));
    assert!(gone.contact.is_none() && gone.company.is_none());
}

#[tokio::test]
async fn receivers_who_are_blacked_out_are_counted() {
    let world = World::new().await;
    let raw = String::from_utf8(message("a", CLIENT)).expect("text");
    let raw = raw.replace("To: rep@own.example", "To: rep@own.example, secret@y.jp\r\nCc: also.secret@y.jp");
    world.mailbox.deliver(raw.into_bytes());
    world.receive().await;
    let preview = world.preview("a", Wish { redactions: vec!["y.jp".into()], ..Wish::default() }).await;
    assert_eq!((preview.hidden, preview.payload.to.len(), preview.payload.cc.len()), (2, 1, 0));
}

#[tokio::test]
async fn quotes_of_mail_that_is_not_shared_are_told() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    world.answers("b", "a").await;
    assert!(!world.preview("b", Wish::default()).await.quotes_undecided, "they are cut");
    assert!(world.preview("b", with_quotes()).await.quotes_undecided, "nobody has decided on it");
    world.engine.keep_private(&[world.seen("a").await], None).await.expect("a decision");
    assert!(world.preview("b", with_quotes()).await.quotes_undecided, "it is private");
    world.share("a").await;
    assert!(!world.preview("b", with_quotes()).await.quotes_undecided, "it is shared");
    let metadata = Wish { level: Some(Level::Metadata), ..with_quotes() };
    assert!(!world.preview("b", metadata).await.quotes_undecided, "no text goes at all");
    world.answers("c", "lost").await;
    assert!(world.preview("c", with_quotes()).await.quotes_undecided, "it is not here");
}

#[tokio::test]
async fn what_is_larger_than_the_crm_takes_is_told() {
    let world = World::new().await;
    world.crm.limit(Limits { body: Some(3), attachment: Some(4) });
    world.refresh().await;
    world.mailbox.deliver(with_file("a", CLIENT, "1,2,3"));
    world.receive().await;
    let told = |preview: Preview| preview.too_large.into_iter().map(|t| (t.name, t.size, t.most)).collect::<Vec<_>>();
    let preview = world.preview("a", Wish::default()).await;
    let body = preview.payload.body_text.as_ref().map_or(0, |text| text.len() as u64);
    assert_eq!(told(preview), [(None, body, 3)]);
    let opened = world.engine.open_mail(world.connection, world.row("a").await.mail).await.expect("a mail");
    let files = opened.mail.attachments.iter().map(|file| file.sha256).collect();
    let subject = Wish { attachments: Some(files), level: Some(Level::Subject), ..Wish::default() };
    assert_eq!(told(world.preview("a", subject).await), [(Some("f.csv".into()), 5, 4)]);
}

#[tokio::test]
async fn the_grace_period_is_the_accounts_and_no_shorter_than_the_policys() {
    let world = World::new().await;
    world.receives(&["a"]).await;
    assert_eq!(world.preview("a", Wish::default()).await.grace, Duration::from_secs(30));
    let policy = Policy { min_grace: Some(120), ..Policy::default() };
    let world = world.restarted(PolicyState::Valid(policy)).await;
    assert_eq!(world.preview("a", Wish::default()).await.grace, Duration::from_secs(120));
    assert!(!world.engine.snapshot().own.contains(&address(CLIENT)));
}
