//! People and companies, page by page.

use std::time::Duration;

use otomo_domain::connector::ContactPage;
use otomo_domain::contact::RecordType;

use super::super::world::World;
use super::world::Hrbc;

/// Reads the list to its end.
async fn read(world: &Hrbc, mut cursor: Option<String>) -> (Vec<ContactPage>, String) {
    let mut pages = Vec::new();
    loop {
        let page = world.crm().contacts(cursor.as_deref()).await.unwrap();
        let (next, more) = (page.cursor.clone(), page.has_more);
        cursor = Some(next.clone());
        pages.push(page);
        if !more {
            return (pages, next);
        }
    }
}

fn ids(pages: &[ContactPage]) -> Vec<&str> {
    pages.iter().flat_map(|page| &page.contacts).map(|contact| contact.record.id.as_str()).collect()
}

#[tokio::test]
async fn people_of_three_resources_and_companies_are_listed_by_their_own_names() {
    let world = Hrbc::start().await;
    world.server.put("client", 12, &[("P_Name", "㈱サンプル")]);
    world.server.put("candidate", 7, &[("P_Name", "髙橋 花子①㈱ & <co>"), ("P_Mail", "Hanako@X.jp")]);
    world.server.put("recruiter", 7, &[("P_Name", "B"), ("P_MobileMail", "b@m.jp"), ("P_Client", "12")]);
    world.server.put("contact", 7, &[("P_Name", "C"), ("P_Mail", "c@x.jp"), ("P_MobileMail", "c@m.jp")]);
    let (pages, _) = read(&world, None).await;
    let contacts: Vec<_> = pages.iter().flat_map(|page| &page.contacts).collect();
    assert_eq!(ids(&pages), ["client/12", "candidate/7", "recruiter/7", "contact/7"]);
    let kinds: Vec<_> = contacts.iter().map(|contact| contact.record.kind).collect();
    assert_eq!(kinds, [RecordType::Company, RecordType::Candidate, RecordType::Contact, RecordType::Contact]);
    assert_eq!((contacts[1].name.as_str(), contacts[1].emails[0].as_str()), ("髙橋 花子①㈱ & <co>", "hanako@x.jp"));
    assert_eq!(contacts[2].parent.as_ref(), Some(&contacts[0].record));
    assert_eq!(contacts[3].emails.len(), 2);
}

#[tokio::test]
async fn an_import_of_many_people_in_one_second_comes_whole() {
    let world = Hrbc::start().await;
    world.server.change(|inside| {
        for id in 1..=850 {
            inside.tenant.put("candidate", id, &[("P_Name", "A")], 1_795_000_000_000);
        }
    });
    let (pages, _) = read(&world, None).await;
    let all: std::collections::BTreeSet<_> = ids(&pages).into_iter().collect();
    assert_eq!(all.len(), 850);
}

#[tokio::test]
async fn a_refresh_costs_four_reads_where_nothing_changed() {
    let world = Hrbc::start().await;
    for resource in ["client", "candidate", "recruiter", "contact"] {
        world.server.put(resource, 1, &[("P_Name", "A")]);
    }
    world.server.advance(Duration::from_secs(600));
    let (_, cursor) = read(&world, None).await;
    let before = world.server.billed();
    let (pages, _) = read(&world, Some(cursor)).await;
    assert_eq!((pages.len(), ids(&pages).len(), world.server.billed() - before), (1, 0, 4));
}

#[tokio::test]
async fn a_change_in_the_second_of_the_last_listing_is_not_lost() {
    let world = Hrbc::start().await;
    world.server.put("candidate", 1, &[("P_Name", "A")]);
    let (_, cursor) = read(&world, None).await;
    let at = world.server.now().0 - 1_000;
    world.server.change(|inside| inside.tenant.put("candidate", 2, &[("P_Name", "B")], at));
    let (pages, _) = read(&world, Some(cursor)).await;
    assert!(ids(&pages).contains(&"candidate/2"));
}

#[tokio::test]
async fn somebody_deleted_is_told_of_and_after_ninety_days_everything_is_listed_anew() {
    let world = Hrbc::start().await;
    for id in [1, 2] {
        world.server.put("candidate", id, &[("P_Name", "A")]);
    }
    let (_, cursor) = read(&world, None).await;
    world.server.delete("candidate", 1);
    let (pages, _) = read(&world, Some(cursor.clone())).await;
    let gone: Vec<_> = pages.iter().flat_map(|page| &page.gone).map(|record| record.id.as_str()).collect();
    assert_eq!((gone, pages[0].starts_over), (vec!["candidate/1"], false));

    world.server.advance(Duration::from_secs(100 * 24 * 3600));
    let (pages, _) = read(&world, Some(cursor)).await;
    assert!(pages[0].starts_over && pages[1..].iter().all(|page| !page.starts_over));
    assert_eq!(ids(&pages), ["candidate/2"]);
}
