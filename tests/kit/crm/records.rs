//! The CRM itself: what it keeps of mails, files and people. No HTTP.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Bytes;
use axum::http::StatusCode;
use otomo_domain::address::Address;
use otomo_domain::digest::Digest;
use serde_json::{Value, json};

use super::{contract, rules};

/// Why the CRM does not do what it was asked for: a status, and words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub u16, pub String);

pub fn refuse<T>(status: u16, why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(status, why.into()))
}

/// Whether something was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    Created,
    Known,
}

#[derive(Clone, Debug)]
pub struct User {
    pub id: String,
    pub email: String,
    pub name: String,
}

/// A mail, shared by one rep or several.
pub struct SharedMail {
    remote_id: String,
    /// One share per rep.
    shares: BTreeMap<String, Share>,
}

/// What one rep shares of a mail.
struct Share {
    /// As it came.
    payload: Bytes,
    /// The records that it belongs to now.
    links: Value,
}

impl Share {
    fn new(payload: Bytes) -> Self {
        let links = read(&payload)["links"].clone();
        Self { payload, links }
    }
}

fn read(payload: &[u8]) -> Value {
    serde_json::from_slice(payload).unwrap_or_default()
}

/// What the app writes where a rep took words out.
const BLACKED_OUT: &str = "■■■";

/// Whether two payloads are of different mails. A subject tells it only where both tell theirs, whole.
fn is_another(one: &Value, other: &Value) -> bool {
    let told = |mail: &Value| {
        let subject = mail["subject"].as_str().unwrap_or_default();
        mail["share_level"] != "metadata" && !subject.contains(BLACKED_OUT)
    };
    let same = |field: &str| one[field] == other[field];
    let same_subject = !told(one) || !told(other) || same("subject");
    !(same("message_id") && same("date") && one["from"]["email"] == other["from"]["email"] && same_subject)
}

/// A file and who uploaded it.
pub struct File {
    pub bytes: Bytes,
    uploaders: BTreeSet<String>,
}

pub struct Records {
    /// By token.
    pub users: BTreeMap<String, User>,
    /// Keys that sign, by their names, and whose they are.
    pub keys: BTreeMap<String, (String, User)>,
    /// The schema `Me` without `user`.
    pub me: Value,
    /// By key.
    pub mails: BTreeMap<String, SharedMail>,
    /// How often a payload was taken, by key.
    pub taken: BTreeMap<String, usize>,
    /// By digest.
    pub files: BTreeMap<String, File>,
    /// Records by type and id, with the number of their last change; `None` once removed.
    feed: BTreeMap<(String, String), (u64, Option<Value>)>,
    changes: u64,
    /// What was asked for under an idempotency key, and the record that was made.
    created: BTreeMap<String, (Value, Value)>,
    /// Stands in every cursor.
    era: u64,
    remote_ids: u64,
}

impl Default for Records {
    fn default() -> Self {
        let capabilities = json!({
            "max_body_bytes": 2 << 20, "max_attachment_bytes": 50 << 20,
            "record_types": ["contact", "company", "deal"], "create_contact": true, "unlog": true,
        });
        let policy = json!({"never_log": {"addresses": [], "domains": []}, "internal_domains": []});
        Self {
            users: BTreeMap::new(),
            keys: BTreeMap::new(),
            me: json!({"capabilities": capabilities, "policy": policy}),
            mails: BTreeMap::new(),
            taken: BTreeMap::new(),
            files: BTreeMap::new(),
            feed: BTreeMap::new(),
            changes: 0,
            created: BTreeMap::new(),
            era: 1,
            remote_ids: 0,
        }
    }
}

/// What stands in a path for a mail or a file.
fn checked_digest(text: &str) -> Result<(), Refusal> {
    let is_digest = text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if is_digest { Ok(()) } else { refuse(422, "the path holds no digest of 64 digits in lower case") }
}

fn checked_type(kind: &str) -> Result<(), Refusal> {
    contract::check("RecordType", &json!(kind)).or_else(|why| refuse(422, why))
}

/// How many records a search finds at once.
const FOUND: usize = 50;

/// The digests of the files that a payload names.
fn named(payload: &[u8]) -> BTreeSet<String> {
    let mail = read(payload);
    let files = mail["attachments"].as_array().into_iter().flatten();
    files.filter_map(|file| file["sha256"].as_str().map(str::to_owned)).collect()
}

/// Identity and rights.
impl Records {
    pub fn me(&self, user: &User) -> Value {
        let mut me = self.me.clone();
        me["user"] = json!({"id": user.id, "email": user.email, "name": user.name});
        me
    }

