use super::*;

mod html;
mod text;

/// Everything is kept but these words.
fn redacting(words: &[&str]) -> Cut {
    Cut { quotes: true, signature: true, redactions: Redactions::new(words) }
}

/// A body as the engine has it: the HTML is clean, and the text is made of it unless it is given.
fn body(text: Option<&str>, html: &str) -> Body {
    let text = text.map_or_else(|| crate::html::text(html), str::to_owned);
    Body { text, html: Some(sanitise(html).html) }
}

#[test]
fn what_needs_no_cut_stays_as_it_is() {
    for html in
        ["<p>a<br>b&nbsp;&amp; <b>c</b></p>\n<p></p><img src=\"cid:a\">", "<pre>a\n  b</pre><ul><li>c</li></ul>"]
    {
        let body = body(None, html);
        let whole = portion(&body, &redacting(&[]));
        assert_eq!(whole, Portion { body: body.clone(), ..Portion::default() });
        assert_eq!(portion(&body, &Cut::default()).body, body);
    }
}

#[test]
fn the_numbers_tell_what_was_left_out() {
    let text = "hi bob\n\nOn Fri, 20 Nov 2026 at 10:00, A <a@x.jp> wrote:\n> one\n>\n> two\n-- \nTaro\n";
    let left = portion(
        &Body { text: text.into(), html: None },
        &Cut { redactions: Redactions::new(&["Bob"]), ..Cut::default() },
    );
    assert_eq!((left.body.text.as_str(), left.quoted_lines, left.signature_lines), ("hi ■■■", 3, 2));
    assert_eq!((left.redacted, left.html_left_out), (1, false));
}

#[test]
fn many_lines_cost_linear_time() {
    let cut = Cut { redactions: Redactions::new(&["xyz", "aaaab"]), ..Cut::default() };
    let text = |line: &str| line.repeat(128 * 1024 / line.len());
    for line in
        ["a", "> a\n", "a:\n", "From: a\n", "━━━━━\nTEL 03-1234-5678\n", "On 1:1 wrote:\n", "山 <a@x>:\n", "--\n"]
    {
        let text = text(line);
        let html = format!("<pre>{}</pre>", crate::sanitise::escaped(&text));
        portion(&Body { text: text.clone(), html: Some(html) }, &cut);
    }
}

#[test]
fn markup_made_to_exhaust_its_readers_is_cut_or_left_out() {
    let cut = Cut { redactions: Redactions::new(&["secret"]), ..Cut::default() };
    let quotes = "<blockquote>".repeat(20_000) + "secret";
    let nested = "<div>".repeat(20_000) + "secret";
    let attributes: String = (0..300_000).map(|n| format!("a{n} ")).collect();
    for html in [quotes, nested, format!("<p {attributes}>secret")] {
        for html in [sanitise(&html).html, html] {
            let left = portion(&Body { text: "secret".into(), html: Some(html) }, &cut);
            assert!(!left.body.text.contains("secret") && !left.body.html.is_some_and(|html| html.contains("secret")));
        }
    }
}
