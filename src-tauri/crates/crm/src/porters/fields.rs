//! What the customer made of an activity's fields ("Field - Read").

use otomo_domain::error::{CrmFault, CrmFaultKind};

use super::session::Query;
use super::xml::Element;

/// The number of the resource Activity ("Resource List").
const ACTIVITY: &str = "19";

/// `SinglelineText` and `MultilineText` ("Field Type & Data Type List").
const TEXT: [&str; 2] = ["1", "2"];

/// The length of a mail's key.
const KEY: usize = 64;

/// The bounds of the fields that a mail goes into, in characters; `None` where HRBC names none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    pub longest_title: Option<usize>,
    pub longest_memo: Option<usize>,
}

/// Whether an alias is that of a field that somebody added to activities: `Activity.U_…` by a person, `Activity.A_…` by
/// an app.
pub fn is_own_alias(alias: &str) -> bool {
    let name = ["Activity.U_", "Activity.A_"].iter().find_map(|prefix| alias.strip_prefix(prefix));
    name.is_some_and(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
}

/// The parameters that list the fields of activities.
pub fn query(partition: &str, start: usize) -> Query<'static> {
    vec![
        ("partition", partition.to_owned()),
        ("resource", ACTIVITY.to_owned()),
        ("active", "-1".to_owned()),
        ("count", "200".to_owned()),
        ("start", start.to_string()),
    ]
}

impl Fields {
    /// Reads the bounds out of the list. With the customer's own field for the key it says what is wrong with that.
    pub fn read(items: &[Element], own_field: Option<&str>) -> Result<Self, CrmFault> {
        let field = |alias: &str| items.iter().find(|item| item.text_of("Field.P_Alias") == alias);
        let longest = |item: &Element| item.text_of("Field.P_Max").parse().ok().filter(|max| *max > 0);
        let wrong = |alias: &str, what: &str| CrmFault::new(CrmFaultKind::Forbidden, format!("{alias} {what}"));
        if let Some(alias) = own_field {
            let item = field(alias).ok_or_else(|| wrong(alias, "is no field of activities"))?;
            if !TEXT.contains(&item.text_of("Field.P_Type")) {
                return Err(wrong(alias, "is no text field"));
            }
            if longest(item).is_some_and(|longest| longest < KEY) {
                return Err(wrong(alias, "takes fewer than 64 characters"));
            }
        }
        let of = |alias: &str| field(alias).and_then(longest);
        Ok(Self { longest_title: of("Activity.P_Title"), longest_memo: of("Activity.P_Memo") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(own: Option<&str>) -> Result<Fields, String> {
        let field = |alias: &str, kind: u32, max: &str| {
            format!(
                "<Item><Field.P_Alias>Activity.{alias}</Field.P_Alias><Field.P_Type>{kind}</Field.P_Type><Field.P_Max>{max}</Field.P_Max></Item>"
            )
        };
        let items = [field("P_Memo", 2, "10000"), field("P_Title", 1, ""), field("U_Key", 1, "64")];
        let more = [field("U_Short", 1, "63"), field("U_Number", 3, "999999")];
        let list = Element::parse(format!("<Field>{}{}</Field>", items.concat(), more.concat()).as_bytes()).unwrap();
        let items: Vec<Element> = list.items().cloned().collect();
        Fields::read(&items, own).map_err(|fault| fault.detail)
    }

    #[test]
    fn the_bounds_are_those_of_the_customer() {
        let expected = Fields { longest_title: None, longest_memo: Some(10_000) };
        assert_eq!((read(None), read(Some("Activity.U_Key"))), (Ok(expected.clone()), Ok(expected)));
    }

    #[test]
    fn a_field_that_cannot_hold_a_key_is_said_to_be_none() {
        assert_eq!(read(Some("Activity.U_None")), Err("Activity.U_None is no field of activities".into()));
        assert_eq!(read(Some("Activity.U_Number")), Err("Activity.U_Number is no text field".into()));
        assert_eq!(read(Some("Activity.U_Short")), Err("Activity.U_Short takes fewer than 64 characters".into()));
    }

    #[test]
    fn an_alias_leads_to_an_added_field_and_nowhere_else() {
        assert!(is_own_alias("Activity.U_Otomo1") && is_own_alias("Activity.A_x_1"));
        for alias in
            ["Activity.P_Memo", "Activity.U_", "U_Otomo", "Job.U_x", "Activity.U_a,Activity.P_Id", "Activity.U_<a>"]
        {
            assert!(!is_own_alias(alias), "{alias}");
        }
    }
}
