use super::*;
use crate::Store;
use crate::fixture::{NOW, address, cache, record, store};

const CRM: ConnectionId = ConnectionId(1);

fn person(id: &str, emails: &[&str]) -> Contact {
    let emails = emails.iter().map(|email| address(email)).collect();
    Contact { record: record(id), name: format!("Name of {id}"), emails, url: None, parent: Some(record("company")) }
}

/// A page of people, from the beginning or as an addition, the last or not.
fn page(people: &[(&str, &[&str])], starts_over: bool, has_more: bool) -> ContactPage {
    let contacts = people.iter().map(|(id, emails)| person(id, emails)).collect();
    ContactPage { contacts, gone: vec![], cursor: "c".into(), has_more, starts_over }
}

/// Takes a page in and compares the addresses whose matches may have changed.
async fn take(store: &Store, connection: ConnectionId, page: ContactPage, changed: &[&str]) {
    let seen = cache(store, move |db| Ok(take_page(db, connection, &page, NOW)?)).await;
    assert_eq!(seen.iter().map(Address::as_str).collect::<Vec<_>>(), changed);
}

/// The records that an address leads to, the one it is the main address of marked with a star.
async fn check(store: &Store, text: &'static str, expected: &[&str]) {
    let found = store.cache.read(move |db| Ok(hits(db, CRM, &address(text))?)).await.expect("hits");
    let shown = |hit: &Hit| format!("{}{}", hit.record.id, if hit.primary { "*" } else { "" });
    assert_eq!(found.iter().map(shown).collect::<Vec<_>>(), expected, "{text}");
}

async fn is_complete(store: &Store) -> Option<bool> {
    store.cache.read(|db| Ok(feed(db, CRM)?.map(|f| f.complete))).await.expect("a feed")
}

#[tokio::test]
async fn a_full_listing_over_two_pages_is_the_index() {
    let (_home, store) = store();
    take(&store, CRM, page(&[("A", &["a@x.jp", "a2@x.jp"])], true, true), &["a2@x.jp", "a@x.jp"]).await;
    assert_eq!(is_complete(&store).await, Some(false));
    take(&store, CRM, page(&[("B", &["b@x.jp", "a@x.jp"])], false, false), &["a@x.jp", "b@x.jp"]).await;
    assert_eq!(is_complete(&store).await, Some(true));
    check(&store, "a@x.jp", &["A*", "B"]).await;
    check(&store, "a2@x.jp", &["A"]).await;
}

#[tokio::test]
async fn an_increment_tells_only_what_changed() {
    let (_home, store) = store();
    take(&store, CRM, page(&[("A", &["a@x.jp"]), ("B", &["b@x.jp"])], true, false), &["a@x.jp", "b@x.jp"]).await;
    take(&store, CRM, page(&[("A", &["a@x.jp"])], false, false), &[]).await;
    take(&store, CRM, page(&[("A", &["new@x.jp"])], false, false), &["a@x.jp", "new@x.jp"]).await;
    check(&store, "a@x.jp", &[]).await;
    check(&store, "new@x.jp", &["A*"]).await;
    check(&store, "b@x.jp", &["B*"]).await;
}

#[tokio::test]
async fn a_record_under_another_name_changes_what_its_mail_shows() {
    let (_home, store) = store();
    take(&store, CRM, page(&[("A", &["a@x.jp"])], true, false), &["a@x.jp"]).await;
    let mut renamed = page(&[("A", &["a@x.jp"])], false, false);
    renamed.contacts[0].name = "Another name".into();
    take(&store, CRM, renamed, &["a@x.jp"]).await;
}

#[tokio::test]
async fn a_record_of_another_company_changes_which_rules_are_about_its_mail() {
    let (_home, store) = store();
    take(&store, CRM, page(&[("A", &["a@x.jp"])], true, false), &["a@x.jp"]).await;
    let mut moved = page(&[("A", &["a@x.jp"])], false, false);
    moved.contacts[0].parent = Some(record("another company"));
    take(&store, CRM, moved.clone(), &["a@x.jp"]).await;
    take(&store, CRM, moved, &[]).await;
}

#[tokio::test]
async fn a_record_that_is_gone_frees_its_addresses() {
    let (_home, store) = store();
    take(&store, CRM, page(&[("A", &["a@x.jp"]), ("B", &["b@x.jp"])], true, false), &["a@x.jp", "b@x.jp"]).await;
    let gone = ContactPage { gone: vec![record("A"), record("never seen")], ..page(&[], false, false) };
    take(&store, CRM, gone, &["a@x.jp"]).await;
    check(&store, "a@x.jp", &[]).await;
}

#[tokio::test]
async fn a_listing_that_starts_over_removes_what_it_lacks_when_it_is_complete() {
    let (_home, store) = store();
    take(&store, CRM, page(&[("A", &["a@x.jp"]), ("B", &["b@x.jp"])], true, false), &["a@x.jp", "b@x.jp"]).await;
    take(&store, CRM, page(&[("B", &["b@x.jp"])], true, true), &[]).await;
    check(&store, "a@x.jp", &["A*"]).await;
    take(&store, CRM, page(&[("C", &["c@x.jp"])], false, false), &["a@x.jp", "c@x.jp"]).await;
    check(&store, "a@x.jp", &[]).await;
    check(&store, "b@x.jp", &["B*"]).await;
}

