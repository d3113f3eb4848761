//! What the CRM holds: people, companies, activities and files, and what it takes.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use otomo_domain::time::Timestamp;

use super::Refusal;
use super::query::{BAD_VALUE, INVALID, MISSING};
use super::resources::{Kind, OWN_FIELD, RESOURCES, Resource};
use super::xml::{self, Items};

/// The largest file, in bytes, and the longest name.
const LARGEST_FILE: usize = 10 << 20;
const LONGEST_NAME: usize = 255;

/// "Attachment - Mime Type List".
const CONTENT_TYPES: [&str; 13] = [
    "text/plain",
    "text/html",
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/bmp",
];

/// The time that `yyyy/mm/dd HH:MM:SS` (UTC) stands for, in milliseconds.
pub fn moment_of(text: &str) -> Option<i64> {
    let (day, time) = text.split_once(' ')?;
    let sound = day.len() == 10 && time.len() == 8;
    sound.then(|| Timestamp::from_rfc3339(&format!("{}T{time}Z", day.replace('/', "-")))).flatten().map(|at| at.0)
}

/// The same the other way.
pub fn moment(at: i64) -> String {
    Timestamp(at).to_rfc3339().replace('-', "/").replace('T', " ").replace('Z', "")
}

/// A record: its values by the bare name of their fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record(BTreeMap<&'static str, String>);

impl Record {
    pub fn get(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    pub fn set(&mut self, field: &'static str, value: impl Into<String>) {
        self.0.insert(field, value.into());
    }

    /// Whether any of its texts has this word in it, in capitals or not.
    pub fn says(&self, word: &str) -> bool {
        self.0.values().any(|value| value.to_lowercase().contains(word))
    }

    pub fn is_deleted(&self) -> bool {
        self.get("P_Deleted") == "1"
    }

    /// When it was written here; what was put there by a person was there always.
    pub fn registered(&self) -> i64 {
        moment_of(self.get("P_RegistrationDate")).unwrap_or_default()
    }

    pub fn changed(&self) -> i64 {
        moment_of(self.get("P_UpdateDate")).unwrap_or_default()
    }
}

#[derive(Clone, Debug)]
pub struct User {
    pub id: u64,
    pub name: String,
    pub mail: String,
}

#[derive(Clone, Debug)]
pub struct Attachment {
    pub resource: u32,
    pub resource_id: u64,
    pub content_type: String,
    pub file_name: String,
    pub content: Vec<u8>,
}

/// One customer's data.
#[derive(Default)]
pub struct Tenant {
    pub partitions: BTreeMap<u64, String>,
    pub users: Vec<User>,
    pub records: BTreeMap<&'static str, BTreeMap<u64, Record>>,
    pub attachments: BTreeMap<u64, Attachment>,
    /// How many characters a field of an activity takes ("Field.P_Max"), where there is a bound.
    pub longest: BTreeMap<&'static str, usize>,
    /// The customer made [`OWN_FIELD`].
    pub has_own_field: bool,
    last_id: u64,
}

impl Tenant {
    pub fn next_id(&mut self) -> u64 {
        self.last_id = self.last_id.max(10_000) + 1;
        self.last_id
    }

    pub fn of(&self, resource: &Resource) -> impl Iterator<Item = &Record> {
        self.records.get(resource.path).into_iter().flat_map(BTreeMap::values)
    }

    fn has(&self, resource: u32, id: &str) -> bool {
        let records = Resource::numbered(resource).and_then(|resource| self.records.get(resource.path));
        let record = records.zip(id.parse().ok()).and_then(|(records, id)| records.get(&id));
        record.is_some_and(|record| !record.is_deleted())
    }

    /// The elements of a record, as a read tells them: users and references are nested, what is not set is empty.
    pub fn item(&self, resource: &Resource, fields: &[&'static str], record: &Record) -> String {
        let element = |field: &&'static str| {
            let name = format!("{}.{field}", resource.prefix);
            let value = record.get(field);
            let kind = resource.fields.iter().find(|(known, _)| known == field).map(|(_, kind)| *kind);
            let upper = match kind {
                Some(Kind::Reference(value)) => Resource::numbered(value),
                Some(Kind::Upper) => record.get("P_Resource").parse().ok().and_then(Resource::numbered),
                _ => None,
            };
            match (kind, upper) {
                _ if value.is_empty() => format!("<{name}/>"),
                (Some(Kind::User), _) => format!("<{name}><User>{}</User></{name}>", xml::text("User.P_Id", value)),
                (_, Some(upper)) => {
                    let id = xml::text(&format!("{}.P_Id", upper.prefix), value);
                    format!("<{name}><{0}>{id}</{0}></{name}>", upper.name)
                }
                _ => xml::text(&name, value),
            }
        };
        fields.iter().map(element).collect()
    }

    /// Writes the items of a resource; each has a result of its own.
    pub fn write(&mut self, resource: &'static Resource, items: &Items, now: i64) -> Vec<(u64, u32)> {
        let one = |item: &Vec<(String, String)>| match self.write_one(resource, item, now) {
            Ok(id) => (id, 0),
            Err(Refusal(code, _)) => (0, code),
        };
        items.iter().map(one).collect()
    }

