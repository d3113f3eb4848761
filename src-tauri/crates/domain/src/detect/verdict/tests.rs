use super::*;
use crate::account::{Endpoint, Security, SignIn};
use crate::address::Address;
use crate::detect::{Hints, Protocol};
use crate::policy::Policy;

const CLIENTS: &str = r#"{"oauth": {"google": {"client": {"id": "g"}}, "microsoft": {"client": {"id": "m"}}}}"#;

/// The verdict on evidence, in a line: the offers' ways in, the question, or the reason.
fn judged(address: &str, policy: &str, evidence: &Evidence) -> String {
    let address = Address::parse(address).unwrap();
    let policy = Policy::parse(policy).unwrap();
    let inquiry = Inquiry { address: &address, policy: &policy };
    let verdict = inquiry.at_once().map(|(_, verdict)| verdict);
    shown(&verdict.unwrap_or_else(|| inquiry.conclude(evidence)))
}

fn check(address: &str, policy: &str, evidence: &Evidence, expected: &str) {
    assert_eq!(judged(address, policy, evidence), expected, "{address}");
}

fn shown(verdict: &Verdict) -> String {
    let offers = |offers: &[Offer]| offers.iter().map(way).collect::<Vec<_>>().join(", ");
    match verdict {
        Verdict::Offers { offers: ways } => offers(ways),
        Verdict::Ask { gateway, likely, offers: ways } => format!("{gateway}? {likely:?}: {}", offers(ways)),
        Verdict::Unsupported { why } => format!("{why:?}"),
        Verdict::Manual { guess } => format!("manual {}", guess.as_deref().map(way).unwrap_or_default()),
        Verdict::Offline => "offline".into(),
    }
}

fn way(offer: &Offer) -> String {
    let host = offer.receive.as_ref().map_or("-", |endpoint| endpoint.host.as_str());
    let by = match (&offer.sign_in, &offer.app_password) {
        (SignIn::OAuth { provider }, _) => format!("by {provider}"),
        (SignIn::Password, Some(card)) => format!("by {} card", card.guide),
        (SignIn::Password, None) => "by password".into(),
    };
    let warning = offer.warning.map(|warning| format!(" {warning:?}")).unwrap_or_default();
    format!("{host} {by}{warning}")
}

fn mx(hosts: &[&str]) -> Evidence {
    let mx = Answer::Found(hosts.iter().map(ToString::to_string).collect());
    let (autoconfig, ispdb, srv, guess) = (Answer::Nothing, Answer::Nothing, Answer::Nothing, Answer::Nothing);
    Evidence { mx, hints: Answer::Nothing, autoconfig, ispdb, srv, guess }
}

fn offer(host: &str, origin: SettingsOrigin) -> Offer {
    let receive = Endpoint::new(host, 993, Security::Tls);
    Offer::plain(Protocol::Imap, Some(receive), None, "taro@corp.jp".into(), origin)
}

fn hints(signs: &[Hosting], cloud: Option<Cloud>) -> Answer<Hints> {
    Answer::Found(Hints { cloud, signs: signs.to_vec() })
}

#[test]
fn google_and_microsoft_by_mx_beat_what_the_domain_publishes() {
    let lying = |host: &str| Evidence {
        autoconfig: Answer::Found(vec![offer("mail.corp.jp", SettingsOrigin::Autoconfig)]),
        ..mx(&[host])
    };
    check("t@corp.jp", CLIENTS, &lying("smtp.google.com"), "imap.gmail.com by google");
    check("t@corp.jp", CLIENTS, &lying("corp-jp.mail.protection.outlook.com"), "outlook.office365.com by microsoft");
}

#[test]
fn without_a_client_google_takes_an_app_password_and_microsoft_never_a_password() {
    let nobody = Evidence::default();
    check("t@gmail.com", "{}", &nobody, "imap.gmail.com by google card NoClient");
    check("t@outlook.jp", "{}", &nobody, "outlook.office365.com by microsoft NoClient");
    check("t@gmail.com", CLIENTS, &nobody, "imap.gmail.com by google");
}

