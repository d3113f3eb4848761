//! Every known host that takes mail, and the service it tells.

use super::exchangers::EXCHANGERS;
use super::*;

/// The service that a host tells, as a person reads it: its name, its kind in a letter, its servers.
fn check(mx: &str, expected: &str) {
    let told = by_mx(&[mx]).unwrap_or_else(|| panic!("{mx} tells nothing"));
    assert_eq!(shown(&told), expected, "{mx}");
}

fn shown(told: &Told<'_>) -> String {
    let at = |server: Option<Server>| {
        server.map_or_else(
            || "-".into(),
            |server| {
                let endpoint = server.endpoint("corp.jp", told.mx);
                format!("{}:{}", endpoint.host, endpoint.port)
            },
        )
    };
    let Service { name, kind, imap, pop3, smtp, .. } = *told.service;
    match kind {
        Kind::SignIn(provider) => format!("{name} signs in at {provider}, sends by {}", at(smtp)),
        Kind::Servers => format!("{name} {} {} {}", at(imap), at(pop3), at(smtp)),
        Kind::Hoster => format!("{name} knows, perhaps {}", at(imap)),
        Kind::Bridge => format!("{name} by its bridge {} {}", at(imap), at(smtp)),
        Kind::Gateway => format!("{name} hides"),
        Kind::Unsupported(why) => format!("{name} {why:?}"),
    }
}

#[test]
fn a_host_that_takes_mail_tells_the_service_around_the_world() {
    for mx in ["smtp.google.com", "aspmx.l.google.com", "ALT1.ASPMX.L.GOOGLE.COM.", "aspmx2.googlemail.com"] {
        check(mx, "Google signs in at google, sends by -");
    }
    check("corp-jp.mail.protection.outlook.com", "Microsoft 365 signs in at microsoft, sends by -");
    check("corpjp.o-v1.mx.microsoft", "Microsoft 365 signs in at microsoft, sends by -");
    let personal = "Outlook.com signs in at microsoft, sends by smtp-mail.outlook.com:587";
    check("outlook-com.olc.protection.outlook.com", personal);
    check("corp.mail.protection.office365.us", "Microsoft 365 (US government) MicrosoftGovernment");
    check("corp.mail.protection.partner.outlook.cn", "Microsoft 365 (China) MicrosoftChina");
    check("mta5.am0.yahoodns.net", "Yahoo Mail imap.mail.yahoo.com:993 pop.mail.yahoo.com:995 smtp.mail.yahoo.com:465");
    check("mx01.mail.icloud.com", "iCloud imap.mail.me.com:993 - smtp.mail.me.com:587");
    for region in ["com", "eu", "in", "jp", "com.au"] {
        let expected = format!("Zoho Mail imappro.zoho.{region}:993 - smtppro.zoho.{region}:465");
        check(&format!("mx2.zoho.{region}"), &expected);
    }
    check("mx.zohocloud.ca", "Zoho Mail imappro.zohocloud.ca:993 - smtppro.zohocloud.ca:465");
    check("in1-smtp.messagingengine.com", "Fastmail imap.fastmail.com:993 - smtp.fastmail.com:465");
    check("mx.yandex.net", "Yandex imap.yandex.com:993 - smtp.yandex.com:465");
    check("emx.mail.ru", "Mail.ru imap.mail.ru:993 - smtp.mail.ru:465");
    check("mail.protonmail.ch", "Proton Mail by its bridge 127.0.0.1:1143 127.0.0.1:1025");
}

