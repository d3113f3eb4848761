//! The day, hour by hour: mail comes in, the rep decides, and something goes wrong.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use kit::crm::misbehaviour::Misbehaviour;
use kit::crm::records::User;
use kit::crm::{CrmServer, REP, TOKEN};
use kit::lab::{ALICE, BOB, Lab};
use kit::tap::Tap;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::desk::{Desk, GRACE, GRACE_BY_ITSELF, until};
use super::mail::{Inbox, Mail, Portion};
use super::oracle::{Book, Moment};
use super::plan::Plan;

/// An hour, in milliseconds.
const HOUR: i64 = 3_600_000;

/// How far ahead mail is put off: beyond the day.
const NOT_TODAY: i64 = 72 * HOUR;

pub struct Day {
    pub desk: Desk,
    pub lab: Lab,
    pub server: CrmServer,
    pub tap: Tap,
    pub mails: Vec<Mail>,
    pub book: Book,
    /// What the rep saw of each mail that was previewed, by its key.
    pub previews: BTreeMap<String, String>,
    pub folder: PathBuf,
    /// Bob's account.
    pub bob: i64,
}

fn real(moment: Moment) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(moment).expect("a time after 1970"))
}

impl Day {
    fn of_hour(&self, hour: usize) -> Vec<Mail> {
        self.mails.iter().filter(|mail| mail.hour == hour).cloned().collect()
    }

    /// One hour of the day.
    pub async fn hour(&mut self, hour: usize) {
        let mails = self.of_hour(hour);
        let came = self.desk.now();
        self.deliver(&mails, hour);
        self.desk.ask("mail.sync", Value::Null).await;
        let expected = self.mails.iter().filter(|mail| mail.hour <= hour).count();
        until("mail comes in", || async {
            let status = self.desk.ask("app.status", Value::Null).await;
            (status["mails"] == expected).then_some(())
        })
        .await;
        if hour == 0 {
            self.let_mail_of_bob_go().await;
        }
        for mail in &mails {
            if let (Plan::ByItself | Plan::RuleShares, Some(portion)) = (mail.plan, mail.plan.portion()) {
                self.book.permit(mail, &portion, came + GRACE_BY_ITSELF * 1000);
            }
        }
        self.decide(&mails).await;
        self.mishap(hour).await;
        until("the hour is over", || async { (self.desk.now() > came + HOUR).then_some(()) }).await;
    }

    /// Puts the mail of an hour where the mail server keeps it, as if it had just come in.
    fn deliver(&self, mails: &[Mail], hour: usize) {
        let moment = self.desk.now();
        let date = httpdate::fmt_http_date(real(moment));
        for (user, inboxes) in [(ALICE, [Inbox::Alice, Inbox::Both]), (BOB, [Inbox::Bob, Inbox::Both])] {
            let maildir = self.folder.join(format!("{}-{hour}", user.address));
            for part in ["cur", "new"] {
                fs::create_dir_all(maildir.join(part)).expect("room for a Maildir");
            }
            let theirs = mails.iter().filter(|mail| inboxes.contains(&mail.inbox));
            theirs.for_each(|mail| write(&maildir.join("new"), mail, &date, moment));
            self.lab.deliver_maildir(user.address, &maildir);
        }
        for mail in mails.iter().filter(|mail| mail.inbox == Inbox::SentByAlice) {
            self.lab.deliver(ALICE.address, "Sent", &mail.raw(&date));
        }
    }

    /// Bob's mail goes by itself from now on: not what is here already.
    async fn let_mail_of_bob_go(&self) {
        let files = json!({ "kind": "up_to", "size": 10_000, "types": ["text/plain"] });
        let sharing = json!({ "grace": GRACE, "grace_auto": GRACE_BY_ITSELF, "practised": true, "attachments": files });
        self.desk.ask("accounts.adjust", json!({ "id": self.bob, "share_mode": "share", "sharing": sharing })).await;
    }

    /// Everything that the rep says in this hour.
    async fn decide(&mut self, mails: &[Mail]) {
        let rows = self.desk.rows().await;
        let row = |mail: &Mail| rows[&mail.token("subject")];
        // What goes by itself does not wait.
        let hurries = |mail: &&Mail| mail.inbox == Inbox::Bob;
        for mail in mails.iter().filter(hurries).chain(mails.iter().filter(|mail| !hurries(mail))) {
            self.decide_on(mail, row(mail)).await;
        }
        let all = |plan: Plan| mails.iter().filter(move |mail| mail.plan == plan);
        let together: Vec<i64> = all(Plan::ShareTogether).map(row).collect();
        let from = self.after_grace();
        self.desk.decide("review.share", &together, Value::Null).await;
        for mail in all(Plan::ShareTogether) {
            self.book.permit(mail, &mail.plan.portion().expect("a portion"), from);
        }
        let private: Vec<i64> = all(Plan::KeepPrivate).map(row).collect();
        self.desk.decide("review.keep_private", &private, Value::Null).await;
        let later: Vec<i64> = all(Plan::Later).map(row).collect();
        self.desk.decide("review.later", &later, json!({ "until": self.desk.now() + NOT_TODAY })).await;
    }

