//! One judge of everything that must be true in the end, whatever happened.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kit::crm::{CrmServer, REP};
use otomo_domain::secret::{ExposeSecret, SecretString};
use serde_json::Value;

use super::story::{Desk, Ending, Story};

/// What was found.
#[derive(Default)]
pub struct Verdict {
    /// Mail that the rep has said something about.
    pub decided: usize,
    /// Acknowledged decisions that did not come true.
    lost: usize,
    /// Mail that the CRM took more than once.
    doubled: usize,
    /// Mail in a state in which nothing moves it any more.
    stuck: usize,
    /// Replies lost after the CRM had taken a mail: what sending again blindly would have doubled.
    pub would_be_doubles: usize,
    /// Everything that is not as it must be.
    pub faults: Vec<String>,
}

impl Verdict {
    pub async fn of(desk: &Desk, server: &CrmServer, mails: usize) -> Self {
        let mut verdict = Self { decided: desk.stories.len(), ..Self::default() };
        verdict.would_be_doubles = server.unanswered("PUT /emails");
        let states = states(desk);
        for (mail, story) in &desk.stories {
            verdict.judge(story, states.get(mail).copied(), server);
        }
        verdict.strangers(desk, server);
        let otomo = &desk.rep.otomo;
        let status = otomo.ask("app.status", Value::Null);
        verdict.expect(status["mails"] == mails, || format!("{} of {mails} mails are in the cache", status["mails"]));
        let audit = otomo.ask("audit.verify", Value::Null);
        verdict.expect(audit["intact"] == true, || format!("the audit trace: {audit}"));
        let key = otomo.key().await;
        for name in ["ledger.db", "cache.db"] {
            let found = integrity(&otomo.home.join(name), &key);
            verdict.expect(found == "ok", || format!("{name}: {found}"));
        }
        verdict
    }

    fn expect(&mut self, right: bool, fault: impl FnOnce() -> String) -> bool {
        if !right {
            self.faults.push(fault());
        }
        right
    }

    /// A mail is where the rep was told it would be, and in the CRM exactly if it says so.
    fn judge(&mut self, story: &Story, state: Option<Ending>, server: &CrmServer) {
        let (key, endings) = (story.seen.key, &story.endings);
        let Some(state) = state else {
            self.stuck += 1;
            self.faults.push(format!("{key} is in no final state"));
            return;
        };
        let stored = server.stored(REP, key);
        let as_promised = endings.contains(&state) && stored.is_some() == (state == Ending::Logged);
        let stands = if stored.is_some() { "is" } else { "is not" };
        let words = || format!("{key} is {}, {stands} in the CRM, and must be {endings:?}", state.name());
        if !self.expect(as_promised, words) {
            self.lost += 1;
        }
        let same = stored.is_none_or(|bytes| bytes == story.seen.payload.as_bytes());
        self.expect(same, || format!("{key} is not as it was previewed"));
        let taken = server.taken(key);
        if !self.expect(taken <= 1, || format!("{key} was taken {taken} times")) {
            self.doubled += 1;
        }
    }

    /// Nothing is, or ever was, in the CRM that the rep did not decide on.
    fn strangers(&mut self, desk: &Desk, server: &CrmServer) {
        let known: BTreeSet<String> = desk.stories.values().map(|story| story.seen.key.to_string()).collect();
        for key in server.keys_ever().into_iter().filter(|key| !known.contains(key)) {
            self.faults.push(format!("{key} was sent, and nobody decided on it"));
        }
    }

    /// `name value target control pass`.
    pub fn print(&self, kills: u64) {
        let pass = if self.faults.is_empty() && self.would_be_doubles > 0 { "pass" } else { "fail" };
        let (lost, doubled, stuck, control) = (self.lost, self.doubled, self.stuck, self.would_be_doubles);
        println!("{} mails decided on; lost/doubled/stuck; control: doubled if sent again blindly", self.decided);
        println!("score crash {kills}:{lost}/{doubled}/{stuck} {kills}:0/0/0 {control} {pass}");
    }
}

/// Every mail that is in a final state, by its number.
fn states(desk: &Desk) -> BTreeMap<i64, Ending> {
    let of = |ending: Ending| {
        let rows = desk.rep.otomo.rows(desk.rep.connection, &[ending.name()]);
        rows.into_iter().map(move |row| (row["mail"].as_i64().expect("a number"), ending))
    };
    Ending::ALL.into_iter().flat_map(of).collect()
}

/// What SQLite says of a database.
fn integrity(file: &Path, key: &SecretString) -> String {
    let database = rusqlite::Connection::open(file).expect("a database");
    database.pragma_update(None, "key", format!("x'{}'", key.expose_secret())).expect("a key set");
    database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("an answer")
}
