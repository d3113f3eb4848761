//! Mail as it comes, rules and settings as they are set → where it belongs and whether it goes by itself.
//!
//! The cases stand in `verdicts/*.toml`, a theme a file, each read by the parser and judged. What a case doesn't say:
//!
//! | | is |
//! |---|---|
//! | the rep | `rep@otomo.example`, and `otomo.rep@gmail.com` besides |
//! | the index | tanaka and sato of the company customer, john of partner, suzuki at a freemail address, `info@shared.example` of two records, `noreply@saas.example` of one |
//! | the account | connected on 2026-11-01, shares by itself, practised; what the rep sent is asked about |
//! | the mail | of 2026-11-20, in INBOX, nothing decided about its conversation |
//! | a rule | the rep's, made on 2026-11-10, without an end |
//!
//! It is 2026-11-23.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic, in its helpers too")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use otomo_domain::account::{AccountId, ConnectionId, ShareMode};
use otomo_domain::address::Address;
use otomo_domain::contact::{RecordRef, RecordType};
use otomo_domain::judge::{Advice, Ask, Facts, Judgement, Stance, Standards, ThreadFacts, judge};
use otomo_domain::mail::{Direction, MailKey};
use otomo_domain::matching::{Hit, candidates};
use otomo_domain::payload::Level;
use otomo_domain::review::Triage;
use otomo_domain::rules::{About, AboutRecord, Exclusion, Origin, Rule, RuleBook, Then};
use otomo_domain::time::Timestamp;
use otomo_mime::parse;
use serde::{Deserialize, Serialize};

const CONNECTION: ConnectionId = ConnectionId(1);
const OWN: [&str; 2] = ["rep@otomo.example", "otomo.rep@gmail.com"];

/// Address, record and company.
const INDEX: &[(&str, &str, &str)] = &[
    ("tanaka@customer.example", "tanaka", "customer"),
    ("tanaka@private.example", "tanaka", "customer"),
    ("sato@customer.example", "sato", "customer"),
    ("john@partner.example", "john", "partner"),
    ("suzuki.hanako@gmail.com", "suzuki", ""),
    ("info@shared.example", "shared-1", "shared"),
    ("info@shared.example", "shared-2", "shared"),
    ("noreply@saas.example", "saas", "saas"),
    ("rep@otomo.example", "rep", ""),
    ("otomo.rep@gmail.com", "rep", ""),
];