#[test]
fn a_host_that_takes_mail_tells_the_hoster() {
    check("mx1.emailsrvr.com", "Rackspace secure.emailsrvr.com:993 - secure.emailsrvr.com:465");
    check("smtp.secureserver.net", "GoDaddy imap.secureserver.net:993 - smtpout.secureserver.net:465");
    check("mx1.mail.ovh.net", "OVHcloud ssl0.ovh.net:993 - ssl0.ovh.net:465");
    check("spool.mail.gandi.net", "Gandi mail.gandi.net:993 - mail.gandi.net:465");
    check("smtpin.rzone.de", "STRATO imap.strato.de:993 - smtp.strato.de:465");
    check("mx00.1and1.com", "IONOS imap.ionos.com:993 - smtp.ionos.com:465");
    check("mx00.kundenserver.de", "IONOS imap.ionos.de:993 - smtp.ionos.de:465");
    check("mx1.pub.mailpod1-cph3.one.com", "one.com imap.one.com:993 - send.one.com:465");
    check("www123.your-server.de", "Hetzner mail.your-server.de:993 - mail.your-server.de:465");
    check("mx1.hostinger.com", "Hostinger imap.hostinger.com:993 - smtp.hostinger.com:465");
}

#[test]
fn a_host_that_takes_mail_tells_the_service_in_japan() {
    check(
        "mx3.mail.yahoo.co.jp",
        "Yahoo!メール imap.mail.yahoo.co.jp:993 pop.mail.yahoo.co.jp:995 smtp.mail.yahoo.co.jp:465",
    );
    check("jp1-mx.worksmobile.com", "LINE WORKS imap.worksmobile.com:993 - smtp.worksmobile.com:465");
    let own = "www1234.sakura.ne.jp";
    check(own, &format!("さくらインターネット {own}:993 {own}:995 {own}:465"));
    let own = "sv1234.xserver.jp";
    check(own, &format!("エックスサーバー {own}:993 {own}:995 {own}:465"));
    check("mx01.lolipop.jp", "ロリポップ！ imap.lolipop.jp:993 pop.lolipop.jp:995 smtp.lolipop.jp:465");
    check("mx.muumuu-mail.com", "ムームーメール imap4.muumuu-mail.com:993 - smtp.muumuu-mail.com:465");
    for mx in ["mx1.onamae.ne.jp", "mail12.gmoserver.jp"] {
        check(mx, "お名前.com imap.corp.jp:993 pop.corp.jp:995 smtp.corp.jp:465");
    }
    for (mx, name) in [
        ("mx.kagoya.net", "KAGOYA"),
        ("mx.heteml.jp", "ヘテムル"),
        ("m1.secure.ne.jp", "CPI"),
        ("mx.wadax.ne.jp", "WADAX"),
        ("mx.conoha.io", "ConoHa"),
        ("mx.iij.ad.jp", "IIJ"),
        ("mx.iij4u.or.jp", "IIJ"),
        ("mx.so-net.ne.jp", "So-net"),
        ("mx.plala.or.jp", "ぷらら"),
    ] {
        check(mx, &format!("{name} knows, perhaps mail.corp.jp:993"));
    }
    check("mx.ocn.ad.jp", "OCN - pop.ocn.ne.jp:995 smtp.ocn.ne.jp:465");
    check("mx.nifty.com", "@nifty - pop.nifty.com:995 smtp.nifty.com:465");
    check("mx.biglobe.ne.jp", "BIGLOBE - mail.biglobe.ne.jp:995 mail.biglobe.ne.jp:465");
    for mx in ["mfsmax.docomo.ne.jp", "mx.spmode.ne.jp"] {
        check(mx, "ドコモメール imap.spmode.ne.jp:993 - smtp.spmode.ne.jp:465");
    }
    check("mx.softbank.ne.jp", "ソフトバンク imap.softbank.jp:993 - smtp.softbank.jp:465");
    for mx in ["lsean.ezweb.ne.jp", "mx.au.com"] {
        check(mx, "au OwnAppOnly");
    }
}

#[test]
fn a_host_of_amazon_tells_the_region_and_other_regions_have_no_mailboxes() {
    for region in ["us-east-1", "us-west-2", "eu-west-1"] {
        let expected =
            format!("Amazon WorkMail imap.mail.{region}.awsapps.com:993 - smtp.mail.{region}.awsapps.com:465");
        check(&format!("inbound-smtp.{region}.amazonaws.com"), &expected);
        let told = by_mx(&["inbound-smtp.us-east-1.amazonaws.com"]);
        assert_eq!(told.and_then(|told| told.service.warning), Some(Warning::WorkMailEnds));
    }
    check("inbound-smtp.ap-northeast-1.amazonaws.com", "Amazon SES NoMailbox");
}

