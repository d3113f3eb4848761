//! What a refusal means: by enhanced status codes (RFC 3463, RFC 7372), and the words that big providers use.

use otomo_domain::error::{MailFault, MailFaultKind};

use super::conversation::closed;
use super::reply::Reply;
use crate::wording;

/// How servers say that a sender isn't the rep's.
const SEND_AS: &[&str] =
    &["send as", "sender address rejected", "not owned by", "not allowed to send", "sender mismatch", "from address"];

/// The server does not even begin.
pub fn of_greeting(reply: &Reply) -> MailFault {
    fault(reply, wording::meaning(&reply.said()).unwrap_or(MailFaultKind::GreetingRefused))
}

/// A refused sign-in. Whatever is not clearly something else counts as a wrong password.
pub fn of_sign_in(reply: &Reply) -> MailFault {
    if let Some(fault) = ending(reply) {
        return fault;
    }
    let by_code = match (reply.code, reply.enhanced()) {
        (_, "5.7.30") => MailFaultKind::OAuthNeeded,
        (534, "5.7.9") => MailFaultKind::AppPasswordNeeded,
        (538, _) => MailFaultKind::NoSignInMethod,
        _ if reply.is_temporary() => MailFaultKind::ServerRefused,
        _ => MailFaultKind::SignInRefused,
    };
    fault(reply, wording::meaning(&reply.said()).unwrap_or(by_code))
}

/// A refused MAIL: where policy is the reason, it is the sender.
pub fn of_sender(reply: &Reply) -> MailFault {
    let refused = of_envelope(reply);
    let by_policy = matches!(reply.code, 550 | 553 | 554) && reply.enhanced().starts_with("5.7.");
    match refused.kind {
        MailFaultKind::SendingRefused if by_policy => MailFault { kind: MailFaultKind::SendAsDenied, ..refused },
        _ => refused,
    }
}

/// A refused RCPT, DATA or message.
pub fn of_envelope(reply: &Reply) -> MailFault {
    if let Some(fault) = ending(reply) {
        return fault;
    }
    let said = reply.said().to_lowercase();
    let kind = match (reply.code, reply.enhanced()) {
        (_, "5.7.60") => MailFaultKind::SendAsDenied,
        (_, "4.2.2" | "5.2.2") => MailFaultKind::MailboxFull,
        (530, _) => MailFaultKind::RelayDenied,
        (550.., _) if SEND_AS.iter().any(|words| said.contains(words)) => MailFaultKind::SendAsDenied,
        (550.., _) if said.contains("relay") => MailFaultKind::RelayDenied,
        _ if reply.is_temporary() => MailFaultKind::ServerRefused,
        _ => MailFaultKind::SendingRefused,
    };
    fault(reply, kind)
}

/// With 421 the server hangs up (RFC 5321 §3.8).
fn ending(reply: &Reply) -> Option<MailFault> {
    let kind = wording::meaning(&reply.said()).filter(|kind| *kind == MailFaultKind::TooManyConnections);
    match (reply.code, kind) {
        (421, Some(kind)) => Some(fault(reply, kind)),
        (421, None) => Some(closed(reply.shown())),
        _ => None,
    }
}

fn fault(reply: &Reply, kind: MailFaultKind) -> MailFault {
    MailFault::new(kind, reply.shown())
}

#[cfg(test)]
mod tests {
    use super::*;
    use MailFaultKind::*;
    use otomo_domain::error::NetFaultKind;

    fn check(of: fn(&Reply) -> MailFault, said: &str, expected: MailFaultKind) {
        let (code, text) = said.split_once(' ').unwrap();
        let fault = of(&Reply { code: code.parse().unwrap(), lines: vec![text.into()] });
        assert_eq!((fault.kind, fault.detail.as_str()), (expected, said), "{said}");
    }

    #[test]
    fn a_refused_sign_in_names_what_is_missing() {
        check(of_sign_in, "535 5.7.8 Authentication failed", SignInRefused);
        check(
            of_sign_in,
            "535 5.7.3 Authentication unsuccessful [TYAPR01CA0001.jpnprd01.prod.outlook.com]",
            SignInRefused,
        );
        check(
            of_sign_in,
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled",
            SmtpAuthDisabled,
        );
        check(of_sign_in, "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.", OAuthNeeded);
        check(of_sign_in, "550 5.7.30 Basic authentication is not supported for Client Submission.", OAuthNeeded);
        check(
            of_sign_in,
            "534 5.7.9 Application-specific password required. For more information, go to",
            AppPasswordNeeded,
        );
        check(of_sign_in, "534 5.7.14 Please log in via your web browser and then try again.", OAuthNeeded);
        check(of_sign_in, "454 4.7.0 Temporary authentication failure", ServerRefused);
        check(of_sign_in, "421 4.7.0 Too many connections from your IP", TooManyConnections);
        check(of_sign_in, "421 4.4.2 timeout exceeded", Net(NetFaultKind::Closed));
    }

    #[test]
    fn a_sender_that_is_not_the_reps_is_told_from_a_server_that_is_not() {
        check(of_sender, "550 5.7.60 SMTP; Client does not have permissions to send as this sender", SendAsDenied);
        check(of_sender, "550 5.7.1 not yours", SendAsDenied);
        check(of_sender, "553 5.7.1 <a@b>: Sender address rejected: not owned by user c", SendAsDenied);
        check(of_envelope, "553 5.7.1 <a@b>: Sender address rejected: not owned by user c", SendAsDenied);
        check(of_envelope, "554 5.7.1 <x@y>: Relay access denied", RelayDenied);
        check(of_sender, "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", RelayDenied);
        check(of_sender, "530 5.7.0 Authentication Required", RelayDenied);
        check(of_sender, "501 5.1.7 Bad sender address syntax", SendingRefused);
    }

    #[test]
    fn a_mail_that_is_not_taken_may_be_taken_later_or_never() {
        check(of_envelope, "550 5.1.1 <x@y>: Recipient address rejected: User unknown", SendingRefused);
        check(of_envelope, "451 4.7.1 Greylisted, try again in 1 minute", ServerRefused);
        check(of_envelope, "552 5.2.2 Mailbox full", MailboxFull);
        check(of_envelope, "452 4.2.2 over quota", MailboxFull);
        check(of_envelope, "552 5.3.4 Message size exceeds fixed limit", SendingRefused);
        check(of_envelope, "421 4.3.2 shutting down", Net(NetFaultKind::Closed));
    }

    #[test]
    fn a_server_that_does_not_begin_says_why() {
        check(of_greeting, "554 5.7.1 blocked using zen.example", GreetingRefused);
        check(of_greeting, "421 4.7.0 Too many connections", TooManyConnections);
    }
}
