//! `Email/importEml`: an uploaded mail becomes a mail of the CRM, or the CRM says which one it is already.

use mail_parser::{Address, Message, MessageParser, MimeHeaders};
use otomo_domain::time::Timestamp;
use serde_json::{Value, json};

use super::records::{Records, Refusal, moment, refuse};

/// The id of the mail, new or known.
pub enum Imported {
    New(String),
    Known(String),
}

/// Takes a mail in for a user. Two with the same Message-ID are one (`DefaultDuplicateFinder`); without one, each import
/// makes another mail (measured).
pub fn import(records: &mut Records, user: &str, eml: &[u8]) -> Result<Imported, Refusal> {
    let Some(mail) = MessageParser::default().parse(eml) else { return refuse(500, "Could not import.") };
    let message_id = mail.message_id().map(|id| format!("<{id}>"));
    if let Some(known) = message_id.as_deref().and_then(|id| records.mail(id)) {
        return Ok(Imported::Known(known["id"].as_str().unwrap_or_default().to_owned()));
    }
    // A notice that the CRM sent itself is left out, and the import fails (`DefaultImporter::processMessageId`).
    if message_id.as_deref().is_some_and(|id| id.to_lowercase().contains("@espo-system")) {
        return refuse(500, "Could not import.");
    }
    let id = records.new_id();
    let mut fields = fields(&mail);
    fields["messageId"] = json!(message_id.unwrap_or_else(|| format!("dummy:{id}")));
    fields["createdById"] = json!(user);
    if let Some((kind, parent)) = parent(records, &mail) {
        fields["parentType"] = json!(kind);
        fields["parentId"] = json!(parent);
    }
    let files = mail.attachments();
    let files = files.map(|file| (file.attachment_name().unwrap_or("unnamed").to_owned(), file.contents().to_vec()));
    records.files.insert(id.clone(), files.collect());
    records.put("Email", &id, &fields);
    records.imported += 1;
    Ok(Imported::New(id))
}

fn fields(mail: &Message<'_>) -> Value {
    let date = mail.date().map(|date| moment(Timestamp::from_secs(date.to_timestamp())));
    let html = mail.html_bodies().find_map(|part| part.text_contents().filter(|_| part.is_text_html()));
    let plain = mail.text_bodies().find_map(|part| part.text_contents().filter(|_| !part.is_text_html()));
    json!({
        "name": mail.subject().filter(|subject| !subject.is_empty()).unwrap_or("(No Subject)"),
        "status": "Archived", "dateSent": date, "isHtml": html.is_some(),
        "body": html.or(plain), "bodyPlain": plain,
        "from": addresses(mail.from()).first(), "to": addresses(mail.to()).join(";"),
        "cc": addresses(mail.cc()).join(";"), "bcc": addresses(mail.bcc()).join(";"),
    })
}

fn addresses(of: Option<&Address<'_>>) -> Vec<String> {
    let all = of.into_iter().flat_map(Address::iter);
    all.filter_map(|one| one.address()).map(str::to_lowercase).collect()
}

/// Whose mail it is: References that the CRM wrote, the mail it answers, then From, Reply-To and the first of To
/// (`DefaultParentFinder`).
fn parent(records: &Records, mail: &Message<'_>) -> Option<(String, String)> {
    let texts = mail.references().as_text_list().unwrap_or_default();
    let referenced = || texts.iter().find_map(|reference| by_reference(records, reference));
    let replied = || {
        let id = mail.in_reply_to().as_text_list()?.first().map(|id| format!("<{id}>"))?;
        let replied = records.mail(&id)?;
        Some((replied["parentType"].as_str()?.to_owned(), replied["parentId"].as_str()?.to_owned()))
    };
    let by = |of: Option<&Address<'_>>| addresses(of).first().and_then(|address| by_address(records, address));
    referenced().or_else(replied).or_else(|| by(mail.from())).or_else(|| by(mail.reply_to())).or_else(|| by(mail.to()))
}

/// `Type/Id/time/number@espo`.
fn by_reference(records: &Records, reference: &str) -> Option<(String, String)> {
    let parts: Vec<&str> = reference.strip_suffix("@espo")?.split('/').collect();
    let [scope, id, _, _] = parts[..] else { return None };
    records.get(scope, id).map(|_| (scope.to_owned(), id.to_owned()))
}

/// A contact's company comes before the contact itself, unless the CRM is set to deal with consumers.
fn by_address(records: &Records, address: &str) -> Option<(String, String)> {
    let has_it = |record: &&Value| record["emailAddress"].as_str().is_some_and(|e| e.to_lowercase() == address);
    let id = |scope: &str, record: &Value| Some((scope.to_owned(), record["id"].as_str()?.to_owned()));
    if let Some(contact) = records.all("Contact").find(has_it) {
        return match contact["accountId"].as_str() {
            Some(account) if records.settings["b2cMode"] == false => Some(("Account".to_owned(), account.to_owned())),
            _ => id("Contact", contact),
        };
    }
    ["Account", "Lead"].into_iter().find_map(|scope| id(scope, records.all(scope).find(has_it)?))
}
