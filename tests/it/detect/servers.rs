//! Records of servers, usual names, dead and slow DNS.

use kit::certificate::Identity;
use otomo_domain::detect::{Finding, SettingsOrigin, Verdict};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, UdpSocket};

use super::web::Answer;
use super::{CLIENTS, World, search, shown};

async fn nothing() -> World {
    World::with(|host, _| Answer::Page(if host.starts_with("login.") { 400 } else { 404 }, Vec::new())).await
}

/// A server at a port of the world's address. It shakes hands at once, or after it said each of these and heard a line.
async fn listen(world: &World, identity: &Identity, port: u16, before: &'static [&'static str]) {
    let listener = TcpListener::bind((world.lab.address(), port)).await.unwrap();
    let acceptor = identity.acceptor();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut plain = BufReader::new(tcp);
                for (place, said) in before.iter().enumerate() {
                    if place > 0 && plain.read_line(&mut String::new()).await.unwrap_or(0) == 0 {
                        return;
                    }
                    let _ = plain.write_all(said.as_bytes()).await;
                }
                let _ = acceptor.accept(plain.into_inner()).await;
            });
        }
    });
}

#[tokio::test]
async fn the_records_of_a_domain_name_its_servers_and_a_dot_says_that_there_is_none() {
    let world = nothing().await;
    let searched = world.detect("alice@example.test").await;
    let offer = searched.offer();
    let port = |endpoint: &Option<otomo_domain::account::Endpoint>| endpoint.as_ref().map(|e| (e.host.clone(), e.port));
    let host = "mail.example.test".to_owned();
    let base = world.lab.dns().port() - 53;
    assert_eq!(port(&offer.receive), Some((host.clone(), base + 993)));
    assert_eq!(port(&offer.send), Some((host, base + 465)));
    assert_eq!((offer.origin, offer.foreign), (SettingsOrigin::Srv, false));
    let searched = world.detect("taro@noservice.test").await;
    assert_eq!(shown(&searched.verdict), "manual imap.noservice.test:993");
    assert_eq!(searched.last(SettingsOrigin::Srv), &Finding::Nothing);
    assert_eq!(searched.last(SettingsOrigin::Autoconfig), &Finding::Nothing, "no such host is no failure");
}

#[tokio::test]
async fn usual_names_are_offered_where_a_server_has_a_valid_certificate() {
    let world = nothing().await;
    listen(&world, &world.identity, 993, &[]).await;
    listen(&world, &world.identity, 465, &[]).await;
    listen(&world, &world.identity, 143, &["* OK hello\r\n", "a OK go on\r\n"]).await;
    let smtp: &[&str] = &["220-mx\r\n220 hello\r\n", "250-mx\r\n250 STARTTLS\r\n", "220 go on\r\n"];
    listen(&world, &world.identity, 587, smtp).await;
    let searched = world.detect("taro@guess.test").await;
    let send = searched.offer().send.as_ref().map(|send| (send.host.as_str(), send.port));
    assert_eq!((shown(&searched.verdict).as_str(), send), ("imap.guess.test:993", Some(("smtp.guess.test", 465))));
    assert_eq!(world.verdict("taro@badcert.test").await, "manual imap.badcert.test:993");
}

#[tokio::test]
async fn usual_names_are_offered_after_starttls_as_well() {
    let world = nothing().await;
    listen(&world, &world.identity, 143, &["* OK hello\r\n", "a OK go on\r\n"]).await;
    let smtp: &[&str] = &["220 hello\r\n", "250-mx\r\n250 STARTTLS\r\n", "220 go on\r\n"];
    listen(&world, &world.identity, 587, smtp).await;
    let searched = world.detect("taro@starttls.test").await;
    let send = searched.offer().send.as_ref().map(|send| (send.host.as_str(), send.port));
    assert_eq!(
        (shown(&searched.verdict).as_str(), send),
        ("imap.starttls.test:143", Some(("smtp.starttls.test", 587)))
    );
}

#[tokio::test]
async fn a_server_that_says_more_in_the_clear_after_it_agreed_is_not_offered() {
    let world = nothing().await;
    listen(&world, &world.identity, 143, &["* OK hello\r\n", "a OK go on\r\n* OK injected\r\n"]).await;
    assert_eq!(world.verdict("taro@starttls.test").await, "manual imap.starttls.test:993");
}

#[tokio::test]
async fn with_a_dns_that_is_dead_or_silent_the_computer_is_offline_and_what_is_known_still_counts() {
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let dead = UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for dns in [silent.local_addr().unwrap(), dead] {
        let searched = search("taro@pages.test", CLIENTS, dns, Vec::new()).await;
        assert_eq!(searched.verdict, Verdict::Offline);
        assert!(matches!(searched.last(SettingsOrigin::Mx), Finding::Failed { .. }));
        let searched = search("taro@gmail.com", CLIENTS, dns, Vec::new()).await;
        assert_eq!(shown(&searched.verdict), "imap.gmail.com:993 by google");
    }
}

#[tokio::test]
async fn a_search_that_is_certain_stops_the_others() {
    let world = World::with(|_, _| Answer::Trickle).await;
    let searched = world.detect("taro@workspace.test").await;
    assert_eq!(shown(&searched.verdict), "imap.gmail.com:993 by google");
    assert!(matches!(searched.last(SettingsOrigin::Mx), Finding::Found { detail } if detail == "Google"));
    assert_eq!(searched.last(SettingsOrigin::Ispdb), &Finding::Stopped);
}

#[tokio::test]
async fn an_address_that_no_url_may_hold_is_not_asked_about() {
    let world = nothing().await;
    for address in ["taro@[127.0.0.1]", "taro@pages.test/..", "taro@pages.test?x", "taro@a..b"] {
        assert_eq!(world.detect(address).await.verdict, Verdict::Manual { guess: None }, "{address}");
    }
}
