use otomo_domain::rules::Then;

use super::*;
use crate::fixture::{NOW, address, ledger, store};
use crate::table::review;

fn said(then: Then, reason: &str) -> Rule {
    let about = About::Address(address("client@x.jp"));
    Rule { created_at: NOW, reason: reason.into(), ..Rule::of_policy(about, then) }
}

/// What is said of the client after these were said, each by a decision or not, and these of the decisions were undone,
/// in this order.
async fn check(sayings: &'static [(Then, bool)], undone: &'static [usize], expected: &[Then]) {
    let (_home, store) = store();
    let left = ledger(&store, move |db| {
        let mut decisions = Vec::new();
        for (then, decides) in sayings {
            let decision = if *decides { Some(review::add_decision(db, "share", NOW)?) } else { None };
            put(db, &said(*then, ""), decision)?;
            decisions.extend(decision);
        }
        for number in undone {
            remove_of(db, decisions[*number])?;
        }
        Ok(list(db)?)
    });
    let left: Vec<Then> = left.await.iter().map(|rule| rule.then).collect();
    assert_eq!(left, expected, "{sayings:?} {undone:?}");
}

#[tokio::test]
async fn a_rule_that_came_with_a_decision_goes_with_it_and_what_it_replaced_is_back() {
    use Then::{Ask, NeverLog, Private, Share};
    check(&[(Share, true)], &[0], &[]).await;
    check(&[(NeverLog, false), (Share, true)], &[0], &[NeverLog]).await;
    check(&[(Private, true), (Share, true)], &[1], &[Private]).await;
    check(&[(Private, true), (Share, true)], &[1, 0], &[]).await;
    check(&[(NeverLog, false), (Private, true), (Share, true)], &[0], &[Share]).await;
    check(&[(NeverLog, false), (Private, true), (Share, true)], &[0, 1], &[NeverLog]).await;
    check(&[(Share, false), (Share, true)], &[0], &[Share]).await;
    check(&[(Share, true), (Ask, false)], &[0], &[Ask]).await;
}

#[tokio::test]
async fn a_rule_that_is_removed_does_not_leave_its_place_to_what_it_replaced() {
    let (_home, store) = store();
    let left = ledger(&store, |db| {
        put(db, &said(Then::Ask, ""), None)?;
        let decision = Some(review::add_decision(db, "share", NOW)?);
        let id = put(db, &said(Then::Share, ""), decision)?;
        Ok((remove(db, id)?, remove(db, id)?, remove_of(db, 1)?, list(db)?.len()))
    });
    assert_eq!(left.await, (true, false, false, 0));
}

#[tokio::test]
async fn there_is_one_rule_about_each_thing_and_the_same_words_keep_its_number() {
    let (_home, store) = store();
    let ids = ledger(&store, |db| {
        let first = put(db, &said(Then::Ask, ""), None)?;
        let same = put(db, &Rule { created_at: Timestamp(0), ..said(Then::Ask, "") }, None)?;
        let other = put(db, &said(Then::Ask, "because"), None)?;
        remove(db, other)?;
        let after = put(db, &said(Then::Share, ""), None)?;
        Ok((first == same, other > first, after > other, list(db)?.len()))
    });
    assert_eq!(ids.await, (true, true, true, 1), "a number is not given again");
}

#[tokio::test]
async fn a_rule_reads_back_as_it_was_written() {
    let (_home, store) = store();
    let rule = Rule {
        level: Some(otomo_domain::payload::Level::Subject),
        expires_at: Some(Timestamp(NOW.0 + 1)),
        ..said(Then::Share, "毎回同じ")
    };
    let (put_in, expected) = (rule.clone(), rule);
    let read = ledger(&store, move |db| {
        let id = put(db, &put_in, None)?;
        Ok((id, about(db, &put_in.about)?))
    });
    let (id, read) = read.await;
    assert_eq!(read, Some(Rule { id: Some(id), ..expected }));
}
