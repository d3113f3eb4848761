use super::*;

fn check_with(cut: &Cut, body: &Body, expected: Option<&str>) {
    let left = portion(body, cut);
    assert_eq!(left.body.html.as_deref(), expected, "{body:?} {left:?}");
    assert_eq!(left.html_left_out, expected.is_none());
}

/// A mail that is HTML only: the page is cut, and the text made of it says the same, but for empty lines.
fn check(html: &str, expected: &str) {
    let body = body(None, html);
    check_with(&Cut::default(), &body, Some(expected));
    let lines = |text: String| text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let text = portion(&body, &Cut::default()).body.text;
    assert_eq!(lines(text), lines(crate::html::text(expected)), "{html}");
}

#[test]
fn quotes_of_the_usual_programs_go() {
    check(
        "<div dir=\"ltr\">ok</div><br><div class=\"gmail_quote\"><div class=\"gmail_attr\">11月20日 田中:<br></div>\
         <blockquote class=\"gmail_quote\" style=\"margin:0\"><div>secret plan</div></blockquote></div>",
        "<div dir=\"ltr\">ok</div>",
    );
    check(
        "<p>ok</p><div class=\"moz-cite-prefix\">On 2026/11/20 10:00, A wrote:<br></div><blockquote type=\"cite\"><p>old</p></blockquote>",
        "<p>ok</p>",
    );
    check(
        "<div>ok</div><div id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\"><font><b>Da:</b> A<br><b>Tema:</b> b</font></div>\
         <div>old</div>",
        "<div>ok</div>",
    );
    check(
        "<div class=WordSection1><p class=MsoNormal>ok<o:p></o:p></p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt'>\
         <p class=MsoNormal><b>From:</b> A<br><b>Sent:</b> Friday<br><b>To:</b> B<br><b>Subject:</b> c</p></div></div><p>old</p></div>",
        "<div><p>ok</p></div>",
    );
    check(
        "<div>ok</div><div class=OutlookMessageHeader><font><b>差出人:</b> A</font></div><div>old</div>",
        "<div>ok</div>",
    );
    check(
        "<div>ok</div><div id=\"ydp1yahoo_quoted_2\" class=\"yahoo_quoted\"><div>2026年、A:</div><div>old</div></div>",
        "<div>ok</div>",
    );
    check(
        "<div>ok</div><div class=\"protonmail_quote\">A:<br><blockquote class=\"protonmail_quote\" type=\"cite\">old</blockquote></div>",
        "<div>ok</div>",
    );
    check(
        "ok<br><br>On Nov 20, 2026, at 10:00, A &lt;a@x.jp&gt; wrote:<br><blockquote type=\"cite\">old</blockquote>",
        "ok<br>",
    );
    check("<pre>ok\n\n&gt; old\n&gt; older</pre>", "<pre>ok\n</pre>");
}

#[test]
fn answers_between_quotes_stay() {
    check(
        "<div class=\"gmail_quote\"><div class=\"gmail_attr\">A:</div><blockquote class=\"gmail_quote\">when?</blockquote><div>Friday.</div>\
         <blockquote class=\"gmail_quote\">where?</blockquote><div>Tokyo.</div></div>",
        "<div><div>Friday.</div><div>Tokyo.</div></div>",
    );
}

#[test]
fn signatures_go_and_a_mail_that_is_nothing_else_stays() {
    check(
        "<div>ok</div><br><span class=\"gmail_signature_prefix\">-- </span><br><div class=\"gmail_signature\"><div>田中<br><img src=\"cid:logo\"></div></div>",
        "<div>ok</div>",
    );
    check("<p>ok</p><pre class=\"moz-signature\">-- \nTaro</pre>", "<p>ok</p>");
    check("<div>ok</div><div id=\"Signature\"><p>Taro</p><p>Example</p></div>", "<div>ok</div>");
    check("<div class=\"gmail_signature\">Taro</div>", "<div>Taro</div>");
    check(
        "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table><p>--</p><p>Taro</p>",
        "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
    );
}

#[test]
fn what_a_sender_calls_a_quote_or_a_signature_stays() {
    check(
        "<div>ok</div><div class=\"quote\">the price</div><p class=\"signature\">to be signed here</p><p class=\"quote-rest\">bye</p>",
        "<div>ok</div><div>the price</div><p>to be signed here</p><p>bye</p>",
    );
}

#[test]
fn a_text_is_cut_where_only_its_page_marks_the_quote() {
    let html = "<p>ok</p><div class=\"gmail_signature\">Taro<br>Example Trading</div><blockquote type=cite><p>the old words</p></blockquote>";
    let left = portion(&body(Some("ok\n\nTaro\nExample Trading\n\nthe old words"), html), &Cut::default());
    assert_eq!((left.body.text.as_str(), left.body.html.as_deref()), ("ok", Some("<p>ok</p>")));
    assert_eq!((left.quoted_lines, left.signature_lines), (1, 2));
}

