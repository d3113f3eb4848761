//! What the DNS says of a domain besides addresses: who takes its mail, which services it offers.
//!
//! Only for finding things out: whoever connects asks for addresses (`resolve`), and a certificate decides. No answer is
//! an empty list; a failure means that nobody could be asked.

use std::time::Duration;

use hickory_resolver::net::{DnsError, NetError, NoRecords};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use otomo_domain::error::{NetFault, NetFaultKind};
use tokio::time::timeout;

use crate::Net;
use crate::fault::{classify_dns, fault};

/// How long a question may take.
const ANSWER: Duration = Duration::from_secs(3);

/// How many records of an answer are looked at.
const RECORDS: usize = 50;

/// How many bytes of a text record are read.
const TEXT: usize = 4096;

/// A host that takes a domain's mail (RFC 5321 §5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mx {
    pub preference: u16,
    /// In lower case, without a dot at the end; empty says that the domain takes no mail (RFC 7505).
    pub host: String,
}

/// Where a domain offers a service (RFC 2782).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Srv {
    pub priority: u16,
    pub weight: u16,
    pub port: u16,
    /// In lower case, without a dot at the end; empty says that the service is not offered.
    pub host: String,
}

impl Net {
    /// The hosts that take a domain's mail, the preferred ones first.
    pub async fn mx(&self, domain: &str) -> Result<Vec<Mx>, NetFault> {
        let found = self.records(domain, RecordType::MX, |data| match data {
            RData::MX(mx) => Some(Mx { preference: mx.preference, host: host(&mx.exchange) }),
            _ => None,
        });
        let mut records = found.await?;
        records.sort_by_key(|mx| mx.preference);
        Ok(records)
    }

    /// The texts at a name, each put together from its pieces (RFC 7208 §3.3).
    pub async fn txt(&self, name: &str) -> Result<Vec<String>, NetFault> {
        self.records(name, RecordType::TXT, |data| match data {
            RData::TXT(txt) => Some(text(&txt.txt_data)),
            _ => None,
        })
        .await
    }

    /// Where the service of a name like `_imaps._tcp.example.jp` is offered, the preferred ones first.
    pub async fn srv(&self, name: &str) -> Result<Vec<Srv>, NetFault> {
        let found = self.records(name, RecordType::SRV, |data| match data {
            RData::SRV(srv) => {
                Some(Srv { priority: srv.priority, weight: srv.weight, port: srv.port, host: host(&srv.target) })
            }
            _ => None,
        });
        let mut records = found.await?;
        records.sort_by_key(|srv| srv.priority);
        Ok(records)
    }

    /// The name that a name is another one for.
    pub async fn cname(&self, name: &str) -> Result<Option<String>, NetFault> {
        let found = self.records(name, RecordType::CNAME, |data| match data {
            RData::CNAME(target) => Some(host(target)),
            _ => None,
        });
        Ok(found.await?.into_iter().next())
    }

    /// The records of a type at a name, read by `pick`.
    async fn records<T>(
        &self,
        name: &str,
        kind: RecordType,
        pick: impl Fn(&RData) -> Option<T>,
    ) -> Result<Vec<T>, NetFault> {
        let Some(complete) = complete(name) else { return Ok(Vec::new()) };
        let resolver = self.resolver.for_records()?;
        match timeout(ANSWER, resolver.lookup(complete, kind)).await {
            Ok(Ok(found)) => Ok(found.answers().iter().filter_map(|record| pick(&record.data)).take(RECORDS).collect()),
            Ok(Err(error)) if is_nothing(&error) => Ok(Vec::new()),
            Ok(Err(error)) => Err(classify_dns(name, &error)),
            Err(_) => Err(fault(NetFaultKind::TimedOut, format!("no answer about the name {name}"))),
        }
    }
}

/// A name that is not looked for in the computer's own domains; `None` if it can't be one.
fn complete(name: &str) -> Option<Name> {
    let name = name.trim_end_matches('.');
    if name.is_empty() { None } else { Name::from_utf8(format!("{name}.")).ok() }
}

/// Whether the name or the record is not there: an answer like any other.
fn is_nothing(error: &NetError) -> bool {
    matches!(
        error,
        NetError::Dns(DnsError::NoRecordsFound(NoRecords {
            response_code: ResponseCode::NXDomain | ResponseCode::NoError,
            ..
        }))
    )
}

