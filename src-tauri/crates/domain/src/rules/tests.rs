use proptest::prelude::*;

use super::*;
use crate::address::Person;
use crate::contact::RecordType;
use crate::digest::Digest;
use crate::judge::{Facts, ThreadFacts};
use crate::mail::{Mail, MailId, Marks, Participant};
use crate::matching::{Candidate, Reason};

const NOW: Timestamp = Timestamp(1_000_000);

fn address(text: &str) -> Address {
    Address::parse(text).unwrap_or_else(|| panic!("{text}"))
}

fn mail(subject: &str, people: &[(Role, &str)]) -> Mail {
    let person = |(role, text): &(Role, &str)| {
        let (name, text) = text.rsplit_once(' ').unwrap_or(("", text));
        Participant { role: *role, person: Person { address: address(text), name: name.into() } }
    };
    Mail {
        id: MailId { key: MailKey::of_message_id("m@x.jp"), content: Digest::of(b"m") },
        message_id: "<m@x.jp>".into(),
        references: vec!["<root@x.jp>".into()],
        in_reply_to: Some("<before@x.jp>".into()),
        date: NOW,
        subject: subject.into(),
        participants: people.iter().map(person).collect(),
        attachments: vec![],
        snippet: String::new(),
        defects: vec![],
        marks: Marks { examined: true, list: Some("news.list.example".into()), ..Marks::default() },
        size: 0,
    }
}

fn rule(id: i64, about: About, then: Then) -> Rule {
    Rule { id: Some(id), ..Rule::of_policy(about, then) }
}

fn met(rules: Vec<Rule>, mail: &Mail, candidates: &[Candidate], thread: &ThreadFacts) -> Vec<(i64, Field, String)> {
    let facts = Facts {
        connection: ConnectionId(1),
        mail,
        outgoing: false,
        arrived: NOW,
        accounts: &[AccountId(7)],
        folders: &["INBOX".into(), "私用".into()],
        candidates,
        first_contact: false,
        thread,
        twin: false,
    };
    let book = RuleBook::new(rules);
    let met = book.about(&facts, NOW).into_iter();
    met.map(|m| (m.rule.id.unwrap_or(0), m.evidence.field, m.evidence.value)).collect()
}

/// Whether one rule is about a mail with this subject and these people.
fn check(about: About, subject: &str, people: &[(Role, &str)], expected: Option<Field>) {
    let rules = vec![rule(1, about.clone(), Then::NeverLog)];
    let found = met(rules, &mail(subject, people), &[], &ThreadFacts::default());
    assert_eq!(found.first().map(|(_, field, _)| *field), expected, "{about:?} {subject:?} {people:?}");
}

fn subject(word: &str) -> About {
    About::parse("subject", word).unwrap_or_else(|| panic!("{word}"))
}

#[test]
fn a_word_is_found_however_it_is_written_and_means_nothing_but_itself() {
    let check = |word: &str, text: &str, hit: bool| check(subject(word), text, &[], hit.then_some(Field::Subject));
    check("社外秘", "Re: 【社外秘】見積", true);
    check("ABC", "ａｂｃの件", true);
    check("カイギ", "ｶｲｷﾞのお知らせ", true);
    check("secret", "S\u{200b}E\u{ad}C\u{202e}RET plan", true);
    check("top secret", "TOP  SECRET", true);
    check("a", "AAA", true);
    check(".*", "anything", false);
    check(".*", "wild .* card", true);
    check("[a-z]+", "abc", false);
    check("(?i)x", "x", false);
    check("%", "100", false);
    check("secret", "secre t", true);
    check("secret", "sacred", false);
}

#[test]
fn a_domain_is_the_same_in_each_of_its_writings() {
    let check = |typed: &str, from: &str, hit: bool| {
        let about = About::parse("domain", typed).unwrap_or_else(|| panic!("{typed}"));
        check(about, "", &[(Role::From, from)], hit.then_some(Field::From));
    };
    check("example.jp", "a@example.jp", true);
    check("@Example.JP", "a@sub.example.jp", true);
    check("example.jp", "a@badexample.jp", false);
    check("sub.example.jp", "a@example.jp", false);
    check("ｅｘａｍｐｌｅ．ｊｐ", "a@example.jp", true);
    check("example.jp", "a@ｅｘａｍｐｌｅ．ｊｐ", true);
    check("example.jp", "a@example.jp.", true);
    check("例え.jp", "a@xn--r8jz45g.jp", true);
    check("xn--r8jz45g.jp", "a@例え.jp", true);
    check("example.jp", "a@exam\u{200b}ple.jp", true);
}