#[test]
fn a_policy_beats_everything_and_locks_what_it_fixed() {
    let preset = r#"{"server_presets": {"gmail.com": {"imap": {"host": "mail.x.jp", "port": 993, "security": "tls"}, "locked": true}}}"#;
    check("t@gmail.com", preset, &Evidence::default(), "mail.x.jp by password");
    let named = r#"{"oauth": {"microsoft": {"client": {"id": "m"}, "domains": ["corp.jp"]}}}"#;
    check("t@corp.jp", named, &mx(&["smtp.google.com"]), "outlook.office365.com by microsoft");
    let address = Address::parse("t@gmail.com").unwrap();
    let policy = Policy::parse(preset).unwrap();
    let verdict = Inquiry { address: &address, policy: &policy }.at_once();
    let locked = |verdict: &Verdict| matches!(verdict, Verdict::Offers { offers } if offers.iter().all(|o| o.locked));
    assert!(verdict.is_some_and(|(origin, verdict)| origin == SettingsOrigin::Policy && locked(&verdict)));
}

#[test]
fn behind_a_gateway_the_rep_is_asked_and_the_signs_choose_the_first_answer() {
    let gateway = || mx(&["us-smtp-inbound-1.mimecast.com"]);
    let big = "imap.gmail.com by google, outlook.office365.com by microsoft";
    check("t@corp.jp", CLIENTS, &gateway(), &format!("Mimecast? None: {big}"));
    let tenant = Evidence { hints: hints(&[], Some(Cloud::World)), ..gateway() };
    check("t@corp.jp", CLIENTS, &tenant, &format!("Mimecast? Some(Microsoft): {big}"));
    let spf = Evidence { hints: hints(&[Hosting::Google], Some(Cloud::World)), ..gateway() };
    check("t@corp.jp", CLIENTS, &spf, &format!("Mimecast? Some(Google): {big}"));
    let own = Answer::Found(vec![offer("mail.corp.jp", SettingsOrigin::Srv)]);
    let own = Evidence { srv: own, ..gateway() };
    check("t@corp.jp", CLIENTS, &own, &format!("Mimecast? Some(Other): {big}, mail.corp.jp by password"));
    let government = Evidence { hints: hints(&[], Some(Cloud::Government)), ..gateway() };
    check("t@corp.jp", CLIENTS, &government, "MicrosoftGovernment");
}

#[test]
fn an_unknown_host_with_signs_of_a_service_is_asked_about_unless_mail_is_read_there() {
    let signs = || Evidence { hints: hints(&[Hosting::Microsoft], Some(Cloud::World)), ..mx(&["mx.filter.example"]) };
    let big = "imap.gmail.com by google, outlook.office365.com by microsoft";
    check("t@corp.jp", CLIENTS, &signs(), &format!("mx.filter.example? Some(Microsoft): {big}"));
    let same = Answer::Found(vec![offer("mx.filter.example", SettingsOrigin::Srv)]);
    check("t@corp.jp", CLIENTS, &Evidence { srv: same, ..signs() }, "mx.filter.example by password");
    let tenant = Evidence { hints: hints(&[], Some(Cloud::World)), ..mx(&["mail.corp.jp"]) };
    check("t@corp.jp", CLIENTS, &tenant, "manual imap.corp.jp by password");
}

#[test]
fn other_clouds_open_where_the_policy_names_their_servers() {
    let government = mx(&["corp.mail.protection.office365.us"]);
    check("t@corp.jp", CLIENTS, &government, "MicrosoftGovernment");
    let servers = r#"{"oauth": {"microsoft": {"client": {"id": "m"}, "token": "https://login.microsoftonline.us/t",
        "servers": {"imap": {"host": "outlook.office365.us", "port": 993, "security": "tls"}}}}}"#;
    check("t@corp.jp", servers, &government, "outlook.office365.us by microsoft");
}

