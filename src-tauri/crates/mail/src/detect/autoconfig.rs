//! The format of autoconfig pages (Mozilla's "Autoconfig file format", version 1.1).
//!
//! A page may come from anybody. There is no DTD and no entity in one (both would be an attack), servers without TLS are
//! passed over, and hosts, ports and user names are checked before they are offered.

use otomo_domain::account::{Endpoint, Security};
use otomo_domain::address::Address;
use otomo_domain::detect::{Offer, Protocol, SettingsOrigin};
use quick_xml::Reader;
use quick_xml::events::Event;

use super::name;

/// How deep elements may stand in each other; a real page needs four.
const DEPTH: usize = 16;

/// How many servers of a page are looked at.
const SERVERS: usize = 20;

/// Ports below 1024 that mail is read or sent at; above, anybody may choose.
const PORTS: [u16; 6] = [110, 143, 465, 587, 993, 995];

/// The longest text of a field.
const TEXT: usize = 320;

/// What a page says of one server, as it stands there.
#[derive(Debug, Default)]
struct Fields {
    kind: String,
    hostname: String,
    port: String,
    socket_type: String,
    username: String,
}

/// A server that passed the checks.
#[derive(Clone, Debug)]
struct Server {
    kind: String,
    endpoint: Endpoint,
    user: String,
}

/// The offers of a page for an address, IMAP before POP3; empty where it names no usable server. An error says what is
/// wrong with the page.
pub fn offers(page: &str, address: &Address, origin: SettingsOrigin) -> Result<Vec<Offer>, String> {
    let servers: Vec<Server> = read(page)?.into_iter().filter_map(|fields| fields.checked(address)).collect();
    let first = |kind: &str| servers.iter().find(|server| server.kind == kind);
    let smtp = first("smtp");
    let offer = |protocol, receive: &Server| Offer {
        send_user: smtp.map(|smtp| smtp.user.clone()).filter(|user| *user != receive.user),
        ..Offer::plain(
            protocol,
            Some(receive.endpoint.clone()),
            smtp.map(|smtp| smtp.endpoint.clone()),
            receive.user.clone(),
            origin,
        )
    };
    let imap = first("imap").map(|server| offer(Protocol::Imap, server));
    Ok(imap.into_iter().chain(first("pop3").map(|server| offer(Protocol::Pop3, server))).collect())
}

/// The servers of a page, unchecked.
fn read(page: &str) -> Result<Vec<Fields>, String> {
    let mut reader = Reader::from_str(page);
    let (mut servers, mut path, mut text) = (Vec::<Fields>::new(), Vec::<String>::new(), String::new());
    loop {
        match reader.read_event().map_err(|error| format!("the page is not XML: {error}"))? {
            Event::DocType(_) => return Err("the page has a document type, as no such page has".into()),
            Event::GeneralRef(name) => text.push(character(&name)?),
            Event::Start(element) => {
                let name = element.local_name().as_ref().to_owned();
                if is_server(&name) && servers.len() < SERVERS {
                    servers.push(Fields { kind: kind(&element), ..Fields::default() });
                }
                path.push(name);
                text.clear();
                if path.len() > DEPTH {
                    return Err("the page is nested too deeply".into());
                }
            }
            Event::Text(piece) => text.push_str(&piece),
            Event::CData(piece) => text.push_str(&piece),
            Event::End(_) => {
                let name = path.pop().unwrap_or_default();
                if path.last().is_some_and(|parent| is_server(parent))
                    && let Some(server) = servers.last_mut()
                {
                    server.set(&name, text.trim());
                }
                text.clear();
            }
            Event::Eof => return Ok(servers),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

fn is_server(element: &str) -> bool {
    matches!(element, "incomingServer" | "outgoingServer")
}

/// The protocol that a server element names.
fn kind(element: &quick_xml::events::BytesStart<'_>) -> String {
    let named = element.try_get_attribute("type").ok().flatten();
    named.map(|attribute| attribute.value.chars().take(TEXT).collect()).unwrap_or_default()
}

/// The character that a reference stands for: one by its number, or one of the five of XML itself (XML 1.0 §4.6).
fn character(reference: &quick_xml::events::BytesRef<'_>) -> Result<char, String> {
    let by_name = |name: &str| match name {
        "amp" => Some('&'),
        "apos" => Some('\''),
        "gt" => Some('>'),
        "lt" => Some('<'),
        "quot" => Some('"'),
        _ => None,
    };
    let found = reference.resolve_char_ref().ok().flatten().or_else(|| by_name(reference));
    found.ok_or_else(|| "the page refers to an entity, as no such page does".into())
}

impl Fields {
    /// The first word on a field counts.
    fn set(&mut self, name: &str, text: &str) {
        let field = match name {
            "hostname" => &mut self.hostname,
            "port" => &mut self.port,
            "socketType" => &mut self.socket_type,
            "username" => &mut self.username,
            _ => return,
        };
        if field.is_empty() && text.len() <= TEXT {
            text.clone_into(field);
        }
    }

    fn checked(self, address: &Address) -> Option<Server> {
        let security = match self.socket_type.as_str() {
            "SSL" => Security::Tls,
            "STARTTLS" => Security::StartTls,
            _ => return None,
        };
        let host = name::ascii(&filled(&self.hostname, address)).filter(|host| host.contains('.'))?;
        let port = self.port.parse().ok().filter(|port| *port >= 1024 || PORTS.contains(port))?;
        let user = filled(&self.username, address);
        let sound = !user.is_empty() && !user.contains(|c: char| c.is_control() || c.is_whitespace() || c == '%');
        sound.then(|| Server { kind: self.kind, endpoint: Endpoint::new(host, port, security), user })
    }
}

/// A field with its placeholders replaced.
fn filled(text: &str, address: &Address) -> String {
    text.replace("%EMAILADDRESS%", address.as_str())
        .replace("%EMAILLOCALPART%", address.local_part())
        .replace("%EMAILDOMAIN%", address.domain())
}

#[cfg(test)]
mod tests;
