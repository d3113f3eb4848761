//! HTML into plain text, with html5ever's tokenizer: it reads what a browser reads, keeps no tree, and so has no depth.
//!
//! Nothing is hidden from the text that a style sheet would hide: [`crate::sanitise`] drops those styles too, and what the
//! rep sees must be what is shared. Only what no browser shows as text is left out: scripts, styles, titles, templates.

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{TagKind, Token, TokenSinkResult};

mod layout;
mod pace;
mod tokens;

use layout::Layout;
pub(crate) use layout::MAX_QUOTE;
pub(crate) use pace::{Pace, TooComplex, chunks};
pub(crate) use tokens::{Reader, read};

/// The text of a page, laid out in lines: blocks stand apart, list items and quotes are marked, cells stand side by side.
pub(crate) fn text(html: &str) -> String {
    read(html, Text::default()).map_or_else(|TooComplex| without_tags(html), |text| text.layout.finish())
}

/// What is left when everything in angle brackets is gone: the last resort for markup made to exhaust its readers.
fn without_tags(html: &str) -> String {
    let mut pieces = html.split('<');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for (_, after) in pieces.filter_map(|piece| piece.split_once('>')) {
        text.push_str(after);
    }
    text.trim().to_owned()
}

#[derive(Default)]
struct Text {
    layout: Layout,
    /// The element whose content is being left out.
    skipping: Option<String>,
}

impl Reader for Text {
    fn take(&mut self, token: Token) -> TokenSinkResult<()> {
        match token {
            Token::CharacterTokens(text) if self.skipping.is_none() => self.layout.text(&text),
            Token::TagToken(tag) => return self.tag(tag.kind, &tag.name),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Text {
    fn tag(&mut self, kind: TagKind, name: &str) -> TokenSinkResult<()> {
        if let Some(skipped) = self.skipping.as_deref() {
            if kind == TagKind::EndTag && skipped == name {
                self.skipping = None;
            }
            return TokenSinkResult::Continue;
        }
        if kind == TagKind::EndTag {
            self.layout.end(name);
            return TokenSinkResult::Continue;
        }
        if is_skipped(name) {
            self.skipping = Some(name.to_owned());
        }
        self.layout.start(name);
        // The states a tree builder would put the tokenizer in (HTML §13.2.6.4.4 and §13.2.6.4.7).
        match name {
            "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "plaintext" => TokenSinkResult::Plaintext,
            _ => TokenSinkResult::Continue,
        }
    }
}

/// Elements that are left out with all they contain, from the text and from the sanitised page alike. The text leaves out
/// nothing else, so it never says less than the page.
pub(crate) const SKIPPED: [&str; 7] = ["script", "style", "title", "template", "iframe", "noembed", "noframes"];

fn is_skipped(name: &str) -> bool {
    SKIPPED.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &str) {
        assert_eq!(text(html), expected, "{html:?}");
    }

    #[test]
    fn blocks_stand_on_lines_of_their_own() {
        check("<html><head><title>t</title></head><body>a<br>b<div>c</div>d</body></html>", "a\nb\nc\nd");
        check("<p>a</p><p>b</p>\n\n<h1>c</h1>d", "a\n\nb\n\nc\n\nd");
        check("  a \n b\t<b> c</b>&nbsp;d ", "a b c d");
        check("<pre>a\n  b</pre>c", "a\n  b\n\nc");
    }

    #[test]
    fn lists_tables_and_quotes_can_be_told_apart() {
        check("<ul><li>a<li>b</ul>", "- a\n- b");
        check("<table><tr><td>a<td>b<tr><td>c</table>", "a\tb\nc");
        check("a<blockquote><p>b</p><blockquote>c</blockquote></blockquote>d", "a\n\n> b\n\n> > c\n\nd");
    }

    #[test]
    fn what_no_browser_shows_is_left_out_and_the_rest_is_not() {
        check("a<style>b</style><script>'</p>c'</script><!-- d --><template>e</template>f", "af");
        check("a<span style='display:none'>b</span>", "ab");
        check("&lt;b&gt; &amp;amp; &#x898b;", "<b> &amp; 見");
    }

    #[test]
    fn hostile_markup_costs_linear_time() {
        let nested = format!("{}x", "<div>".repeat(100_000));
        check(&nested, "x");
        let attributes = format!("<a {}>x</a>", (0..300_000).map(|n| format!("a{n} ")).collect::<String>());
        check(&attributes, "x");
        let image = format!("<img src='data:image/png;base64,{}'>x", "iVBO/".repeat(20_000));
        check(&image, "x");
    }
}