#[test]
fn an_address_is_the_same_in_each_width_and_a_name_is_no_address() {
    let check = |typed: &str, from: &str, hit: bool| {
        check(About::Address(address(typed)), "", &[(Role::From, from)], hit.then_some(Field::From));
    };
    check("taro@example.jp", "taro@example.jp", true);
    check("Taro@Example.jp", "ｔａｒｏ@example.jp", true);
    check("taro@example.jp", "ta\u{200d}ro@example.jp", true);
    check("taro@example.jp", "jiro@example.jp", false);
    check("taro@example.jp", "taro@example.jp\u{202e} <x>taro@example.jp jiro@example.jp", false);
    check("taro@example.jp", "\u{202e}pj.elpmaxe@orat jiro@example.jp", false);
}

#[test]
fn anybody_in_the_mail_counts_wherever_they_stand() {
    use Role::*;
    for (role, field) in [From, Sender, ReplyTo, To, Cc, Bcc].map(|role| (role, Field::from(role))) {
        check(About::Address(address("a@x.jp")), "", &[(To, "b@y.jp"), (role, "a@x.jp")], Some(field));
        check(About::Domain("x.jp".into()), "", &[(To, "b@y.jp"), (role, "a@mail.x.jp")], Some(field));
    }
}

#[test]
fn a_list_a_folder_an_account_and_a_conversation_are_met() {
    let key = |id: &str| About::Thread(MailKey::of_message_id(id));
    check(About::List("news.list.example".into()), "", &[], Some(Field::List));
    check(About::List("list.example".into()), "", &[], None);
    check(About::Folder("私用".into()), "", &[], Some(Field::Folder));
    check(About::Folder("ｉｎｂｏｘ".into()), "", &[], Some(Field::Folder));
    check(About::Folder("私".into()), "", &[], None);
    check(About::Account(AccountId(7)), "", &[], Some(Field::Account));
    check(About::Account(AccountId(8)), "", &[], None);
    check(key("root@x.jp"), "", &[], Some(Field::Thread));
    check(key("before@x.jp"), "", &[], Some(Field::Thread));
    check(key("m@x.jp"), "", &[], Some(Field::Thread));
    check(key("other@x.jp"), "", &[], None);
}

#[test]
fn a_conversation_is_met_by_an_answer_that_does_not_name_its_beginning() {
    let begun = MailKey::of_message_id("first@x.jp");
    let rules = vec![rule(1, About::Thread(begun), Then::Private)];
    let thread = ThreadFacts { mails: [begun].into(), ..ThreadFacts::default() };
    assert_eq!(met(rules, &mail("", &[]), &[], &thread).len(), 1);
}

#[test]
fn a_record_and_its_company_are_met_at_their_own_connection_once_for_each_of_its_addresses() {
    let record = |id: &str| RecordRef { kind: RecordType::Contact, id: id.into() };
    let at = |connection, id| AboutRecord { connection: ConnectionId(connection), record: record(id) };
    let reason = |text| Reason { role: Role::From, address: address(text), primary: true };
    let reasons = vec![reason("a@x.jp"), reason("a2@x.jp")];
    let candidate = Candidate { record: record("A"), name: "A".into(), company: Some(record("X")), reasons };
    let rules = vec![
        rule(1, About::Contact(at(1, "A")), Then::Ask),
        rule(2, About::Company(at(1, "X")), Then::Ask),
        rule(3, About::Contact(at(2, "A")), Then::Ask),
        rule(4, About::Company(at(1, "A")), Then::Ask),
    ];
    let found = met(rules, &mail("", &[]), &[candidate], &ThreadFacts::default());
    assert_eq!(found.iter().map(|(id, ..)| *id).collect::<Vec<_>>(), [1, 2, 1, 2]);
}

#[test]
fn a_rule_ends_when_its_time_has_come() {
    let ends = |at| Rule { expires_at: Some(Timestamp(at)), ..rule(at, subject("a"), Then::Ask) };
    let rules = vec![ends(NOW.0 - 1), ends(NOW.0), ends(NOW.0 + 1)];
    assert_eq!(RuleBook::new(rules.clone()).next_expiry(NOW), Some(Timestamp(NOW.0 + 1)));
    let found = met(rules, &mail("a", &[]), &[], &ThreadFacts::default());
    assert_eq!(found.iter().map(|(id, ..)| *id).collect::<Vec<_>>(), [NOW.0 + 1]);
}

