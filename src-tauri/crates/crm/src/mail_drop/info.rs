//! What the connector says of itself.

use otomo_domain::connector::{ConnectorInfo, Field, FieldKind, Patience, Remark, Retraction};
use otomo_domain::words::Words;

/// The remark of an account that can't hand on what the rep sent.
pub const ONLY_RECEIVED: &str = "only_received";

pub fn info() -> ConnectorInfo {
    ConnectorInfo {
        kind: "mail_drop".into(),
        name: Words::new("CRMのメールアドレス", "A CRM's e-mail address"),
        text: Words::new(
            "CRMのBCC用・転送用アドレスにメールを送って記録します（HubSpot、Pipedrive、Salesforce、Zoho、Odooなど）。APIは使用しません。",
            "Logs mail by sending it to the CRM's BCC or forwarding address (HubSpot, Pipedrive, Salesforce, Zoho, Odoo and more). No API is used.",
        ),
        beta: false,
        fields: fields(),
        retraction: Retraction::None,
        creates_contacts: true,
        searches: false,
        browser: false,
        relinks: false,
        patience: Patience::default(),
        records: vec![],
        notices: notices(),
        captures: Words::new(
            "このメールボックスがCRMにも直接接続されていると、同じメールが二重に記録されることがあります。",
            "If the CRM is connected to this mailbox too, it may log the same mail a second time.",
        ),
        granted_by: Words::default(),
        remarks: vec![Remark {
            key: ONLY_RECEIVED.into(),
            words: Words::new(
                "このアカウントはMicrosoft Graphで送信するため、自分が送ったメールは記録できません。受信したメールだけを記録します。",
                "This account sends through Microsoft Graph, so mail that you sent can't be logged this way. Received mail can.",
            ),
        }],
    }
}

fn fields() -> Vec<Field> {
    let optional = |field: Field| Field { required: false, ..field };
    vec![
        Field::required(
            "address",
            FieldKind::Text,
            Words::new("CRMのBCC用アドレス", "The CRM's BCC address"),
            Words::new(
                "CRMの設定画面にある、メール記録用の自分専用アドレスです。",
                "Your own address for logging mail, as the CRM's settings show it.",
            ),
        ),
        optional(Field::required(
            "forward",
            FieldKind::Text,
            Words::new("CRMの転送用アドレス", "The CRM's forwarding address"),
            Words::new(
                "受信したメールの送り先です。空欄の場合は、BCC用アドレスに送ります。",
                "Where received mail goes. Left empty, it goes to the BCC address.",
            ),
        )),
        optional(Field::required(
            "account",
            FieldKind::Text,
            Words::new("送信に使うアカウント", "Account that sends"),
            Words::new(
                "接続済みのメールアドレスです。CRMのユーザーとして登録されている必要があります。空欄の場合は、送信できる最初のアカウントを使用します。",
                "The address of a connected account, known to the CRM as yours. Left empty, the first account that sends is used.",
            ),
        )),
        Field::required(
            "contacts",
            FieldKind::Folder,
            Words::new("連絡先のフォルダー", "Folder with contacts"),
            Words::new(
                "CRMから書き出した連絡先を、contacts.csvまたはvCardファイル（.vcf）としてこのフォルダーに置いてください。照合はこのパソコンの中だけで行います。",
                "Put the contacts that you exported from the CRM there, as contacts.csv or vCard files (.vcf). They are matched on this computer only.",
            ),
        ),
    ]
}

fn notices() -> Vec<Words> {
    vec![
        Words::new(
            "一方通行です。CRMに記録されたかどうかは確認できず、シェアの取り消しもできません。取り消すときはCRM側で削除してください。",
            "It goes one way: Otomo can't see whether the CRM logged a mail, and can't take it back. To take it back, delete it in the CRM.",
        ),
        Words::new(
            "どの記録に紐づけるかは、メールのアドレスを見てCRMが決めます。Otomoで選んだ紐づけ先は伝わりません。",
            "The CRM decides by the addresses in the mail which record it belongs to. The record that you choose here does not travel.",
        ),
        Words::new(
            "ここで作成した連絡先は、フォルダーのcontacts.csvに追加されます。CRM側では、メールが届いたときに作成されることがあります。",
            "A contact that you make here is added to contacts.csv in the folder. The CRM may make its own when the mail arrives.",
        ),
    ]
}
