//! A day with five hundred mails: two mailboxes, a CRM, a rep who decides, rules and a mode that decide by themselves, and
//! a program that is killed twice. Every byte on its way to the CRM is written down with its time, and judged by somebody
//! who knows only the mails and the decisions.
//!
//! | module | holds |
//! |---|---|
//! | [`plan`] | what is to become of each mail |
//! | [`mail`] | the mails, with a token in every place |
//! | [`script`] | the day: mail comes in, the rep decides, something goes wrong |
//! | [`desk`] | the running program |
//! | [`oracle`] | the judge |
//! | [`doctor`] | recordings with a leak, which the judge must not let pass |

mod desk;
mod doctor;
mod mail;
mod oracle;
mod plan;
mod script;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use kit::crm::{CrmServer, REP, TOKEN};
use kit::lab::{ALICE, BOB, Lab, Service};
use kit::otomoctl::Otomoctl;
use kit::tap::Tap;
use otomo_domain::mail::MailKey;
use serde_json::{Value, json};
use tokio::time::sleep;

use desk::{Desk, GRACE, GRACE_BY_ITSELF, RATE, until};
use doctor::Doctor;
use mail::{Mail, Person};
use oracle::{Book, Seen};
use plan::{HOURS, Plan, contacts, mails};
use script::Day;

/// The other side of the mails with this plan.
fn client(mails: &[Mail], plan: Plan) -> Person {
    mails.iter().find(|mail| mail.plan == plan).expect("such a mail").client.clone()
}

/// The policy of the lab, with somebody who must never be logged.
fn policy(lab: &Lab, mails: &[Mail]) -> String {
    let mut policy: Value = serde_json::from_str(&lab.policy_json()).expect("a policy");
    policy["never_log"] = json!({ "addresses": [client(mails, Plan::NeverPolicy).address] });
    policy.to_string()
}

/// Gives the CRM its contacts; their ids.
fn know(server: &CrmServer, mails: &[Mail]) -> BTreeMap<Person, String> {
    let numbered = contacts(mails).into_iter().enumerate();
    let known: BTreeMap<Person, String> = numbered.map(|(number, person)| (person, format!("C-{number}"))).collect();
    for (person, id) in &known {
        server.put_record(json!({ "type": "contact", "id": id, "name": id, "emails": [person.address] }));
    }
    known
}

/// Rules that stand before the first mail comes in.
async fn rules(desk: &Desk, mails: &[Mail], contacts: &BTreeMap<Person, String>) {
    desk.never_log("domain", client(mails, Plan::NeverDomain).domain()).await;
    desk.never_log("subject", "社外秘").await;
    let contact = |plan: Plan| {
        let record = json!({ "type": "contact", "id": contacts[&client(mails, plan)] });
        json!({ "kind": "contact", "connection": desk.connection, "record": record })
    };
    let private = json!({ "kind": "address", "value": client(mails, Plan::RulePrivate).address });
    for rule in [
        json!({ "about": contact(Plan::RuleShares), "then": "share", "level": "subject" }),
        json!({ "about": contact(Plan::AskRule), "then": "ask" }),
        json!({ "about": private, "then": "private" }),
    ] {
        desk.ask("rules.add", rule).await;
    }
}

/// Both mailboxes and the CRM are connected, the program runs, and no mail has come in.
async fn morning(folder: &Path) -> Day {
    let (mails, lab) = (mails(), Lab::start(&[Service::Dovecot, Service::Dnsmasq]));
    let server = CrmServer::start().await;
    let contacts = know(&server, &mails);
    let tap = Tap::before(server.address());
    let otomo = Otomoctl::test_home(folder, &policy(&lab, &mails));
    let settings = json!({ "url": format!("http://{}/mail-log/v1", tap.address()) });
    let crm = otomo.ask("crm.connect", json!({ "kind": "rest", "settings": settings, "token": TOKEN }));
    let add = |user: kit::lab::User| {
        lab.maildir(user.address, "Sent");
        otomo.ask("accounts.add", json!({ "address": user.address, "password": user.password }))
    };
    let [alice, bob] = [ALICE, BOB].map(|user| add(user)["id"].as_i64().expect("a number"));
    let mut desk = Desk::new(otomo, crm["id"].as_i64().expect("a number"));
    desk.start().await;
    let sharing = json!({ "grace": GRACE, "grace_auto": GRACE_BY_ITSELF });
    desk.ask("accounts.adjust", json!({ "id": alice, "share_mode": "manual", "sharing": sharing })).await;
    until("the contacts are here", || async {
        let connections = desk.ask("crm.list", Value::Null).await;
        (connections[0]["contacts"] == contacts.len()).then_some(())
    })
    .await;
    rules(&desk, &mails, &contacts).await;
    let (book, folder) = (Book::of(&mails), folder.to_owned());
    Day { desk, lab, server, tap, mails, book, previews: BTreeMap::new(), folder, bob }
}

/// Waits until all that was shared has arrived, and a while longer; then lets the program come to rest.
async fn evening(day: &mut Day) {
    until("everything arrives", || async { day.book.shared().is_subset(&keys(&day.server)).then_some(()) }).await;
    sleep(Duration::from_secs(3)).await;
    day.desk.kill();
    day.desk.otomo.run_until_idle(RATE);
}

fn keys(server: &CrmServer) -> std::collections::BTreeSet<String> {
    server.keys().into_iter().collect()
}

/// How often the CRM took each mail.
fn taken(day: &Day) -> BTreeMap<String, usize> {
    let keys = day.mails.iter().map(Mail::key);
    let counted = keys.map(|key| (key.to_string(), day.server.taken(key)));
    let strange = day.server.keys_ever().into_iter().map(|key| (key, 1));
    strange.chain(counted.filter(|(_, times)| *times > 0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_five_hundred_mails_shows_the_crm_what_was_shared_and_nothing_before_its_time() {
    let folder = tempfile::tempdir().expect("folder");
    let mut day = morning(folder.path()).await;
    assert_eq!(day.mails.len(), 500);
    let begun = day.desk.now();
    for hour in 0..HOURS {
        day.hour(hour).await;
    }
    evening(&mut day).await;

    let requests = day.tap.requests();
    let seen: Vec<Seen> = requests.iter().map(|request| Seen::of(request, day.desk.moment(request.at))).collect();
    let taken = taken(&day);
    let faults = day.book.faults(&seen, &taken);
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults[..faults.len().min(50)].join("\n"));
    assert_eq!(keys(&day.server), *day.book.shared(), "what was shared is in the CRM, and nothing else");
    for (key, payload) in &day.previews {
        let key: MailKey = serde_json::from_value(json!(key)).expect("a key");
        let stored = day.server.stored(REP, key).expect("stored");
        assert_eq!(String::from_utf8_lossy(&stored), *payload, "as it was previewed");
    }
    assert!(day.server.unanswered("PUT /emails") > 0, "the CRM lost a reply that mattered");
    let audit = day.desk.otomo.ask("audit.verify", Value::Null);
    assert_eq!(audit["intact"], true, "{audit}");

    let doctor = Doctor { book: &day.book, mails: &day.mails, seen: &seen, taken: &taken };
    assert_eq!(doctor.unnoticed(), [], "the judge finds every leak that was planted");
    let hours = (day.desk.now() - begun) / 3_600_000;
    println!("{hours} hours, {} mails, {} requests; nine planted leaks found", day.mails.len(), seen.len());
    println!("{} mails in the CRM, each once, {} of them as previewed", day.book.shared().len(), day.previews.len());
}
