//! Host names, and whose they are.

use std::net::IpAddr;

use url::Host;

/// A domain as the DNS writes it (RFC 5890); `None` if it is none: an address literal, or characters that no host has.
pub fn ascii(domain: &str) -> Option<String> {
    match Host::parse(domain) {
        Ok(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_owned();
            let labels = || name.split('.');
            let sound = name.len() <= 253 && labels().all(|label| !label.is_empty() && label.len() <= 63);
            sound.then_some(name)
        }
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) | Err(_) => None,
    }
}

/// Whether a text is a host: a name, or an address.
pub fn is_host(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok() || ascii(text).is_some()
}

/// The name that somebody registered: one label before the public suffix. A name without one stands for itself.
pub fn registrable(host: &str) -> &str {
    psl::domain_str(host).unwrap_or(host)
}

/// The name one label up, where that is still somebody's.
pub fn parent(host: &str) -> Option<&str> {
    let (_, rest) = host.split_once('.')?;
    psl::domain_str(rest).is_some().then_some(rest)
}

/// Whether a host is on none of the domains of these others.
pub fn is_foreign<'a>(host: &str, mut others: impl Iterator<Item = &'a str>) -> bool {
    others.all(|other| registrable(other) != registrable(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_written_as_the_dns_does_and_what_is_none_is_refused() {
        assert_eq!(ascii("例え.jp").as_deref(), Some("xn--r8jz45g.jp"));
        assert_eq!(ascii("Example.JP.").as_deref(), Some("example.jp"));
        for text in ["", "127.0.0.1", "[::1]", "0x7f.1", "a/b.jp", "a?b.jp", "a@b.jp", "a..jp", "a b.jp", "a:1"] {
            assert_eq!(ascii(text), None, "{text:?}");
        }
        assert_eq!(ascii(&format!("{}.jp", "a".repeat(64))), None);
    }

    #[test]
    fn a_host_is_foreign_unless_one_owner_has_both() {
        let foreign = |host, others: &[&'static str]| is_foreign(host, others.iter().copied());
        assert!(!foreign("imap.example.co.jp", &["example.co.jp"]));
        assert!(foreign("imap.evil.co.jp", &["example.co.jp"]), "co.jp is nobody's");
        assert!(!foreign("imap.hoster.jp", &["example.jp", "mx1.hoster.jp"]));
        assert!(foreign("imap.example.jp.evil.jp", &["example.jp"]));
    }

    #[test]
    fn the_name_above_is_asked_only_where_it_is_somebodys() {
        assert_eq!(parent("mx1.mail.hoster.jp"), Some("mail.hoster.jp"));
        assert_eq!(parent("hoster.co.jp"), None);
    }
}
