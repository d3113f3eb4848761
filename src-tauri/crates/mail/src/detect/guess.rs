//! Usual names, tried. Only what answers with a valid certificate for its name is offered.

use futures::future::{join_all, join3};
use otomo_domain::account::Endpoint;
use otomo_domain::address::Address;
use otomo_domain::detect::{Offer, Protocol, SettingsOrigin};
use otomo_domain::hosting::security;
use otomo_net::Net;

use super::probe::{self, is_protected};
use super::search::Heard;

/// Tries the usual names of a domain. It never fails: who doesn't answer is not there.
pub async fn ask(net: &Net, domain: &str, address: &Address) -> Heard<Vec<Offer>> {
    let imap = first(net, places(&["imap.", "mail.", ""], domain, &[993, 143]), probe::IMAP);
    let pop3 = first(net, places(&["pop.", "mail."], domain, &[995]), &[]);
    let smtp = first(net, places(&["smtp.", "mail."], domain, &[465, 587]), probe::SMTP);
    let (imap, pop3, smtp) = join3(imap, pop3, smtp).await;
    let offer = |protocol, receive| {
        let user = address.as_str().to_owned();
        Offer::plain(protocol, Some(receive), smtp.clone(), user, SettingsOrigin::Guess)
    };
    let imap = imap.map(|receive| offer(Protocol::Imap, receive));
    let offers: Vec<_> = imap.into_iter().chain(pop3.map(|receive| offer(Protocol::Pop3, receive))).collect();
    Ok((!offers.is_empty()).then_some(offers))
}

/// All names at the first port, then all at the next.
fn places(names: &[&str], domain: &str, ports: &[u16]) -> Vec<Endpoint> {
    let at = |port: &u16| {
        let port = *port;
        names.iter().map(move |name| Endpoint::new(format!("{name}{domain}"), port, security(port)))
    };
    ports.iter().flat_map(at).collect()
}

/// The first place where a server answers; all are tried at once.
async fn first(
    net: &Net,
    places: Vec<Endpoint>,
    exchange: &'static [(&'static str, &'static str)],
) -> Option<Endpoint> {
    let answers = join_all(places.iter().map(|place| is_protected(net, place, exchange))).await;
    places.into_iter().zip(answers).find_map(|(place, answers)| answers.then_some(place))
}
