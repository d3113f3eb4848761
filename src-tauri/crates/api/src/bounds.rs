//! How long the lists in a command's arguments may be: more than a person could mean is refused before any work is done.

use crate::error::{ApiError, Code};

/// The most that a list may have.
pub(crate) struct Bound {
    field: &'static str,
    most: usize,
}

pub(crate) const ITEMS: Bound = Bound { field: "items", most: 10_000 };
pub(crate) const STATES: Bound = Bound { field: "states", most: 100 };
pub(crate) const LINKS: Bound = Bound { field: "links", most: 100 };
pub(crate) const ATTACHMENTS: Bound = Bound { field: "attachments", most: 1000 };
pub(crate) const FOLDERS: Bound = Bound { field: "folders", most: 10_000 };
pub(crate) const SENDERS: Bound = Bound { field: "senders", most: 1000 };
pub(crate) const SINCE: Bound = Bound { field: "since", most: 100 };
pub(crate) const TARGETS: Bound = Bound { field: "targets", most: 100 };

impl Bound {
    /// Refuses a list that is longer, in the field's name.
    pub(crate) fn holds<T>(&self, list: &[T]) -> Result<(), ApiError> {
        if list.len() > self.most {
            return Err(ApiError::new(Code::BadArguments, format!("{}: {} at most", self.field, self.most)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_may_be_full_and_no_longer() {
        let told = |len: usize| STATES.holds(&vec![0; len]).map_err(|error| (error.code, error.detail));
        assert_eq!(told(100), Ok(()));
        assert_eq!(told(101), Err((Code::BadArguments, "states: 100 at most".to_owned())));
    }
}