#[test]
fn a_gateway_is_known_by_its_hosts() {
    for (mx, name) in [
        ("us-smtp-inbound-1.mimecast.com", "Mimecast"),
        ("za-smtp-inbound-1.mimecast.co.za", "Mimecast"),
        ("mxa-00abcd01.gslb.pphosted.com", "Proofpoint"),
        ("mx1-us1.ppe-hosted.com", "Proofpoint Essentials"),
        ("d1.ess.barracudanetworks.com", "Barracuda"),
        ("mx1.hc1-2.iphmx.com", "Cisco Secure Email"),
        ("cluster1.eu.messagelabs.com", "Symantec Email Security.cloud"),
        ("primary.us.email.fireeyecloud.com", "Trellix"),
        ("mx.trellix.com", "Trellix"),
        ("corp.in.tmes.trendmicro.com", "Trend Micro"),
        ("corp.tmes.trendmicro.com", "Trend Micro"),
        ("mx-01-us-east-2.prod.hydra.sophos.com", "Sophos"),
        ("mx1.securence.com", "Securence"),
        ("mx.mxthunder.net", "SpamHero"),
        ("mx1.spamh.com", "spamh.com"),
        ("mx.antispamcloud.com", "SpamExperts"),
        ("mx.spamexperts.com", "SpamExperts"),
        ("cust1.in.mailcontrol.com", "Forcepoint"),
        ("mx01.hornetsecurity.com", "Hornetsecurity"),
        ("mx01.antispameurope.com", "Hornetsecurity"),
        ("mx1.retarus.com", "Retarus"),
        ("mx.trustwave.com", "Trustwave"),
        ("corp.fortimailcloud.com", "FortiMail Cloud"),
        ("mx1.securemx.jp", "IIJ セキュアMX"),
        ("mx.mail-filter.jp", "mail-filter.jp"),
        ("mx.matrixscan.jp", "MatrixScan"),
        ("mx.activegate-ss.jp", "Active! gate SS"),
        ("mx.hennge.com", "HENNGE"),
    ] {
        check(mx, &format!("{name} hides"));
    }
    for (mx, name) in [
        ("route1.mx.cloudflare.net", "Cloudflare Email Routing"),
        ("mx1.improvmx.com", "ImprovMX"),
        ("mx1.forwardemail.net", "Forward Email"),
    ] {
        check(mx, &format!("{name} ForwarderOnly"));
    }
}

#[test]
fn a_service_that_keeps_mailboxes_counts_before_a_gateway_that_is_preferred() {
    let told = by_mx(&["us-smtp-inbound-1.mimecast.com", "corp-jp.mail.protection.outlook.com"]);
    assert_eq!(told.map(|told| told.service.name), Some("Microsoft 365"));
}

#[test]
fn a_name_that_only_ends_like_a_service_is_none() {
    assert_eq!(
        by_mx(&["mx.notgoogle.com", "mx.google.com.example.test", "outlook.com", "ec2-1-2-3-4.compute.amazonaws.com"]),
        None
    );
    assert_eq!(by_mx(&[]), None);
}

#[test]
fn the_hosts_are_sorted_so_that_a_double_shows() {
    assert!(EXCHANGERS.is_sorted_by(|a, b| a.0 < b.0));
}

#[test]
fn the_servers_of_the_big_two_are_known_wherever_they_are_named() {
    assert_eq!(provider_of_server("imap.gmail.com"), Some(GOOGLE));
    assert_eq!(provider_of_server("outlook.office365.com"), Some(MICROSOFT));
    assert_eq!(provider_of_server("mail.notoutlook.com"), None);
}
