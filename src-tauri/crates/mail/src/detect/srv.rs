//! Where a domain's DNS says that its mail servers are (RFC 6186, RFC 8314 §5.1).

use futures::future::join;
use otomo_domain::account::{Endpoint, Security};
use otomo_domain::address::Address;
use otomo_domain::detect::{Offer, Protocol, SettingsOrigin};
use otomo_net::Net;

use super::search::Heard;

/// What the domain's records offer. An error where none of them could be asked for.
pub async fn ask(net: &Net, domain: &str, address: &Address) -> Heard<Vec<Offer>> {
    let at = |service| service_at(net, domain, service);
    let imap = join(at(("_imaps", Security::Tls)), at(("_imap", Security::StartTls)));
    let pop3 = join(at(("_pop3s", Security::Tls)), at(("_pop3", Security::StartTls)));
    let smtp = join(at(("_submissions", Security::Tls)), at(("_submission", Security::StartTls)));
    let ((imap, pop3), smtp) = join(join(imap, pop3), smtp).await;
    let all_failed = [&imap.0, &imap.1, &pop3.0, &pop3.1].into_iter().all(Result::is_err);
    if let (true, (Err(reason), _)) = (all_failed, &imap) {
        return Err(reason.clone());
    }
    let (imap, pop3, smtp) = (first(imap), first(pop3), first(smtp));
    let user = address.as_str();
    let offer =
        |protocol, receive| Offer::plain(protocol, Some(receive), smtp.clone(), user.to_owned(), SettingsOrigin::Srv);
    let imap = imap.map(|receive| offer(Protocol::Imap, receive));
    let offers: Vec<_> = imap.into_iter().chain(pop3.map(|receive| offer(Protocol::Pop3, receive))).collect();
    Ok((!offers.is_empty()).then_some(offers))
}

type Place = Result<Option<Endpoint>, String>;

/// TLS from the first byte before TLS after a command.
fn first((tls, starttls): (Place, Place)) -> Option<Endpoint> {
    tls.ok().flatten().or(starttls.ok().flatten())
}

/// The preferred host of a service; an empty name says that it is not offered (RFC 2782).
async fn service_at(net: &Net, domain: &str, (service, security): (&str, Security)) -> Place {
    let records = net.srv(&format!("{service}._tcp.{domain}")).await.map_err(|fault| fault.detail)?;
    let offered = records.into_iter().find(|record| !record.host.is_empty() && record.port != 0);
    Ok(offered.map(|record| Endpoint::new(record.host, record.port, security)))
}
