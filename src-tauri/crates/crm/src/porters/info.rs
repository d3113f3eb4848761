//! What the card, the form and the wizard say.

use std::time::Duration;

use otomo_domain::connector::{ConnectorInfo, Field, FieldKind, Patience, RecordWords, Retraction};
use otomo_domain::contact::RecordType;
use otomo_domain::words::Words;

/// The host that customers share; some have one of their own.
const HOST: &str = "https://api-hrbc-jp.porterscloud.com";

pub(crate) fn info() -> ConnectorInfo {
    ConnectorInfo {
        kind: "porters".into(),
        name: Words::new("PORTERS HRBC（ベータ）", "PORTERS HRBC (beta)"),
        text: Words::new(
            "メールを求職者・企業担当者・企業のアクティビティとして登録します（Connect API）。",
            "Logs mail as activities of candidates, client contacts and clients (Connect API).",
        ),
        fields: fields(),
        retraction: Retraction::None,
        creates_contacts: false,
        searches: false,
        browser: false,
        relinks: false,
        // Nothing says how soon an activity can be read; a second look costs one call.
        patience: Patience { tries: 2, span: Duration::from_secs(300) },
        records: vec![
            words(RecordType::Candidate, "求職者", "Candidate"),
            words(RecordType::Contact, "企業担当者", "Client contact"),
            words(RecordType::Company, "企業", "Client"),
        ],
        notices: notices(),
        captures: Words::new(
            "このメールボックスをHRBCのメール連携にも登録している場合、HRBCは受信トレイのメールをすべて取り込みます。シェアするメールをOtomoで選ぶには、HRBC側のメール連携を停止してください。",
            "If this mailbox is also connected to HRBC itself, HRBC takes in the whole inbox. To choose in Otomo what is shared, stop that in HRBC.",
        ),
        granted_by: Words::new("PORTERSの管理者", "your administrator of PORTERS"),
        remarks: vec![],
    }
}

fn words(kind: RecordType, ja: &'static str, en: &'static str) -> RecordWords {
    RecordWords { kind, words: Words::new(ja, en) }
}

fn fields() -> Vec<Field> {
    let text = |name, label, hint| Field::required(name, FieldKind::Text, label, hint);
    vec![
        Field {
            preset: HOST.into(),
            ..Field::required(
                "host",
                FieldKind::Url,
                Words::new("API のホスト", "Host of the API"),
                Words::new("App ID と一緒に届いたホストです。", "The host that came with the App ID."),
            )
        },
        text(
            "app_id",
            Words::new("App ID", "App ID"),
            Words::new(
                "Connect API（有償オプション）の App ID。先に一度、ブラウザーでアクセス権を付与してください。",
                "The App ID of the Connect API, a paid option. Its access has to be granted once in a browser before.",
            ),
        ),
        Field::required(
            "secret",
            FieldKind::Secret,
            Words::new("App Secret", "App Secret"),
            Words::new("App ID と一緒に届いた Secret です。", "The secret that came with the App ID."),
        ),
        text(
            "user",
            Words::new("HRBC のユーザー ID（メールアドレス）", "Your user ID in HRBC (a mail address)"),
            Words::new("アクティビティの所有者になります。", "It becomes the owner of the activities."),
        ),
        Field {
            required: false,
            ..text(
                "partition",
                Words::new("Partition ID", "Partition ID"),
                Words::new("空欄なら自動で調べます。", "Left empty, it is found."),
            )
        },
    ]
}

fn notices() -> Vec<Words> {
    vec![
        Words::new(
            "ベータ版です。公開資料だけをもとに作られ、実際の HRBC ではまだ試されていません。",
            "This is a beta. It was made from public documents alone and has never been run against a live HRBC.",
        ),
        Words::new(
            "Connect API を使うコンピューターは PORTERS への申請が必要です。登録のないアドレスからは接続できません（コード 406）。",
            "PORTERS must know the computers that use the Connect API: others are refused (code 406).",
        ),
        Words::new(
            "API に削除はありません。登録したメールを取り消すには HRBC で削除してください。",
            "The API cannot delete: to take a mail back, delete it in HRBC.",
        ),
        Words::new(
            "HRBC には重複を防ぐ仕組みがありません。このコンピューターからは一度だけ登録しますが、同じメールをほかの人も登録すると二件になります。",
            "HRBC has nothing that keeps doubles out. This computer logs a mail once; if a colleague shares the same mail, there are two.",
        ),
        Words::new(
            "メールは選んだ最初のレコードに登録し、ほかのレコードの番号はメモに書きます。長い本文は途中まで登録します。",
            "A mail is logged at the first record chosen; the numbers of the others stand in the memo. A long text is cut.",
        ),
        Words::new(
            "添付ファイルはそのレコードに付き、そこを見られる人全員に見えます（10 MB まで。txt, html, pdf, Office, gif, jpg, png, bmp のみ）。",
            "Files are put to the record, where everybody sees them who sees the record (10 MB; txt, html, pdf, Office, gif, jpg, png, bmp only).",
        ),
    ]
}