#[tokio::test]
async fn a_listing_broken_off_and_started_over_loses_nobody() {
    let (_home, store) = store();
    take(&store, CRM, page(&[("A", &["a@x.jp"])], true, true), &["a@x.jp"]).await;
    take(&store, CRM, page(&[("A", &["a@x.jp"])], true, true), &[]).await;
    take(&store, CRM, page(&[("B", &["b@x.jp"])], false, false), &["b@x.jp"]).await;
    check(&store, "a@x.jp", &["A*"]).await;
}

#[tokio::test]
async fn the_indexes_of_two_connections_are_apart() {
    let (_home, store) = store();
    let other = ConnectionId(2);
    take(&store, CRM, page(&[("A", &["a@x.jp"])], true, false), &["a@x.jp"]).await;
    take(&store, other, page(&[("B", &["a@x.jp"])], true, false), &["a@x.jp"]).await;
    check(&store, "a@x.jp", &["A*"]).await;
    assert!(cache(&store, move |db| Ok(forget(db, other, 1)?)).await, "there may be more");
    assert!(!cache(&store, move |db| Ok(forget(db, other, 1)?)).await, "that was all");
    check(&store, "a@x.jp", &["A*"]).await;
    assert_eq!(cache(&store, move |db| Ok((count(db, CRM)?, count(db, other)?))).await, (1, 0));
}

/// The records that are found, in their order.
async fn check_found(store: &Store, typed: &'static str, expected: &[&str]) {
    let query = Query::new(typed).unwrap_or_else(|| panic!("{typed:?}"));
    let found = store.cache.read(move |db| Ok(search(db, CRM, &query, 10)?)).await.expect("contacts");
    assert_eq!(found.iter().map(|(contact, _)| contact.record.id.as_str()).collect::<Vec<_>>(), expected, "{typed}");
}

#[tokio::test]
async fn a_contact_is_found_by_a_part_of_its_name_or_address() {
    let (_home, store) = store();
    let people = page(&[("A", &["taro@x.jp"]), ("B", &["hanako@100%.jp"]), ("C", &[])], true, false);
    cache(&store, move |db| Ok(take_page(db, CRM, &people, NOW)?)).await;
    check_found(&store, "TARO", &["A"]).await;
    check_found(&store, "name of", &["A", "B", "C"]).await;
    check_found(&store, "%", &["B"]).await;
    check_found(&store, "_", &[]).await;
}

#[tokio::test]
async fn the_best_come_first_and_a_company_finds_its_people() {
    let (_home, store) = store();
    let company = RecordRef { kind: RecordType::Company, id: "co".into() };
    let named = |id: &str, name: &str, parent: Option<&RecordRef>| Contact {
        name: name.into(),
        parent: parent.cloned(),
        ..person(id, &[])
    };
    let firm = Contact { record: company.clone(), name: "サトウ商事".into(), parent: None, ..person("co", &[]) };
    let people = vec![
        named("company's", "田中", Some(&company)),
        named("within", "いさとう", None),
        named("begins", "さとうだ", None),
        named("exact", "佐藤 さとう", None),
        named("other", "鈴木", None),
        firm,
    ];
    let listing = ContactPage { contacts: people, ..page(&[], true, false) };
    cache(&store, move |db| Ok(take_page(db, CRM, &listing, NOW)?)).await;
    check_found(&store, "satou", &["begins", "co", "exact", "within", "company's"]).await;
    check_found(&store, "さとう", &["exact", "begins", "co", "within", "company's"]).await;
    check_found(&store, "sato tanaka", &[]).await;
    check_found(&store, "satō 田中", &["company's"]).await;
}

#[tokio::test]
async fn a_record_that_was_kept_before_there_was_a_search_is_found_after_the_next_page() {
    let (_home, store) = store();
    take(&store, CRM, page(&[("A", &["a@x.jp"])], true, false), &["a@x.jp"]).await;
    cache(&store, |db| Ok(db.execute("UPDATE contact SET search = ''", [])?)).await;
    check_found(&store, "a@x.jp", &[]).await;
    take(&store, CRM, page(&[], false, false), &[]).await;
    check_found(&store, "a@x.jp", &["A"]).await;
}

#[tokio::test]
async fn a_contact_that_was_made_just_now_is_in_the_index_at_once_and_stays_until_a_whole_listing_lacks_it() {
    let (_home, store) = store();
    take(&store, CRM, page(&[("A", &["a@x.jp"])], true, false), &["a@x.jp"]).await;
    cache(&store, |db| Ok(take_one(db, CRM, &person("B", &["b@x.jp"]))?)).await;
    check(&store, "b@x.jp", &["B*"]).await;
    take(&store, CRM, page(&[], false, false), &[]).await;
    check(&store, "b@x.jp", &["B*"]).await;
    take(&store, CRM, page(&[("A", &["a@x.jp"])], true, false), &["b@x.jp"]).await;
}
