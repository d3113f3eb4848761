//! Text on one line: what a list, a title bar or a header field can take from a stranger.

/// At most `max` characters of `text` on one line: runs of blanks become one, control characters and those that turn the
/// direction of writing (Unicode's bidirectional controls, which can disguise `exe.pdf`) are gone.
pub(crate) fn one_line(text: &str, max: usize) -> String {
    let mut line = String::with_capacity(text.len().min(max * 4));
    let mut blank = None;
    let mut count = 0;
    for c in text.chars().filter(|c| c.is_whitespace() || !is_invisible(*c)) {
        if c.is_whitespace() {
            blank = Some(if blank.is_none() && c == IDEOGRAPHIC_SPACE { c } else { ' ' });
            continue;
        }
        if let Some(blank) = blank.take().filter(|_| count > 0) {
            line.push(blank);
            count += 1;
        }
        if count >= max {
            break;
        }
        line.push(c);
        count += 1;
    }
    line.truncate(line.trim_end().len());
    line
}

/// Stands between the parts of a Japanese name, where it is no mistake.
const IDEOGRAPHIC_SPACE: char = '\u{3000}';

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(one_line(text, 12), expected, "{text:?}");
    }

    #[test]
    fn blanks_become_one_and_none_at_the_ends() {
        check("  a \t\r\n b  ", "a b");
        check("田中\u{3000}太郎", "田中\u{3000}太郎");
        check("田中\u{3000} 太郎", "田中 太郎");
        check("\u{3000}", "");
    }

    #[test]
    fn what_cannot_be_seen_is_gone() {
        check("in\0vo\u{7}ice", "invoice");
        check("a\u{202e}fdp.exe", "afdp.exe");
        check("a\u{2066}b\u{2069}", "ab");
        check("👨\u{200d}👩", "👨\u{200d}👩");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        check("あいうえおかきくけこさしすせそ", "あいうえおかきくけこさし");
        check("12345678901 3", "12345678901");
    }
}
