//! What the box says of itself: every kind of field, and all that a form, a check or a card can show besides.

use otomo_domain::connector::{ConnectorInfo, Field, FieldKind, Patience, RecordWords, Remark, Retraction};
use otomo_domain::contact::RecordType;
use otomo_domain::words::Words;

/// What a check remarks where nothing can be taken back.
pub const NO_TAKING_BACK: &str = "no_taking_back";

/// The drawer of somebody who names none.
pub const PRESET_DRAWER: &str = "A";

pub fn info() -> ConnectorInfo {
    let record = |kind, ja, en| RecordWords { kind, words: Words::new(ja, en) };
    ConnectorInfo {
        kind: "card_box".into(),
        name: Words::new("名刺ボックス", "Card box"),
        text: Words::new("社内の名刺を引き出しごとに管理します。", "Keeps the cards of a company in drawers."),
        beta: false,
        fields: fields(),
        retraction: Retraction::Delete,
        creates_contacts: true,
        searches: true,
        browser: false,
        relinks: true,
        patience: Patience::default(),
        records: vec![
            record(RecordType::Contact, "名刺", "Card"),
            record(RecordType::Company, "取引先カード", "Firm"),
            record(RecordType::Deal, "商談カード", "Errand"),
        ],
        notices: vec![Words::new(
            "名刺ボックスは、添付ファイルの名前だけを記録します。",
            "The box notes the names of attachments, and keeps no files.",
        )],
        captures: Words::new(
            "名刺ボックスにこのメールアドレスを登録している場合、受信メールの控えが自動で作成されます。",
            "If this mailbox is known to the card box too, the box copies what arrives by itself.",
        ),
        granted_by: Words::new("名刺ボックスの管理者", "whoever looks after the card box"),
        remarks: vec![Remark {
            key: NO_TAKING_BACK.into(),
            words: Words::new(
                "この鍵では、記録したメールを取り消せません。",
                "With this key, a mail that was logged can’t be taken back.",
            ),
        }],
    }
}

fn fields() -> Vec<Field> {
    let drawer = Field::required(
        "drawer",
        FieldKind::Text,
        Words::new("引き出し", "Drawer"),
        Words::new("大文字のアルファベット1文字です。", "One capital letter."),
    );
    vec![
        Field::required(
            "place",
            FieldKind::Folder,
            Words::new("名刺ボックスの場所", "Place of the box"),
            Words::new("box.jsonがあるフォルダーです。", "The folder with box.json in it."),
        ),
        Field::required(
            "site",
            FieldKind::Url,
            Words::new("名刺のページ（URL）", "Pages of the cards (URL)"),
            Words::new("https://で始まるアドレスです。", "An address that begins with https://."),
        ),
        Field { required: false, preset: PRESET_DRAWER.into(), ..drawer },
        Field::required(
            "key",
            FieldKind::Secret,
            Words::new("ボックスの鍵", "Key of the box"),
            Words::new("管理者から受け取った鍵です。", "You have it from whoever looks after the box."),
        ),
    ]
}
