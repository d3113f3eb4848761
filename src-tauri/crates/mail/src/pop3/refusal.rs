//! Why a server said `-ERR`, by response codes (RFC 2449 §8, RFC 3206) and the words that big providers use.

use otomo_domain::error::{MailFault, MailFaultKind};

use crate::wording;

/// Words of servers that have the mailbox open for somebody else, or for too many. Compared in lower case.
const BUSY: &[&str] = &["already locked", "locked by", "in use by", "already in use", "another session", "another pop"];

/// All that Exchange says of a refused password.
const EXCHANGE: &str = "Logon failure: unknown user name or bad password.";

/// What the server's words about a refused password mean. Exchange Online takes no passwords at all, and shows it only by
/// `tokens`: that it offers to take a token.
pub fn of_password(words: &str, tokens: bool) -> MailFault {
    match of_sign_in(words) {
        fault if fault.kind == MailFaultKind::SignInRefused && tokens && words.trim() == EXCHANGE => {
            MailFault { kind: MailFaultKind::OAuthNeeded, ..fault }
        }
        fault => fault,
    }
}

/// The same for any proof. Whatever is not clearly something else counts as a wrong password: trying that again by itself
/// would lock the account.
pub fn of_sign_in(words: &str) -> MailFault {
    let plain = words.to_lowercase();
    let clear_text = || plain.contains("plaintext authentication disallowed").then_some(MailFaultKind::NoSignInMethod);
    // Yahoo's way of saying it.
    let off = || plain.contains("pop not allowed").then_some(MailFaultKind::ProtocolDisabled);
    let kind =
        wording::meaning(words).or_else(off).or_else(clear_text).or_else(|| by_code(words)).or_else(|| busy(words));
    MailFault::new(kind.unwrap_or(MailFaultKind::SignInRefused), wording::shown(words))
}

/// What the server's words instead of a greeting mean.
pub fn of_greeting(words: &str) -> MailFault {
    let kind = wording::meaning(words).or_else(|| by_code(words)).or_else(|| busy(words));
    MailFault::new(kind.unwrap_or(MailFaultKind::GreetingRefused), wording::shown(words))
}

/// What the server's words about a command of a signed-in session mean.
pub fn of_command(words: &str) -> MailFault {
    MailFault::new(by_code(words).unwrap_or(MailFaultKind::ServerRefused), wording::shown(words))
}

/// Whether the server will do the same thing later.
pub fn is_temporary(words: &str) -> bool {
    matches!(by_code(words), Some(MailFaultKind::ServerRefused | MailFaultKind::TooManyConnections))
}

fn by_code(words: &str) -> Option<MailFaultKind> {
    let (code, _) = words.trim_start().strip_prefix('[')?.split_once(']')?;
    match code.to_uppercase().as_str() {
        "IN-USE" | "LOGIN-DELAY" => Some(MailFaultKind::TooManyConnections),
        "SYS/TEMP" => Some(MailFaultKind::ServerRefused),
        // Nothing that passes by itself, and not the password: the mailbox can't be had.
        "SYS/PERM" => Some(MailFaultKind::MailboxMissing),
        "AUTH" => Some(MailFaultKind::SignInRefused),
        _ => None,
    }
}

fn busy(words: &str) -> Option<MailFaultKind> {
    let plain = words.to_lowercase();
    BUSY.iter().any(|text| plain.contains(text)).then_some(MailFaultKind::TooManyConnections)
}

#[cfg(test)]
mod tests {
    use super::*;
    use MailFaultKind::*;

    fn check(words: &str, expected: MailFaultKind) {
        assert_eq!(of_sign_in(words).kind, expected, "{words:?}");
    }

    #[test]
    fn a_wrong_password_is_told_from_everything_that_is_not_the_password() {
        check("[AUTH] Authentication failed.", SignInRefused);
        check("too many failed logins", SignInRefused);
        check("", SignInRefused);
        check("[AUTH] Application-specific password required", AppPasswordNeeded);
        check("[AUTH] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.", NoSignInMethod);
        check("LogonDenied-BasicAuthBlocked-10", OAuthNeeded);
        check(EXCHANGE, SignInRefused);
        assert_eq!(of_password(EXCHANGE, true).kind, OAuthNeeded);
        assert_eq!(of_password("[AUTH] wrong", true).kind, SignInRefused);
        check("[AUTH] Basic authentication is disabled", OAuthNeeded);
    }

    #[test]
    fn pop3_that_is_switched_off_says_so_in_many_words() {
        check("[SYS/PERM] Your account is not enabled for POP access.", ProtocolDisabled);
        check("[SYS/PERM] pop not allowed for user.", ProtocolDisabled);
        check("[AUTH] POP3 is disabled for this mailbox", ProtocolDisabled);
    }

    #[test]
    fn response_codes_are_believed() {
        check("[IN-USE] Do you have another POP session running?", TooManyConnections);
        check("[login-delay] minimum time between logins is 900 seconds", TooManyConnections);
        check("[SYS/TEMP] server busy", ServerRefused);
        check("[SYS/PERM] mailbox is gone", MailboxMissing);
        check("maildrop already locked", TooManyConnections);
        check("[ALERT] wrong", SignInRefused);
    }

    #[test]
    fn a_server_that_turns_the_client_away_at_once_may_mean_later() {
        assert_eq!(of_greeting("your address is blocked").kind, GreetingRefused);
        assert_eq!(of_greeting("[SYS/TEMP] restarting").kind, ServerRefused);
        assert_eq!(of_greeting("Too many connections").kind, TooManyConnections);
        assert_eq!(of_command("no such message").kind, ServerRefused);
    }
}
