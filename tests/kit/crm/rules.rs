//! What the contract says of a mail in words, beyond its schema.

use otomo_domain::address::Address;
use otomo_domain::digest::Digest;
use otomo_domain::mail::MailKey;
use otomo_domain::time::Timestamp;
use serde_json::Value;

/// Checks a mail that is an `Email` by its schema already. The error names the rule.
pub fn check(key: &str, mail: &Value) -> Result<(), &'static str> {
    utc(mail)?;
    addresses(mail)?;
    level(mail)?;
    digest(mail)?;
    let message_id = mail["message_id"].as_str().unwrap_or_default();
    if !(message_id.starts_with('<') && message_id.ends_with('>')) {
        return Err("message_id has no angle brackets");
    }
    if MailKey::of_message_id(message_id).to_string() != key {
        return Err("the key is not the digest of the message_id");
    }
    Ok(())
}

/// "All times RFC 3339 UTC."
fn utc(mail: &Value) -> Result<(), &'static str> {
    let date = mail["date"].as_str().unwrap_or_default();
    let is_utc = date.ends_with('Z') && Timestamp::from_rfc3339(date).is_some();
    if is_utc { Ok(()) } else { Err("date is not in UTC") }
}

/// "All addresses are lower-cased addr-specs."
fn addresses(mail: &Value) -> Result<(), &'static str> {
    let lists = ["to", "cc"].iter().filter_map(|role| mail[role].as_array()).flatten();
    let people = lists.chain([&mail["from"]]).map(|person| &person["email"]);
    let mut all = people.chain(mail["logged_by"].get("email")).filter_map(Value::as_str);
    let sound = |text: &str| Address::parse(text).is_some_and(|address| address.as_str() == text);
    if all.all(sound) { Ok(()) } else { Err("an address is not a lower-cased addr-spec") }
}

/// `metadata` tells neither subject nor body, `subject` tells no body.
fn level(mail: &Value) -> Result<(), &'static str> {
    let level = mail["share_level"].as_str().unwrap_or_default();
    let has_body = mail.get("body_text").or(mail.get("body_html")).is_some();
    match level {
        "metadata" if mail["subject"] != "" => Err("share_level metadata has a subject"),
        "metadata" | "subject" if has_body => Err("this share_level has a body"),
        _ => Ok(()),
    }
}

/// "sha256 of the RFC 8785 JSON of all fields except digest, logged_by and note"
fn digest(mail: &Value) -> Result<(), &'static str> {
    let mut rest = mail.as_object().cloned().unwrap_or_default();
    let stated = rest.remove("digest");
    rest.remove("logged_by");
    rest.remove("note");
    let canonical = serde_json_canonicalizer::to_vec(&rest).map_err(|_| "there is no canonical form")?;
    let right = stated.as_ref().and_then(Value::as_str) == Some(&Digest::of(&canonical).to_string());
    if right { Ok(()) } else { Err("digest is not that of the other fields") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A sound mail with a change; `seal` recomputes the digest after it.
    fn check_changed(seal: bool, change: impl FnOnce(&mut Value), expected: Result<(), &'static str>) {
        let mut mail = json!({
            "message_id": "<1@x.jp>", "direction": "incoming", "date": "2026-11-22T05:00:00Z", "from": {"email": "a@x.jp"},
            "to": [{"email": "rep@own.example"}], "subject": "件名", "share_level": "subject",
            "links": [{"type": "contact", "id": "1"}],
        });
        let digest = |mail: &Value| json!(Digest::of(&serde_json_canonicalizer::to_vec(mail).unwrap()).to_string());
        if seal {
            change(&mut mail);
            mail["digest"] = digest(&mail);
        } else {
            mail["digest"] = digest(&mail);
            change(&mut mail);
        }
        assert_eq!(check(&MailKey::of_message_id("<1@x.jp>").to_string(), &mail), expected, "{mail}");
    }

    #[test]
    fn a_level_tells_no_more_than_its_name() {
        check_changed(true, |_| {}, Ok(()));
        check_changed(true, |mail| mail["body_text"] = json!("x"), Err("this share_level has a body"));
        check_changed(true, |mail| mail["body_html"] = json!(""), Err("this share_level has a body"));
        check_changed(true, |mail| mail["share_level"] = json!("metadata"), Err("share_level metadata has a subject"));
    }

    #[test]
    fn the_digest_covers_all_but_the_note_and_the_sharer() {
        check_changed(false, |mail| mail["subject"] = json!("other"), Err("digest is not that of the other fields"));
        check_changed(false, |mail| mail["note"] = json!("memo"), Ok(()));
        check_changed(false, |mail| mail["logged_by"] = json!({"user_id": "u"}), Ok(()));
    }

    #[test]
    fn addresses_times_and_keys_have_one_form() {
        let address = Err("an address is not a lower-cased addr-spec");
        check_changed(true, |mail| mail["from"]["email"] = json!("A@x.jp"), address);
        check_changed(true, |mail| mail["cc"] = json!([{"email": "x"}]), address);
        check_changed(true, |mail| mail["date"] = json!("2026-11-22T05:00:00+09:00"), Err("date is not in UTC"));
        check_changed(true, |mail| mail["message_id"] = json!("1@x.jp"), Err("message_id has no angle brackets"));
        let other = Err("the key is not the digest of the message_id");
        check_changed(true, |mail| mail["message_id"] = json!("<2@x.jp>"), other);
    }
}