#[test]
fn what_cannot_be_connected_says_why() {
    let nobody = Evidence::default();
    check("t@proton.me", "{}", &nobody, "ProtonWithoutBridge");
    check("t@ezweb.ne.jp", "{}", &nobody, "OwnAppOnly");
    check("t@corp.jp", "{}", &mx(&["mail.protonmail.ch"]), "ProtonWithoutBridge");
    check("t@corp.jp", "{}", &mx(&["route1.mx.cloudflare.net"]), "ForwarderOnly");
    check("t@corp.jp", "{}", &mx(&["inbound-smtp.ap-northeast-1.amazonaws.com"]), "NoMailbox");
    check("t@corp.jp", "{}", &mx(&[""]), "NullMx");
}

#[test]
fn the_pages_count_before_the_dns_and_the_dns_before_guesses_and_each_server_once() {
    let all = Evidence {
        autoconfig: Answer::Found(vec![offer("a.corp.jp", SettingsOrigin::Autoconfig)]),
        ispdb: Answer::Found(vec![offer("a.corp.jp", SettingsOrigin::Ispdb)]),
        srv: Answer::Found(vec![offer("s.corp.jp", SettingsOrigin::Srv)]),
        guess: Answer::Found(vec![offer("imap.corp.jp", SettingsOrigin::Guess)]),
        ..mx(&["mail.corp.jp"])
    };
    check("t@corp.jp", "{}", &all, "a.corp.jp by password, s.corp.jp by password, imap.corp.jp by password");
}

#[test]
fn servers_of_the_big_two_want_their_sign_in_whoever_names_them() {
    let srv = |host| Evidence { srv: Answer::Found(vec![offer(host, SettingsOrigin::Srv)]), ..mx(&["mail.corp.jp"]) };
    check("t@corp.jp", "{}", &srv("outlook.office365.com"), "outlook.office365.com by microsoft NoClient");
    check("t@corp.jp", CLIENTS, &srv("imap.gmail.com"), "imap.gmail.com by google");
}

#[test]
fn a_hoster_names_itself_and_fills_the_form_where_nothing_answers() {
    check("t@corp.jp", "{}", &mx(&["mx.kagoya.net"]), "manual mail.corp.jp by password HosterCertificate");
    let found = Answer::Found(vec![offer("imap.corp.jp", SettingsOrigin::Guess)]);
    let evidence = Evidence { guess: found, ..mx(&["mx.kagoya.net"]) };
    check("t@corp.jp", "{}", &evidence, "imap.corp.jp by password");
}

#[test]
fn nobody_answering_is_offline_and_one_answer_is_not() {
    let silent =
        || Evidence { mx: Answer::Silent, hints: Answer::Silent, ispdb: Answer::Silent, ..Evidence::default() };
    check("t@corp.jp", "{}", &silent(), "offline");
    check("t@corp.jp", "{}", &Evidence { ispdb: Answer::Nothing, ..silent() }, "manual imap.corp.jp by password");
    check("t@corp.jp", "{}", &Evidence { mx: Answer::Nothing, ..silent() }, "manual imap.corp.jp by password");
}

#[test]
fn the_search_ends_when_nothing_awaited_could_change_the_verdict() {
    let address = Address::parse("t@corp.jp").unwrap();
    let policy = Policy::default();
    let settled = |evidence: &Evidence| Inquiry { address: &address, policy: &policy }.settled(evidence).is_some();
    let page = || Answer::Found(vec![offer("a.corp.jp", SettingsOrigin::Autoconfig)]);
    let google = Evidence { mx: Answer::Found(vec!["smtp.google.com".into()]), ..Evidence::default() };
    assert!(settled(&google), "Google by MX waits for nobody");
    assert!(!settled(&Evidence { autoconfig: page(), ..Evidence::default() }), "the MX may say otherwise");
    let asked = || Evidence { mx: Answer::Silent, hints: Answer::Nothing, ..Evidence::default() };
    assert!(settled(&Evidence { autoconfig: page(), ..asked() }), "nothing better is awaited");
    assert!(!settled(&Evidence { srv: page(), autoconfig: Answer::Nothing, ..asked() }), "the list of providers is");
    assert!(settled(&Evidence { srv: page(), autoconfig: Answer::Nothing, ispdb: Answer::Nothing, ..asked() }));
}