#[test]
fn a_page_in_which_the_text_still_tells_is_left_out() {
    let text = "ok\n\n> the secret plan\n> of ours";
    check_with(&Cut::default(), &body(Some(text), "<p>ok: the <b>secret</b> plan</p>"), None);
    check_with(&Cut::default(), &body(Some(text), "<p>ok THE&nbsp;ｓｅｃｒｅｔ<br>plan for you</p>"), None);
    check_with(&Cut::default(), &body(Some(text), "<p>ok</p>"), Some("<p>ok</p>"));
    check_with(&Cut::default(), &body(Some(text), "<p>ok</p><p>the <b>secret</b> plan of ours</p>"), Some("<p>ok</p>"));
    let link = "<p>ok <a href=\"https://x.jp/?q=the%20secret%20plan\" title=\"the secret plan\">x</a></p>";
    let left = "<p>ok <a rel=\"noopener noreferrer\">x</a></p>";
    check_with(&Cut::default(), &body(Some(text), link), Some(left));
}

fn check_redacted(words: &[&str], html: &str, expected: &str) {
    check_with(&redacting(words), &body(None, html), Some(expected));
}

#[test]
fn a_redaction_is_taken_out_across_tags_and_entities() {
    check_redacted(&["山田"], "<p>山<b>田</b>様</p>", "<p>■■■様</p>");
    check_redacted(&["a&b"], "<p>x a&amp;<i></i>b y</p>", "<p>x ■■■ y</p>");
    check_redacted(&["secret"], "<p>ｓｅ&#99;ret and <u>SEC</u>RET!</p>", "<p>■■■ and <u>■■■</u>!</p>");
    check_redacted(&["one two"], "<ul><li>on</li><li>e two</li></ul>", "<ul><li>■■■</li></ul>");
    check_redacted(&["- one\n- two"], "<ul><li>one</li><li>two</li></ul>", "<ul><li>■■■</li></ul>");
    check_redacted(&["abc", "cde"], "<p>x<b>ab</b>c<i>de</i>y</p>", "<p>x<b>■■■</b>y</p>");
}

#[test]
fn an_attribute_that_tells_a_redaction_goes() {
    let link = |href: &str| format!("<p><a href=\"{href}\" title=\"Yamada\">x</a></p>");
    let left = "<p><a rel=\"noopener noreferrer\">x</a></p>";
    for href in ["https://x.jp/yamada", "https://x.jp/%79ama%64a", "mailto:YAMADA@x.jp", "https://y.jp/?u=%2579amada"] {
        check_redacted(&["yamada"], &link(href), left);
    }
    check_redacted(&["yamada"], "<p>x<img src=\"data:image/png;base64,eWFtYWRh\" alt=\"yamada\"></p>", "<p>x<img></p>");
}

#[test]
fn a_page_that_writes_a_redaction_in_another_way_is_left_out() {
    check_with(&redacting(&["*abc1234*"]), &body(Some("code *abc1234*"), "<p>code <b>abc1234</b></p>"), None);
    check_with(&redacting(&["span"]), &body(None, "<span style=\"color:red\">x</span>"), None);
}

#[test]
fn a_redaction_in_an_attribute_is_none_that_the_page_shows() {
    let hidden = "<p title=\"*abc1234*\">code <b>abc1234</b></p>";
    check_with(&redacting(&["*abc1234*"]), &body(Some("code *abc1234*"), hidden), None);
    let link = "<p>ask <a href=\"mailto:yamada@x.jp\">山田</a> or <a href=\"https://x.jp/yamada\">look</a></p>";
    let left = "<p>ask <a rel=\"noopener noreferrer\">山田</a> or <a rel=\"noopener noreferrer\">look</a></p>";
    let both = |text: &str, left| check_with(&redacting(&["yamada"]), &body(Some(text), link), left);
    both("ask 山田<mailto:yamada@x.jp> or look <HTTPS://x.jp/yamada>", Some(left));
    both("ask 山田 or look: https://x.jp/yamada", Some(left));
    both("ask 山田 or look: https://x.jp/です。yamada", None);
    both("ask 山田<mailto:yamada@x.jp> or look <https://x.jp/yamada> <https://yamada.jp>", None);
}

#[test]
fn a_word_that_is_blacked_out_in_the_rest_is_not_left_in_what_is_cut() {
    let html = "<p>ok</p><blockquote>the plan of Yamada</blockquote>";
    let cut = Cut { redactions: Redactions::new(&["Yamada"]), ..Cut::default() };
    check_with(&cut, &body(None, html), Some("<p>ok</p>"));
}
