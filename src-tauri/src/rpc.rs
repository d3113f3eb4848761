//! The one command: a question by its name, answered by the command table.

use serde_json::Value;
use tauri::State;

use otomo_api::ApiError;
use otomo_boot::session::Session;

/// Asks `name` with `args`; what both may be stands in the command table of `otomo-api`.
#[tauri::command]
pub async fn rpc(session: State<'_, Session>, name: String, args: Value) -> Result<Value, ApiError> {
    session.ask(&name, args).await
}