    fn limit(&self, name: &str) -> usize {
        self.me["capabilities"][name].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX)
    }
}

/// Files.
impl Records {
    /// Whether a rep may name a file: it is theirs, or a payload of somebody names it.
    pub fn has_file(&self, user: &str, sha256: &str) -> Result<bool, Refusal> {
        checked_digest(sha256)?;
        let Some(file) = self.files.get(sha256) else { return Ok(false) };
        let mut shares = self.mails.values().flat_map(|mail| mail.shares.values());
        Ok(file.uploaders.contains(user) || shares.any(|share| named(&share.payload).contains(sha256)))
    }

    pub fn put_file(&mut self, user: &str, sha256: &str, bytes: Bytes) -> Result<Done, Refusal> {
        checked_digest(sha256)?;
        if bytes.len() > self.limit("max_attachment_bytes") {
            return refuse(413, "the attachment is too large");
        }
        if Digest::of(&bytes).to_string() != sha256 {
            return refuse(422, "the digest of the body is another one");
        }
        let file = self.files.entry(sha256.to_owned()).or_insert(File { bytes, uploaders: BTreeSet::new() });
        Ok(if file.uploaders.insert(user.to_owned()) { Done::Created } else { Done::Known })
    }

    /// Drops what was named by a payload that is gone, as far as no payload of this rep still names it.
    fn drop_files(&mut self, user: &str, no_longer: BTreeSet<String>) {
        let shares = self.mails.values().filter_map(|mail| mail.shares.get(user));
        let needed: BTreeSet<String> = shares.flat_map(|share| named(&share.payload)).collect();
        for sha256 in no_longer.difference(&needed) {
            if let Some(file) = self.files.get_mut(sha256) {
                file.uploaders.remove(user);
            }
        }
        self.files.retain(|_, file| !file.uploaders.is_empty());
    }
}

/// Mails.
impl Records {
    pub fn payload(&self, user: &str, key: &str) -> Option<Bytes> {
        Some(self.mails.get(key)?.shares.get(user)?.payload.clone())
    }

    /// The mail as this rep shares it (schema `LoggedEmail`).
    pub fn logged(&self, user: &str, key: &str) -> Result<Value, Refusal> {
        checked_digest(key)?;
        let Some((mail, share)) = self.mails.get(key).and_then(|mail| Some((mail, mail.shares.get(user)?))) else {
            return refuse(404, "not logged");
        };
        let (id, digest) = (&mail.remote_id, read(&share.payload)["digest"].clone());
        let url = format!("https://crm.example.com/mails/{id}");
        Ok(json!({"remote_id": id, "key": key, "url": url, "digest": digest, "links": share.links}))
    }

    /// Logs a mail once per rep; the rep's payload replaces the one before.
    pub fn log(&mut self, user: &str, key: &str, payload: Bytes) -> Result<Done, Refusal> {
        self.check(user, key, &payload)?;
        let done = if self.mails.contains_key(key) { Done::Known } else { Done::Created };
        self.remote_ids += 1;
        *self.taken.entry(key.to_owned()).or_default() += 1;
        let known = self
            .mails
            .entry(key.to_owned())
            .or_insert_with(|| SharedMail { remote_id: format!("M-{}", self.remote_ids), shares: BTreeMap::new() });
        for sha256 in named(&payload) {
            // It outlives the share of whoever uploaded it.
            if let Some(file) = self.files.get_mut(&sha256) {
                file.uploaders.insert(user.to_owned());
            }
        }
        let former = known.shares.insert(user.to_owned(), Share::new(payload));
        self.drop_files(user, former.map(|former| named(&former.payload)).unwrap_or_default());
        Ok(done)
    }

    /// The payload that the CRM shows of a mail: the fullest that somebody still shares.
    pub fn shown(&self, key: &str) -> Option<Bytes> {
        let fullness = |share: &&Share| {
            let mail = read(&share.payload);
            let level = ["metadata", "subject", "full"].iter().position(|level| mail["share_level"] == *level);
            (level, share.payload.len())
        };
        self.mails.get(key)?.shares.values().max_by_key(fullness).map(|share| share.payload.clone())
    }

    /// Exchanges the records that a rep's share belongs to.
    pub fn relink(&mut self, user: &str, key: &str, links: &[u8]) -> Result<(), Refusal> {
        checked_digest(key)?;
        let Ok(links) = serde_json::from_slice::<Value>(links) else { return refuse(400, "the body is not JSON") };
        contract::check("Links", &links).or_else(|why| refuse(422, why))?;
        let share = self.mails.get_mut(key).and_then(|mail| mail.shares.get_mut(user));
        let Some(share) = share else { return refuse(404, "not logged") };
        share.links = links["links"].clone();
        Ok(())
    }

