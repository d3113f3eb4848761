//! What a mail's header and text tell beside its fields: its list, whether a machine wrote it, what is sensitive in it.

use otomo_domain::automated::{is_no_reply, is_sign_in_notice};
use otomo_domain::mail::{Automated, Marks, Participant, Role, normalise_list_id};
use otomo_domain::sensitive;

use super::charset;
use super::entity::Entity;
use super::header::{Header, unfolded};
use super::parameter::Parameters;

/// Looks at a header, at the parts, at the people, and at the decoded subject and text.
pub(super) fn of(
    header: &Header<'_>,
    entity: &Entity<'_>,
    participants: &[Participant],
    subject: &str,
    text: &str,
) -> Marks {
    let list = header.first("list-id").and_then(|value| normalise_list_id(&String::from_utf8_lossy(&unfolded(value))));
    let author = participants.iter().find(|p| p.role == Role::From).map(|p| &p.person.address);
    let automated = by_header(header)
        .or_else(|| has_invitation(entity).then_some(Automated::Calendar))
        .or_else(|| author.is_some_and(is_no_reply).then_some(Automated::NoReply))
        .or_else(|| is_sign_in_notice(subject, text).then_some(Automated::SignInNotice));
    Marks { examined: true, list, automated, sensitive: sensitive::kinds([subject, text]) }
}

/// The first sign that the header has.
fn by_header(header: &Header<'_>) -> Option<Automated> {
    let has = |name: &str| header.first(name).is_some();
    let word = |name: &str| header.first(name).map(first_word).unwrap_or_default();
    let precedence = word("precedence");
    let signs = [
        (is_automatic(header), Automated::AutoSubmitted),
        (is_empty_path(header) || is_report(header), Automated::Bounce),
        (has("list-id") || has("list-unsubscribe") || precedence == "list", Automated::MailingList),
        (matches!(precedence.as_str(), "bulk" | "junk") || has("feedback-id"), Automated::Bulk),
        (content_type(header).value == "text/calendar", Automated::Calendar),
    ];
    signs.into_iter().find_map(|(holds, sign)| holds.then_some(sign))
}

/// RFC 3834 §5: any other word than `no`. Vendors have words of their own; who asks that no machine answers (MS-OXCMAIL)
/// is most likely one.
fn is_automatic(header: &Header<'_>) -> bool {
    let says = |name: &str, no: &[&str]| {
        header.all(name).map(first_word).any(|word| !word.is_empty() && !no.contains(&word.as_str()))
    };
    says("auto-submitted", &["no"])
        || says("x-auto-response-suppress", &["none"])
        || says("x-autoreply", &["no", "false"])
        || says("x-autorespond", &["no", "false"])
}

/// A null reverse-path (RFC 5321 §4.5.5). Only the topmost was written by the server that delivered.
fn is_empty_path(header: &Header<'_>) -> bool {
    header.first("return-path").is_some_and(|path| path.iter().filter(|b| !b.is_ascii_whitespace()).eq(b"<>"))
}

/// A report on a delivery (RFC 3464 §2).
fn is_report(header: &Header<'_>) -> bool {
    let kind = content_type(header);
    kind.value == "multipart/report" && kind.token("report-type").is_none_or(is_delivery_status)
}

fn is_delivery_status(report_type: &str) -> bool {
    report_type.eq_ignore_ascii_case("delivery-status") || report_type.eq_ignore_ascii_case("global-delivery-status")
}

/// An invitation, or what became of one, stands among the text's forms (RFC 6047 §2.4). A calendar file that somebody
/// attached has no method.
fn has_invitation(entity: &Entity<'_>) -> bool {
    entity.leaves().iter().any(|leaf| leaf.content_type == "text/calendar" && leaf.has_method)
}

fn content_type(header: &Header<'_>) -> Parameters {
    header
        .first("content-type")
        .map(|v| Parameters::parse(&charset::decode_field(&unfolded(v)).text))
        .unwrap_or_default()
}

