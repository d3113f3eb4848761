//! Where the CRM is.

use std::net::IpAddr;

use reqwest::Url;

/// The address under which the contract's paths lie.
#[derive(Debug)]
pub struct Base(Url);

impl Base {
    /// `https` only, except to this computer itself. An address with a password, a query or a fragment in it is none:
    /// they would end up in places where secrets must not be.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text).map_err(|_| "is not an address such as https://crm.example.com/mail-log/v1")?;
        match url.scheme() {
            "https" => {}
            "http" if is_this_computer(&url) => {}
            "http" => return Err("must begin with https://"),
            _ => return Err("is not an https address"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not hold a user or a password");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("must not hold a question mark or a number sign");
        }
        Ok(Self(url))
    }

    /// The address of a resource; every segment and value is percent-encoded.
    pub fn join(&self, path: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
            // A blank is %20 to every server, a plus sign only to those that read queries as forms.
            let unambiguous = url.query().map(|query| query.replace('+', "%20"));
            url.set_query(unambiguous.as_deref());
        }
        url
    }
}

fn is_this_computer(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || literal.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, accepted: bool) {
        assert_eq!(Base::parse(text).is_ok(), accepted, "{text}");
    }

    #[test]
    fn mail_goes_over_https_or_stays_on_this_computer() {
        check("https://crm.example.com/mail-log/v1", true);
        check("http://127.0.0.1:8080", true);
        check("http://[::1]:8080/v1", true);
        check("http://localhost/v1", true);
        check("http://crm.example.com", false);
        check("http://127.0.0.1.example.com", false);
        check("http://localhost.example.com", false);
        check("http://192.168.0.1", false);
    }

    #[test]
    fn an_address_holds_nothing_but_a_place() {
        check("https://user@crm.example.com", false);
        check("https://:password@crm.example.com", false);
        check("https://crm.example.com/?key=1", false);
        check("https://crm.example.com/#top", false);
        check("file:///etc/passwd", false);
        check("crm.example.com", false);
        check("", false);
    }

    #[test]
    fn segments_and_values_cannot_lead_elsewhere() {
        let join = |base: &str, path: &[&str], query: &[(&str, &str)]| {
            Base::parse(base).unwrap().join(path, query).to_string()
        };
        assert_eq!(join("https://x.jp", &["me"], &[]), "https://x.jp/me");
        assert_eq!(join("https://x.jp/v1/", &["contacts", "feed"], &[]), "https://x.jp/v1/contacts/feed");
        assert_eq!(join("https://x.jp/v1", &["emails", "../a?b#c"], &[]), "https://x.jp/v1/emails/..%2Fa%3Fb%23c");
        let query = [("cursor", "a b+c&limit=1#田")];
        assert_eq!(join("https://x.jp", &["f"], &query), "https://x.jp/f?cursor=a%20b%2Bc%26limit%3D1%23%E7%94%B0");
    }
}
