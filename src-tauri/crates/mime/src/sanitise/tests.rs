use proptest::prelude::*;

use super::*;

fn check(html: &str, expected: &str) {
    let clean = sanitise(html).html;
    assert_eq!(clean, expected, "{html:?}");
    assert_eq!(sanitise(&clean).html, clean, "cleaning again changes {html:?}");
}

#[test]
fn the_text_of_a_business_mail_keeps_its_form() {
    for html in [
        "<p>a <b>b</b> <span style=\"color:red\">c</span></p>",
        "<table border=\"1\" width=\"100%\"><tbody><tr><td colspan=\"2\">a</td></tr></tbody></table>",
        "<blockquote><ul><li>a</li></ul></blockquote>",
        "<img src=\"cid:a@x\" alt=\"b\" width=\"10\">",
        "<img src=\"data:image/png;base64,iVBO\">",
        "<a href=\"https://x.jp/?a=1&amp;b=2\" rel=\"noopener noreferrer\">a</a>",
        "<a href=\"mailto:a@x.jp\" rel=\"noopener noreferrer\">a</a>",
    ] {
        check(html, html);
    }
}

#[test]
fn nothing_runs_frames_or_asks() {
    check("a<script>b</script><style>c</style><iframe src=x>d</iframe>e", "ae");
    check("<form action=x><input name=a><button>b</button></form>", "b");
    check("<svg><animate onbegin=alert(1)>a</svg><math><mi>b</mi></math>c", "c");
    check("<p onclick=\"alert(1)\" class=x id=y>a</p>", "<p>a</p>");
    check("<base href=//x><meta http-equiv=refresh content=0><link rel=x href=y>a", "a");
    check("<object data=x><embed src=y>a</object>", "a");
    check("<!--[if mso]><p>a</p><![endif]-->b", "b");
}

#[test]
fn of_names_only_those_stay_that_mark_older_mail_and_signatures() {
    check("<div class=\"a gmail_attr\" id=b>x</div>", "<div class=\"protonmail_quote\">x</div>");
    check("<div id=x_divRplyFwdMsg>x</div>", "<div id=\"appendonsend\">x</div>");
    check("<div class=gmail_signature>x</div>", "<div class=\"gmail_signature\">x</div>");
    check("<div class=quote><p class=signature>x</p></div>", "<div><p>x</p></div>");
}

#[test]
fn links_go_nowhere_but_to_the_web_and_to_mail() {
    for url in [
        "javascript:alert(1)",
        " java\nscript:x",
        "data:text/html,x",
        "file:///etc",
        "\\\\host\\x",
        "/a",
        "vbscript:x",
        "cid:a",
        "mailto:a@x?attach=/etc/passwd",
        "smb://x",
        "//x",
    ] {
        let html = format!("<a href=\"{url}\">a</a>");
        check(&html, "<a rel=\"noopener noreferrer\">a</a>");
    }
}

#[test]
fn images_come_with_the_mail_or_not_at_all() {
    for url in [
        "https://x/a.png",
        "//x/a.png",
        "data:image/svg+xml,x",
        "data:text/html,x",
        "a.png",
        "file:///a",
        "data:image/pngx;,",
    ] {
        check(&format!("<img src=\"{url}\">"), "<img>");
    }
    check("<img srcset=\"https://x/a.png 2x\" src=cid:a>", "<img src=\"cid:a\">");
}

#[test]
fn what_would_be_loaded_from_elsewhere_is_counted() {
    let check = |html: &str, expected: usize| assert_eq!(sanitise(html).remote, expected, "{html:?}");
    check("<img src=https://x/a><IMG SRC='//x/b'><img src=cid:c>", 2);
    check("<table background=http://x/a><tr><td style=\"background:url( 'https://x/b')\">a</table>", 2);
    check("<style>@font-face{src:url(https://x/a)}</style><link href=https://x/b>", 2);
    check("<a href=https://x/a>b</a>", 0);
}

#[test]
fn markup_made_to_exhaust_its_readers_becomes_text() {
    let nested = "<div>".repeat(100_000) + "x";
    let formatting: String =
        (0..2000).map(|n| format!("<font color={n}>")).collect::<String>() + &"<p>".repeat(100_000);
    let attributes = format!("<p {}>x", (0..500_000).map(|n| format!("a{n} ")).collect::<String>());
    let long = format!("<p>{}</p>", "x".repeat(10 * 1024 * 1024));
    let entities = "&amp;&nbsp;&#13;".repeat(100_000);
    for html in [nested, formatting, attributes, long, entities, "<table><tr><td>".repeat(50_000)] {
        let clean = sanitise(&html).html;
        assert!(clean.starts_with("<pre>") && clean.len() < 2 * 1024 * 1024, "{}", clean.len());
        assert!(sanitise(&clean).html == clean, "{}", clean.len());
    }
}

proptest! {
    #[test]
    fn cleaning_twice_is_cleaning_once(html in fragments()) {
        let clean = sanitise(&html).html;
        prop_assert_eq!(sanitise(&clean).html, clean);
    }

    #[test]
    fn any_text_can_be_cleaned(html in ".{0,200}") {
        let clean = sanitise(&html).html;
        prop_assert!(!clean.contains("<script"));
        prop_assert_eq!(sanitise(&clean).html, clean);
    }
}

/// Pieces that parsers trip over, in any order.
fn fragments() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<table>",
        "</table>",
        "<tr>",
        "<td>",
        "</td>",
        "<a href=http://x>",
        "</a>",
        "<svg>",
        "</svg>",
        "<math>",
        "<mtext>",
        "<style>",
        "</style>",
        "<title>",
        "</title>",
        "<select>",
        "<option>",
        "<noscript>",
        "<textarea>",
        "</textarea>",
        "<pre>",
        "\n",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "&lt;",
        "&amp;lt;",
        "&nbsp;",
        "<img src=cid:a>",
        "<font color=red>",
        "</font>",
        "<li>",
        "<ul>",
        "</ul>",
        "<h1>",
        "<div style='color:red'>",
        "</div>",
        "<ruby>",
        "<rt>",
        "<template>",
        "<plaintext>",
        "<form>",
        "<button>",
        "<nobr>",
        "<colgroup>",
        "<col>",
        "<caption>",
        "x",
        " ",
        "\"",
        "'",
        "<",
        "<p title=\"&quot;><img src=x onerror=alert(1)>\">",
        "<foreignObject>",
        "<annotation-xml encoding=text/html>",
        "<br>",
        "</br>",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}
