//! A stranger's words, fit to be shown.

use otomo_domain::file_name::is_invisible;

/// At most `max` characters of `text` on one line, without control characters and those that have no width or turn the
/// direction of writing.
pub fn words(text: &str, max: usize) -> String {
    let blank = |c: char| if c.is_control() || c.is_whitespace() { ' ' } else { c };
    let plain: String = text.chars().map(blank).filter(|c| !is_invisible(*c)).take(max).collect();
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_one_short_line_that_reads_as_it_is_written() {
        assert_eq!(words(" O=株式会社\u{202e}evil\u{200b},\r\nCN=a\u{1b}[31m ", 200), "O=株式会社evil,  CN=a [31m");
        assert_eq!(words(&"字".repeat(500), 200).chars().count(), 200);
    }
}
