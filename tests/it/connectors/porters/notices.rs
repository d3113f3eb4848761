//! What the form says before anybody connects, held against what is done.

use std::time::Duration;

use super::super::world::World;
use super::world::{Hrbc, sample};

/// The notice with these words; it is there in both languages.
fn check_said(world: &Hrbc, japanese: &str, english: &str) {
    let notices = world.crm().describe().notices;
    let said = notices.iter().filter(|notice| notice.ja.contains(japanese) && notice.en.contains(english));
    assert_eq!(said.count(), 1, "{japanese}: {english}");
}

#[tokio::test]
async fn it_says_what_it_is_and_what_has_to_be_asked_for() {
    let world = Hrbc::start().await;
    check_said(&world, "ベータ版です", "This is a beta");
    check_said(&world, "コード 406", "code 406");
    check_said(&world, "取り消すには HRBC で削除", "delete it in HRBC");
    check_said(&world, "アクティビティは残ります", "the activity stays");
}

#[tokio::test]
async fn a_mail_a_search_and_an_update_cost_what_is_said() {
    let world = Hrbc::start().await;
    check_said(&world, "1 通につき 3～4 件と添付ファイルごとに 1 件", "3 or 4 for a shared mail and 1 for each file");
    check_said(&world, "連絡先の更新は 15 分ごとに 4 件", "4 for an update of contacts every 15 minutes");
    check_said(&world, "検索は 4 件", "4 for a search");
    world.crm().check().await.unwrap();
    let mut before = world.server.billed();
    let mut costs = || {
        let billed = world.server.billed();
        billed - std::mem::replace(&mut before, billed)
    };
    sample("<1@x.jp>").deliver(world.crm()).await.unwrap();
    assert_eq!(costs(), 3);
    let with_files = sample("<2@x.jp>").with_file("a.pdf", b"%PDF").with_file("b.pdf", b"%PDF-2");
    with_files.deliver(world.crm()).await.unwrap();
    assert_eq!(costs(), 4 + 2);
    world.crm().contacts(None).await.unwrap();
    costs();
    world.crm().search("Anna").await.unwrap();
    assert_eq!(costs(), 4);
}

#[tokio::test]
async fn signing_in_costs_no_more_than_is_said() {
    let world = Hrbc::start().await;
    check_said(&world, "サインインは 1 時間に約 4 件", "4 an hour for signing in");
    let mail = sample("<1@x.jp>");
    for _ in 0..60 {
        world.crm().find_logged(mail.sought()).await.unwrap();
        world.server.advance(Duration::from_secs(600));
    }
    let signing_in = world.server.count("GET /oauth") + world.server.count("POST /token");
    assert!((20..=40).contains(&signing_in), "{signing_in} in ten hours");
}
