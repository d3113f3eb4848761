//! Domains at which anybody can have an address. A service found here is certain, whatever the DNS says.

use super::Service;
use super::services::*;
use crate::detect::Unsupported::OwnAppOnly;

pub(super) fn service(domain: &str) -> Option<&'static Service> {
    let own = DOMAINS.iter().find(|(name, _)| *name == domain).map(|(_, service)| service);
    own.or_else(|| BRANDS.iter().find(|brand| brand.has(domain)).map(|brand| &brand.service))
}

static DOMAINS: &[(&str, Service)] = &[
    ("aol.com", AOL),
    ("au.com", unsupported("au", OwnAppOnly)),
    ("biglobe.ne.jp", BIGLOBE),
    ("docomo.ne.jp", DOCOMO),
    ("ezweb.ne.jp", unsupported("au", OwnAppOnly)),
    ("fastmail.com", FASTMAIL),
    ("fastmail.fm", FASTMAIL),
    ("gmail.com", GOOGLE_MAIL),
    ("googlemail.com", GOOGLE_MAIL),
    ("i.softbank.jp", SOFTBANK),
    ("icloud.com", ICLOUD),
    ("mac.com", ICLOUD),
    ("mail.ru", MAIL_RU),
    ("me.com", ICLOUD),
    ("msn.com", OUTLOOK_COM),
    ("nifty.com", NIFTY),
    ("ocn.ne.jp", OCN),
    ("passport.com", OUTLOOK_COM),
    ("pm.me", PROTON_BRIDGE),
    ("proton.me", PROTON_BRIDGE),
    ("protonmail.ch", PROTON_BRIDGE),
    ("protonmail.com", PROTON_BRIDGE),
    ("rocketmail.com", YAHOO),
    ("softbank.ne.jp", SOFTBANK),
    ("windowslive.com", OUTLOOK_COM),
    ("yahoo.co.jp", YAHOO_JAPAN),
    ("yandex.com", YANDEX),
    ("yandex.ru", YANDEX),
    ("ymail.com", YAHOO),
    ("ymail.ne.jp", YAHOO_JAPAN),
    ("zoho.com", zoho("imap.zoho.com", "smtp.zoho.com")),
    ("zohomail.com", zoho("imap.zoho.com", "smtp.zoho.com")),
];

/// A name that a service has under many countries' domains. Somebody else may have it under the others.
struct Brand {
    name: &'static str,
    under: &'static [&'static str],
    service: Service,
}

impl Brand {
    fn has(&self, domain: &str) -> bool {
        domain.split_once('.').is_some_and(|(name, rest)| name == self.name && self.under.contains(&rest))
    }
}

#[rustfmt::skip]
static BRANDS: &[Brand] = &[
    Brand { name: "hotmail", service: OUTLOOK_COM, under: &[
        "be", "ca", "ch", "cl", "co.id", "co.il", "co.in", "co.jp", "co.kr", "co.nz", "co.th", "co.uk", "co.za", "com",
        "com.ar", "com.au", "com.br", "com.hk", "com.tr", "com.tw", "com.vn", "cz", "de", "dk", "es", "fi", "fr", "gr",
        "hu", "it", "lt", "lv", "my", "nl", "no", "ph", "rs", "se", "sg", "sk",
    ] },
    Brand { name: "live", service: OUTLOOK_COM, under: &[
        "at", "be", "ca", "cl", "cn", "co.kr", "co.uk", "co.za", "com", "com.ar", "com.au", "com.mx", "com.my",
        "com.ph", "com.pt", "com.sg", "de", "dk", "fi", "fr", "hk", "ie", "in", "it", "jp", "nl", "no", "ru", "se",
    ] },
    Brand { name: "outlook", service: OUTLOOK_COM, under: &[
        "at", "be", "cl", "co.id", "co.il", "co.nz", "co.th", "com", "com.ar", "com.au", "com.br", "com.gr", "com.pe",
        "com.tr", "com.vn", "cz", "de", "dk", "es", "fr", "hu", "ie", "in", "it", "jp", "kr", "lv", "my", "ph", "pt",
        "sa", "sg", "sk",
    ] },
    Brand { name: "yahoo", service: YAHOO, under: &[
        "ca", "co.id", "co.in", "co.kr", "co.nz", "co.th", "co.uk", "co.za", "com", "com.ar", "com.au", "com.br",
        "com.hk", "com.mx", "com.my", "com.ph", "com.sg", "com.tr", "com.tw", "com.vn", "de", "dk", "es", "fr", "gr",
        "ie", "in", "it", "no", "pl", "ro", "se",
    ] },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_so_that_a_double_shows() {
        assert!(DOMAINS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(BRANDS.iter().all(|brand| brand.under.is_sorted_by(|a, b| a < b)));
    }

    #[test]
    fn a_brand_is_known_under_its_own_countries_only() {
        let name = |domain| service(domain).map(|service| service.name);
        assert_eq!(name("outlook.co.nz"), Some("Outlook.com"));
        assert_eq!(name("hotmail.co.jp"), Some("Outlook.com"));
        assert_eq!(name("yahoo.co.jp"), Some("Yahoo!メール"), "another company than Yahoo");
        assert_eq!(name("yahoo.co.uk"), Some("Yahoo Mail"));
        assert_eq!(name("live.example"), None);
        assert_eq!(name("mail.outlook.com"), None);
    }
}
