//! The reference server of the CRM contract, to be talked to by hand: `cargo run -p otomo-tests --bin reference`.
//!
//! It prints where it listens, the credentials of its one rep, and every request. What it keeps ends with it.

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "it is run by hand, to be read")]

use std::time::Duration;

use kit::crm::{CrmServer, KEY, KEY_ID, TOKEN};
use serde_json::json;

/// How often new requests are looked for.
const LOOK: Duration = Duration::from_millis(200);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let server = CrmServer::start().await;
    let parent = json!({"type": "company", "id": "7"});
    server.put_record(json!({"type": "company", "id": "7", "name": "㈱サンプル"}));
    server.put_record(
        json!({"type": "contact", "id": "1", "name": "髙橋 花子", "emails": ["hanako@example.com"], "parent": parent}),
    );
    println!("address  {}", server.url());
    println!("token    {TOKEN}");
    println!("or key   {KEY_ID}  {KEY}");
    let mut told = 0;
    loop {
        let requests = server.requests();
        for request in requests.iter().skip(told) {
            println!("{}  {} bytes", request.line(), request.body.len());
        }
        told = requests.len();
        tokio::time::sleep(LOOK).await;
    }
}