    fn check(&self, user: &str, key: &str, payload: &Bytes) -> Result<(), Refusal> {
        checked_digest(key)?;
        let Ok(mail) = serde_json::from_slice::<Value>(payload) else {
            return refuse(400, "the body is not JSON");
        };
        contract::check("Email", &mail).or_else(|why| refuse(422, why))?;
        let mut shares = self.mails.get(key).into_iter().flat_map(|known| known.shares.values());
        if shares.any(|share| is_another(&read(&share.payload), &mail)) {
            return refuse(409, "this key belongs to a mail with another message_id, date, sender or subject");
        }
        rules::check(key, &mail).or_else(|why| refuse(422, why))?;
        let body = ["body_text", "body_html"].iter().filter_map(|part| mail[part].as_str());
        if body.map(str::len).sum::<usize>() > self.limit("max_body_bytes") {
            return refuse(413, "the body is too large");
        }
        self.check_files(user, &mail)
    }

    fn check_files(&self, user: &str, mail: &Value) -> Result<(), Refusal> {
        for file in mail["attachments"].as_array().into_iter().flatten() {
            let sha256 = file["sha256"].as_str().unwrap_or_default();
            if !self.has_file(user, sha256)? {
                return refuse(424, format!("{sha256} is not uploaded"));
            }
            if self.files.get(sha256).map(|kept| kept.bytes.len() as u64) != file["size"].as_u64() {
                return refuse(422, format!("{sha256} has another size"));
            }
        }
        Ok(())
    }

    /// Makes a mail private again for this rep. Doing it twice is the same.
    pub fn unlog(&mut self, user: &str, key: &str) -> Result<(), Refusal> {
        checked_digest(key)?;
        if self.me["capabilities"]["unlog"] != true {
            return refuse(403, "mails cannot be taken back here");
        }
        let Some(mail) = self.mails.get_mut(key) else { return Ok(()) };
        let former = mail.shares.remove(user);
        self.mails.retain(|_, mail| !mail.shares.is_empty());
        self.drop_files(user, former.map(|former| named(&former.payload)).unwrap_or_default());
        Ok(())
    }
}

/// People.
impl Records {
    pub fn put_record(&mut self, record: Value) {
        contract::check("Record", &record).expect("a record of the contract");
        let text = |field: &str| record[field].as_str().unwrap_or_default().to_owned();
        self.changes += 1;
        self.feed.insert((text("type"), text("id")), (self.changes, Some(record)));
    }

    /// Makes a contact; the address tells whether it is there. The same key gives the same answer again.
    pub fn create_contact(&mut self, key: &str, new: &[u8]) -> Result<(StatusCode, Value), Refusal> {
        if self.me["capabilities"]["create_contact"] != true {
            return refuse(403, "contacts cannot be made here");
        }
        if !(16..=128).contains(&key.len()) {
            return refuse(400, "there is no Idempotency-Key of the contract's length");
        }
        let Ok(new) = serde_json::from_slice::<Value>(new) else { return refuse(400, "the body is not JSON") };
        contract::check("NewContact", &new).or_else(|why| refuse(422, why))?;
        let email = new["email"].as_str().unwrap_or_default();
        if Address::parse(email).is_none_or(|address| address.as_str() != email) {
            return refuse(422, "email is not a lower-cased addr-spec");
        }
        if let Some((sent, record)) = self.created.get(key) {
            return if *sent == new {
                Ok((StatusCode::CREATED, record.clone()))
            } else {
                refuse(422, "the key is another's")
            };
        }
        let has_it = |record: &&Value| record["emails"].as_array().is_some_and(|emails| emails.contains(&new["email"]));
        if let Some(known) = self.present().find(has_it) {
            return Ok((StatusCode::CONFLICT, known.clone()));
        }
        let id = format!("C-{}", self.changes + 1);
        let mut record = json!({
            "type": "contact", "id": id, "name": new["name"].as_str().unwrap_or(email), "emails": [email],
            "url": format!("https://crm.example.com/contacts/{id}"),
        });
        if let Some(company) = self.company_of(&new)? {
            record["parent"] = company;
        }
        self.put_record(record.clone());
        self.created.insert(key.to_owned(), (new, record.clone()));
        Ok((StatusCode::CREATED, record))
    }

