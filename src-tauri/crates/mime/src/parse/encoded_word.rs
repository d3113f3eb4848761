//! Encoded words (RFC 2047): how header fields carry other text than ASCII.
//!
//! mail-parser decodes each word by itself. Many programs cut a character in two between neighbouring words, or carry an
//! ISO-2022-JP state over, so here the bytes of neighbours with one charset are joined first. [`mend`] hands the result
//! back as one sound encoded word, for parsers that look at the structure around it.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use otomo_domain::mail::Defect;

use super::charset;
use super::transfer::{base64, push_escaped};

/// `text` with its encoded words decoded.
pub(crate) fn decode<'t>(text: &'t str, defects: &mut Vec<Defect>) -> Cow<'t, str> {
    rewrite(text, defects, |word, out| out.push_str(word))
}

/// `text` with each run of encoded words as one word in UTF-8. What was hidden in a word stays hidden: a comma in a name
/// does not become one between addresses.
pub(crate) fn mend<'t>(text: &'t str, defects: &mut Vec<Defect>) -> Cow<'t, str> {
    rewrite(text, defects, |word, out| {
        out.push_str("=?utf-8?b?");
        STANDARD.encode_string(word, out);
        out.push_str("?=");
    })
}

fn rewrite<'t>(text: &'t str, defects: &mut Vec<Defect>, write: impl Fn(&str, &mut String)) -> Cow<'t, str> {
    if !text.contains("=?") {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut run = Run::default();
    let mut rest = text;
    while let Some((plain, candidate)) = rest.split_once("=?") {
        let Some((word, tail)) = Word::read(candidate) else {
            // No word can begin where no word ends.
            if !candidate.contains("?=") {
                break;
            }
            run.finish(&mut out, defects, &write);
            out.push_str(plain);
            out.push_str("=?");
            rest = candidate;
            continue;
        };
        // Blanks between two encoded words are not part of the text (§6.2).
        if run.is_empty() || !plain.trim().is_empty() {
            run.finish(&mut out, defects, &write);
            out.push_str(plain);
        }
        run.add(word);
        rest = tail;
    }
    run.finish(&mut out, defects, &write);
    out.push_str(rest);
    out.into()
}

/// Neighbouring words, each stretch of one charset joined.
#[derive(Default)]
struct Run<'t> {
    stretches: Vec<(&'t str, Vec<u8>)>,
}

impl<'t> Run<'t> {
    fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }

    fn add(&mut self, word: Word<'t>) {
        match self.stretches.last_mut() {
            Some((charset, bytes)) if charset.eq_ignore_ascii_case(word.charset) => bytes.extend(word.bytes),
            _ => self.stretches.push((word.charset, word.bytes)),
        }
    }

    fn finish(&mut self, out: &mut String, defects: &mut Vec<Defect>, write: &impl Fn(&str, &mut String)) {
        let mut text = String::new();
        for (charset, bytes) in self.stretches.drain(..) {
            let decoded = charset::decode(&bytes, Some(charset));
            text.push_str(&decoded.text);
            defects.extend(decoded.defect);
        }
        if !text.is_empty() {
            write(&text, out);
        }
    }
}

struct Word<'t> {
    charset: &'t str,
    bytes: Vec<u8>,
}

impl<'t> Word<'t> {
    /// Reads what follows `=?`: the word, and the text behind it. Blanks inside are forgiven.
    fn read(text: &'t str) -> Option<(Self, &'t str)> {
        let (charset, rest) = text.split_once('?')?;
        let (encoding, rest) = rest.split_once('?')?;
        let (data, tail) = rest.split_once("?=")?;
        // RFC 2231 §5: a language may follow the charset.
        let charset = charset.split('*').next().unwrap_or_default();
        let named = !charset.is_empty() && charset.bytes().all(|b| b.is_ascii_graphic());
        let bytes = match encoding {
            "B" | "b" => base64(data.as_bytes()).0.into_owned(),
            "Q" | "q" => {
                let mut bytes = Vec::with_capacity(data.len());
                push_escaped(&mut bytes, data.replace('_', " ").as_bytes());
                bytes
            }
            _ => return None,
        };
        named.then_some((Self { charset, bytes }, tail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(decode(text, &mut Vec::new()), expected, "{text:?}");
    }

    #[test]
    fn words_are_decoded_in_either_encoding_and_case() {
        check("=?UTF-8?B?6KaL56mN?=", "見積");
        check("=?utf-8?q?=e8=a6=8b_=E7=A9=8D?=", "見 積");
        check("=?iso-2022-jp?b?GyRCOCtAURsoQg==?=", "見積");
        check("=?Shift_JIS?B?h0CKlA==?=", "①株");
        check("=?utf-8*ja?B?6KaL?=", "見");
    }

    #[test]
    fn a_character_cut_between_words_is_whole_again() {
        check("=?utf-8?B?6KY=?= =?UTF-8?B?i+epjQ==?=", "見積");
        check("=?utf-8?Q?=E8=A6?=\t=?utf-8?Q?=8B?=", "見");
        check("=?iso-2022-jp?B?GyRCOCs=?= =?iso-2022-jp?B?QFEbKEI=?=", "見積");
        check("=?iso-2022-jp?B?GyRCOCsbKEI=?= =?iso-2022-jp?B?GyRCQFEbKEI=?=", "見積");
    }

    #[test]
    fn blanks_count_beside_plain_text_only() {
        check("Re: =?utf-8?B?6KaL?= ok", "Re: 見 ok");
        check("=?utf-8?B?6KaL?=  =?iso-8859-1?Q?caf=E9?=", "見café");
        check("a=?utf-8?B?6KaL?=b", "a見b");
    }

    #[test]
    fn what_is_no_word_stays_as_it_is() {
        for text in ["=?", "a =? b", "=?utf-8?X?abc?=", "=??B?abc?=", "=?utf-8?B?abc", "1=?2?=3"] {
            check(text, text);
        }
        check("=?utf-8?X?=?utf-8?B?6KaL?=", "=?utf-8?X?見");
    }

    #[test]
    fn a_mended_run_is_one_word() {
        let mended = mend("\"=?utf-8?B?6KY=?= =?UTF-8?B?i+epjQ==?=\" <a@x.jp>", &mut Vec::new()).into_owned();
        assert_eq!(mended, "\"=?utf-8?b?6KaL56mN?=\" <a@x.jp>");
    }
}
