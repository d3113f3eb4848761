//! Every zone of the lab: the provider, the question, or the reason.

use std::fs;
use std::path::Path;

use super::web::Answer;
use super::{World, shown};

const BIG: &str = "imap.gmail.com:993 by google, outlook.office365.com:993 by microsoft";

/// A zone, and the verdict on an address there. A line that ends with `?` stands for the question, with no first answer.
const ZONES: &[(&str, &str)] = &[
    ("workspace", "imap.gmail.com:993 by google"),
    ("workspace-old", "imap.gmail.com:993 by google"),
    ("googlemail", "imap.gmail.com:993 by google"),
    ("m365", "outlook.office365.com:993 by microsoft"),
    ("m365-new", "outlook.office365.com:993 by microsoft"),
    ("outlook-com", "outlook.office365.com:993 by microsoft"),
    ("gate-first", "outlook.office365.com:993 by microsoft"),
    ("gcch", "MicrosoftGovernment"),
    ("china", "MicrosoftChina"),
    ("yahoo", "imap.mail.yahoo.com:993 (yahoo), pop.mail.yahoo.com:995 (yahoo)"),
    ("yahoo-jp", "imap.mail.yahoo.co.jp:993 EnableImapFirst, pop.mail.yahoo.co.jp:995 EnableImapFirst"),
    ("icloud", "imap.mail.me.com:993 (icloud)"),
    ("zoho-com", "imappro.zoho.com:993 (zoho) EnableImapFirst"),
    ("zoho-eu", "imappro.zoho.eu:993 (zoho) EnableImapFirst"),
    ("zoho-in", "imappro.zoho.in:993 (zoho) EnableImapFirst"),
    ("zoho-jp", "imappro.zoho.jp:993 (zoho) EnableImapFirst"),
    ("zoho-au", "imappro.zoho.com.au:993 (zoho) EnableImapFirst"),
    ("zoho-ca", "imappro.zohocloud.ca:993 (zoho) EnableImapFirst"),
    ("fastmail", "imap.fastmail.com:993 (fastmail)"),
    ("yandex", "imap.yandex.com:993 (yandex) EnableImapFirst"),
    ("mail-ru", "imap.mail.ru:993 (mail_ru) EnableImapFirst"),
    ("rackspace", "secure.emailsrvr.com:993"),
    ("godaddy", "imap.secureserver.net:993"),
    ("ovh", "ssl0.ovh.net:993"),
    ("gandi", "mail.gandi.net:993"),
    ("strato", "imap.strato.de:993"),
    ("ionos", "imap.ionos.com:993"),
    ("ionos-de", "imap.ionos.de:993"),
    ("one-com", "imap.one.com:993"),
    ("hetzner", "mail.your-server.de:993"),
    ("hostinger", "imap.hostinger.com:993"),
    ("proton", "ProtonWithoutBridge"),
    ("workmail", "imap.mail.us-east-1.awsapps.com:993 WorkMailEnds"),
    ("ses", "NoMailbox"),
    ("lineworks", "imap.worksmobile.com:993 (lineworks) EnableImapFirst"),
    ("sakura", "www1234.sakura.ne.jp:993, www1234.sakura.ne.jp:995"),
    ("xserver", "sv1234.xserver.jp:993, sv1234.xserver.jp:995"),
    ("lolipop", "imap.lolipop.jp:993, pop.lolipop.jp:995"),
    ("muumuu", "imap4.muumuu-mail.com:993"),
    ("onamae", "imap.onamae.test:993 HosterCertificate, pop.onamae.test:995 HosterCertificate"),
    ("gmo", "imap.gmo.test:993 HosterCertificate, pop.gmo.test:995 HosterCertificate"),
    ("kagoya", "manual mail.kagoya.test:993 HosterCertificate"),
    ("heteml", "manual mail.heteml.test:993 HosterCertificate"),
    ("cpi", "manual mail.cpi.test:993 HosterCertificate"),
    ("wadax", "manual mail.wadax.test:993 HosterCertificate"),
    ("conoha", "manual mail.conoha.test:993 HosterCertificate"),
    ("iij", "manual mail.iij.test:993 HosterCertificate"),
    ("iij4u", "manual mail.iij4u.test:993 HosterCertificate"),
    ("so-net", "manual mail.so-net.test:993 HosterCertificate"),
    ("plala", "manual mail.plala.test:993 HosterCertificate"),
    ("ocn", "pop.ocn.ne.jp:995"),
    ("nifty", "pop.nifty.com:995"),
    ("biglobe", "mail.biglobe.ne.jp:995"),
    ("docomo", "imap.spmode.ne.jp:993 (docomo)"),
    ("spmode", "imap.spmode.ne.jp:993 (docomo)"),
    ("au", "OwnAppOnly"),
    ("au-com", "OwnAppOnly"),
    ("softbank", "imap.softbank.jp:993"),
    ("mimecast-za", "Mimecast?"),
    ("essentials", "Proofpoint Essentials?"),
    ("barracuda", "Barracuda?"),
    ("cisco", "Cisco Secure Email?"),
    ("messagelabs", "Symantec Email Security.cloud?"),
    ("fireeye", "Trellix?"),
    ("trellix", "Trellix?"),
    ("trendmicro", "Trend Micro?"),
    ("sophos", "Sophos?"),
    ("securence", "Securence?"),
    ("mxthunder", "SpamHero?"),
    ("spamh", "spamh.com?"),
    ("antispamcloud", "SpamExperts?"),
    ("spamexperts", "SpamExperts?"),
    ("forcepoint", "Forcepoint?"),
    ("hornetsecurity", "Hornetsecurity?"),
    ("antispameurope", "Hornetsecurity?"),
    ("retarus", "Retarus?"),
    ("trustwave", "Trustwave?"),
    ("fortimail", "FortiMail Cloud?"),
    ("securemx", "IIJ セキュアMX?"),
    ("mail-filter", "mail-filter.jp?"),
    ("matrixscan", "MatrixScan?"),
    ("activegate", "Active! gate SS?"),
    ("hennge", "HENNGE?"),
    ("cloudflare", "ForwarderOnly"),
    ("improvmx", "ForwarderOnly"),
    ("forwardemail", "ForwarderOnly"),
    ("nomail", "NullMx"),
    // Whatever is looked for, these two are told by what points at them.
    ("gate-gov", "MicrosoftGovernment"),
    ("nobody", "manual imap.nobody.test:993"),
];

