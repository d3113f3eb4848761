//! The history as a table.

use otomo_domain::rules::Origin;
use otomo_domain::time::Timestamp;
use serde_json::Value;

use super::super::queue::QueueRow;
use crate::words::said;

/// The columns, by the stems of their words.
const COLUMNS: [&str; 11] =
    ["when", "state", "by", "name", "address", "subject", "records", "level", "payload", "remote_id", "remote_url"];

pub fn head(japanese: bool) -> Vec<String> {
    COLUMNS.iter().map(|column| said(&format!("export_{column}"), japanese)).collect()
}

/// A row under [`head`]; `wall` writes a time.
pub fn row(row: QueueRow, japanese: bool, wall: impl Fn(Timestamp) -> String) -> Vec<String> {
    let (name, address) = row.who.map(|who| (who.name, who.address.to_string())).unwrap_or_default();
    let (remote_id, remote_url) = row.remote.map(|remote| (remote.id, remote.url)).unwrap_or_default();
    let level = row.choice.map(|choice| said(&format!("level_{}", word(&choice.level)), japanese));
    vec![
        wall(row.changed_at),
        said(&format!("state_{}", word(&row.state)), japanese),
        row.origin.map(|origin| said(by(&origin), japanese)).unwrap_or_default(),
        name,
        address,
        row.subject,
        row.records.join(", "),
        level.unwrap_or_default(),
        row.payload_sha256.map(|digest| digest.to_string()).unwrap_or_default(),
        remote_id,
        remote_url.unwrap_or_default(),
    ]
}

/// The word that a value has in JSON.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn by(origin: &Origin) -> &'static str {
    match origin {
        Origin::User => "export_by_rep",
        Origin::Rule(_) => "origin_rule",
        Origin::Policy => "origin_policy",
        Origin::Mode(_) => "origin_mode",
        Origin::Thread => "origin_thread",
        Origin::Engine => "origin_engine",
    }
}

#[cfg(test)]
mod tests {
    use otomo_domain::address::{Address, Person};
    use otomo_domain::connector::RemoteMail;
    use otomo_domain::digest::Digest;
    use otomo_domain::mail::MailKey;
    use otomo_domain::payload::{Choice, Level};
    use otomo_domain::review::State;

    use super::*;

    fn logged() -> QueueRow {
        let address = Address::parse("client@x.jp").unwrap_or_else(|| panic!("an address"));
        QueueRow {
            id: 1,
            connection: 1,
            key: MailKey::of_message_id("<1@x.jp>"),
            state: State::Logged,
            rev: 3,
            mail: None,
            who: Some(Person { address, name: "=田中".into() }),
            outgoing: false,
            records: vec!["田中".into(), "サンプル商事".into()],
            subject: "お見積り, 再送".into(),
            choice: Some(Choice { level: Level::Subject, ..Choice::default() }),
            payload_sha256: Some(Digest::of(b"payload")),
            release_at: None,
            retract_after: false,
            decision_id: None,
            origin: Some(Origin::Rule(4)),
            returned: None,
            attempt: 0,
            next_attempt_at: None,
            error: None,
            remote: Some(RemoteMail { id: "M-1".into(), url: Some("https://crm/M-1".into()), already_known: false }),
            changed_at: Timestamp::from_secs(0),
            deeds: vec![],
        }
    }

    fn check(japanese: bool, expected: &str) {
        let table = otomo_engine::export::table([head(japanese), row(logged(), japanese, |at| at.to_rfc3339())])
            .unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(
            table,
            expected
                .replace("DIGEST", &Digest::of(b"payload").to_string())
                .replace("BY", &said("origin_rule", japanese))
        );
    }

    #[test]
    fn a_decision_is_told_in_the_persons_language_and_harmless_to_a_spreadsheet() {
        check(
            false,
            "When,State,Decided by,Other side,Email address,Subject,Records,Share level,Payload SHA-256,ID in the CRM,\
             Page in the CRM\r\n1970-01-01T00:00:00Z,Shared,BY,'=田中,client@x.jp,\"お見積り, 再送\",\
             \"田中, サンプル商事\",Up to the subject,DIGEST,M-1,https://crm/M-1\r\n",
        );
        check(
            true,
            "日時,状態,決めた人・ルール,相手,メールアドレス,件名,紐付け先,シェアの範囲,送信内容のSHA-256,CRMでのID,\
             CRMのページ\r\n1970-01-01T00:00:00Z,シェア済み,BY,'=田中,client@x.jp,\"お見積り, 再送\",\
             \"田中, サンプル商事\",件名まで,DIGEST,M-1,https://crm/M-1\r\n",
        );
    }

    #[test]
    fn every_column_every_state_and_whoever_decided_has_words() {
        let by = [Origin::User, Origin::Rule(1), Origin::Policy, Origin::Mode(1), Origin::Thread, Origin::Engine];
        let states = super::super::HISTORY.map(|state| format!("state_{}", word(&state)));
        let levels = [Level::Metadata, Level::Subject, Level::Full].map(|level| format!("level_{}", word(&level)));
        let columns = COLUMNS.map(|column| format!("export_{column}"));
        let keys = by.iter().map(|origin| super::by(origin).to_owned()).chain(states).chain(levels).chain(columns);
        let missing: Vec<String> =
            keys.filter(|key| said(key, true).is_empty() || said(key, false).is_empty()).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
