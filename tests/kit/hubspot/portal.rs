//! The portal itself: what it keeps of people, companies, deals, mails and files. No HTTP.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axum::body::Bytes;
use otomo_domain::time::Timestamp;
use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use super::values;

/// The object types there are.
pub const TYPES: [&str; 4] = ["contacts", "companies", "deals", "emails"];

/// The moment the portal's time begins: 2026-11-23T00:00:00Z, in milliseconds.
const BEGINNING: i64 = 1_795_392_000_000;

/// Where a record is: its type and its id.
type Place = (&'static str, u64);

/// A record.
#[derive(Clone, Default)]
pub struct Object {
    /// Every value is a string.
    pub properties: BTreeMap<String, String>,
    /// When it was archived: it lies in the recycle bin.
    pub archived_at: Option<Timestamp>,
    /// What the search index knows of it, and since when it will: changes arrive there late.
    indexed: Option<BTreeMap<String, String>>,
    coming: Vec<(Duration, Option<BTreeMap<String, String>>)>,
}

/// What HubSpot says by itself of a record that came through the API: "set automatically by HubSpot, and the values cannot
/// be manually edited" (knowledge.hubspot.com, record source).
pub const BY_API: &str = "INTEGRATION";

/// An uploaded file.
#[derive(Clone)]
pub struct File {
    pub name: String,
    /// The path of its folder.
    pub folder: String,
    pub access: String,
    pub bytes: Bytes,
}

pub struct Portal {
    /// Service keys with the scopes they were given.
    pub keys: BTreeMap<String, BTreeSet<String>>,
    /// Owners: id and e-mail.
    pub owners: Vec<(String, String)>,
    pub objects: BTreeMap<&'static str, BTreeMap<u64, Object>>,
    /// Pairs of type and id, kept in both directions.
    links: BTreeSet<(Place, Place)>,
    pub files: BTreeMap<u64, File>,
    /// Folders by their path.
    pub folders: BTreeMap<String, u64>,
    /// Whether a service key may ask for the account's details.
    pub tells_account: bool,
    /// Whether it may ask what a property is like: that takes a scope of its own ("a 403 names crm.schemas.emails.read").
    pub tells_property: bool,
    /// Whether `hs_email_message_id` can only be read.
    pub message_id_read_only: bool,
    /// How long the search index is behind.
    pub search_lag: Duration,
    /// Time since the portal began.
    pub now: Duration,
    ids: u64,
}

impl Default for Portal {
    fn default() -> Self {
        Self {
            keys: BTreeMap::new(),
            owners: Vec::new(),
            objects: TYPES.iter().map(|kind| (*kind, BTreeMap::new())).collect(),
            links: BTreeSet::new(),
            files: BTreeMap::new(),
            folders: BTreeMap::new(),
            tells_account: true,
            tells_property: true,
            message_id_read_only: false,
            search_lag: Duration::ZERO,
            now: Duration::ZERO,
            ids: 10_000,
        }
    }
}

/// The name under which a type is known here.
pub fn object_type(name: &str) -> Result<&'static str, Refusal> {
    let known = TYPES.iter().find(|known| **known == name);
    known.copied().ok_or_else(|| Refusal::invalid(format!("Unable to infer object type from: {name}")))
}

/// The association type from an e-mail to a record [hubspot-api-nodejs `src/enums/AssociationTypes.ts`].
fn association_type(to: &str) -> u64 {
    match to {
        "contacts" => 198,
        "companies" => 186,
        _ => 210,
    }
}

/// Contacts have their own name for what every other type calls `hs_lastmodifieddate`.
pub fn modified(kind: &str) -> &'static str {
    if kind == "contacts" { "lastmodifieddate" } else { "hs_lastmodifieddate" }
}

impl Object {
    /// What a search sees of it.
    pub fn indexed(&self, now: Duration) -> Option<&BTreeMap<String, String>> {
        let arrived = self.coming.iter().rev().find(|(at, _)| *at <= now);
        arrived.map_or(self.indexed.as_ref(), |(_, state)| state.as_ref())
    }
}