/// Where the records name the service, the question has a first answer.
const ASKED: &[(&str, &str, &str)] = &[
    ("mimecast", "Mimecast", "Microsoft"),
    ("proofpoint", "Proofpoint", "Google"),
    ("filtered", "mx.filter.test", "Microsoft"),
];

/// Zones that other tests ask about.
const ELSEWHERE: &[&str] = &["example", "liar-google", "liar-m365", "pages", "hosted"];

/// Microsoft knows one domain, in the cloud of the US government.
fn tenants(host: &str, path: &str) -> Answer {
    match (host, path) {
        ("login.microsoftonline.com", "/gate-gov.test/v2.0/.well-known/openid-configuration") => {
            Answer::page(r#"{"cloud_instance_name": "microsoftonline.us"}"#)
        }
        ("login.microsoftonline.com", _) => Answer::Page(400, br#"{"error": "invalid_tenant"}"#.to_vec()),
        _ => Answer::missing(),
    }
}

#[tokio::test]
async fn every_zone_of_the_lab_tells_its_provider_or_asks_or_says_why_not() {
    let world = World::with(tenants).await;
    let mut wrong = Vec::new();
    let plain = ZONES.iter().map(|(zone, expected)| match expected.strip_suffix('?') {
        Some(gateway) => (*zone, format!("{gateway}? None: {BIG}")),
        None => (*zone, (*expected).to_owned()),
    });
    let asked = ASKED.iter().map(|(zone, gateway, likely)| (*zone, format!("{gateway}? Some({likely}): {BIG}")));
    for (zone, expected) in plain.chain(asked) {
        let seen = shown(&world.detect(&format!("taro@{zone}.test")).await.verdict);
        if seen != expected {
            wrong.push(format!("{zone}: {seen} instead of {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{} zones as expected", ZONES.len() + ASKED.len());
}

#[test]
fn no_zone_of_the_lab_is_left_out() {
    let conf = Path::new(env!("CARGO_MANIFEST_DIR")).join("lab/conf/dnsmasq.conf.in");
    let conf = fs::read_to_string(conf).unwrap();
    let zones = conf.lines().filter_map(|line| line.strip_prefix("mx-host=")?.split_once(".test,"));
    let asked = ASKED.iter().map(|(zone, ..)| zone).chain(ZONES.iter().map(|(zone, _)| zone)).chain(ELSEWHERE);
    let asked: Vec<_> = asked.collect();
    let missing: Vec<_> = zones.map(|(zone, _)| zone).filter(|zone| !asked.contains(&zone)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
