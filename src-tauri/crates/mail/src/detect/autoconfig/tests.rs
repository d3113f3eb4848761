use super::*;

/// What a page offers `taro@corp.jp`, in a line; or what is wrong with it.
fn read_page(page: &str) -> String {
    let address = Address::parse("taro@corp.jp").unwrap();
    let at = |endpoint: &Endpoint| format!("{}:{} {:?}", endpoint.host, endpoint.port, endpoint.security);
    let way = |offer: &Offer| {
        let (receive, send) = (offer.receive.as_ref().map(at), offer.send.as_ref().map(at));
        format!("{:?} {} {} {}", offer.protocol, offer.user, receive.unwrap_or_default(), send.unwrap_or_default())
    };
    match offers(page, &address, SettingsOrigin::Autoconfig) {
        Ok(offers) => offers.iter().map(way).collect::<Vec<_>>().join("; "),
        Err(wrong) => wrong,
    }
}

fn server(kind: &str, host: &str, port: &str, socket: &str, user: &str) -> String {
    let element = if kind == "smtp" { "outgoingServer" } else { "incomingServer" };
    format!(
        "<{element} type=\"{kind}\"><hostname>{host}</hostname><port>{port}</port><socketType>{socket}</socketType>\
         <username>{user}</username><authentication>password-cleartext</authentication></{element}>"
    )
}

fn page(servers: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<clientConfig version=\"1.1\"><emailProvider id=\"corp.jp\"><domain>corp.jp</domain>\
         <displayName>Corp &amp; &#x682a;</displayName>{servers}</emailProvider></clientConfig>"
    )
}

/// What is offered for one IMAP server.
fn check(host: &str, port: &str, socket: &str, user: &str, expected: &str) {
    assert_eq!(read_page(&page(&server("imap", host, port, socket, user))), expected, "{host} {port} {socket} {user}");
}

#[test]
fn a_page_offers_imap_before_pop3_and_both_with_the_sending_server() {
    let servers = [
        server("pop3", "pop.corp.jp", "995", "SSL", "%EMAILLOCALPART%"),
        server("imap", "IMAP.%EMAILDOMAIN%", "993", "SSL", "%EMAILADDRESS%"),
        server("imap", "second.corp.jp", "993", "SSL", "%EMAILADDRESS%"),
        server("smtp", "smtp.corp.jp", "587", "STARTTLS", "%EMAILADDRESS%"),
    ];
    let expected = "Imap taro@corp.jp imap.corp.jp:993 Tls smtp.corp.jp:587 StartTls; \
                    Pop3 taro pop.corp.jp:995 Tls smtp.corp.jp:587 StartTls";
    assert_eq!(read_page(&page(&servers.concat())), expected);
}

#[test]
fn a_server_that_is_none_is_not_offered() {
    let fine = "Imap taro@corp.jp imap.corp.jp:993 Tls ";
    check("imap.corp.jp", "993", "SSL", "%EMAILADDRESS%", fine);
    for host in ["", "127.0.0.1", "[::1]", "localhost", "imap.corp.jp/x", "a b.jp", "user@imap.corp.jp", "-%0d%0a.jp"] {
        check(host, "993", "SSL", "%EMAILADDRESS%", "");
    }
    for port in ["", "0", "-1", "22", "25", "80", "65536", "993x", "9".repeat(400).as_str()] {
        check("imap.corp.jp", port, "SSL", "%EMAILADDRESS%", "");
    }
    for socket in ["", "plain", "ssl", "none", "SSL,plain"] {
        check("imap.corp.jp", "143", socket, "%EMAILADDRESS%", "");
    }
    for user in ["", "%REALNAME%", "a b", "a&#10;b", "a&#0;b"] {
        let read = read_page(&page(&server("imap", "imap.corp.jp", "993", "SSL", user)));
        assert!(!read.contains("imap.corp.jp"), "{user:?}: {read}");
    }
}

#[test]
fn a_page_with_a_document_type_or_an_entity_is_refused() {
    let servers = server("imap", "imap.corp.jp", "993", "SSL", "%EMAILADDRESS%");
    let external = format!("<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>{}", page(&servers));
    assert!(read_page(&external).contains("document type"));
    let laughs = format!("<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]>{}", page(&servers));
    assert!(read_page(&laughs).contains("document type"));
    let alone = page(&server("imap", "&host;", "993", "SSL", "%EMAILADDRESS%"));
    assert!(read_page(&alone).contains("entity"));
}

#[test]
fn a_page_that_is_none_says_so_or_offers_nothing() {
    for text in ["", "hello", "<html><body>404</body></html>", "<clientConfig>"] {
        assert_eq!(read_page(text), "", "{text:?}");
    }
    assert!(read_page("<a></b>").contains("not XML"));
    assert!(read_page(&"<a>".repeat(100)).contains("nested"));
    let attributes: String = (0..5_000).map(|n| format!(" a{n}=\"x\"")).collect();
    let servers = server("imap", "imap.corp.jp", "993", "SSL", "%EMAILADDRESS%");
    let many = page(&servers).replace("<incomingServer", &format!("<incomingServer{attributes}"));
    assert_eq!(read_page(&many), "Imap taro@corp.jp imap.corp.jp:993 Tls ");
}