impl Portal {
    /// The time on the portal's clock.
    pub fn clock(&self) -> Timestamp {
        Timestamp(BEGINNING) + self.now
    }

    pub fn next_id(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    /// A record that is not in the recycle bin.
    pub fn living(&self, kind: &str, id: &str) -> Result<(u64, &Object), Refusal> {
        let number = id.parse().ok();
        let found = number.and_then(|n| Some((n, self.objects[kind].get(&n)?)));
        let missing = || Refusal::not_found(format!("Object not found. objectId are usually numeric: {id}"));
        found.filter(|(_, object)| object.archived_at.is_none()).ok_or_else(missing)
    }

    /// Keeps a record as it is now, and lets the search index hear of it.
    pub fn put(&mut self, kind: &'static str, id: u64, mut properties: BTreeMap<String, String>) {
        let (stamp, arrives) = (self.clock().to_rfc3339(), self.now + self.search_lag);
        properties.insert("hs_object_id".into(), id.to_string());
        properties.insert(modified(kind).into(), stamp);
        let object = self.objects.get_mut(kind).expect("a known type").entry(id).or_default();
        object.coming.push((arrives, Some(properties.clone())));
        object.properties = properties;
        object.archived_at = None;
    }

    pub fn archive(&mut self, kind: &'static str, id: u64) {
        let (now, arrives) = (self.clock(), self.now + self.search_lag);
        let Some(object) = self.objects.get_mut(kind).expect("a known type").get_mut(&id) else { return };
        object.archived_at = Some(now);
        object.coming.push((arrives, None));
        self.links.retain(|(one, other)| *one != (kind, id) && *other != (kind, id));
    }

    /// Links two records, both ways.
    pub fn link(&mut self, one: Place, other: Place) {
        self.links.extend([(one, other), (other, one)]);
        if let (("contacts", contact), ("companies", company)) = (one, other) {
            let mut properties = self.objects["contacts"][&contact].properties.clone();
            properties.insert("associatedcompanyid".into(), company.to_string());
            self.put("contacts", contact, properties);
        }
    }

    /// Takes two records apart, whatever they were linked as.
    pub fn unlink(&mut self, one: Place, other: Place) {
        self.links.retain(|link| *link != (one, other) && *link != (other, one));
    }

    /// The ids of the records of a type that a record is linked to.
    pub fn linked(&self, from: Place, to: &str) -> Vec<u64> {
        self.links.iter().filter(|(one, (kind, _))| *one == from && *kind == to).map(|(_, (_, id))| *id).collect()
    }

    /// A record as an answer shows it: the properties that were asked for, and the linked records.
    pub fn show(&self, kind: &'static str, id: u64, properties: &[String], associations: &[&'static str]) -> Value {
        let object = &self.objects[kind][&id];
        // These three come unasked.
        let always = ["hs_object_id", modified(kind)].map(str::to_owned);
        let wanted = properties.iter().chain(&always);
        let shown: Map<String, Value> =
            wanted.map(|name| (name.clone(), json!(object.properties.get(name).filter(|v| !v.is_empty())))).collect();
        let mut record = json!({"id": id.to_string(), "properties": shown, "archived": object.archived_at.is_some()});
        if let Some(at) = object.archived_at {
            record["archivedAt"] = json!(at.to_rfc3339());
        }
        for to in associations {
            let ids = self.linked((kind, id), to);
            if !ids.is_empty() {
                let results: Vec<Value> = ids.iter().map(|id| json!({"id": id.to_string(), "type": to})).collect();
                record["associations"][to] = json!({"results": results});
            }
        }
        record
    }

