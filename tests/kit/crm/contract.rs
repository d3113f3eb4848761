//! The schemas of the contract, taken from the contract itself, so that the server cannot drift away from it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

const CONTRACT: &str = include_str!("../../../src-tauri/crates/crm/src/rest/contract.yaml");

static SCHEMAS: LazyLock<BTreeMap<String, Validator>> = LazyLock::new(|| {
    let contract: Value = serde_saphyr::from_str(CONTRACT).expect("the contract is YAML");
    let components = &contract["components"];
    let names = components["schemas"].as_object().expect("the contract has schemas").keys();
    names.map(|name| (name.clone(), schema(name, components))).collect()
});

/// The schemas of OpenAPI 3.0 are JSON Schema as far as this contract uses them.
fn schema(name: &str, components: &Value) -> Validator {
    let root = json!({"$ref": format!("#/components/schemas/{name}"), "components": components});
    let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
    options.build(&root).unwrap_or_else(|e| panic!("{name} is not a schema: {e}"))
}

/// Whether a value is what the contract calls by this name; else why not, without quoting it.
pub fn check(name: &str, value: &Value) -> Result<(), String> {
    let schema = SCHEMAS.get(name).unwrap_or_else(|| panic!("the contract has no schema {name}"));
    match schema.iter_errors(value).next() {
        Some(error) => Err(format!("{name} at {:?}: {}", error.instance_path().as_str(), error.masked())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(change: impl FnOnce(&mut Value)) -> Result<(), String> {
        let mut mail = json!({
            "message_id": "<1@x.jp>", "direction": "incoming", "date": "2026-11-22T05:00:00Z",
            "from": {"email": "a@x.jp"}, "to": [], "subject": "", "share_level": "metadata",
            "links": [{"type": "contact", "id": "1"}], "digest": "0".repeat(64),
        });
        change(&mut mail);
        check("Email", &mail)
    }

    fn refused(change: impl FnOnce(&mut Value)) {
        mail(change).expect_err("the contract forbids it");
    }

    #[test]
    fn a_mail_of_the_contract_is_accepted() {
        assert_eq!(mail(|_| {}), Ok(()));
    }

    #[test]
    fn what_the_contract_forbids_is_refused() {
        refused(|mail| mail["bcc"] = json!([]));
        refused(|mail| mail["links"] = json!([]));
        refused(|mail| mail["links"] = json!([{"type": "spaceship", "id": "1"}]));
        refused(|mail| mail["links"] = json!([{"type": "contact", "id": ""}]));
        refused(|mail| mail["date"] = json!("yesterday"));
        refused(|mail| mail["digest"] = json!("A".repeat(64)));
        refused(|mail| mail["from"] = json!({"name": "nobody"}));
        refused(|mail| mail["share_level"] = json!("all"));
        refused(|mail| mail["note"] = json!("n".repeat(2001)));
        refused(|mail| {
            mail["attachments"] = json!([{"sha256": "0".repeat(64), "name": "a", "content_type": "t", "size": -1}])
        });
        for field in ["message_id", "direction", "date", "from", "to", "subject", "share_level", "links", "digest"] {
            refused(|mail| drop(mail.as_object_mut().and_then(|mail| mail.remove(field))));
        }
    }
}
