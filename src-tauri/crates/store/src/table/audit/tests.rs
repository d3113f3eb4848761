use super::*;
use crate::fixture::{NOW, ledger, mail, store};
use otomo_domain::account::ConnectionId;
use otomo_domain::review::State;
use otomo_domain::rules::Origin;

/// From now on the trace takes nothing.
pub(crate) fn refuse_new_rows(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT raise(ABORT, 'full'); END;")
}

fn entry(act: &str) -> Entry {
    Entry {
        at: NOW,
        connection: ConnectionId(1),
        mail: mail("a").id,
        act: act.into(),
        from: State::Pending,
        to: State::Private,
        origin: Origin::User,
        detail: serde_json::Value::Null,
    }
}

/// Checks a trace of three rows after somebody with the key has run `sql` on it.
async fn check(sql: &'static str, broken_at: Option<usize>) {
    let (_home, store) = store();
    let verdict = ledger(&store, move |db| {
        for act in ["share", "release", "lease"] {
            append(db, &entry(act))?;
        }
        db.execute_batch("DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_shortened;")?;
        db.execute_batch(sql)?;
        Ok(verify(db)?)
    });
    assert_eq!(verdict.await.broken_at, broken_at, "{sql}");
}

#[tokio::test]
async fn rows_cannot_be_changed_or_removed() {
    let (_home, store) = store();
    ledger(&store, |db| Ok(append(db, &entry("share"))?)).await;
    for sql in ["UPDATE audit SET entry = '{}'", "UPDATE audit SET seq = 9", "DELETE FROM audit"] {
        let refused = store.ledger.write(move |db| Ok(db.execute_batch(sql)?)).await;
        assert!(refused.as_ref().is_err_and(|e| e.to_string().contains("audit rows are never")), "{sql}: {refused:?}");
    }
    assert_eq!(ledger(&store, |db| Ok(verify(db)?)).await.rows, 1);
}

#[tokio::test]
async fn whoever_gets_past_the_triggers_is_found_out() {
    check("", None).await;
    check("UPDATE audit SET entry = replace(entry, 'release', 'delivered') WHERE seq = 2", Some(2)).await;
    check("UPDATE audit SET seal = zeroblob(32) WHERE seq = 3", Some(3)).await;
    check("DELETE FROM audit WHERE seq = 1", Some(1)).await;
    check("DELETE FROM audit WHERE seq = 2", Some(2)).await;
}

#[tokio::test]
async fn a_trace_that_was_cut_at_its_end_has_another_head() {
    let (_home, store) = store();
    let heads = ledger(&store, |db| {
        append(db, &entry("share"))?;
        let first = verify(db)?.head;
        append(db, &entry("release"))?;
        Ok((GENESIS, first, verify(db)?.head))
    });
    let (genesis, first, second) = heads.await;
    assert!(genesis != first && first != second);
}

#[tokio::test]
async fn the_trace_of_one_mail_is_told_in_its_order() {
    let (_home, store) = store();
    let found = ledger(&store, |db| {
        let other = Entry { mail: mail("b").id, ..entry("share") };
        let elsewhere = Entry { connection: ConnectionId(2), ..entry("share") };
        for entry in [entry("share"), other, elsewhere, entry("release")] {
            append(db, &entry)?;
        }
        Ok(of_mail(db, ConnectionId(1), &mail("a").id)?)
    });
    let told: Vec<_> = found.await.into_iter().map(|(seq, entry)| (seq, entry.act)).collect();
    assert_eq!(told, [(1, "share".to_owned()), (4, "release".to_owned())]);
}

#[tokio::test]
async fn the_trace_is_read_a_piece_at_a_time_and_its_seals_follow_from_its_texts() {
    let (_home, store) = store();
    let rows = ledger(&store, |db| {
        for act in ["share", "release", "lease"] {
            append(db, &entry(act))?;
        }
        let mut rows = after(db, 0, 2)?;
        rows.extend(after(db, 2, 2)?);
        Ok(rows)
    });
    let rows = rows.await;
    assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [1, 2, 3]);
    let sealed = |previous: Digest, row: &Sealed| seal(&previous, &row.entry);
    assert_eq!(rows.iter().fold(GENESIS, sealed), rows[2].seal);
}