    /// Makes a record out of the body of a request.
    pub fn create(&mut self, kind: &'static str, body: &Value) -> Result<u64, Refusal> {
        let mut properties = values::properties(body)?;
        self.check(kind, None, &properties)?;
        properties.insert("hs_object_source".into(), BY_API.into());
        values::fill_in(kind, &mut properties);
        // "timestamp is required" is said of engagements only.
        if kind == "emails" && properties.get("hs_timestamp").is_none_or(String::is_empty) {
            return Err(Refusal::property("hs_timestamp", "MISSING_REQUIRED_PROPERTY"));
        }
        let targets = self.targets(kind, body)?;
        let id = self.next_id();
        self.put(kind, id, properties);
        for target in targets {
            self.link((kind, id), target);
            // A contact's companies are linked to its mail without being asked for.
            let companies = if target.0 == "contacts" { self.linked(target, "companies") } else { Vec::new() };
            companies.into_iter().for_each(|company| self.link((kind, id), ("companies", company)));
        }
        Ok(id)
    }

    /// Changes some properties; an empty value clears one.
    pub fn update(&mut self, kind: &'static str, id: &str, body: &Value) -> Result<u64, Refusal> {
        let changes = values::properties(body)?;
        let (id, object) = self.living(kind, id)?;
        let mut properties = object.properties.clone();
        self.check(kind, Some(id), &changes)?;
        properties.extend(changes);
        values::fill_in(kind, &mut properties);
        self.put(kind, id, properties);
        Ok(id)
    }

    /// What no record of a type may have.
    fn check(&self, kind: &str, id: Option<u64>, properties: &BTreeMap<String, String>) -> Result<(), Refusal> {
        for (name, value) in properties {
            if name == "hs_email_message_id" && self.message_id_read_only {
                return Err(Refusal::property(name, "READ_ONLY_VALUE"));
            }
            if name == "hubspot_owner_id" && !value.is_empty() && !self.owners.iter().any(|(id, _)| id == value) {
                return Err(Refusal::property(name, "INVALID_OWNER_ID"));
            }
            values::check(kind, name, value)?;
        }
        let Some(email) = properties.get("email").filter(|_| kind == "contacts") else { return Ok(()) };
        let taken = self.objects["contacts"].iter().find(|(other, contact)| {
            Some(**other) != id && contact.archived_at.is_none() && values::addresses(contact).any(|a| a == *email)
        });
        match taken {
            Some((existing, _)) => Err(Refusal::exists(*existing)),
            None => Ok(()),
        }
    }

    /// The records that a new one is to be linked to. The list itself is required, if only an empty one.
    fn targets(&self, kind: &str, body: &Value) -> Result<Vec<Place>, Refusal> {
        let Some(list) = body["associations"].as_array() else {
            return Err(Refusal::invalid("Some required fields were not set: [associations]"));
        };
        let mut targets = Vec::new();
        for association in list {
            let id = association["to"]["id"].as_str().unwrap_or_default();
            let number = association["types"][0]["associationTypeId"].as_u64();
            let defined = association["types"][0]["associationCategory"] == "HUBSPOT_DEFINED";
            let to = ["contacts", "companies", "deals"].into_iter().find(|to| Some(association_type(to)) == number);
            let Some(to) = to.filter(|_| defined && kind == "emails") else {
                return Err(Refusal::invalid(format!("{number:?} is no association type from {kind}")));
            };
            targets.push((to, self.living(to, id)?.0));
        }
        Ok(targets)
    }

    /// Takes a file up; one with the same content in the same folder is given back where that was asked for.
    pub fn upload(&mut self, file: File, returns_existing: bool) -> u64 {
        let same = |known: &File| (&known.folder, &known.bytes) == (&file.folder, &file.bytes);
        let known = self.files.iter().find(|(_, known)| returns_existing && same(known)).map(|(id, _)| *id);
        known.unwrap_or_else(|| {
            self.folder(&file.folder);
            let id = self.next_id();
            self.files.insert(id, file);
            id
        })
    }

    /// The number of a folder, which is made where there is none.
    pub fn folder(&mut self, path: &str) -> u64 {
        let next = self.next_id();
        *self.folders.entry(path.to_owned()).or_insert(next)
    }

    /// The number of a folder that is there.
    pub fn folder_at(&self, path: &str) -> Result<u64, Refusal> {
        self.folders.get(path).copied().ok_or_else(|| Refusal::not_found("no such folder"))
    }
}