    /// An id of −1 makes a record, any other changes the one that has it.
    fn write_one(&mut self, resource: &'static Resource, item: &[(String, String)], now: i64) -> Result<u64, Refusal> {
        let id = item.iter().find(|(alias, _)| *alias == format!("{}.P_Id", resource.prefix));
        let (_, id) = id.ok_or_else(|| Refusal(MISSING, "P_Id".into()))?;
        let records = self.records.get(resource.path);
        let mut record = match id.as_str() {
            "-1" => Record::default(),
            id => records.zip(id.parse().ok()).and_then(|(records, id): (_, u64)| records.get(&id)).cloned().ok_or(
                // Which code it is for a record that is not there is not documented; 7 comes nearest.
                Refusal(7, "no such record".into()),
            )?,
        };
        for (alias, value) in item {
            let (field, kind) = resource.field(alias).ok_or_else(|| Refusal(INVALID, alias.clone()))?;
            self.takes(kind, value)?;
            let is_there = field != OWN_FIELD || self.has_own_field;
            if !is_there {
                return Err(Refusal(INVALID, alias.clone()));
            }
            // A line may end in two characters; in what unit they are counted is not documented, so in the stricter one.
            let length = value.encode_utf16().count() + value.matches('\n').count();
            if self.longest.get(field).is_some_and(|longest| length > *longest) {
                return Err(Refusal(BAD_VALUE, format!("{alias} is too long")));
            }
            if kind != Kind::Id {
                record.set(field, value.as_str());
            }
        }
        // 新規必須 of the field list.
        for required in ["P_Owner", "P_Title"] {
            if record.get(required).is_empty() {
                return Err(Refusal(MISSING, required.into()));
            }
        }
        // An activity hangs on a record that is there.
        if !self.has(record.get("P_Resource").parse().unwrap_or_default(), record.get("P_ResourceId")) {
            return Err(Refusal(7, "P_ResourceId".into()));
        }
        if id == "-1" {
            record.set("P_RegistrationDate", moment(now));
        }
        let id = id.parse().unwrap_or_else(|_| self.next_id());
        record.set("P_Id", id.to_string());
        record.set("P_UpdateDate", moment(now));
        record.set("P_Deleted", "0");
        self.records.entry(resource.path).or_default().insert(id, record);
        Ok(id)
    }

    fn takes(&self, kind: Kind, value: &str) -> Result<(), Refusal> {
        // Code 8: 制御コード混入.
        if value.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            return Err(Refusal(8, "a control character".into()));
        }
        let sound = match kind {
            Kind::Line => !value.contains(['\n', '\t']),
            Kind::Text | Kind::Id => true,
            Kind::Number | Kind::Reference(_) | Kind::Upper => value.parse::<u64>().is_ok(),
            Kind::DateTime => moment_of(value).is_some(),
            // "System[DateTime] は Write 不可", and P_Deleted likewise.
            Kind::Stamp | Kind::Deleted => false,
            Kind::User if self.users.iter().any(|user| user.id.to_string() == value) => true,
            Kind::User => return Err(Refusal(5, "no such user".into())),
        };
        if sound { Ok(()) } else { Err(Refusal(BAD_VALUE, value.to_owned())) }
    }

    /// Takes a file in; its elements have no prefix, and all are needed.
    pub fn attach(&mut self, item: &[(String, String)]) -> Result<u64, Refusal> {
        let known = ["Id", "Resource", "ResourceId", "ContentType", "FileName", "Content"];
        if let Some((unknown, _)) = item.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            return Err(Refusal(INVALID, unknown.clone()));
        }
        let get = |name: &str| {
            let found = item.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
            found.ok_or_else(|| Refusal(MISSING, name.to_owned()))
        };
        let bad = |what: &str| Refusal(BAD_VALUE, what.to_owned());
        let (resource, resource_id) = (get("Resource")?, get("ResourceId")?);
        let resource = resource.parse().map_err(|_| bad("Resource"))?;
        // Whether an activity (19) can have files is not known; only what is known to work is taken.
        if resource == 19 || !self.has(resource, &resource_id) {
            return Err(Refusal(7, "ResourceId".into()));
        }
        let (content_type, file_name) = (get("ContentType")?, get("FileName")?);
        if !CONTENT_TYPES.contains(&content_type.as_str()) {
            return Err(bad("ContentType"));
        }
        // "Windows のファイル名として使えない文字は指定できません。"
        let is_unnameable = file_name.contains(['\\', '/', ':', '*', '?', '"', '<', '>', '|']);
        if file_name.is_empty() || file_name.len() > LONGEST_NAME || is_unnameable {
            return Err(bad("FileName"));
        }
        let content = BASE64_STANDARD.decode(get("Content")?).map_err(|_| bad("Content"))?;
        if content.len() > LARGEST_FILE || get("Id")? != "-1" {
            return Err(bad("Content or Id"));
        }
        let resource_id = resource_id.parse().map_err(|_| bad("ResourceId"))?;
        let id = self.next_id();
        self.attachments.insert(id, Attachment { resource, resource_id, content_type, file_name, content });
        Ok(id)
    }

    /// Adds a person or a company, or changes what is other than it was.
    pub fn put(&mut self, path: &str, id: u64, values: &[(&'static str, &str)], now: i64) {
        let resource = RESOURCES.iter().find(|resource| resource.path == path).expect("a resource of the list");
        let record = self.records.entry(resource.path).or_default().entry(id).or_default();
        let before = record.clone();
        record.set("P_Id", id.to_string());
        record.set("P_Deleted", "0");
        for (field, value) in values {
            record.set(field, *value);
        }
        if *record != before {
            record.set("P_UpdateDate", moment(now));
        }
    }

    /// Deletes a record as a person does it in the CRM; the API itself cannot.
    pub fn delete(&mut self, path: &str, id: u64, now: i64) {
        if let Some(record) = self.records.get_mut(path).and_then(|records| records.get_mut(&id)) {
            record.set("P_Deleted", "1");
            record.set("P_UpdateDate", moment(now));
        }
    }
}
