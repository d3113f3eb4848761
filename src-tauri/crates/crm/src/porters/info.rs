//! What the card, the form and the wizard say.

use std::time::Duration;

use otomo_domain::connector::{ConnectorInfo, Field, FieldKind, Patience, RecordWords, Remark, Retraction};
use otomo_domain::contact::RecordType;
use otomo_domain::words::Words;

use crate::registry::BETA;

/// The host that customers share; some have one of their own.
const HOST: &str = "https://api-hrbc-jp.porterscloud.com";

/// A check found that memos cannot be searched.
pub const MEMOS_UNSEARCHABLE: &str = "memos_unsearchable";

pub(crate) fn info() -> ConnectorInfo {
    ConnectorInfo {
        kind: "porters".into(),
        name: Words::new("PORTERS HRBC", "PORTERS HRBC"),
        text: Words::new(
            "メールを求職者・企業担当者・企業のアクティビティとして登録します（Connect API）。",
            "Logs mail as activities of candidates, client contacts and clients (Connect API).",
        ),
        beta: true,
        fields: fields(),
        retraction: Retraction::None,
        creates_contacts: false,
        searches: true,
        browser: false,
        // The record of an activity may be exchanged as far as is documented; that of its files may not.
        relinks: false,
        // Nothing says how soon an activity can be read; a second look costs one call.
        patience: Patience { tries: 2, span: Duration::from_secs(300) },
        records: vec![
            words(RecordType::Candidate, "求職者", "Candidate"),
            words(RecordType::Contact, "企業担当者", "Client contact"),
            words(RecordType::Company, "企業", "Client"),
            words(RecordType::Deal, "求人", "Job"),
        ],
        notices: notices(),
        captures: Words::new(
            "このメールボックスをHRBCのメール連携にも登録している場合、HRBCは受信トレイのメールをすべて取り込みます。シェアするメールをOtomoで選ぶには、HRBC側のメール連携を停止してください。",
            "If this mailbox is also connected to HRBC itself, HRBC takes in the whole inbox. To choose in Otomo what is shared, stop that in HRBC.",
        ),
        granted_by: Words::new("PORTERSの管理者", "your administrator of PORTERS"),
        remarks: vec![Remark {
            key: MEMOS_UNSEARCHABLE.into(),
            words: Words::new(
                "このHRBCではアクティビティのメモを検索できません。同僚が別のレコードに登録した同じメールは見つからず、二件になることがあります。キー用の項目（Activity.U_…）を作って設定に入れると見つかります。",
                "The memos of activities cannot be searched here: the same mail, logged by a colleague at another record, is not found, and there may be two. With a field of your own for the key (Activity.U_…) in the settings it is found.",
            ),
        }],
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
        Field {
            required: false,
            ..text(
                "mark_field",
                Words::new("キー用のアクティビティ項目（Alias）", "Field of activities for the key (alias)"),
                Words::new(
                    "Activity.U_… の一行テキスト項目（64 文字以上）を作ると、登録済みのメールを確実に探せます。空欄ならメモの目印で探します。",
                    "With a text field Activity.U_… of 64 characters or more, a mail that is logged is found for certain. Left empty, it is found by a mark in the memo.",
                ),
            )
        },
    ]
}

fn notices() -> Vec<Words> {
    vec![
        BETA,
        Words::new(
            "Connect API を使うコンピューターは PORTERS への申請が必要です。登録のないアドレスからは接続できません（コード 406）。その場合は、会社の固定グローバル IP アドレスを実行環境として追加するよう PORTERS に申請し、社外では VPN で接続してください。",
            "PORTERS must know the computers that use the Connect API: others are refused (code 406). Then ask PORTERS to add your company's fixed public IP address as the place where the app runs, and connect through the company's VPN from elsewhere.",
        ),
        Words::new(
            "API の呼び出しは一件ずつ課金の対象です（契約により月 15 万件まで定額など）。目安: 連絡先の更新は 15 分ごとに 4 件（変更 200 件ごとに 1 件追加）、サインインは 1 時間に約 4 件、シェアは 1 通につき 3～4 件と添付ファイルごとに 1 件、検索は 4 件、求人の表示は 1～3 件。実際の件数はログに残ります。",
            "Every call of the API is billed (often flat up to 150,000 a month). About: 4 for an update of contacts every 15 minutes, 1 more for each 200 changes; 4 an hour for signing in; 3 or 4 for a shared mail and 1 for each file; 4 for a search; 1 to 3 to show jobs. What was called stands in the log.",
        ),
        Words::new(
            "API に削除はありません。登録したメールを取り消すには HRBC で削除してください。",
            "The API cannot delete: to take a mail back, delete it in HRBC.",
        ),
        Words::new(
            "HRBC には重複を防ぐ仕組みがありません。登録の前に目印で探すので、同僚が登録済みのメールはそのまま使います（書き換えません）。二人が同時に登録すると二件になることがあります。",
            "HRBC has nothing that keeps doubles out. A mail is looked for by its mark before it is logged, so what a colleague logged is used as it is, and never changed. If two log it at one moment, there may be two.",
        ),
        Words::new(
            "メールは選んだ最初のレコードに登録し、ほかのレコードの番号はメモに書きます。長い本文は途中まで登録します。",
            "A mail is logged at the first record chosen; the numbers of the others stand in the memo. A long text is cut.",
        ),
        Words::new(
            "添付ファイルはそのレコードに付き、そこを見られる人全員に見えます（10 MB まで。txt, html, pdf, Office, gif, jpg, png, bmp のみ）。本文の後に登録するので、ファイルだけが拒否されるとアクティビティは残ります。その場合は送信キューでお知らせします。",
            "Files are put to the record, where everybody sees them who sees the record (10 MB; txt, html, pdf, Office, gif, jpg, png, bmp only). They follow the text: where a file is refused, the activity stays, and the queue says so.",
        ),
    ]
}
