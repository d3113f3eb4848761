//! What is to become of each mail of an hour: fifty, the same every hour.

use std::collections::BTreeSet;

use super::mail::{Inbox, Mail, Person, Portion};

/// How many hours the day has.
pub const HOURS: usize = 10;

/// What becomes of a mail, by the rep's hand or by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Previewed, and shared as it was previewed.
    Share(Portion),
    /// Shared with others in one go, as the account shares.
    ShareTogether,
    /// Shared, though it answers a mail that was made private, and quotes it.
    ShareAnswer,
    KeepPrivate,
    /// It answers a mail that was made private: nobody has to say that it is, too.
    FollowPrivate,
    Later,
    /// Shared, and taken back within the grace period.
    Undo,
    /// Shared, and kept private within the grace period.
    Cancel,
    /// Shared; then its sender is put on the never-log list within the grace period.
    Forbid,
    /// Nobody decides.
    Leave,
    /// Nobody in it is in the contact index.
    Stranger,
    Internal,
    Automated,
    /// The rep's never-log list has its domain, the policy's its sender, or the rep's a word of its subject.
    NeverDomain,
    NeverPolicy,
    NeverWord,
    /// A rule shares it by itself, up to the subject.
    RuleShares,
    /// A rule keeps it private by itself.
    RulePrivate,
    /// It goes by itself.
    ByItself,
    /// It would go by itself, and the rep makes it private, undoes that, or forbids its sender within the grace period.
    TakeBack,
    UndoByItself,
    ForbidByItself,
    /// It would go by itself, but has to be looked at: a card, two records, a rule that asks, a stricter account.
    Sensitive,
    TwoRecords,
    AskRule,
    BothAccounts,
}

const NOTHING_MORE: Portion = Portion { level: "full", file: false, quotes: false, redacted: false };

const ALICE: [Plan; 38] = {
    use Plan::*;
    [
        Share(NOTHING_MORE),
        Share(Portion { file: true, ..NOTHING_MORE }),
        Share(Portion { quotes: true, ..NOTHING_MORE }),
        Share(Portion { level: "subject", ..NOTHING_MORE }),
        Share(Portion { level: "metadata", ..NOTHING_MORE }),
        Share(Portion { file: true, redacted: true, ..NOTHING_MORE }),
        Share(Portion { level: "subject", file: true, ..NOTHING_MORE }),
        ShareTogether,
        ShareTogether,
        ShareTogether,
        ShareTogether,
        ShareTogether,
        ShareTogether,
        ShareTogether,
        ShareTogether,
        KeepPrivate,
        KeepPrivate,
        KeepPrivate,
        Later,
        Undo,
        Forbid,
        Cancel,
        ShareAnswer,
        FollowPrivate,
        Stranger,
        Stranger,
        Internal,
        Automated,
        NeverDomain,
        NeverPolicy,
        NeverWord,
        RuleShares,
        RulePrivate,
        Leave,
        Share(NOTHING_MORE),
        Leave,
        Leave,
        Leave,
    ]
};

/// The two that Alice wrote.
const SENT: [usize; 2] = [33, 34];
/// Those made private that a later mail answers.
const ANSWERED: [usize; 2] = [15, 16];

const BOB: [Plan; 12] = {
    use Plan::*;
    [
        ByItself,
        ByItself,
        ByItself,
        ByItself,
        ByItself,
        TakeBack,
        UndoByItself,
        ForbidByItself,
        Sensitive,
        TwoRecords,
        AskRule,
        BothAccounts,
    ]
};

impl Plan {
    /// How much of it is shared; `None` if nothing ever is.
    pub fn portion(self) -> Option<Portion> {
        match self {
            Self::Share(portion) => Some(portion),
            Self::ShareTogether | Self::ShareAnswer => Some(NOTHING_MORE),
            Self::RuleShares => Some(Portion { level: "subject", ..NOTHING_MORE }),
            // Bob's account lets small text files go along.
            Self::ByItself => Some(Portion { file: true, ..NOTHING_MORE }),
            _ => None,
        }
    }

    /// Whether the CRM knows the other side.
    fn is_of_a_contact(self) -> bool {
        !matches!(self, Self::Stranger | Self::Internal | Self::Automated)
    }

    /// The other side of the mail with this plan in this place of this hour.
    fn client(self, hour: usize, place: usize) -> Person {
        match self {
            // With these people some mail is shared and some is not.
            Self::Share(_) | Self::ShareTogether | Self::Leave => {
                Person::new(format!("client {}", (hour + place) % 12))
            }
            Self::Internal => Person::new("colleague").at("example.test"),
            Self::Forbid | Self::ForbidByItself => Person::new(format!("forbidden {hour} {place}")),
            Self::FollowPrivate => Self::KeepPrivate.client(hour, ANSWERED[0]),
            Self::ShareAnswer => Self::KeepPrivate.client(hour, ANSWERED[1]),
            other => Person::new(format!("{other:?} {place}")),
        }
    }
}

/// All mail of the day, hour by hour. What is shared by itself begins with the second hour: in the first, Bob's mode is
/// not chosen yet.
pub fn mails() -> Vec<Mail> {
    let mut all: Vec<Mail> = Vec::new();
    for hour in 0..HOURS {
        let plans = ALICE.iter().chain(&BOB).enumerate();
        let new: Vec<Mail> = plans.map(|(place, plan)| mail(hour, place, *plan, &all)).collect();
        all.extend(new);
    }
    all
}

fn mail(hour: usize, place: usize, plan: Plan, before: &[Mail]) -> Mail {
    let owner = format!("mail {hour} {place}");
    let bob = place >= ALICE.len();
    let answered = match plan {
        Plan::FollowPrivate => Some(ANSWERED[0]),
        Plan::ShareAnswer => Some(ANSWERED[1]),
        _ => None,
    };
    let an_hour_ago = before.len().checked_sub(ALICE.len() + BOB.len());
    let answers = answered.zip(an_hour_ago).map(|(place, start)| Box::new(before[start + place].clone()));
    let inbox = match plan {
        Plan::BothAccounts => Inbox::Both,
        _ if bob => Inbox::Bob,
        _ if SENT.contains(&place) => Inbox::SentByAlice,
        _ => Inbox::Alice,
    };
    // Bob's mode is chosen after the first hour, and there is nothing yet to be answered.
    let too_early = hour == 0 && (bob || answered.is_some());
    let cc = (plan != Plan::Internal).then(|| match plan {
        Plan::TwoRecords => Person::new("second record"),
        _ => Person::new(format!("{owner} cc")),
    });
    let client = plan.client(hour, place);
    Mail { hour, plan: if too_early { Plan::Leave } else { plan }, inbox, owner, client, cc, answers }
}

/// Everybody whom the CRM knows.
pub fn contacts(mails: &[Mail]) -> BTreeSet<Person> {
    let clients = mails.iter().filter(|mail| mail.plan.is_of_a_contact()).map(|mail| mail.client.clone());
    clients.chain([Person::new("second record")]).collect()
}
