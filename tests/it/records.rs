//! What the DNS says of a domain, asked at the lab's server.

use std::net::UdpSocket;

use kit::lab::Lab;
use otomo_domain::error::NetFaultKind;
use otomo_net::{Mx, Net, NetConfig, Srv};

fn net() -> Net {
    Net::new(&NetConfig { resolver: Some(Lab::shared().dns()), ..NetConfig::default() }).unwrap()
}

fn mx(preference: u16, host: &str) -> Mx {
    Mx { preference, host: host.into() }
}

#[tokio::test]
async fn the_hosts_that_take_mail_come_in_order_and_in_lower_case() {
    assert_eq!(net().mx("Example.TEST").await.unwrap(), [mx(10, "mail.example.test")]);
    let two = [mx(1, "aspmx.l.google.com"), mx(5, "alt1.aspmx.l.google.com")];
    assert_eq!(net().mx("workspace-old.test.").await.unwrap(), two);
}

#[tokio::test]
async fn a_domain_that_takes_no_mail_says_so_and_one_that_is_not_there_says_nothing() {
    assert_eq!(net().mx("nomail.test").await.unwrap(), [mx(0, "")]);
    for name in ["no-such-domain.test", "not a name.test", "", "..", &"x".repeat(300)] {
        assert_eq!(net().mx(name).await.unwrap(), [], "{name:?}");
        assert_eq!(net().txt(name).await.unwrap(), Vec::<String>::new(), "{name:?}");
        assert_eq!(net().cname(name).await.unwrap(), None, "{name:?}");
    }
}

#[tokio::test]
async fn services_are_found_under_their_names() {
    let found = net().srv("_imaps._tcp.example.test").await.unwrap();
    let host = "mail.example.test".to_owned();
    let port = Lab::shared().imaps().port;
    assert_eq!(found, [Srv { priority: 0, weight: 1, port, host }]);
    assert_eq!(net().srv("_nothing._tcp.example.test").await.unwrap(), []);
}

#[tokio::test]
async fn a_service_that_is_not_offered_has_no_host() {
    let hosts: Vec<_> = net().srv("_imap._tcp.nomail.test").await.unwrap().into_iter().map(|srv| srv.host).collect();
    assert_eq!(hosts, [""]);
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_a_failure_and_not_an_empty_answer() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let config = NetConfig { resolver: Some(silent.local_addr().unwrap()), ..NetConfig::default() };
    let fault = Net::new(&config).unwrap().mx("example.test").await.unwrap_err();
    assert!(matches!(fault.kind, NetFaultKind::TimedOut | NetFaultKind::Unreachable), "{fault:?}");
}