const THEMES: [&str; 8] =
    ["matching", "internal", "automated", "never_log", "sensitive", "people", "conversations", "modes"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Theme {
    case: Vec<Case>,
}

/// A case. Days are written `2026-11-20`, and mean their midnight in UTC.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// A sentence.
    name: String,
    lang: Lang,
    /// Header and text. Message-ID, Date and the charset are added where they are missing.
    mail: String,
    /// As [`tell`] writes it.
    expect: String,
    #[serde(default)]
    rules: Vec<RuleSaid>,
    #[serde(default)]
    accounts: Vec<AccountSaid>,
    #[serde(default)]
    thread: ThreadSaid,
    folders: Option<Vec<String>>,
    #[serde(default)]
    twin: bool,
    #[serde(default)]
    first_contact: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Lang {
    Ja,
    En,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleSaid {
    then: Then,
    /// As [`About`] names them.
    kind: String,
    value: String,
    #[serde(default)]
    policy: bool,
    made: Option<String>,
    ends: Option<String>,
    level: Option<Level>,
}

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct AccountSaid {
    mode: String,
    fixed: bool,
    practising: bool,
    sent_too: bool,
    connected: String,
    mode_since: String,
    targets: Option<Vec<i64>>,
}

impl Default for AccountSaid {
    fn default() -> Self {
        Self {
            mode: "share".into(),
            fixed: false,
            practising: false,
            sent_too: false,
            connected: "2026-11-01".into(),
            mode_since: "2026-11-01".into(),
            targets: None,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ThreadSaid {
    private_since: Option<String>,
    shared_with: Vec<String>,
    mails: Vec<String>,
}

fn day(text: &str) -> Timestamp {
    Timestamp::from_rfc3339(&format!("{text}T00:00:00Z")).unwrap_or_else(|| panic!("{text} is no day"))
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap_or_else(|| panic!("{text} is no address"))
}

fn record(kind: RecordType, id: &str) -> RecordRef {
    RecordRef { kind, id: id.into() }
}

fn hits(address: &Address) -> Vec<Hit> {
    let of = |(_, id, company): &(&str, &str, &str)| Hit {
        record: record(RecordType::Contact, id),
        name: (*id).to_owned(),
        primary: true,
        company: (!company.is_empty()).then(|| record(RecordType::Company, company)),
    };
    INDEX.iter().filter(|(known, ..)| *known == address.as_str()).map(of).collect()
}

impl RuleSaid {
    /// Rules have the numbers of their places, from 1 on.
    fn rule(&self, place: usize) -> Rule {
        let at = |kind, id: &str| AboutRecord { connection: CONNECTION, record: record(kind, id) };
        let about = match self.kind.as_str() {
            "contact" => About::Contact(at(RecordType::Contact, &self.value)),
            "company" => About::Company(at(RecordType::Company, &self.value)),
            "thread" => About::Thread(MailKey::of_message_id(&self.value)),
            "account" => About::Account(AccountId(self.value.parse().unwrap())),
            kind => About::parse(kind, &self.value).unwrap_or_else(|| panic!("{self:?} is no rule")),
        };
        assert!(about.allows(self.then), "{self:?} may not be said");
        let (id, made) = if self.policy { (None, Timestamp(0)) } else { (Some(place as i64), day("2026-11-10")) };
        Rule {
            id,
            about,
            then: self.then,
            level: self.level,
            expires_at: self.ends.as_deref().map(day),
            created_at: self.made.as_deref().map_or(made, day),
            reason: String::new(),
        }
    }
}

impl AccountSaid {
    fn stance(&self) -> Stance {
        let mode = match self.mode.as_str() {
            "share" => Some(ShareMode::Share),
            "ask_once" => Some(ShareMode::AskOnce),
            "manual" => Some(ShareMode::Manual),
            "unanswered" => None,
            other => panic!("{other} is no mode"),
        };
        Stance {
            mode,
            fixed: self.fixed,
            past_before: day(&self.connected),
            mode_since: day(&self.mode_since),
            sent_too: self.sent_too,
            practising: self.practising,
            targets: self.targets.as_ref().map(|ids| ids.iter().copied().map(ConnectionId).collect()),
        }
    }
}

impl Case {
    fn raw(&self) -> String {
        let mail = self.mail.trim_start();
        let header = mail.split("\n\n").next().unwrap_or_default().to_lowercase();
        let missing = |name: &str, line: &str| {
            let is_there = header.lines().any(|field| field.starts_with(&format!("{name}:")));
            if is_there { String::new() } else { format!("{line}\n") }
        };
        [
            missing("message-id", "Message-ID: <case@mail.example>"),
            missing("date", "Date: Fri, 20 Nov 2026 10:00:00 +0900"),
            missing("content-type", "Content-Type: text/plain; charset=utf-8"),
            mail.to_owned(),
        ]
        .concat()
    }

    fn judge(&self) -> Judgement {
        let mail = parse(self.raw().as_bytes(), day("2026-11-20")).mail;
        let own: Vec<Address> = OWN.map(address).into();
        let said: Vec<Stance> = self.accounts.iter().map(AccountSaid::stance).collect();
        let stances = if said.is_empty() { vec![AccountSaid::default().stance()] } else { said };
        let accounts: BTreeMap<AccountId, Stance> = (1..).map(AccountId).zip(stances).collect();
        let rules = self.rules.iter().zip(1..).map(|(rule, place)| rule.rule(place)).collect();
        let thread = ThreadFacts {
            private_since: self.thread.private_since.as_deref().map(day),
            shared_with: self.thread.shared_with.iter().map(|text| address(text)).collect(),
            mails: self.thread.mails.iter().map(|id| MailKey::of_message_id(id)).collect(),
        };
        let facts = Facts {
            connection: CONNECTION,
            mail: &mail,
            outgoing: mail.direction(&own) == Direction::Outgoing,
            arrived: mail.date,
            accounts: &accounts.keys().copied().collect::<Vec<_>>(),
            folders: &self.folders.clone().unwrap_or_else(|| vec!["INBOX".into()]),
            candidates: &candidates(&mail.participants, &own, hits),
            first_contact: self.first_contact,
            thread: &thread,
            twin: self.twin,
        };
        judge(&facts, &Standards { own: own.clone(), book: RuleBook::new(rules), accounts }, day("2026-11-23"))
    }
}

/// A verdict in words.
fn tell(judgement: &Judgement) -> String {
    match (&judgement.triage, &judgement.advice) {
        (Triage::Excluded { why: Exclusion::NeverLog { rule, .. } }, _) => {
            format!("excluded: never_log by {}", whose(&rule.origin()))
        }
        (Triage::Excluded { why: Exclusion::Automated { sign } }, _) => format!("excluded: automated {}", word(sign)),
        (Triage::Excluded { why: Exclusion::Internal }, _) => "excluded: internal".into(),
        (Triage::Excluded { why: Exclusion::NotATarget }, _) => "excluded: not_a_target".into(),
        (Triage::Unmatched, _) => "unmatched".into(),
        (_, Advice::Private { by }) => format!("private: {}", whose(by)),
        (_, Advice::Share { by, level: None }) => format!("share: {}", whose(by)),
        (_, Advice::Share { by, level: Some(level) }) => format!("share: {} at {}", whose(by), word(level)),
        (_, Advice::Ask { because }) => {
            format!("ask: {}", because.iter().map(reason).collect::<Vec<_>>().join(", "))
        }
    }
}

fn whose(origin: &Origin) -> String {
    match origin {
        Origin::Rule(place) => format!("rule {place}"),
        Origin::Policy => "policy".into(),
        Origin::Mode(account) => format!("mode of {account}"),
        Origin::Thread => "conversation".into(),
        other => format!("{other:?}"),
    }
}

fn reason(ask: &Ask) -> String {
    match ask {
        Ask::Sensitive { kinds } => format!("sensitive {}", kinds.iter().map(word).collect::<Vec<_>>().join(" ")),
        Ask::NewParticipant { address } => format!("new_participant {address}"),
        Ask::ManyRecords { count } => format!("many_records {count}"),
        Ask::Rule { id: Some(id) } => format!("rule {id}"),
        Ask::Rule { id: None } => "policy".into(),
        Ask::Automated { sign } => format!("automated {}", word(sign)),
        Ask::Mode { mode: Some(mode) } => format!("mode {}", word(mode)),
        Ask::Mode { mode: None } => "mode unanswered".into(),
        other => serde_json::to_value(other).unwrap()["ask"].as_str().unwrap().to_owned(),
    }
}

fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

fn cases() -> Vec<(&'static str, Case)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verdicts");
    let read = |theme: &'static str| {
        let text = fs::read_to_string(folder.join(format!("{theme}.toml"))).unwrap();
        let Theme { case } = toml::from_str(&text).unwrap_or_else(|error| panic!("{theme}: {error}"));
        case.into_iter().map(move |case| (theme, case))
    };
    THEMES.into_iter().flat_map(read).collect()
}

#[test]
fn every_mail_is_judged_as_the_table_says() {
    let differences: Vec<String> = cases()
        .iter()
        .map(|(theme, case)| (theme, case, tell(&case.judge())))
        .filter(|(_, case, seen)| *seen != case.expect)
        .map(|(theme, case, seen)| format!("{theme}: {}\n  expected {}\n  seen     {seen}", case.name, case.expect))
        .collect();
    assert!(differences.is_empty(), "{} differ\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn the_table_is_long_enough_and_has_each_theme_in_both_languages() {
    let cases = cases();
    assert!(cases.len() >= 150, "only {} cases", cases.len());
    let covered: BTreeSet<_> = cases.iter().map(|(theme, case)| (*theme, case.lang)).collect();
    let wanted: BTreeSet<_> = THEMES.iter().flat_map(|theme| [(*theme, Lang::Ja), (*theme, Lang::En)]).collect();
    assert_eq!(covered, wanted);
    let mut names: Vec<&str> = cases.iter().map(|(_, case)| case.name.as_str()).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "two cases have one name");
}
