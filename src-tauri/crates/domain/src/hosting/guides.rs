//! Where an app password is made. The steps are told in the messages, under the same key.

use crate::detect::AppPassword;

/// The page where it is made, or the provider's page that tells how; some are reached only by walking through an app.
const PAGES: &[(&str, &str)] = &[
    ("aol", "https://login.aol.com/account/security"),
    ("fastmail", "https://www.fastmail.help/hc/en-us/articles/360058752854"),
    ("google", "https://myaccount.google.com/apppasswords"),
    ("icloud", "https://support.apple.com/en-us/HT204397"),
    ("yahoo", "https://login.yahoo.com/account/security"),
    ("yandex", "https://yandex.com/support/passport/authorization/app-passwords.html"),
    ("zoho", "https://www.zoho.com/mail/help/imap-access.html"),
];

pub(super) fn app_password(guide: &str) -> AppPassword {
    let page = PAGES.iter().find(|(key, _)| *key == guide).map(|(_, page)| (*page).to_owned());
    AppPassword { guide: guide.to_owned(), page }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_sorted_and_reached_securely() {
        assert!(PAGES.is_sorted());
        assert!(PAGES.iter().all(|(_, page)| page.starts_with("https://")));
    }
}
