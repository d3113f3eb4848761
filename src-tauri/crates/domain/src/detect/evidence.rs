//! What the sources said.

use super::{Hosting, Offer};

/// What became of a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Answer<T> {
    #[default]
    Pending,
    /// Nobody could be asked: that says nothing.
    Silent,
    Nothing,
    Found(T),
}

impl<T> Answer<T> {
    pub fn found(&self) -> Option<&T> {
        match self {
            Self::Found(value) => Some(value),
            Self::Pending | Self::Silent | Self::Nothing => None,
        }
    }

    pub fn is_pending(&self) -> bool {
        matches!(self, Self::Pending)
    }

    /// Whether nobody has answered, or nobody has yet.
    pub fn says_nothing(&self) -> bool {
        matches!(self, Self::Pending | Self::Silent)
    }
}

/// All that was found out about an address from the network.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The hosts that take the domain's mail, the preferred ones first; an empty name alone says that it takes none
    /// (RFC 7505).
    pub mx: Answer<Vec<String>>,
    pub hints: Answer<Hints>,
    pub autoconfig: Answer<Vec<Offer>>,
    pub ispdb: Answer<Vec<Offer>>,
    pub srv: Answer<Vec<Offer>>,
    pub guess: Answer<Vec<Offer>>,
}

impl Evidence {
    /// What was found to connect to, in the order in which it counts.
    pub(super) fn settings(&self) -> [&Answer<Vec<Offer>>; 4] {
        [&self.autoconfig, &self.ispdb, &self.srv, &self.guess]
    }
}

/// What points at a service without proving that the mailbox is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// The Microsoft cloud that knows the domain. Many companies are known there whose mail is elsewhere.
    pub cloud: Option<Cloud>,
    /// One for each record of the domain that names a service: SPF (RFC 7208), DKIM keys (RFC 6376), `autodiscover`.
    pub signs: Vec<Hosting>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloud {
    World,
    Government,
    China,
}

impl Hints {
    /// Where the mailbox probably is.
    pub fn likely(&self) -> Option<Hosting> {
        let count = |hosting| self.signs.iter().filter(|sign| **sign == hosting).count();
        match (count(Hosting::Google), count(Hosting::Microsoft)) {
            (0, 0) => self.cloud.map(|_| Hosting::Microsoft),
            (google, microsoft) if google > microsoft => Some(Hosting::Google),
            (google, microsoft) if microsoft > google => Some(Hosting::Microsoft),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_signs_win_and_a_tenant_alone_counts_where_there_is_no_sign() {
        use Hosting::{Google, Microsoft};
        let likely = |cloud, signs: &[Hosting]| Hints { cloud, signs: signs.to_vec() }.likely();
        assert_eq!(likely(None, &[]), None);
        assert_eq!(likely(Some(Cloud::World), &[]), Some(Microsoft));
        assert_eq!(likely(Some(Cloud::World), &[Google]), Some(Google));
        assert_eq!(likely(None, &[Google, Microsoft, Microsoft]), Some(Microsoft));
        assert_eq!(likely(Some(Cloud::World), &[Google, Microsoft]), None);
    }
}
