//! The parameters of a read ("Read API - Parameter"), and what they find.

use super::Refusal;
use super::resources::{Kind, Resource};
use super::tenant::{Record, moment_of};

/// A parameter that is missing, and one that is not there or makes no sense (Result Code List).
pub const INVALID: u32 = 100;
pub const MISSING: u32 = 101;
pub const BAD_VALUE: u32 = 103;

/// Changes older than this are not told of together with what was deleted ("Read API - Parameter", itemstate).
const NINETY_DAYS: i64 = 90 * 24 * 3600 * 1000;

pub type Parameters = Vec<(String, String)>;

#[derive(Debug)]
struct Condition {
    field: &'static str,
    kind: Kind,
    suffix: String,
    value: String,
}

#[derive(Debug)]
pub struct Read {
    pub fields: Vec<&'static str>,
    conditions: Vec<Condition>,
    order: Option<(&'static str, Kind, bool)>,
    keywords: Vec<String>,
    itemstate: String,
    count: usize,
    pub start: usize,
}

/// One parameter by name.
pub fn parameter<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// Refuses parameters that the resource does not have.
pub fn only(parameters: &Parameters, known: &[&str]) -> Result<(), Refusal> {
    match parameters.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err(Refusal(INVALID, format!("there is no parameter {name}"))),
        None => Ok(()),
    }
}

/// `count`, 1 to 200 and 10 unless told, and `start` from 0.
pub fn paging(parameters: &Parameters) -> Result<(usize, usize), Refusal> {
    let number = |name, otherwise: usize| match parameter(parameters, name) {
        None => Ok(otherwise),
        Some(text) => text.parse().map_err(|_| Refusal(BAD_VALUE, format!("{name} is no number"))),
    };
    let (count, start) = (number("count", 10)?, number("start", 0)?);
    // "取得件数 1〜200"
    if !(1..=200).contains(&count) {
        return Err(Refusal(BAD_VALUE, "count is not between 1 and 200".into()));
    }
    Ok((count, start))
}

impl Read {
    pub fn parse(resource: &'static Resource, parameters: &Parameters, now: i64) -> Result<Self, Refusal> {
        let known = ["partition", "field", "condition", "order", "itemstate", "count", "start", "keywords"];
        only(parameters, &known)?;
        let (count, start) = paging(parameters)?;
        let field = |alias: &str| {
            resource.field(alias).ok_or_else(|| Refusal(BAD_VALUE, format!("{} has no {alias}", resource.name)))
        };
        // Without `field` only the key is told.
        let fields = match parameter(parameters, "field") {
            None => vec!["P_Id"],
            Some(list) => list.split(',').map(|alias| Ok(field(alias)?.0)).collect::<Result<_, Refusal>>()?,
        };
        let conditions = match parameter(parameters, "condition") {
            None => Vec::new(),
            Some(list) => list.split(',').map(|term| condition(resource, term)).collect::<Result<_, _>>()?,
        };
        let order = match parameter(parameters, "order") {
            None => None,
            Some(order) => Some(sorting(resource, order)?),
        };
        // "100 文字まで。カンマ区切りは AND"
        let keywords = parameter(parameters, "keywords").unwrap_or_default();
        if keywords.chars().count() > 100 {
            return Err(Refusal(BAD_VALUE, "keywords is too long".into()));
        }
        let keywords = keywords.split(',').map(|word| word.trim().to_lowercase()).filter(|word| !word.is_empty());
        let keywords = keywords.collect();
        let itemstate = parameter(parameters, "itemstate").unwrap_or("existing").to_owned();
        let read = Self { fields, conditions, order, keywords, itemstate, count, start };
        read.deleted_ones(now)?;
        Ok(read)
    }

    /// With what was deleted, only the number, and who changed it when, may be asked for; and only the last 90 days.
    fn deleted_ones(&self, now: i64) -> Result<(), Refusal> {
        match self.itemstate.as_str() {
            "existing" => return Ok(()),
            "deleted" | "all" => {}
            other => return Err(Refusal(133, format!("there is no itemstate {other}"))),
        }
        for condition in &self.conditions {
            if !["P_Id", "P_UpdateDate", "P_UpdatedBy"].contains(&condition.field) {
                return Err(Refusal(BAD_VALUE, format!("{} cannot be asked for with itemstate", condition.field)));
            }
            if condition.kind == Kind::Stamp && moment_of(&condition.value).is_some_and(|at| at < now - NINETY_DAYS) {
                return Err(Refusal(124, "P_UpdateDate is more than 90 days ago".into()));
            }
        }
        Ok(())
    }