    /// When what is decided now may leave at the earliest.
    fn after_grace(&self) -> Moment {
        self.desk.now() + GRACE * 1000
    }

    async fn decide_on(&mut self, mail: &Mail, row: i64) {
        match mail.plan {
            Plan::Share(portion) => self.share(mail, row, &portion).await,
            Plan::ShareAnswer => self.share(mail, row, &mail.plan.portion().expect("a portion")).await,
            Plan::Undo => {
                let decided = self.desk.decide("review.share", &[row], Value::Null).await;
                let undone = self.desk.ask("review.undo", json!({ "decision_id": decided["decision_id"] })).await;
                assert_eq!(undone[0]["state"], "pending", "{undone}");
            }
            Plan::Cancel => {
                let decided = self.desk.decide("review.share", &[row], Value::Null).await;
                let cancelled = self.desk.ask("queue.cancel", json!({ "id": decided["items"][0]["id"] })).await;
                assert_eq!(cancelled["state"], "private", "{cancelled}");
            }
            Plan::Forbid => {
                self.desk.decide("review.share", &[row], Value::Null).await;
                self.desk.never_log("address", &mail.client.address).await;
            }
            Plan::TakeBack => {
                self.desk.scheduled(mail).await;
                self.desk.decide("review.keep_private", &[row], Value::Null).await;
            }
            Plan::UndoByItself => {
                let scheduled = self.desk.scheduled(mail).await;
                self.desk.ask("review.undo", json!({ "decision_id": scheduled["decision_id"] })).await;
            }
            Plan::ForbidByItself => {
                self.desk.scheduled(mail).await;
                self.desk.never_log("address", &mail.client.address).await;
            }
            _ => {}
        }
    }

    async fn share(&mut self, mail: &Mail, row: i64, portion: &Portion) {
        let from = self.after_grace();
        let (payload, _) = self.desk.share(row, mail, portion).await;
        self.book.permit(mail, portion, from);
        self.previews.insert(mail.key().to_string(), payload);
    }

    /// What goes wrong in an hour.
    async fn mishap(&mut self, hour: usize) {
        match hour {
            1 => self.die(Duration::from_millis(300)).await,
            2 => self.pause().await,
            3 => {
                self.server.next(2, "PUT /emails", Misbehaviour::LoseReply);
                self.server.next(1, "PUT /emails", Misbehaviour::LoseRequest);
                self.server.next(1, "PUT /attachments", Misbehaviour::LoseReply);
            }
            4 => self.refuse_the_token().await,
            // Dead until the grace periods are long over.
            5 => self.die(Duration::from_secs(8)).await,
            6 => self.server.next(1, "PUT /emails", Misbehaviour::busy(503, "60")),
            _ => {}
        }
    }

    /// How often mail was sent, whatever became of it.
    fn sent(&self) -> usize {
        let requests = self.server.requests();
        requests.iter().filter(|request| request.method == "PUT" && request.path.contains("/emails/")).count()
    }

    /// Kills the program while the CRM thinks about a mail, and starts it again after a while.
    async fn die(&mut self, rest: Duration) {
        let before = self.sent();
        self.server.next(1, "PUT /emails", Misbehaviour::Delay(Duration::from_secs(2)));
        until("a mail is sent", || async { (self.sent() > before).then_some(()) }).await;
        self.desk.kill();
        sleep(rest).await;
        self.desk.start().await;
    }

    /// Pauses the connection for more than an hour: grace periods of this hour and the one before end meanwhile.
    async fn pause(&mut self) {
        self.desk.ask("crm.pause", json!({ "id": self.desk.connection })).await;
        let from = self.desk.now();
        let over = from + HOUR + HOUR / 4;
        until("the grace periods are over", || async { (self.desk.now() > over).then_some(()) }).await;
        self.book.silences.push((from, self.desk.now()));
        self.desk.ask("crm.resume", json!({ "id": self.desk.connection })).await;
    }

    /// The CRM doesn't know the token any more, and knows it again once the program has noticed.
    async fn refuse_the_token(&mut self) {
        self.server.revoke(TOKEN);
        until("the program wants a new token", || async {
            let connections = self.desk.ask("crm.list", Value::Null).await;
            (connections[0]["status"] == "sign_in_needed").then_some(())
        })
        .await;
        sleep(Duration::from_secs(2)).await;
        self.server.add_user(TOKEN, User { id: REP.into(), email: ALICE.address.into(), name: "営業 一郎".into() });
        self.desk.ask("crm.sign_in", json!({ "id": self.desk.connection, "token": TOKEN })).await;
    }
}

/// Writes a mail to a Maildir; the file's time is when it came in.
fn write(folder: &Path, mail: &Mail, date: &str, moment: Moment) {
    let name = format!("1700000000.{}.day", mail.owner.replace(' ', "_"));
    let mut file = fs::File::create(folder.join(name)).expect("room for a mail");
    std::io::Write::write_all(&mut file, &mail.raw(date)).expect("a mail written");
    file.set_modified(real(moment)).expect("its time kept");
}
