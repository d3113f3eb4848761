//! The name a stranger gave a file, made safe for any file system a person may carry the file to.

/// NAME_MAX is 255 bytes on Linux; a synchronised folder may add to a name.
const MAX: usize = 200;

/// A longer ending is no extension.
const MAX_EXTENSION: usize = 20;

/// What a file without a usable name is called.
const NAMELESS: &str = "attachment";

/// The name under which a file that its sender calls `name` is saved: one component of a path, at most 200 bytes long,
/// that no system takes for a folder, a device, a stream or a hidden file, and that reads as what it is.
pub fn safe(name: &str) -> String {
    let mut safe = String::with_capacity(name.len().min(MAX));
    for c in name.chars().map(safe_char) {
        // A run of blanks can push the extension out of sight.
        if c != ' ' || !safe.ends_with(' ') {
            safe.push(c);
        }
    }
    let mut safe = trimmed(&safe).to_owned();
    if is_device(&safe) {
        safe.insert(0, '_');
    }
    if safe.is_empty() { NAMELESS.into() } else { shortened(&safe, "") }
}

/// What a safe name becomes where `number - 1` files have it already: `report (2).pdf`.
pub fn numbered(name: &str, number: u32) -> String {
    if number < 2 { name.into() } else { shortened(name, &format!(" ({number})")) }
}

/// The name with `mark` before its extension, cut to [`MAX`] bytes between characters.
fn shortened(name: &str, mark: &str) -> String {
    let (stem, extension) = split(name);
    let room = MAX.saturating_sub(mark.len() + extension.len());
    if stem.len() <= room {
        return format!("{stem}{mark}{extension}");
    }
    let (stem, _) = stem.split_at(stem.floor_char_boundary(room));
    format!("{}{mark}{extension}", stem.trim_end_matches(is_dot_or_blank))
}

/// Stem and extension, which has its dot.
fn split(name: &str) -> (&str, &str) {
    let dot = name.rfind('.').filter(|at| *at > 0 && name.len() - at <= MAX_EXTENSION);
    name.split_at(dot.unwrap_or(name.len()))
}

/// Windows drops dots and blanks at the end; a dot at the start hides a file elsewhere.
fn trimmed(name: &str) -> &str {
    name.trim_matches(is_dot_or_blank)
}

fn is_dot_or_blank(c: char) -> bool {
    c == '.' || c.is_whitespace()
}

fn safe_char(c: char) -> char {
    match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        '\u{3000}' => c,
        _ if c.is_control() || is_invisible(c) => '_',
        _ if c.is_whitespace() => ' ',
        _ => c,
    }
}

/// What has no width or turns the direction of writing: it can make `exe.pdf` out of `fdp.exe`.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Names that Windows gives to devices, whatever their extension and case
/// (learn.microsoft.com/windows/win32/fileio/naming-a-file).
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let port = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    let is_port = port.is_some_and(|number| {
        let mut digits = number.chars();
        matches!((digits.next(), digits.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    });
    is_port || matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: &str) {
        assert_eq!(safe(name), expected, "{name:?}");
        assert_eq!(safe(expected), expected, "again");
        assert!(expected.len() <= MAX && !expected.is_empty());
    }

    #[test]
    fn an_ordinary_name_stays_as_it_is() {
        for name in
            ["見積書 2026-11.pdf", "a.tar.gz", "Café.txt", "contact.pdf", "COM10.txt", "田中\u{3000}様.xlsx", "_x"]
        {
            check(name, name);
        }
    }

    #[test]
    fn no_name_leads_into_another_folder() {
        check("../../etc/passwd", "_.._etc_passwd");
        check("..\\..\\windows\\win.ini", "_.._windows_win.ini");
        check("/etc/shadow", "_etc_shadow");
        check("C:\\autoexec.bat", "C__autoexec.bat");
        check("\\\\host\\share\\a", "__host_share_a");
        check("a.txt:stream", "a.txt_stream");
        check("a\0.pdf", "a_.pdf");
        check("%2e%2e%2fa", "%2e%2e%2fa");
        check("file:///etc/a", "file____etc_a");
    }

    #[test]
    fn a_file_without_a_name_is_called_attachment() {
        for name in ["", ".", "..", "...", " ", "\u{3000}", ". . ."] {
            check(name, "attachment");
        }
    }

    #[test]
    fn nothing_is_hidden_or_means_a_device() {
        check(".bashrc", "bashrc");
        check("..a", "a");
        check("a.pdf. . ", "a.pdf");
        check("a\u{3000}.", "a");
        for name in ["CON", "con.txt", "Nul .tar.gz", "LPT1.txt", "com¹", "AUX.", "prn.a.b", "CONIN$"] {
            assert_eq!(safe(name), format!("_{}", name.trim_end_matches('.')), "{name:?}");
        }
    }

    #[test]
    fn a_name_reads_as_what_it_is() {
        check("a\u{202e}fdp.exe", "a_fdp.exe");
        check("a\u{200b}b\u{feff}c\u{2066}.pdf", "a_b_c_.pdf");
        check("a.pdf          .exe", "a.pdf .exe");
        check("a\r\nb\tc\u{85}.txt", "a__b_c_.txt");
        check("a\u{2028}b", "a_b");
    }

    #[test]
    fn a_long_name_is_cut_between_characters_and_keeps_its_extension() {
        check(&format!("{}.pdf", "あ".repeat(300)), &format!("{}.pdf", "あ".repeat(65)));
        check(&"x".repeat(300), &"x".repeat(200));
        check(&format!("a.{}", "x".repeat(300)), &format!("a.{}", "x".repeat(198)));
        check(&format!("{} y.pdf", "x".repeat(195)), &format!("{}.pdf", "x".repeat(195)));
        check(&format!("{}..{}", "x".repeat(198), "y".repeat(50)), &"x".repeat(198));
    }

    #[test]
    fn a_further_file_of_the_same_name_gets_a_number() {
        assert_eq!(numbered("a.pdf", 1), "a.pdf");
        assert_eq!(numbered("a.pdf", 2), "a (2).pdf");
        assert_eq!(numbered("a", 12), "a (12)");
        assert_eq!(numbered(&safe(&format!("{}.pdf", "x".repeat(300))), 2), format!("{} (2).pdf", "x".repeat(192)));
    }
}
