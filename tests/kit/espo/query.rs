//! Lists: `where`, `textFilter`, `orderBy`, `offset`, `maxSize`, `select`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::access::ApiUser;
use super::records::{Records, Refusal, refuse};

/// The most records in a page (`recordListMaxSizeLimit`).
const LARGEST_PAGE: usize = 200;

/// What can be asked for and about; asking about anything else is refused.
const ATTRIBUTES: &[(&str, &[&str])] = &[
    (
        "Contact",
        &["id", "name", "firstName", "lastName", "emailAddress", "accountId", "accountName", "createdAt", "modifiedAt"],
    ),
    ("Lead", &["id", "name", "firstName", "lastName", "emailAddress", "accountName", "createdAt", "modifiedAt"]),
    ("Account", &["id", "name", "emailAddress", "createdAt", "modifiedAt"]),
    ("Opportunity", &["id", "name", "stage", "accountId", "accountName", "contactId", "createdAt", "modifiedAt"]),
    (
        "Email",
        &[
            "id",
            "name",
            "messageId",
            "messageIdInternal",
            "dateSent",
            "fromString",
            "parentType",
            "parentId",
            "createdById",
            "createdAt",
            "modifiedAt",
        ],
    ),
];

#[derive(Default)]
struct Asked {
    conditions: BTreeMap<String, BTreeMap<String, String>>,
    plain: BTreeMap<String, String>,
}

impl Asked {
    fn read(query: &str) -> Result<Self, Refusal> {
        let mut asked = Self::default();
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()).into_owned() {
            let condition = key.strip_prefix("where[").and_then(|rest| rest.strip_suffix(']'));
            match condition.and_then(|rest| rest.split_once("][")) {
                Some((at, part)) => {
                    asked.conditions.entry(at.to_owned()).or_default().insert(part.to_owned(), value);
                }
                // The CRM ignores what it does not know; a parameter that does nothing is a mistake all the same.
                None if !["select", "orderBy", "order", "offset", "maxSize", "textFilter", "primaryFilter"]
                    .contains(&key.as_str()) =>
                {
                    return refuse(400, format!("{key} is no parameter of a list"));
                }
                None => drop(asked.plain.insert(key, value)),
            }
        }
        Ok(asked)
    }

    fn plain(&self, name: &str) -> Option<&str> {
        self.plain.get(name).map(String::as_str)
    }

    fn number(&self, name: &str) -> Option<usize> {
        self.plain(name)?.parse().ok()
    }
}

/// A page of a scope as `{"total", "list"}`.
pub fn list(records: &Records, user: &ApiUser, scope: &str, query: &str) -> Result<Value, Refusal> {
    // No reason is given (`ForbiddenSilent`).
    if !user.may(scope, "read") {
        return refuse(403, "");
    }
    let asked = Asked::read(query)?;
    let size = asked.number("maxSize").unwrap_or(LARGEST_PAGE);
    if size > LARGEST_PAGE {
        return refuse(403, "Max size should not exceed 200. Use offset and limit.");
    }
    let mut found = Vec::new();
    for record in records.all(scope).filter(|record| user.may_touch(scope, "read", record)) {
        if holds(scope, record, &asked)? {
            found.push(record);
        }
    }
    order(scope, &asked, &mut found)?;
    let total = found.len();
    let page: Vec<&Value> = found.into_iter().skip(asked.number("offset").unwrap_or_default()).take(size).collect();
    let selected = |record: &&Value| chosen(scope, record, asked.plain("select"));
    let list = page.iter().map(selected).collect::<Result<Vec<_>, _>>()?;
    // Mail is not counted, and nothing is where counting is switched off: -1 says that there is more, -2 that there is not.
    let counted = scope != "Email" && records.settings["counts"] == true;
    let more = asked.number("offset").unwrap_or_default() + list.len() < total;
    let total = if counted { json!(total) } else { json!(if more { -1 } else { -2 }) };
    Ok(json!({"total": total, "list": list}))
}

fn known(scope: &str, attribute: &str) -> bool {
    ATTRIBUTES.iter().any(|(of, names)| *of == scope && names.contains(&attribute))
}

fn holds(scope: &str, record: &Value, asked: &Asked) -> Result<bool, Refusal> {
    for condition in asked.conditions.values() {
        let part = |name: &str| condition.get(name).map(String::as_str).unwrap_or_default();
        let attribute = part("attribute");
        if !known(scope, attribute) {
            return refuse(400, format!("Not existing attribute '{attribute}' in where."));
        }
        let has = record[attribute].as_str();
        let holds = match part("type") {
            // Any of a person's addresses, in lower case (`FieldConverters\Email`).
            "equals" if attribute == "emailAddress" => {
                has.is_some_and(|has| has.to_lowercase() == part("value").to_lowercase())
            }
            // The collation of the database knows no case.
            "equals" => has.is_some_and(|has| has.to_lowercase() == part("value").to_lowercase()),
            "greaterThan" => has.is_some_and(|has| has > part("value")),
            "greaterThanOrEquals" => has.is_some_and(|has| has >= part("value")),
            other => return refuse(400, format!("Bad where type '{other}'.")),
        };
        if !holds {
            return Ok(false);
        }
    }
    if let Some(filter) = asked.plain("primaryFilter") {
        if (scope, filter) != ("Opportunity", "open") {
            return refuse(403, format!("No access to primary filter '{filter}'."));
        }
        if record["stage"].as_str().is_some_and(|stage| stage.starts_with("Closed")) {
            return Ok(false);
        }
    }
    Ok(asked.plain("textFilter").is_none_or(|filter| matches(record, filter)))
}

/// A text filter compares beginnings, unless a star says otherwise.
fn matches(record: &Value, filter: &str) -> bool {
    let word = filter.replace('*', "").to_lowercase();
    let texts = ["name", "emailAddress", "accountName"].into_iter().filter_map(|field| record[field].as_str());
    let mut texts = texts.map(str::to_lowercase);
    if filter.starts_with('*') {
        texts.any(|text| text.contains(&word))
    } else {
        texts.any(|text| text.starts_with(&word))
    }
}

/// Records that are equal in what they are ordered by are ordered by their ids (`Order\Applier`).
fn order(scope: &str, asked: &Asked, found: &mut [&Value]) -> Result<(), Refusal> {
    let by = asked.plain("orderBy").unwrap_or("createdAt");
    if !known(scope, by) {
        return refuse(500, format!("Order by non-existing field '{by}'."));
    }
    let key = |record: &Value| [by, "id"].map(|name| record[name].as_str().unwrap_or_default().to_owned());
    found.sort_by_key(|record| key(record));
    if asked.plain("order").is_some_and(|order| order.eq_ignore_ascii_case("desc")) {
        found.reverse();
    }
    Ok(())
}

fn chosen(scope: &str, record: &Value, select: Option<&str>) -> Result<Value, Refusal> {
    let Some(select) = select else { return Ok(record.clone()) };
    let mut chosen = Map::from_iter([("id".to_owned(), record["id"].clone())]);
    for name in select.split(',') {
        if !known(scope, name) {
            return refuse(400, format!("{scope} has no attribute {name}"));
        }
        chosen.insert(name.to_owned(), record[name].clone());
    }
    Ok(Value::Object(chosen))
}
