//! How the portal says no.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A status, what the body says beside `status` and `correlationId`, and a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    body: Value,
    header: Option<(&'static str, String)>,
}

impl Refusal {
    fn new(status: u16, body: Value) -> Self {
        Self { status, body, header: None }
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, json!({"message": message.into(), "category": "VALIDATION_ERROR"}))
    }

    /// A value that a property cannot have.
    pub fn property(name: &str, error: &str) -> Self {
        Self::invalid(format!(r#"Property values were not valid: [{{"name":"{name}","error":"{error}"}}]"#))
    }

    pub fn no_key() -> Self {
        let message = "Authentication credentials not found.";
        Self::new(401, json!({"message": message, "category": "INVALID_AUTHENTICATION"}))
    }

    /// The names of the scopes stand in the context of an error.
    pub fn scopes(missing: &[&str]) -> Self {
        let message = "This app hasn't been granted all required scopes to make this call.";
        let error = json!({"message": "One or more of the following scopes are required.",
            "context": {"requiredGranularScopes": missing}});
        Self::new(403, json!({"message": message, "category": "MISSING_SCOPES", "errors": [error]}))
    }

    pub fn forbidden() -> Self {
        Self::new(403, json!({"message": "This key cannot be used here.", "category": "BANNED"}))
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, json!({"message": message.into(), "category": "OBJECT_NOT_FOUND"}))
    }

    /// The id of the contact that is there stands in the sentence alone.
    pub fn exists(id: u64) -> Self {
        Self::new(409, json!({"message": format!("Contact already exists. Existing ID: {id}"), "category": "CONFLICT"}))
    }

    /// Too many requests. The limit of search has no policy name, only its message.
    pub fn too_many(policy: &str) -> Self {
        let mut body = json!({"errorType": "RATE_LIMIT", "requestId": "r"});
        body["message"] = match policy {
            "SECONDLY" => json!("You have reached your secondly limit."),
            "DAILY" => json!("You have reached your daily limit."),
            _ => json!("You have reached your ten_secondly_rolling limit."),
        };
        if policy != "SECONDLY" {
            body["policyName"] = json!(policy);
        }
        Self::new(429, body)
    }

    /// The account is locked for the moment: wait two seconds at least.
    pub fn locked() -> Self {
        Self::new(423, json!({"message": "The resource is currently locked", "category": "LOCKED"}))
    }

    /// The account is being moved to another data centre.
    pub fn migrating(seconds: u64) -> Self {
        let header = Some(("retry-after", seconds.to_string()));
        Self { header, ..Self::new(477, json!({"message": "Migration in progress", "category": "MIGRATION"})) }
    }
}

impl IntoResponse for Refusal {
    fn into_response(mut self) -> Response {
        self.body["status"] = json!("error");
        self.body["correlationId"] = json!("aeb5f871-7f07-4993-9211-075dc63e7cbf");
        let status = StatusCode::from_u16(self.status).expect("a status");
        let mut response = (status, [(CONTENT_TYPE, "application/json")], self.body.to_string()).into_response();
        if let Some((name, value)) = self.header {
            let value = HeaderValue::from_str(&value).expect("a number");
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
        response
    }
}