#[test]
fn what_may_not_be_said_about_a_thing_is_left_out() {
    let rules = vec![
        rule(1, About::Domain("gmail.com".into()), Then::Share),
        rule(2, About::Domain("yahoo.co.uk".into()), Then::Share),
        rule(3, subject("a"), Then::Share),
        rule(4, About::List("a.list".into()), Then::Share),
        rule(5, About::Address(address("a@x.jp")), Then::Internal),
        rule(6, About::Domain("gmail.com".into()), Then::NeverLog),
    ];
    assert_eq!(RuleBook::new(rules).rules().iter().map(|rule| rule.id).collect::<Vec<_>>(), [Some(6)]);
}

fn check_refused(kind: &str, value: &str) {
    assert_eq!(About::parse(kind, value), None, "{kind} {value:?}");
}

#[test]
fn what_cannot_be_one_is_not_taken_for_one() {
    for value in ["", " ", "example", "*.example.jp", "a b.jp", ".jp", "example.", "a@b.jp", "x/y.jp"] {
        check_refused("domain", value);
    }
    check_refused("address", "example.jp");
    check_refused("subject", &"長".repeat(LONGEST + 1));
    check_refused("subject", "a\nb");
    check_refused("folder", "\u{7}");
    check_refused("thread", "<a@x.jp>");
}

/// Twenty thousand rules of every kind, a subject of five megabytes, ten thousand people: one pass over each.
#[test]
fn many_rules_and_a_long_mail_are_no_trap() {
    let texts = |n: i64| [format!("word{n:05}x"), format!("p{n}@many.example"), format!("d{n}.example")];
    let rules = (0..10_000).flat_map(|n| {
        let [word, person, domain] = texts(n);
        [
            rule(3 * n, subject(&word), Then::NeverLog),
            rule(3 * n + 1, About::Address(address(&person)), Then::Ask),
            rule(3 * n + 2, About::Domain(domain), Then::NeverLog),
        ]
    });
    let people: Vec<String> = (0..10_000).map(|n| format!("p{n}@many.example")).collect();
    let people: Vec<(Role, &str)> = people.iter().map(|text| (Role::To, text.as_str())).collect();
    let long = format!("{}word00042xword09999x", "word0".repeat(1024 * 1024));
    let found = met(rules.collect(), &mail(&long, &people), &[], &ThreadFacts::default());
    let words: Vec<i64> = found.iter().filter(|(_, field, _)| *field == Field::Subject).map(|(id, ..)| *id).collect();
    assert_eq!((words, found.len()), (vec![3 * 42, 3 * 9999], 10_002));
    assert!(found.iter().all(|(_, _, value)| value.chars().count() <= 120));
}

#[test]
fn words_within_words_are_no_trap() {
    let words = (1..=LONGEST).map(|n| rule(n as i64, subject(&"a".repeat(n)), Then::Ask));
    let never = rule(0, subject("b"), Then::Ask);
    let found = met(words.clone().collect(), &mail(&"a".repeat(1 << 20), &[]), &[], &ThreadFacts::default());
    assert_eq!(found.len(), LONGEST);
    let found = met(words.chain([never]).collect(), &mail(&"a".repeat(5000), &[]), &[], &ThreadFacts::default());
    assert_eq!(found.len(), LONGEST);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() })]

    /// Each rule is met as it would be alone, whatever other rules there are.
    #[test]
    fn many_words_are_found_as_each_of_them_would_be(
        words in prop::collection::vec("[abAＡａ.* \u{200b}]{1,4}", 1..12),
        text in "[abcAＡａ.* \u{200b}\u{202e}]{0,30}",
    ) {
        let typed: Vec<About> = words.iter().filter_map(|word| About::parse("subject", word)).collect();
        let rules = typed.iter().enumerate().map(|(id, about)| rule(id as i64, about.clone(), Then::Ask)).collect();
        let mut found: Vec<i64> =
            met(rules, &mail(&text, &[]), &[], &ThreadFacts::default()).into_iter().map(|(id, ..)| id).collect();
        found.sort_unstable();
        let folded = crate::fold::fold(&text);
        let stands = |about: &About| match about {
            About::Subject(word) => Some(crate::fold::fold(word)).is_some_and(|w| !w.is_empty() && folded.contains(&w)),
            _ => false,
        };
        let expected: Vec<i64> = (0..).zip(&typed).filter(|(_, about)| stands(about)).map(|(id, _)| id).collect();
        prop_assert_eq!(found, expected);
    }
}