/// The first word of a value in lower case, without a comment or parameters.
fn first_word(value: &[u8]) -> String {
    let value = String::from_utf8_lossy(&unfolded(value)).to_ascii_lowercase();
    value.split([';', '(', ',', ' ', '\t']).find(|word| !word.is_empty()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use otomo_domain::time::Timestamp;

    use super::*;

    fn check(mail: &str, expected: Option<Automated>) {
        let parsed = crate::parse(mail.as_bytes(), Timestamp(0));
        assert_eq!(parsed.mail.marks.automated, expected, "{mail}");
    }

    /// A mail of a person but for these fields.
    fn with(fields: &str) -> String {
        format!("From: Tanaka <tanaka@x.jp>\nSubject: hi\n{fields}\n\ntext\n")
    }

    #[test]
    fn a_person_is_no_machine() {
        check(&with("Auto-Submitted: no\nPrecedence: normal\nReturn-Path: <tanaka@x.jp>"), None);
        check(&with("X-Auto-Response-Suppress: None\nX-Priority: 1"), None);
    }

    #[test]
    fn automatic_answers_say_so_in_several_ways() {
        for field in [
            "Auto-Submitted: auto-replied",
            "AUTO-SUBMITTED: auto-generated; owner-email=a@x.jp",
            "Auto-Submitted: (vacation) auto-replied",
            "X-Auto-Response-Suppress: All",
            "X-Auto-Response-Suppress: DR, OOF, AutoReply",
            "X-Autoreply: yes",
            "X-Autorespond: holiday",
        ] {
            check(&with(field), Some(Automated::AutoSubmitted));
        }
    }

    #[test]
    fn a_mail_without_a_way_back_is_a_bounce() {
        check(&with("Return-Path: <>"), Some(Automated::Bounce));
        check(&with("Return-Path: < >"), Some(Automated::Bounce));
        let report = "Content-Type: multipart/report; report-type=delivery-status; boundary=b";
        check(&with(report), Some(Automated::Bounce));
        check(&with("Content-Type: multipart/report; report-type=disposition-notification; boundary=b"), None);
    }

    #[test]
    fn lists_and_bulk_are_told_apart() {
        check(&with("List-Id: News <news.x.jp>"), Some(Automated::MailingList));
        check(&with("List-Unsubscribe: <mailto:off@x.jp>"), Some(Automated::MailingList));
        check(&with("Precedence: list"), Some(Automated::MailingList));
        check(&with("Precedence: bulk"), Some(Automated::Bulk));
        check(&with("Precedence: Junk"), Some(Automated::Bulk));
        check(&with("Feedback-ID: 1:2:3:x"), Some(Automated::Bulk));
    }

    #[test]
    fn an_invitation_is_a_calendars_and_an_attached_calendar_is_not() {
        check(&with("Content-Type: text/calendar; charset=utf-8; method=REQUEST"), Some(Automated::Calendar));
        let part = |kind: &str| {
            with(&format!(
                "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: {kind}\n\nx\n--b--"
            ))
        };
        check(&part("text/calendar; method=\"REPLY\""), Some(Automated::Calendar));
        check(&part("text/calendar; name=a.ics"), None);
    }

    #[test]
    fn the_author_may_be_nobody() {
        check("From: Shop <no-reply@x.jp>\nSubject: hi\n\ntext", Some(Automated::NoReply));
        check("From: a@x.jp\nReply-To: no-reply@x.jp\nSubject: hi\n\ntext", None);
    }

    #[test]
    fn a_code_to_sign_in_is_known_by_its_words() {
        let mail = "From: a@x.jp\nSubject: =?utf-8?B?6KqN6Ki844Kz44O844OJ?=\nContent-Type: text/plain; charset=utf-8\n\n\
                    認証コードは 482913 です。";
        check(mail, Some(Automated::SignInNotice));
    }

    #[test]
    fn of_several_signs_the_first_in_order_counts() {
        check(
            &with("Precedence: bulk\nList-Id: <a.b>\nAuto-Submitted: auto-generated"),
            Some(Automated::AutoSubmitted),
        );
        check(&with("Precedence: bulk\nList-Id: <a.b>"), Some(Automated::MailingList));
        check("From: noreply@x.jp\nPrecedence: bulk\n\nx", Some(Automated::Bulk));
    }
}
