//! What pages say, and pages that lie or attack.

use std::sync::{Arc, Mutex};

use otomo_domain::detect::{Finding, SettingsOrigin};

use super::web::Answer;
use super::{World, shown};

/// A page that names one IMAP server.
fn page(host: &str, port: &str, socket: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><clientConfig version=\"1.1\"><emailProvider id=\"x\">\
         <displayName><![CDATA[<script>alert(1)</script>]]></displayName>\
         <incomingServer type=\"imap\"><hostname>{host}</hostname><port>{port}</port><socketType>{socket}</socketType>\
         <username>%EMAILADDRESS%</username></incomingServer></emailProvider></clientConfig>"
    )
}

fn fine() -> String {
    page("imap.pages.test", "993", "SSL")
}

/// The domain's own page; the two big lists know nothing.
fn own(answer: Answer) -> impl Fn(&str, &str) -> Answer + Send + Sync + 'static {
    move |host, _| match host {
        "autoconfig.pages.test" => answer.clone(),
        "login.microsoftonline.com" => Answer::Page(400, Vec::new()),
        _ => Answer::missing(),
    }
}

#[tokio::test]
async fn google_and_microsoft_by_mx_beat_a_lying_page() {
    let world = World::with(|_, _| Answer::page(page("imap.webhost.test", "993", "SSL"))).await;
    assert_eq!(world.verdict("taro@liar-google.test").await, "imap.gmail.com:993 by google");
    assert_eq!(world.verdict("taro@liar-m365.test").await, "outlook.office365.com:993 by microsoft");
}

#[tokio::test]
async fn the_domains_own_page_is_asked_over_https_and_counts_before_the_public_list() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let world = World::with({
        let asked = Arc::clone(&asked);
        move |host, path| {
            asked.lock().unwrap().push(format!("{host}{path}"));
            match host {
                "autoconfig.pages.test" => Answer::page(fine()),
                "autoconfig.thunderbird.net" => Answer::page(page("listed.pages.test", "993", "SSL")),
                _ => Answer::Page(400, Vec::new()),
            }
        }
    })
    .await;
    let searched = world.detect("taro@pages.test").await;
    assert!(shown(&searched.verdict).starts_with("imap.pages.test:993"), "{}", shown(&searched.verdict));
    assert_eq!(searched.offer().service, None, "a page does not say how a service is called");
    let own = "autoconfig.pages.test/mail/config-v1.1.xml?emailaddress=taro%40pages.test";
    assert!(asked.lock().unwrap().iter().any(|url| url == own), "{asked:?}");
}

#[tokio::test]
async fn the_well_known_place_is_asked_besides() {
    let world = World::with(|host, path| match (host, path) {
        ("pages.test", "/.well-known/autoconfig/mail/config-v1.1.xml") => Answer::page(fine()),
        _ => Answer::missing(),
    })
    .await;
    assert_eq!(world.verdict("taro@pages.test").await, "imap.pages.test:993");
}

#[tokio::test]
async fn the_public_list_is_asked_for_the_hoster_too_whose_servers_are_no_strangers() {
    let world = World::with(|host, path| match (host, path) {
        ("autoconfig.thunderbird.net", "/v1.1/hoster.test") => Answer::page(page("imap.hoster.test", "993", "SSL")),
        _ => Answer::missing(),
    })
    .await;
    assert_eq!(world.verdict("taro@hosted.test").await, "imap.hoster.test:993");
}

#[tokio::test]
async fn servers_of_a_stranger_are_marked() {
    let world = World::with(own(Answer::page(page("imap.evil.example", "993", "SSL")))).await;
    assert_eq!(world.verdict("taro@pages.test").await, "imap.evil.example:993 foreign");
    drop(world);
    let lookalike = page("imap.pages.test.evil.example", "993", "SSL");
    let world = World::with(own(Answer::page(lookalike))).await;
    assert_eq!(world.verdict("taro@pages.test").await, "imap.pages.test.evil.example:993 foreign");
}