    /// The company that a new contact belongs to: the chosen one, else the only one of that name. This CRM makes none.
    fn company_of(&self, new: &Value) -> Result<Option<Value>, Refusal> {
        let companies = || self.present().filter(|record| record["type"] == "company");
        let reference = |record: &Value| json!({"type": "company", "id": record["id"]});
        if let Some(chosen) = new.get("company") {
            let known = companies().find(|record| record["id"] == chosen["id"] && chosen["type"] == "company");
            return known.map_or_else(|| refuse(422, "there is no such company"), |record| Ok(Some(reference(record))));
        }
        let mut same = companies().filter(|record| record["name"] == new["company_name"]);
        Ok(same.next().filter(|_| same.next().is_none()).map(reference))
    }

    /// Records of a type, or of any, whose name or address has these words in it (schema `RecordPage`).
    pub fn search(&self, words: &str, kind: Option<&str>, cursor: Option<&str>) -> Result<Value, Refusal> {
        kind.map_or(Ok(()), checked_type)?;
        let begin = match cursor.map(|cursor| cursor.strip_prefix("after ").and_then(|count| count.parse().ok())) {
            None => 0,
            Some(Some(begin)) => begin,
            Some(None) => return refuse(422, "the cursor is not one of this list"),
        };
        let words = words.to_lowercase();
        let fits = |record: &&Value| {
            let emails = record["emails"].as_array().into_iter().flatten();
            let texts = emails.chain([&record["name"]]).filter_map(Value::as_str);
            kind.is_none_or(|kind| record["type"] == kind)
                && texts.map(str::to_lowercase).any(|text| text.contains(&words))
        };
        let mut found = self.present().filter(fits).skip(begin);
        let mut page = json!({"records": found.by_ref().take(FOUND).collect::<Vec<_>>()});
        if found.next().is_some() {
            page["next_cursor"] = json!(format!("after {}", begin + FOUND));
        }
        Ok(page)
    }

    /// What a record belongs to, and what belongs to it (schema `RecordPage`).
    pub fn related(&self, kind: &str, id: &str) -> Result<Value, Refusal> {
        checked_type(kind)?;
        let of = json!({"type": kind, "id": id});
        let is = |record: &Value, reference: &Value| {
            (&record["type"], &record["id"]) == (&reference["type"], &reference["id"])
        };
        let Some(asked) = self.present().find(|record| is(record, &of)) else {
            return refuse(404, "there is no such record");
        };
        let near = |record: &&Value| is(record, &asked["parent"]) || is(asked, &record["parent"]);
        Ok(json!({"records": self.present().filter(near).collect::<Vec<_>>()}))
    }

    fn present(&self) -> impl Iterator<Item = &Value> {
        self.feed.values().filter_map(|(_, record)| record.as_ref())
    }

    pub fn remove_record(&mut self, kind: &str, id: &str) {
        self.changes += 1;
        self.feed.insert((kind.to_owned(), id.to_owned()), (self.changes, None));
    }

    pub fn record_ids(&self, kind: &str) -> Vec<String> {
        let present = self.feed.iter().filter(|((of, _), (_, record))| of == kind && record.is_some());
        present.map(|((_, id), _)| id.clone()).collect()
    }

    pub fn forget_cursors(&mut self) {
        self.era += 1;
    }

    /// The changes after a cursor, oldest first (schema `ContactPage`).
    pub fn page(&self, cursor: Option<&str>, limit: usize) -> Result<Value, Refusal> {
        let after = match cursor {
            None => 0,
            Some(cursor) => self.read_cursor(cursor).map_or_else(|| refuse(410, "the cursor is not known"), Ok)?,
        };
        let mut changed: Vec<_> = self.feed.iter().filter(|(_, (change, _))| *change > after).collect();
        changed.sort_by_key(|(_, (change, _))| *change);
        let has_more = changed.len() > limit;
        changed.truncate(limit);
        let last = changed.last().map_or(after, |(_, (change, _))| *change);
        let records: Vec<&Value> = changed.iter().filter_map(|(_, (_, record))| record.as_ref()).collect();
        let gone = changed.iter().filter(|(_, (_, record))| record.is_none());
        let gone: Vec<Value> = gone.map(|((kind, id), _)| json!({"type": kind, "id": id})).collect();
        // A blank, a plus and an ampersand, so that a client which does not encode its query is noticed.
        let cursor = format!("era {}+{last}&", self.era);
        Ok(json!({"records": records, "gone": gone, "next_cursor": cursor, "has_more": has_more}))
    }

    fn read_cursor(&self, cursor: &str) -> Option<u64> {
        let (era, change) = cursor.strip_prefix("era ")?.strip_suffix('&')?.split_once('+')?;
        (era == self.era.to_string()).then(|| change.parse().ok())?
    }
}
