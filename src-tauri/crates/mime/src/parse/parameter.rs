//! Fields of the form `value; name=value; …` (RFC 2045 §5.1), with the two ways of writing a file name in Japanese: the
//! one of RFC 2231, and the encoded word inside quotes that RFC 2047 forbids and Outlook writes.

use otomo_domain::mail::Defect;

use super::transfer::hex_pair;
use super::{charset, encoded_word};

/// A parsed field.
#[derive(Default)]
pub(crate) struct Parameters {
    /// What stands before the first `;`, in lower case.
    pub(crate) value: String,
    /// Names in lower case, values without their quotes.
    pairs: Vec<(String, String)>,
}

const MAX_PAIRS: usize = 500;

impl Parameters {
    pub(crate) fn parse(text: &str) -> Self {
        let mut rest = text;
        let value = next_item(&mut rest).trim().to_ascii_lowercase();
        let mut pairs = Vec::new();
        while !rest.is_empty() && pairs.len() < MAX_PAIRS {
            let item = next_item(&mut rest);
            if let Some((name, value)) = item.split_once('=') {
                pairs.push((name.trim().to_ascii_lowercase(), unquoted(value.trim())));
            }
        }
        Self { value, pairs }
    }

    /// A parameter that is read by machines: its first word.
    pub(crate) fn token(&self, name: &str) -> Option<&str> {
        self.raw(name)?.split_ascii_whitespace().next()
    }

    /// A parameter exactly as it stands.
    pub(crate) fn raw(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// A parameter that is read by people, decoded. RFC 2231's form wins over the plain one.
    pub(crate) fn text(&self, name: &str, defects: &mut Vec<Defect>) -> Option<String> {
        self.extended(name, defects)
            .or_else(|| self.raw(name).map(|plain| encoded_word::decode(plain, defects).into_owned()))
            .filter(|text| !text.trim().is_empty())
    }

    /// RFC 2231: `name*`, or `name*0`, `name*1*`, … The bytes of all segments are joined before they are decoded, because
    /// many programs cut a character between two.
    fn extended(&self, name: &str, defects: &mut Vec<Defect>) -> Option<String> {
        let mut segments: Vec<(u32, bool, &str)> = self.pairs.iter().filter_map(|p| segment(p, name)).collect();
        segments.sort_by_key(|(number, ..)| *number);
        segments.dedup_by_key(|(number, ..)| *number);
        let mut label = None;
        let mut bytes = Vec::new();
        for (index, (_, encoded, value)) in segments.iter().enumerate() {
            let value = match value.splitn(3, '\'').collect::<Vec<_>>().as_slice() {
                [charset, _language, value] if *encoded && index == 0 => {
                    label = Some(*charset);
                    value
                }
                _ => *value,
            };
            if *encoded { push_percent_decoded(&mut bytes, value) } else { bytes.extend_from_slice(value.as_bytes()) }
        }
        let decoded = charset::decode(&bytes, label);
        defects.extend(decoded.defect.filter(|_| !segments.is_empty()));
        (!segments.is_empty()).then_some(decoded.text)
    }
}

/// Number, "is percent-encoded" and value, if the pair is a segment of `name`.
fn segment<'p>((key, value): &'p (String, String), name: &str) -> Option<(u32, bool, &'p str)> {
    let tail = key.strip_prefix(name)?.strip_prefix('*')?;
    let (number, encoded) = tail.strip_suffix('*').map_or((tail, tail.is_empty()), |number| (number, true));
    let number = if number.is_empty() { 0 } else { number.parse().ok()? };
    Some((number, encoded, value))
}

/// Takes everything up to the next `;` that is not quoted.
fn next_item<'t>(rest: &mut &'t str) -> &'t str {
    let (mut quoted, mut escaped) = (false, false);
    let end = rest.find(|c| {
        let stop = c == ';' && !quoted;
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && quoted && !escaped;
        stop
    });
    let (item, tail) = rest.split_at(end.unwrap_or(rest.len()));
    *rest = tail.strip_prefix(';').unwrap_or_default();
    item
}

/// Quotes are gone, and the backslash before a quote or a backslash. Any other backslash is part of a Windows path.
fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else { return value.to_owned() };
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => out.push(chars.next_if(|next| matches!(next, '"' | '\\')).unwrap_or('\\')),
            _ => out.push(c),
        }
    }
    out
}

fn push_percent_decoded(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escape = match tail {
            [high, low, ..] if *first == b'%' => hex_pair(*high, *low),
            _ => None,
        };
        out.push(escape.unwrap_or(*first));
        rest = if escape.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(field: &str, name: Option<&str>) {
        let parsed = Parameters::parse(field);
        assert_eq!(parsed.value, "attachment", "{field:?}");
        assert_eq!(parsed.text("filename", &mut Vec::new()).as_deref(), name, "{field:?}");
    }

    #[test]
    fn plain_names_are_read_quoted_or_not() {
        check("Attachment", None);
        check("attachment; filename=a.pdf", Some("a.pdf"));
        check("attachment; FileName = \"a; b.pdf\" ; size=3", Some("a; b.pdf"));
        check("attachment; filename=a b.pdf; x", Some("a b.pdf"));
        check(r#"attachment; filename="C:\temp\a \"b\".pdf""#, Some(r#"C:\temp\a "b".pdf"#));
        check("attachment; filename=\"\"", None);
    }

    #[test]
    fn rfc_2231_names_are_decoded_and_win() {
        check("attachment; filename=x.pdf; filename*=utf-8'ja'%E8%A6%8B%E7%A9%8D.pdf", Some("見積.pdf"));
        check("attachment; filename*=iso-2022-jp''%1B$B8%2B@Q%1B(B.pdf", Some("見積.pdf"));
        check("attachment; filename*1*=%8B.pdf; filename*0*=utf-8''%E8%A6", Some("見.pdf"));
        check("attachment; filename*0=\"long \"; filename*1=\"name.pdf\"", Some("long name.pdf"));
        check("attachment; filename*0*=shift_jis''%8C%A9%90; filename*1*=%CF; filename*2=.pdf", Some("見積.pdf"));
        check("attachment; filename*=%41.pdf", Some("A.pdf"));
    }

    #[test]
    fn outlooks_encoded_words_in_quotes_are_decoded() {
        check("attachment; filename=\"=?iso-2022-jp?B?GyRCOCtAURsoQi5wZGY=?=\"", Some("見積.pdf"));
        check("attachment; filename=\"=?UTF-8?B?6KY=?= =?UTF-8?B?iy5wZGY=?=\"", Some("見.pdf"));
    }

    #[test]
    fn a_token_ends_at_a_blank() {
        let parsed = Parameters::parse("text/plain; charset=us-ascii (Plain text)");
        assert_eq!(parsed.token("charset"), Some("us-ascii"));
    }
}
