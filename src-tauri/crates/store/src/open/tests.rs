use std::fs;
use std::path::Path;

use super::*;
use crate::fixture::{cache, key, ledger, mail, store};
use crate::table::{mail as mails, setting};

/// Puts a value into the ledger and a mail into the cache, and closes both.
async fn filled(home: &Path) {
    let store = Store::open(home, &key('a')).expect("a fresh store");
    ledger(&store, |db| Ok(setting::set(db, "colour", "blue")?)).await;
    cache(&store, |db| crate::fixture::add_mail(db, &mail("one")).map(drop)).await;
}

async fn colour(store: &Store) -> Option<String> {
    store.ledger.read(|db| Ok(setting::get(db, "colour")?)).await.expect("a value")
}

async fn mail_count(store: &Store) -> i64 {
    store.cache.read(|db| Ok(mails::count(db)?)).await.expect("a count")
}

/// Writes noise over a file from `at` on.
fn damage(path: &Path, at: usize) {
    let mut bytes = fs::read(path).expect("a database");
    bytes.iter_mut().skip(at).zip(0u8..=255).for_each(|(byte, noise)| *byte = noise.wrapping_mul(37) ^ 0x5a);
    fs::write(path, bytes).expect("noise");
}

#[tokio::test]
async fn what_was_kept_is_there_after_opening_again() {
    let home = tempfile::tempdir().expect("a folder");
    filled(home.path()).await;
    let again = Store::open(home.path(), &key('a')).expect("open again");
    assert_eq!((colour(&again).await.as_deref(), mail_count(&again).await), (Some("blue"), 1));
}

#[tokio::test]
async fn a_wrong_key_is_said_to_be_one_and_changes_nothing() {
    let home = tempfile::tempdir().expect("a folder");
    filled(home.path()).await;
    let files = || ["ledger.db", "cache.db"].map(|name| fs::read(home.path().join(name)).expect("a database"));
    let before = files();
    let refused = Store::open(home.path(), &key('b')).map(drop);
    assert!(matches!(&refused, Err(StoreFault::WrongKey(name)) if name == "ledger.db"), "{refused:?}");
    assert!(files() == before, "the files are as they were");
    assert!(!home.path().join("cache.db.damaged").exists());
    Store::open(home.path(), &key('a')).expect("the right key still opens it");
}

#[tokio::test]
async fn nothing_of_a_mail_stands_readable_in_the_files() {
    let home = tempfile::tempdir().expect("a folder");
    let store = Store::open(home.path(), &key('a')).expect("a fresh store");
    ledger(&store, |db| Ok(setting::set(db, "colour", "CANARY-LEDGER")?)).await;
    cache(&store, |db| crate::fixture::add_mail(db, &mail("CANARY-CACHE")).map(drop)).await;
    for entry in fs::read_dir(home.path()).expect("a folder") {
        let path = entry.expect("a file").path();
        let bytes = fs::read(&path).expect("its bytes");
        assert!(!bytes.windows(7).any(|w| w == b"CANARY-"), "{}", path.display());
    }
}

#[tokio::test]
async fn a_damaged_cache_is_set_aside_and_made_anew_and_decisions_stay() {
    let home = tempfile::tempdir().expect("a folder");
    filled(home.path()).await;
    damage(&home.path().join("cache.db"), 0);
    let again = Store::open(home.path(), &key('a')).expect("open again");
    assert_eq!((colour(&again).await.as_deref(), mail_count(&again).await), (Some("blue"), 0));
    assert!(home.path().join("cache.db.damaged").exists());
}

#[tokio::test]
async fn a_damaged_ledger_is_left_for_somebody_who_can_mend_it() {
    let home = tempfile::tempdir().expect("a folder");
    filled(home.path()).await;
    let path = home.path().join("ledger.db");
    damage(&path, 0);
    let before = fs::read(&path).expect("a database");
    assert!(Store::open(home.path(), &key('a')).is_err());
    assert!(fs::read(&path).expect("a database") == before);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_and_kept() {
    for name in ["ledger.db", "cache.db"] {
        let home = tempfile::tempdir().expect("a folder");
        filled(home.path()).await;
        let key = key('a');
        let file = File { path: home.path().join(name), key: &key, synchronous: "FULL" };
        let newer = file.connect(OpenFlags::SQLITE_OPEN_READ_WRITE).expect("open by hand");
        newer.pragma_update(None, "user_version", 1000).expect("raise the version");
        drop(newer);
        let refused = Store::open(home.path(), &key).map(drop);
        assert!(matches!(&refused, Err(StoreFault::NewerSchema(refused)) if refused == name), "{refused:?}");
        assert!(!home.path().join("cache.db.damaged").exists());
    }
}

#[tokio::test]
async fn readers_cannot_write() {
    let (_home, store) = store();
    assert!(store.ledger.read(|db| Ok(setting::set(db, "colour", "red")?)).await.is_err());
    assert!(store.cache.read(|db| crate::fixture::add_mail(db, &mail("one"))).await.is_err());
}

#[tokio::test]
async fn the_files_are_as_safe_as_they_promise() {
    let (_home, store) = store();
    let pragmas = |db: &rusqlite::Transaction<'_>| {
        let number = |name| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let journal: String = db.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        Ok((journal, number("synchronous")?, number("fullfsync")?, number("secure_delete")?, number("foreign_keys")?))
    };
    assert_eq!(ledger(&store, pragmas).await, ("wal".into(), 2, 1, 1, 1), "FULL");
    assert_eq!(cache(&store, pragmas).await, ("wal".into(), 1, 1, 1, 1), "NORMAL");
}

#[tokio::test]
async fn a_failed_write_is_as_if_it_had_never_been() {
    let (_home, store) = store();
    let failed = store.ledger.write(|db| {
        setting::set(db, "colour", "red")?;
        Err::<(), _>(StoreFault::Missing)
    });
    assert!(failed.await.is_err());
    let broken = store.ledger.write::<(), _>(|db| {
        setting::set(db, "colour", "green")?;
        panic!("in the middle")
    });
    assert!(broken.await.is_err());
    assert_eq!(colour(&store).await, None);
    ledger(&store, |db| Ok(setting::set(db, "colour", "blue")?)).await;
    assert_eq!(colour(&store).await.as_deref(), Some("blue"), "the writer goes on after a panic");
}

#[tokio::test]
async fn a_cache_that_is_written_does_not_hold_the_ledger_up() {
    let (_home, store) = store();
    let (holding, held) = std::sync::mpsc::channel();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let busy = store.cache.clone();
    let writing = tokio::spawn(async move {
        let work = busy.write(move |db| {
            crate::fixture::add_mail(db, &mail("one"))?;
            holding.send(()).expect("somebody waits");
            released.recv().expect("an end");
            Ok(())
        });
        work.await
    });
    tokio::task::spawn_blocking(move || held.recv()).await.expect("a wait").expect("it holds the cache");
    ledger(&store, |db| Ok(setting::set(db, "colour", "blue")?)).await;
    release.send(()).expect("it still holds the cache");
    writing.await.expect("a task").expect("a mail");
}

#[tokio::test]
async fn the_cache_cannot_write_the_ledger() {
    let (_home, store) = store();
    let write = store.cache.write(|db| Ok(setting::set(db, "colour", "red")?));
    assert!(write.await.is_err(), "it is attached for reading");
    assert_eq!(colour(&store).await, None);
}
