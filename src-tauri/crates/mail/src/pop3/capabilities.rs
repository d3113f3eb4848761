//! What a server can do (RFC 2449).

use otomo_domain::error::MailFault;

use super::reply::Reply;
use super::text;
use super::wire::Wire;

/// How many capabilities are listened to.
const MOST: usize = 200;

/// The answer to `CAPA`, as far as it matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// The server knows `CAPA`. One that doesn't may still be able to do anything.
    pub told: bool,
    pub user: bool,
    pub uidl: bool,
    pub top: bool,
    pub pipelining: bool,
    /// Mechanisms of SASL, in upper case.
    sasl: Vec<String>,
}

impl Capabilities {
    pub async fn ask(wire: &mut Wire) -> Result<Self, MailFault> {
        let mut capabilities = Self::default();
        if let Reply::Ok(_) = wire.ask("CAPA").await? {
            capabilities.told = true;
            text::lines(wire, MOST, |line| capabilities.learn(&String::from_utf8_lossy(line))).await?;
        }
        Ok(capabilities)
    }

    /// Whether the server may be able to do what it would list as this.
    pub fn may(&self, listed: bool) -> bool {
        listed || !self.told
    }

    pub fn has_sasl(&self, mechanism: &str) -> bool {
        self.sasl.iter().any(|offered| offered.eq_ignore_ascii_case(mechanism))
    }

    fn learn(&mut self, line: &str) {
        let mut words = line.split_ascii_whitespace().map(str::to_ascii_uppercase);
        match words.next().unwrap_or_default().as_str() {
            "USER" => self.user = true,
            "UIDL" => self.uidl = true,
            "TOP" => self.top = true,
            "PIPELINING" => self.pipelining = true,
            "SASL" => self.sasl.extend(words),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_read_in_any_case() {
        let mut capabilities = Capabilities::default();
        for line in ["top", "UIDL", "SASL plain XOAUTH2", "IMPLEMENTATION USER", "", "EXPIRE NEVER"] {
            capabilities.learn(line);
        }
        let expected = Capabilities {
            top: true,
            uidl: true,
            sasl: vec!["PLAIN".into(), "XOAUTH2".into()],
            ..Capabilities::default()
        };
        assert_eq!(capabilities, expected);
        assert!(capabilities.has_sasl("Plain") && !capabilities.has_sasl("LOGIN"));
    }
}
