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
    // A column that is too short fails in the database, which gives no reason (`entityDefs/Email.json`).
    let internal = internal_id(&mail);
    let is_long = |text: &Option<String>, most| text.as_ref().is_some_and(|text| text.chars().count() > most);
    if is_long(&message_id, 255) || is_long(&internal, 300) {
        return refuse(500, "");
    }
    let id = records.new_id();
    let mut fields = fields(&mail);
    fields["messageIdInternal"] = json!(internal);
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

/// The Message-ID and whom the mail was delivered to (`DefaultImporter::processMessageId`).
fn internal_id(mail: &Message<'_>) -> Option<String> {
    let delivered_to = mail.header_raw("Delivered-To")?.trim();
    Some(format!("<{}>-{delivered_to}", mail.message_id()?))
}

/// `Name <address>`, as far as there is a name (`DefaultImporter::setFromStrings`).
fn from_string(mail: &Message<'_>) -> Option<String> {
    let from = mail.from()?.first()?;
    let name = from.name().map(|name| format!("{name} ")).unwrap_or_default();
    Some(format!("{name}<{}>", from.address()?))
}

fn fields(mail: &Message<'_>) -> Value {
    let date = mail.date().map(|date| moment(Timestamp::from_secs(date.to_timestamp())));
    let html = mail.html_bodies().find_map(|part| part.text_contents().filter(|_| part.is_text_html()));
    let plain = mail.text_bodies().find_map(|part| part.text_contents().filter(|_| !part.is_text_html()));
    json!({
        "name": mail.subject().filter(|subject| !subject.is_empty()).unwrap_or("(No Subject)").chars().take(255).collect::<String>(),
        "status": "Archived", "dateSent": date, "isHtml": html.is_some(),
        "body": html.or(plain), "bodyPlain": plain,
        "from": addresses(mail.from()).first(), "fromString": from_string(mail), "to": addresses(mail.to()).join(";"),
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

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "From: a@x.jp\r\nReply-To: b@x.jp\r\nTo: c@x.jp\r\nDate: Sun, 22 Nov 2026 05:00:00 +0000\r\n";

    fn imported(records: &mut Records, header: &str) -> Value {
        let eml = format!("{header}{MAIL}\r\nHello\r\n");
        let (Imported::New(id) | Imported::Known(id)) = import(records, "u", eml.as_bytes()).unwrap();
        records.get("Email", &id).cloned().unwrap()
    }

    #[test]
    fn a_mail_without_a_message_id_is_another_one_each_time() {
        let mut records = Records::default();
        let [one, two] = [(); 2].map(|()| imported(&mut records, "")["id"].clone());
        assert_ne!(one, two);
        let [one, two] = ["<1@x.jp>", "<1@X.jp>"].map(|id| imported(&mut records, &format!("Message-ID: {id}\r\n")));
        assert_eq!(one["id"], two["id"]);
        assert_eq!(records.imported, 3);
    }

    /// Whose a mail is when these records have its addresses.
    fn check(known: &[(&str, &str, &str)], header: &str, expected: &str) {
        let mut records = Records::default();
        for (scope, id, email) in known {
            records.put(scope, id, &json!({"emailAddress": email}));
        }
        assert_eq!(imported(&mut records, header)["parentId"].as_str().unwrap_or_default(), expected, "{known:?}");
    }

    #[test]
    fn the_crm_looks_for_the_author_before_those_who_got_the_mail() {
        let all = [("Contact", "c", "c@x.jp"), ("Contact", "b", "b@x.jp"), ("Lead", "a", "A@x.jp")];
        check(&all, "", "a");
        check(&all[..2], "", "b");
        check(&all[..1], "", "c");
        check(&[], "", "");
    }

    #[test]
    fn a_contact_comes_before_a_company_and_a_company_before_a_lead() {
        let all = [("Lead", "l", "a@x.jp"), ("Account", "a", "a@x.jp"), ("Contact", "c", "a@x.jp")];
        check(&all, "", "c");
        check(&all[..2], "", "a");
    }

    #[test]
    fn what_the_crm_wrote_into_references_comes_first() {
        let known = [("Contact", "c", "a@x.jp"), ("Account", "z", "z@x.jp")];
        check(&known, "References: <first@x.jp> <Account/z/1795000000/1@espo>\r\n", "z");
    }
}
