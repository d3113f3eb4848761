//! The search endpoint: what it asks for, what it finds, and where it ends.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::portal::Portal;
use super::refusal::Refusal;
use super::values;

/// No query is led beyond so many results.
const MOST_RESULTS: usize = 10_000;
const LARGEST_PAGE: u64 = 200;
const MOST_GROUPS: usize = 5;
const MOST_FILTERS: usize = 6;
const LONGEST_QUERY: usize = 3000;

/// The fields that the published description requires.
const REQUIRED: [&str; 5] = ["filterGroups", "properties", "sorts", "limit", "after"];

type Properties = BTreeMap<String, String>;

pub fn search(portal: &Portal, kind: &'static str, body: &Value) -> Result<Value, Refusal> {
    check(body)?;
    let mut found: Vec<(u64, &Properties)> = Vec::new();
    for (id, object) in &portal.objects[kind] {
        if let Some(known) = object.indexed(portal.now)
            && matches(body, known)?
        {
            found.push((*id, known));
        }
    }
    sort(&mut found, body);
    let limit = usize::try_from(body["limit"].as_u64().unwrap_or_default()).expect("a small number");
    let after: usize = body["after"].as_str().and_then(|after| after.parse().ok()).expect("checked");
    if after + limit > MOST_RESULTS {
        return Err(Refusal::invalid("The requested page is beyond the 10000 results that can be retrieved"));
    }
    let wanted: Vec<&str> = body["properties"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let page = found.iter().skip(after).take(limit).map(|(id, known)| show(*id, known, &wanted));
    let mut answer = json!({"total": found.len(), "results": page.collect::<Vec<_>>()});
    if after + limit < found.len() {
        answer["paging"] = json!({"next": {"after": (after + limit).to_string()}});
    }
    Ok(answer)
}

/// What the index knew when it last heard of the record, which may be gone since.
fn show(id: u64, known: &Properties, wanted: &[&str]) -> Value {
    let shown: BTreeMap<&str, Option<&String>> =
        wanted.iter().map(|name| (*name, known.get(*name).filter(|value| !value.is_empty()))).collect();
    json!({"id": id.to_string(), "properties": shown, "archived": false})
}

fn check(body: &Value) -> Result<(), Refusal> {
    if let Some(missing) = REQUIRED.iter().find(|field| body.get(field).is_none()) {
        return Err(Refusal::invalid(format!("Some required fields were not set: [{missing}]")));
    }
    let groups = body["filterGroups"].as_array().map(Vec::as_slice).unwrap_or_default();
    let too_many = |group: &Value| group["filters"].as_array().is_none_or(|filters| filters.len() > MOST_FILTERS);
    if groups.len() > MOST_GROUPS || groups.iter().any(too_many) {
        return Err(Refusal::invalid("too many filters"));
    }
    if !(1..=LARGEST_PAGE).contains(&body["limit"].as_u64().unwrap_or_default()) {
        return Err(Refusal::invalid("limit is not between 1 and 200"));
    }
    if body["after"].as_str().is_none_or(|after| after.parse::<usize>().is_err()) {
        return Err(Refusal::invalid("after is not a number as a string"));
    }
    if body["query"].as_str().is_some_and(|query| query.chars().count() > LONGEST_QUERY) {
        return Err(Refusal::invalid("query is longer than 3000 characters"));
    }
    Ok(())
}

/// Groups are alternatives, the filters of a group hold together; words must all occur.
fn matches(body: &Value, known: &Properties) -> Result<bool, Refusal> {
    let words = body["query"].as_str().unwrap_or_default().to_lowercase();
    let text = || known.values().map(|value| value.to_lowercase()).collect::<Vec<_>>().join(" ");
    let fits = words.is_empty() || words.split_whitespace().all(|word| text().contains(word));
    let groups = body["filterGroups"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut any = groups.is_empty();
    for group in groups {
        let mut all = true;
        for filter in group["filters"].as_array().into_iter().flatten() {
            all &= holds(filter, known)?;
        }
        any |= all;
    }
    Ok(fits && any)
}

fn holds(filter: &Value, known: &Properties) -> Result<bool, Refusal> {
    let (Some(name), Some(operator), Some(value)) =
        (filter["propertyName"].as_str(), filter["operator"].as_str(), filter["value"].as_str())
    else {
        return Err(Refusal::invalid("a filter needs propertyName, operator and a value that is a string"));
    };
    let Some(has) = known.get(name) else { return Ok(false) };
    Ok(match operator {
        "EQ" => has.eq_ignore_ascii_case(value),
        "GT" => order(has, value) == Ordering::Greater,
        "GTE" => order(has, value) != Ordering::Less,
        _ => return Err(Refusal::invalid(format!("{operator} is no operator that is known here"))),
    })
}

/// Numbers and times are compared as such.
fn order(one: &str, other: &str) -> Ordering {
    match (values::millis(one), values::millis(other)) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => one.cmp(other),
    }
}

/// Sorts are names of properties, the first alone is heeded; without any the newest come first.
fn sort(found: &mut [(u64, &Properties)], body: &Value) {
    let by = body["sorts"][0].as_str().unwrap_or_default();
    if by.is_empty() {
        found.reverse();
        return;
    }
    let value = |known: &Properties| known.get(by).cloned().unwrap_or_default();
    found.sort_by(|(_, one), (_, other)| order(&value(one), &value(other)));
}
