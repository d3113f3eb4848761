//! What a mail's header and text tell beside its fields: its list, whether a machine wrote it, what is sensitive in it.

use otomo_domain::mail::{Marks, normalise_list_id};
use otomo_domain::sensitive;

use super::header::{Header, unfolded};

/// Looks at a header, and at the decoded subject and text.
pub(super) fn of(header: &Header<'_>, subject: &str, text: &str) -> Marks {
    let list = header.first("list-id").and_then(|value| normalise_list_id(&String::from_utf8_lossy(&unfolded(value))));
    Marks { examined: true, list, automated: None, sensitive: sensitive::kinds([subject, text]) }
}