#[tokio::test]
async fn a_redirect_is_followed_within_https_only_and_not_for_ever() {
    for (place, expected, reason) in [
        ("https://elsewhere.pages.test/x", "imap.pages.test:993", None),
        ("http://elsewhere.pages.test/x", "manual imap.pages.test:993", Some("HTTPS")),
        ("file:///etc/passwd", "manual imap.pages.test:993", Some("HTTPS")),
        ("https://autoconfig.pages.test/again", "manual imap.pages.test:993", Some("more than 3 times")),
        ("https://[", "manual imap.pages.test:993", Some("nowhere")),
    ] {
        let world = World::with(move |host, _| match host {
            "autoconfig.pages.test" => Answer::Redirect(place.to_owned()),
            "elsewhere.pages.test" => Answer::page(fine()),
            "login.microsoftonline.com" => Answer::Page(400, Vec::new()),
            _ => Answer::missing(),
        })
        .await;
        let searched = world.detect("taro@pages.test").await;
        assert_eq!(shown(&searched.verdict), expected, "{place}");
        let told = searched.last(SettingsOrigin::Autoconfig);
        let detail = if let Finding::Failed { detail } = told { Some(detail.as_str()) } else { None };
        assert!(
            detail.is_some() == reason.is_some() && detail.unwrap_or("").contains(reason.unwrap_or("")),
            "{told:?}"
        );
    }
}

/// Every way in which a page attacks; none of them may lead to an offer, and each says what is wrong with it.
#[tokio::test]
async fn a_hostile_page_offers_nothing_and_is_told() {
    let entity =
        |declaration: &str| format!("<!DOCTYPE x [{declaration}]>{}", fine().replace("imap.pages.test", "&e;"));
    let laughs: String = (1..20).map(|n| format!("<!ENTITY e{n} \"&e{0};&e{0};\">", n - 1)).collect();
    let attributes: String = (0..100_000).map(|n| format!(" a{n}=\"\"")).collect();
    let cases = [
        ("external entity", entity("<!ENTITY e SYSTEM \"file:///etc/passwd\">"), "document type"),
        ("billion laughs", entity(&format!("<!ENTITY e0 \"ha\">{laughs}<!ENTITY e \"&e19;\">")), "document type"),
        ("5 MB", format!("{}{}", fine(), " ".repeat(5_000_000)), "larger than 64 kB"),
        ("100 000 attributes", fine().replace("<incomingServer", &format!("<incomingServer{attributes}")), "larger"),
        ("no XML", "<a></b>".into(), "not XML"),
        ("deep", "<a>".repeat(10_000), "nested"),
    ];
    for (case, text, reason) in cases {
        let world = World::with(own(Answer::page(text))).await;
        let searched = world.detect("taro@pages.test").await;
        assert_eq!(shown(&searched.verdict), "manual imap.pages.test:993", "{case}");
        let told = searched.last(SettingsOrigin::Autoconfig);
        assert!(matches!(told, Finding::Failed { detail } if detail.contains(reason)), "{case}: {told:?}");
    }
}

#[tokio::test]
async fn a_page_that_names_no_usable_server_offers_nothing() {
    for (host, port, socket) in [
        ("imap.pages.test", "143", "plain"),
        ("imap.pages.test", "22", "SSL"),
        ("imap.pages.test", "99999", "SSL"),
        ("127.0.0.1", "993", "SSL"),
        ("localhost", "993", "SSL"),
        ("imap.pages.test/../x", "993", "SSL"),
    ] {
        let world = World::with(own(Answer::page(page(host, port, socket)))).await;
        let verdict = world.verdict("taro@pages.test").await;
        assert_eq!(verdict, "manual imap.pages.test:993", "{host} {port} {socket}");
    }
}

#[tokio::test]
async fn a_page_that_never_ends_is_given_up_and_the_rest_goes_on() {
    let world = World::with(own(Answer::Trickle)).await;
    let searched = world.detect("taro@pages.test").await;
    assert_eq!(shown(&searched.verdict), "manual imap.pages.test:993");
    let told = searched.last(SettingsOrigin::Autoconfig);
    assert!(matches!(told, Finding::Failed { detail } if detail.contains("5 seconds")), "{told:?}");
}
