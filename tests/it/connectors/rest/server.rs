//! The server itself, as an example for others: what the contract says and the connector never tries.

use kit::crm::records::User;
use kit::crm::{CrmServer, TOKEN};
use otomo_domain::connector::OutgoingFile;
use otomo_domain::error::CrmFaultKind;
use otomo_domain::payload::Level;
use otomo_domain::ports::CrmConnector;
use serde_json::{Value, json};

use super::super::sample::Sample;
use super::super::world::{connector, net};

const COLLEAGUE: &str = "tok_live_second-rep";

async fn two_reps() -> (CrmServer, Box<dyn CrmConnector>, Box<dyn CrmConnector>) {
    let server = CrmServer::start().await;
    server.add_user(COLLEAGUE, User { id: "rep-2".into(), email: "two@own.example".into(), name: "二郎".into() });
    let by = |token| connector("rest", json!({"url": server.url()}), Some(token));
    let (one, two) = (by(TOKEN), by(COLLEAGUE));
    (server, one, two)
}

/// What the server answers to a request by hand.
async fn ask(server: &CrmServer, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let url = format!("{}{path}", server.url());
    let mut request = net().http().request(method.parse().unwrap(), url).bearer_auth(TOKEN);
    if let Some(body) = body {
        request = request.header("idempotency-key", "0123456789abcdef").json(&body);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

#[tokio::test]
async fn a_path_that_holds_no_digest_or_no_type_is_refused_by_every_call() {
    let server = CrmServer::start().await;
    let links = || Some(json!({"links": [{"type": "contact", "id": "1"}]}));
    for (digest, expected) in [("0".repeat(64), 404), ("0".repeat(63), 422), ("A".repeat(64), 422), ("é".into(), 422)]
    {
        for (method, path, body) in [
            ("GET", format!("/emails/{digest}"), None),
            ("PUT", format!("/emails/{digest}/links"), links()),
            ("HEAD", format!("/attachments/{digest}"), None),
        ] {
            assert_eq!(ask(&server, method, &path, body).await.0, expected, "{method} {path}");
        }
    }
    assert_eq!(ask(&server, "DELETE", "/emails/1", None).await.0, 422);
    assert_eq!(ask(&server, "PUT", "/emails/1", links()).await.0, 422);
    for (kind, expected) in [("contact", 404), ("spaceship", 422)] {
        assert_eq!(ask(&server, "GET", &format!("/records/{kind}/1/related"), None).await.0, expected);
    }
}

#[tokio::test]
async fn a_search_is_narrowed_to_a_type_and_goes_on_from_its_cursor() {
    let server = CrmServer::start().await;
    for number in 0..60 {
        server.put_record(json!({"type": "contact", "id": format!("{number:02}"), "name": "X Anna", "emails": []}));
    }
    server.put_record(json!({"type": "company", "id": "x", "name": "X"}));
    let (status, companies) = ask(&server, "GET", "/records?q=x&type=company", None).await;
    assert_eq!((status, companies["records"].as_array().map(Vec::len)), (200, Some(1)));
    let (_, first) = ask(&server, "GET", "/records?q=anna", None).await;
    let cursor = first["next_cursor"].as_str().unwrap().replace(' ', "%20");
    let (_, second) = ask(&server, "GET", &format!("/records?q=anna&cursor={cursor}"), None).await;
    let count = |page: &Value| page["records"].as_array().map(Vec::len);
    assert_eq!((count(&first), count(&second), second.get("next_cursor")), (Some(50), Some(10), None));
    for query in ["q=a&type=spaceship", "q=a&cursor=mine"] {
        assert_eq!(ask(&server, "GET", &format!("/records?{query}"), None).await.0, 422, "{query}");
    }
    for query in ["", "q=", "q=a&limit=1"] {
        assert_eq!(ask(&server, "GET", &format!("/records?{query}"), None).await.0, 400, "{query}");
    }
}

#[tokio::test]
async fn a_new_contact_belongs_to_the_chosen_company_or_to_the_only_one_of_that_name() {
    let server = CrmServer::start().await;
    let put = |id: &str, name: &str| server.put_record(json!({"type": "company", "id": id, "name": name}));
    put("1", "X");
    put("2", "Y");
    put("3", "Y");
    for (number, (company, parent)) in [
        (json!({"company": {"type": "company", "id": "2"}}), Some("2")),
        (json!({"company_name": "X"}), Some("1")),
        (json!({"company_name": "Y"}), None),
        (json!({"company_name": "Z"}), None),
    ]
    .into_iter()
    .enumerate()
    {
        let mut new = company;
        new["email"] = json!(format!("a{number}@x.jp"));
        let url = format!("{}/contacts", server.url());
        let key = format!("a key of its own {number}");
        let request = net().http().post(url).bearer_auth(TOKEN).header("idempotency-key", key).json(&new);
        let made: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(made["parent"]["id"].as_str(), parent, "{new}");
    }
    let nobody = json!({"email": "b@x.jp", "company": {"type": "company", "id": "9"}});
    assert_eq!(ask(&server, "POST", "/contacts", Some(nobody)).await.0, 422);
}

#[tokio::test]
async fn whoever_lacks_a_right_changes_nothing_and_hears_of_all_that_are_missing() {
    let server = CrmServer::start().await;
    server.describe(|me| me["missing_scopes"] = json!(["mail:write", "files"]));
    let key = "0".repeat(64);
    for (method, path) in [
        ("PUT", format!("/emails/{key}")),
        ("PUT", format!("/emails/{key}/links")),
        ("DELETE", format!("/emails/{key}")),
        ("PUT", format!("/attachments/{key}")),
        ("POST", "/contacts".into()),
    ] {
        let (status, problem) = ask(&server, method, &path, Some(json!({}))).await;
        assert_eq!((status, &problem["missing_scopes"]), (403, &json!(["mail:write", "files"])), "{method} {path}");
    }
    assert_eq!(ask(&server, "GET", "/me", None).await.0, 200);
}

#[tokio::test]
async fn of_what_several_reps_share_the_fullest_is_shown_as_long_as_it_is_shared() {
    let (server, one, two) = two_reps().await;
    let full = Sample::new("<1@x.jp>");
    let less = Sample::new("<1@x.jp>").but(|mail| {
        (mail.body_text, mail.body_html, mail.share_level) = (None, None, Level::Subject);
    });
    less.deliver(one.as_ref()).await.unwrap();
    let remote = full.deliver(two.as_ref()).await.unwrap();
    assert!(remote.already_known);
    assert_eq!(server.shown(full.key()).map(Vec::from), Some(full.frozen.bytes.clone()));
    two.unlog(full.sought(), &remote).await.unwrap();
    assert_eq!(server.shown(full.key()).map(Vec::from), Some(less.frozen.bytes.clone()));
    assert_eq!(two.find_logged(full.sought()).await.unwrap(), None);
}

#[tokio::test]
async fn a_file_is_its_uploaders_until_a_mail_names_it_and_stays_as_long_as_one_does() {
    let (server, one, two) = two_reps().await;
    let [first, second] = ["<1@x.jp>", "<2@x.jp>"].map(|id| Sample::new(id).with_file("a.pdf", b"%PDF"));
    let sha256 = first.payload.attachments[0].sha256;
    one.put_attachment(OutgoingFile { meta: &first.payload.attachments[0], files: &first.kept }).await.unwrap();
    let unnamed = two.log_mail(second.outgoing()).await.unwrap_err();
    assert_eq!(unnamed.kind, CrmFaultKind::AttachmentMissing);
    let remote = first.deliver(one.as_ref()).await.unwrap();
    second.deliver(two.as_ref()).await.unwrap();
    let requests = server.requests();
    let uploads = requests.iter().filter(|request| request.line().starts_with("PUT /mail-log/v1/attachments"));
    assert_eq!(uploads.count(), 1, "a file that a mail names need not be sent again");
    one.unlog(first.sought(), &remote).await.unwrap();
    assert!(server.attachment(sha256).is_some());
    two.unlog(second.sought(), &remote).await.unwrap();
    assert!(server.attachment(sha256).is_none());
}
