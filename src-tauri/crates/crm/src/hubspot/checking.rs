//! The check of a connection: everything that will be asked later is asked once, and nothing is changed.

use std::collections::BTreeSet;

use otomo_domain::connector::Remark;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::words::Words;
use reqwest::StatusCode;
use serde::de::IgnoredAny;
use serde_json::json;

use super::api::{Api, Call, Refusal};
use super::record::Page;

/// The keys of what a check may remark.
pub const NO_OWNER: &str = "no_owner";
pub const NO_MESSAGE_ID: &str = "no_message_id";

pub fn remarks() -> Vec<Remark> {
    let remark = |key: &str, words| Remark { key: key.into(), words };
    vec![
        remark(
            NO_OWNER,
            Words::new(
                "このメールアドレスのユーザーがHubSpotに見つかりません。記録したメールは担当者なしになります。HubSpotのスーパー管理者に\
                 ユーザーの追加を依頼するか、HubSpotで使っているメールアドレスを入力してください。",
                "HubSpot has no user with this e-mail address, so logged mail will have no owner. Ask a super admin of \
                 HubSpot to add you as a user, or enter the address that you have there.",
            ),
        ),
        remark(
            NO_MESSAGE_ID,
            Words::new(
                "このHubSpotではメールのMessage-IDを書き込めません。Otomoは、記録したメールを本文の最後の行で見分けます。HubSpotや\
                 ほかのソフトには見分けられないため、同じメールが二重に記録されることがあります。プロパティ hs_email_message_id への\
                 書き込みを許可できるか、HubSpotのスーパー管理者に確認してください。",
                "The Message-ID of a mail cannot be written in this HubSpot. Otomo recognises what it logged by the last \
                 line of the text; HubSpot and other programs do not, and may log the same mail again. Ask a super admin \
                 of HubSpot whether the property hs_email_message_id can be opened for writing.",
            ),
        ),
    ]
}

/// Readings, each with the scope that it needs.
fn readings() -> [(&'static str, Call<'static>); 6] {
    let one = [("limit", "1")];
    [
        ("crm.objects.contacts.read", Call::read(&["contacts"]).query(&one)),
        ("crm.objects.companies.read", Call::read(&["companies"]).query(&one)),
        ("crm.objects.deals.read", Call::read(&["deals"]).query(&one)),
        ("crm.objects.owners.read", Call::get(&["crm", "owners"], &[]).query(&one)),
        ("sales-email-read", Call::read(&["emails"]).query(&one)),
        ("files", Call::read_files(&["files", "search"]).query(&one)),
    ]
}

/// Tries every scope; the fault names all that are missing.
pub async fn try_scopes(api: &Api) -> Result<(), CrmFault> {
    let (mut missing, mut refused) = (BTreeSet::new(), None);
    // No reading tells whether writing is allowed. No record has the number 0, and nothing of it would change.
    let writing = ("crm.objects.contacts.write", Call::patch(&["emails", "0"], json!({"properties": {}})));
    let calls = readings().map(|(scope, call)| (scope, call, false)).into_iter();
    for (scope, call, at_nothing) in calls.chain([(writing.0, writing.1, true)]) {
        let answer = api.ask(call).await?;
        match answer.status {
            StatusCode::FORBIDDEN => {
                let named = answer.error::<Refusal>().scopes();
                missing.extend(if named.is_empty() { vec![scope.to_owned()] } else { named });
                refused = Some(answer);
            }
            _ if at_nothing => match api.fault(&answer) {
                CrmFault { kind: CrmFaultKind::NotFound | CrmFaultKind::Rejected, .. } => {}
                fault => return Err(fault),
            },
            _ => drop(api.told::<Page<IgnoredAny>>(&answer)?),
        }
    }
    let missing: Vec<String> = missing.into_iter().collect();
    refused.map_or(Ok(()), |answer| Err(api.missing(&answer, &missing)))
}
