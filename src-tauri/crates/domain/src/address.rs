//! Mail addresses in the one form the product compares.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::hosting;

/// An addr-spec (RFC 5322 §3.4.1), trimmed and lower-cased.
///
/// Local parts are case-sensitive by the letter of the RFC, yet no provider treats them so, and a CRM never does.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
pub struct Address(String);

impl Address {
    /// `None` if the text is not an address: no `@`, an empty side, blanks or control characters, over 320 bytes.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('<').trim_end_matches('>').to_lowercase();
        let (local, domain) = text.rsplit_once('@')?;
        let blank = |c: char| c.is_whitespace() || c.is_control();
        let sound = !local.is_empty() && !domain.is_empty() && !text.contains(blank) && text.len() <= 320;
        sound.then_some(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the last `@`.
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// The part after the last `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// Whether the address is at `domain` or at one of its subdomains.
    pub fn is_at(&self, domain: &str) -> bool {
        let own = self.domain();
        own == domain || own.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a mail address"))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Somebody in a mail: an address, and the name that stood beside it (may be empty, is never matched on).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Person {
    pub address: Address,
    pub name: String,
}

/// Domains anybody can have an address at: they say nothing about a company, and are never "internal".
const FREEMAIL: &[&str] = &[
    "aol.com",
    "docomo.ne.jp",
    "ezweb.ne.jp",
    "fastmail.com",
    "gmail.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.co.jp",
    "hotmail.com",
    "i.softbank.jp",
    "icloud.com",
    "live.com",
    "live.jp",
    "mac.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "nifty.com",
    "outlook.com",
    "outlook.jp",
    "proton.me",
    "protonmail.com",
    "softbank.ne.jp",
    "web.de",
    "yahoo.co.jp",
    "yahoo.com",
    "yandex.ru",
    "ymail.ne.jp",
    "zoho.com",
];

/// Whether anybody can have an address at this domain, or at the provider's whose customers' domain it is (`xxx.ocn.ne.jp`).
pub fn is_freemail(domain: &str) -> bool {
    with_parents(domain).any(|domain| FREEMAIL.contains(&domain) || hosting::by_domain(domain).is_some())
}

/// A domain and those above it, as long as they have a dot.
pub(crate) fn with_parents(domain: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(domain), |domain| domain.split_once('.').map(|(_, rest)| rest))
        .filter(|domain| domain.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(Address::parse(text).as_ref().map(Address::as_str), expected, "{text:?}");
    }

    #[test]
    fn an_address_is_trimmed_and_lower_cased() {
        check(" <Taro.Tanaka@Example.JP> ", Some("taro.tanaka@example.jp"));
        check("\"a@b\"@example.com", Some("\"a@b\"@example.com"));
        check("田中@例え.jp", Some("田中@例え.jp"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "taro", "@example.jp", "taro@", "ta ro@example.jp", "taro@exam\nple.jp"] {
            check(text, None);
        }
        check(&format!("{}@example.jp", "x".repeat(400)), None);
    }

    #[test]
    fn a_subdomain_belongs_to_its_domain_and_a_longer_name_does_not() {
        let at = |address: &str, domain: &str| Address::parse(address).is_some_and(|a| a.is_at(domain));
        assert!(at("a@example.jp", "example.jp"));
        assert!(at("a@mail.example.jp", "example.jp"));
        assert!(!at("a@badexample.jp", "example.jp"));
        assert!(!at("a@example.jp", "mail.example.jp"));
    }

    #[test]
    fn a_provider_of_everybodys_addresses_is_nobodys_company() {
        for domain in ["gmail.com", "yahoo.co.uk", "ocn.ne.jp", "abc.ocn.ne.jp", "outlook.de"] {
            assert!(is_freemail(domain), "{domain}");
        }
        assert!(!is_freemail("example.co.jp"));
        assert!(!is_freemail("notgmail.com"));
    }

    #[test]
    fn the_freemail_list_is_sorted_so_that_a_double_shows() {
        assert!(FREEMAIL.is_sorted());
    }
}
