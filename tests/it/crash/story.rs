//! What the rep does, and what must have become of each mail in the end.

use std::collections::{BTreeMap, BTreeSet};

use kit::otomoctl::Failed;
use kit::rep::{Previewed, Rep};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

/// Where a mail may be in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    Pending,
    Private,
    Logged,
    Retracted,
}

impl Ending {
    pub const ALL: [Self; 4] = [Self::Pending, Self::Private, Self::Logged, Self::Retracted];

    /// The state's name on the desk.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Private => "private",
            Self::Logged => "logged",
            Self::Retracted => "retracted",
        }
    }
}

/// A mail that the rep has said something about.
pub struct Story {
    pub seen: Previewed,
    /// One, if everything said was acknowledged; more, where the program died before it answered.
    pub endings: BTreeSet<Ending>,
    /// The decision to share, once it was acknowledged.
    decision: Option<i64>,
}

/// The rep's desk: decisions so far, by the mail's number.
pub struct Desk {
    pub rep: Rep,
    pub stories: BTreeMap<i64, Story>,
    rows: Vec<Value>,
}

/// How a command ended, as far as the rep can know.
enum Heard {
    Done(Value),
    Refused,
    /// The program died before it answered.
    Nothing,
}

impl From<Result<Value, Failed>> for Heard {
    fn from(answer: Result<Value, Failed>) -> Self {
        match answer {
            Ok(value) => Self::Done(value),
            Err(failed) if failed.code() == "home_in_use" => Self::Nothing,
            Err(failed) => {
                assert_ne!(failed.code(), "", "a failure has a code: {failed:?}");
                Self::Refused
            }
        }
    }
}

impl Desk {
    pub fn new(rep: Rep) -> Self {
        Self { rep, stories: BTreeMap::new(), rows: Vec::new() }
    }

    /// Does one thing that a rep would do.
    pub fn act(&mut self, chance: &mut StdRng) {
        match chance.random_range(0..10) {
            0..5 => self.share(chance),
            5..7 => self.keep_private(chance),
            7..8 => self.undo(chance),
            _ => self.retract(chance),
        }
    }

    /// A mail that nobody has said anything about: the large one first.
    fn fresh(&mut self, chance: &mut StdRng) -> Option<Previewed> {
        if self.rows.is_empty() {
            let states = json!({ "connection": self.rep.connection, "states": ["pending"], "limit": 1000 });
            let page = self.rep.otomo.call("review.list", states).ok()?;
            self.rows = page["rows"].as_array().cloned().unwrap_or_default();
        }
        self.rows.retain(|row| !self.stories.contains_key(&row["mail"].as_i64().expect("a number")));
        let large = self.rows.iter().find(|row| row["subject"].as_str().is_some_and(|s| s.contains("12 MB")));
        let row = large.or_else(|| self.rows.choose(chance))?;
        let seen = self.rep.preview(row).ok()?;
        let key_is_new = self.stories.values().all(|story| story.seen.key != seen.key);
        key_is_new.then_some(seen)
    }

    fn share(&mut self, chance: &mut StdRng) {
        let Some(seen) = self.fresh(chance) else { return };
        let (endings, decision) = match Heard::from(self.rep.share(&seen)) {
            Heard::Done(answer) => (vec![Ending::Logged], answer["decision_id"].as_i64()),
            Heard::Nothing => (vec![Ending::Pending, Ending::Logged], None),
            Heard::Refused => return,
        };
        self.tell(seen, endings, decision);
    }

    fn keep_private(&mut self, chance: &mut StdRng) {
        let Some(seen) = self.fresh(chance) else { return };
        let item = json!({ "mail": seen.mail, "expected_rev": seen.rev });
        let args = json!({ "connection": self.rep.connection, "items": [item] });
        let endings = match self.rep.otomo.call("review.keep_private", args).into() {
            Heard::Done(_) => vec![Ending::Private],
            Heard::Nothing => vec![Ending::Pending, Ending::Private],
            Heard::Refused => return,
        };
        self.tell(seen, endings, None);
    }

    fn tell(&mut self, seen: Previewed, endings: Vec<Ending>, decision: Option<i64>) {
        self.stories.insert(seen.mail, Story { seen, endings: endings.into_iter().collect(), decision });
    }

    /// A mail that was shared for certain, and nothing said about it since.
    fn shared(&self, chance: &mut StdRng) -> Option<i64> {
        let certain = |story: &Story| story.decision.is_some() && story.endings == BTreeSet::from([Ending::Logged]);
        let shared: Vec<i64> = self.stories.iter().filter(|(_, story)| certain(story)).map(|(mail, _)| *mail).collect();
        shared.choose(chance).copied()
    }

    /// Takes a decision back: in time, on the wire, or too late, as the answer says.
    fn undo(&mut self, chance: &mut StdRng) {
        let Some(mail) = self.shared(chance) else { return };
        let decision = self.stories[&mail].decision;
        let endings = match self.rep.otomo.call("review.undo", json!({ "decision_id": decision })).into() {
            Heard::Done(answer) => undone(&answer[0]),
            Heard::Nothing => Ending::ALL.to_vec(),
            Heard::Refused => return,
        };
        self.becomes(mail, endings);
    }

    /// Takes a logged mail back from the CRM.
    fn retract(&mut self, chance: &mut StdRng) {
        let Some(mail) = self.shared(chance) else { return };
        let Ok(history) = self.rep.otomo.call("history.list", json!({ "limit": 1000 })) else { return };
        let key = self.stories[&mail].seen.key.to_string();
        let Some(row) = history["rows"].as_array().expect("rows").iter().find(|row| row["key"] == key.as_str()) else {
            return;
        };
        let endings = match self.rep.otomo.call("history.retract", json!({ "id": row["id"] })).into() {
            Heard::Done(_) => vec![Ending::Retracted],
            Heard::Nothing => vec![Ending::Logged, Ending::Retracted],
            Heard::Refused => return,
        };
        self.becomes(mail, endings);
    }

    fn becomes(&mut self, mail: i64, endings: Vec<Ending>) {
        let story = self.stories.get_mut(&mail).expect("a story");
        story.endings = endings.into_iter().collect();
    }
}

/// What an answered undo promises.
fn undone(row: &Value) -> Vec<Ending> {
    match row["state"].as_str().expect("a state") {
        _ if row["retract_after"] == true => vec![Ending::Private, Ending::Retracted],
        "pending" => vec![Ending::Pending],
        "private" => vec![Ending::Private],
        "logged" => vec![Ending::Logged],
        other => panic!("an undo left it {other}"),
    }
}