    /// The page, and how many there are in all.
    pub fn page<'a>(&self, records: impl Iterator<Item = &'a Record>, now: i64) -> (Vec<&'a Record>, usize) {
        let state = |record: &&Record| match self.itemstate.as_str() {
            "existing" => !record.is_deleted(),
            "deleted" => record.is_deleted() && record.changed() >= now - NINETY_DAYS,
            _ => record.changed() >= now - NINETY_DAYS,
        };
        let named = |record: &&Record| self.keywords.iter().all(|word| record.says(word));
        let found = records.filter(state).filter(named);
        let found = found.filter(|record| self.conditions.iter().all(|c| c.holds(record)));
        let mut found: Vec<&Record> = found.collect();
        if let Some((field, kind, ascending)) = self.order {
            found.sort_by_cached_key(|record| sort_key(record.get(field), kind));
            if !ascending {
                found.reverse();
            }
        }
        let total = found.len();
        (found.into_iter().skip(self.start).take(self.count).collect(), total)
    }
}

fn sorting(resource: &'static Resource, order: &str) -> Result<(&'static str, Kind, bool), Refusal> {
    let invalid = || Refusal(BAD_VALUE, format!("{order} is no order"));
    let (alias, direction) = order.rsplit_once(':').ok_or_else(invalid)?;
    // "ConditionやOrderに指定することはできません。"
    let (field, kind) = resource.field(alias).filter(|(_, kind)| *kind != Kind::Deleted).ok_or_else(invalid)?;
    match direction {
        "asc" => Ok((field, kind, true)),
        "desc" => Ok((field, kind, false)),
        _ => Err(invalid()),
    }
}

/// Numbers by their worth, everything else as text; the form of a time sorts by itself.
fn sort_key(value: &str, kind: Kind) -> (u64, String) {
    match kind {
        Kind::Id | Kind::Number | Kind::Reference(_) | Kind::Upper | Kind::User => {
            (value.parse().unwrap_or_default(), String::new())
        }
        _ => (0, value.to_owned()),
    }
}

/// `Alias:suffix=value`; each kind of field has its own suffixes, and one that counts where there is none.
fn condition(resource: &'static Resource, term: &str) -> Result<Condition, Refusal> {
    let invalid = || Refusal(BAD_VALUE, format!("{term} is no condition"));
    let (name, value) = term.split_once('=').ok_or_else(invalid)?;
    let (alias, suffix) = name.split_once(':').unwrap_or((name, ""));
    let (field, kind) = resource.field(alias).ok_or_else(invalid)?;
    let (known, otherwise): (&[&str], &str) = match kind {
        Kind::Line | Kind::Text => (&["full", "part"], "part"),
        // 上位 ID が入る項目 can be asked for by one number, never by a range.
        Kind::Reference(_) | Kind::Upper => (&["eq"], "eq"),
        Kind::User => (&["or", "and"], "or"),
        Kind::Deleted => (&[], ""),
        Kind::Id | Kind::Number | Kind::DateTime | Kind::Stamp => (&["gt", "ge", "eq", "le", "lt"], "eq"),
    };
    let suffix = if suffix.is_empty() { otherwise } else { suffix };
    let sound = match kind {
        Kind::DateTime | Kind::Stamp => moment_of(value).is_some(),
        Kind::Line | Kind::Text => !value.is_empty(),
        _ => value.parse::<u64>().is_ok(),
    };
    if !known.contains(&suffix) || !sound {
        return Err(invalid());
    }
    Ok(Condition { field, kind, suffix: suffix.to_owned(), value: value.to_owned() })
}

impl Condition {
    fn holds(&self, record: &Record) -> bool {
        let value = record.get(self.field);
        let (left, right) = (sort_key(value, self.kind), sort_key(&self.value, self.kind));
        match self.suffix.as_str() {
            "part" => value.contains(&self.value),
            "gt" => left > right,
            "ge" => left >= right,
            "le" => left <= right,
            "lt" => left < right,
            _ => left == right,
        }
    }
}
