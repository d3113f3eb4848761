//! A rule, the rep and a policy that want different things.

use serde_json::{Value, json};

use super::{Rep, winner};

const FREE: &str = "free@customer.example";
const KEPT: &str = "kept@customer.example";
const DENIED: &str = "denied@never.example";

fn contact(rep: &Rep, address: &str) -> Value {
    json!({ "kind": "contact", "connection": rep.connection, "record": { "type": "contact", "id": address } })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_shares_the_rep_keeps_private_the_policy_forbids_and_the_stricter_word_wins_and_is_shown() {
    let policy = json!({ "never_log": { "domains": ["never.example"] } });
    let rep = Rep::new(&policy, &[FREE, KEPT, DENIED]).await;
    for address in [FREE, KEPT, DENIED] {
        rep.rule(contact(&rep, address), "share");
    }
    rep.rule(json!({ "kind": "address", "value": KEPT }), "private");
    for (name, from) in [("free", FREE), ("mine", FREE), ("kept", KEPT), ("denied", DENIED)] {
        rep.receives(name, from);
    }
    rep.works();

    let why = rep.why("denied");
    assert_eq!((&why["state"], &why["can_include"]), (&json!("excluded"), &json!(false)), "{why}");
    let won = winner(&why);
    assert_eq!((&won["check"], &won["rule"]["value"]), (&json!("policy_never_log"), &json!("never.example")), "{why}");
    assert_eq!(won["evidence"], json!({ "field": "from", "value": DENIED }), "{why}");
    for (verb, code) in [("review.share", "not_possible_now"), ("review.include", "policy_forbids")] {
        let failed = rep.decide(verb, "denied").expect_err("a refusal");
        assert_eq!(failed.code(), code, "{verb}");
    }

    let why = rep.why("kept");
    let won = winner(&why);
    assert_eq!((&won["check"], &won["rule"]["value"]), (&json!("private_rule"), &json!(KEPT)), "{why}");
    assert_eq!((&why["state"], &why["origin"]["by"]), (&json!("private"), &json!("rule")), "{why}");

    rep.decide("review.keep_private", "mine").expect("a decision");
    rep.works();
    let why = rep.why("mine");
    assert_eq!((&why["state"], &why["origin"]["by"]), (&json!("private"), &json!("user")), "{why}");
    let steps = why["steps"].as_array().expect("steps");
    let sharing = steps.iter().find(|step| step["check"] == "share_rule").expect("it was asked");
    assert_eq!((&sharing["applies"], &sharing["rule"]["then"]), (&json!(true), &json!("share")), "{why}");
    for name in ["mine", "kept", "denied"] {
        assert!(!rep.is_in_the_crm(name), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_comes_to_forbid_stops_what_was_shared_within_the_grace_period() {
    let rep = Rep::new(&json!({}), &[FREE, KEPT]).await;
    rep.receives("free", FREE);
    rep.receives("kept", KEPT);
    rep.works();
    for name in ["free", "kept"] {
        rep.decide("review.share", name).expect("a decision");
    }
    rep.set_policy(&json!({ "never_log": { "addresses": [KEPT] } }).to_string());
    rep.works();
    assert!(rep.is_in_the_crm("free") && !rep.is_in_the_crm("kept"));
    let why = rep.why("kept");
    assert_eq!((&why["state"], &why["returned"]), (&json!("excluded"), &json!("denied")), "{why}");
    assert_eq!(winner(&why)["check"], "policy_never_log", "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_participant_blocks_wherever_they_stand() {
    let policy = json!({ "never_log": { "addresses": ["quiet@other.example"] } });
    let rep = Rep::new(&policy, &[FREE]).await;
    for field in ["Cc", "Reply-To", "Sender", "Bcc"] {
        let head = format!("From: {FREE}\r\nSubject: x\r\n{field}: Somebody <Quiet@OTHER.example>\r\n");
        rep.receives_raw(field, &head);
    }
    rep.works();
    for field in ["Cc", "Reply-To", "Sender", "Bcc"] {
        assert_eq!(rep.why(field)["state"], "excluded", "{field}");
    }
}

/// What the policy keeps out, and what the rep does; whether the rep may share single mails of each all the same.
async fn check_override(user_override: bool) {
    let policy = json!({ "never_log": { "addresses": [DENIED], "user_override": user_override } });
    let rep = Rep::new(&policy, &[FREE, DENIED]).await;
    rep.rule(json!({ "kind": "address", "value": FREE }), "never_log");
    rep.receives("own", FREE);
    rep.receives("policy", DENIED);
    rep.receives("other", DENIED);
    rep.works();
    assert_eq!(rep.why("policy")["can_include"], user_override);
    let included = rep.decide("review.include", "policy");
    if user_override {
        included.expect("the policy allows it");
        rep.decide("review.share", "policy").expect("a decision");
    } else {
        assert_eq!(included.expect_err("a refusal").code(), "policy_forbids");
    }
    rep.decide("review.include", "own").expect("the rep's own rule");
    rep.decide("review.share", "own").expect("a decision");
    rep.works();
    assert_eq!((rep.is_in_the_crm("own"), rep.is_in_the_crm("policy")), (true, user_override));
    assert_eq!(rep.why("other")["state"], "excluded", "the next one is kept out as before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_mail_is_shared_against_a_policy_only_where_the_policy_says_so() {
    check_override(false).await;
    check_override(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_cannot_be_read_lets_nothing_go_and_mail_still_comes_in() {
    let rep = Rep::new(&json!({}), &[FREE]).await;
    rep.rule(contact(&rep, FREE), "share");
    rep.receives("before", FREE);
    rep.works();
    rep.decide("review.share", "before").expect("a decision");
    for broken in ["{", r#"{"never_logs": {}}"#, r#"{"rules": [{"kind": "subject", "value": "x", "then": "share"}]}"#] {
        rep.set_policy(broken);
        rep.receives("after", FREE);
        rep.works();
        let policy = rep.otomo.ask("policy.get", Value::Null);
        assert_eq!(policy["error"]["code"], "policy_invalid", "{policy}");
        assert_eq!(rep.otomo.ask("app.status", Value::Null)["sharing_allowed"], false);
        assert_eq!((rep.sent(), &rep.why("after")["state"]), (0, &json!("pending")), "{broken}");
    }
    rep.set_policy("{}");
    rep.works();
    assert!(rep.is_in_the_crm("before"), "what was decided goes once the policy can be read");
}
