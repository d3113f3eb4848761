//! Message-ID, In-Reply-To and References (RFC 5322 §3.6.4).

use otomo_domain::mail::normalise_message_id;

/// Longer ids are nobody's; RFC 5322 §2.1.1 allows no longer line.
const MAX_ID: usize = 998;

/// How many references are kept: the first, which names the thread, and the latest.
const MAX_REFERENCES: usize = 100;

/// The id of a Message-ID field: what stands in the first brackets, or all of it where there are none.
pub(crate) fn single(value: &str) -> Option<String> {
    let id = ids(value).next().unwrap_or(value);
    normalised(id)
}

/// The ids of a References field, oldest first, without repeats.
pub(crate) fn list(value: &str) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    let bare = value.split_ascii_whitespace().filter(|_| !value.contains('<'));
    for id in ids(value).chain(bare).filter_map(normalised) {
        if !list.contains(&id) {
            list.push(id);
        }
        if list.len() > MAX_REFERENCES {
            list.remove(1);
        }
    }
    list
}

fn ids(value: &str) -> impl Iterator<Item = &str> {
    value.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(id, _)| id)
}

fn normalised(id: &str) -> Option<String> {
    let id = normalise_message_id(id);
    (id != "<>" && id.len() <= MAX_ID).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_what_stands_in_brackets() {
        let check = |value: &str, expected: Option<&str>| assert_eq!(single(value).as_deref(), expected, "{value:?}");
        check(" <A.1@X.jp> (comment)", Some("<A.1@x.jp>"));
        check("a@x.jp", Some("<a@x.jp>"));
        check("<a@x.jp", Some("<a@x.jp>"));
        check("<>", None);
        check("", None);
    }

    #[test]
    fn references_are_listed_once_and_oldest_first() {
        let check = |value: &str, expected: &[&str]| assert_eq!(list(value), expected, "{value:?}");
        check("<a@x>\t<b@X> <a@x>", &["<a@x>", "<b@x>"]);
        check("a@x b@x", &["<a@x>", "<b@x>"]);
        check("<a@x><b@x>", &["<a@x>", "<b@x>"]);
    }

    #[test]
    fn a_long_thread_keeps_its_first_and_its_latest() {
        let value: String = (0..150).map(|n| format!("<{n}@x> ")).collect();
        let kept = list(&value);
        assert_eq!(kept.len(), 100);
        assert_eq!((kept[0].as_str(), kept[1].as_str(), kept[99].as_str()), ("<0@x>", "<51@x>", "<149@x>"));
    }
}