/// A name as the rest of the program writes it.
fn host(name: &Name) -> String {
    name.to_lowercase().to_ascii().trim_end_matches('.').to_owned()
}

/// The pieces of a text record as one text. What is no UTF-8 is replaced.
fn text(pieces: &[Box<[u8]>]) -> String {
    let bytes: Vec<u8> = pieces.iter().flat_map(|piece| piece.iter().copied()).take(TEXT).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NetConfig;
    use hickory_resolver::proto::op::{Message, OpCode};
    use hickory_resolver::proto::rr::rdata::{CNAME, MX, SRV, TXT};
    use hickory_resolver::proto::rr::{RData, Record};
    use tokio::net::UdpSocket;

    fn name(text: &str) -> Name {
        Name::from_utf8(text).unwrap()
    }

    /// Asks a server that answers every question with these records, or with this code.
    async fn asking(records: Vec<RData>, code: ResponseCode) -> Net {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let config = NetConfig { resolver: Some(socket.local_addr().unwrap()), ..NetConfig::default() };
        tokio::spawn(async move {
            let mut bytes = [0; 512];
            while let Ok((length, asker)) = socket.recv_from(&mut bytes).await {
                let question = Message::from_vec(&bytes[..length]).unwrap();
                let mut answer = Message::response(question.metadata.id, OpCode::Query);
                answer.metadata.response_code = code;
                let asked = question.queries[0].clone();
                answer.add_answers(records.iter().map(|data| Record::from_rdata(asked.name.clone(), 60, data.clone())));
                answer.add_query(asked);
                socket.send_to(&answer.to_vec().unwrap(), asker).await.unwrap();
            }
        });
        Net::new(&config).unwrap()
    }

    async fn told(records: Vec<RData>) -> Net {
        asking(records, ResponseCode::NoError).await
    }

    #[tokio::test]
    async fn hosts_come_in_order_in_lower_case_and_without_the_last_dot() {
        let mx = |preference, host| RData::MX(MX::new(preference, name(host)));
        let net = told(vec![mx(20, "b.example.jp."), mx(5, "ASPMX.L.Google.COM."), mx(0, ".")]).await;
        let found: Vec<_> =
            net.mx("example.jp").await.unwrap().into_iter().map(|mx| (mx.preference, mx.host)).collect();
        assert_eq!(found, [(0, String::new()), (5, "aspmx.l.google.com".into()), (20, "b.example.jp".into())]);
        let srv = |priority, port| RData::SRV(SRV::new(priority, 1, port, name("IMAP.example.jp.")));
        let found = told(vec![srv(9, 143), srv(0, 993)]).await.srv("_imaps._tcp.example.jp").await.unwrap();
        assert_eq!(
            found.iter().map(|srv| (srv.port, srv.host.as_str())).collect::<Vec<_>>(),
            [(993, "imap.example.jp"), (143, "imap.example.jp")]
        );
        let net = told(vec![RData::CNAME(CNAME(name("Selector1.Onmicrosoft.com.")))]).await;
        assert_eq!(net.cname("x.example.jp").await.unwrap().as_deref(), Some("selector1.onmicrosoft.com"));
    }

    #[tokio::test]
    async fn the_pieces_of_a_text_are_put_together_and_no_answer_is_endless() {
        let text = |pieces: &[&str]| RData::TXT(TXT::new(pieces.iter().map(ToString::to_string).collect()));
        let net = told(vec![text(&["v=spf1 include:spf.protection", ".outlook.com -all"]), text(&["\u{e9}"])]).await;
        assert_eq!(net.txt("x.jp").await.unwrap(), ["v=spf1 include:spf.protection.outlook.com -all", "é"]);
        let net = told((0..60).map(|number| RData::MX(MX::new(number, name("a.")))).collect()).await;
        assert_eq!(net.mx("x.jp").await.unwrap().len(), 50);
    }

    #[tokio::test]
    async fn nothing_found_is_an_answer_and_a_server_in_trouble_is_not() {
        assert_eq!(asking(Vec::new(), ResponseCode::NXDomain).await.mx("x.jp").await.unwrap(), []);
        assert_eq!(asking(Vec::new(), ResponseCode::NoError).await.mx("x.jp").await.unwrap(), []);
        assert!(asking(Vec::new(), ResponseCode::ServFail).await.mx("x.jp").await.is_err());
        assert!(asking(Vec::new(), ResponseCode::Refused).await.mx("x.jp").await.is_err());
    }
}
