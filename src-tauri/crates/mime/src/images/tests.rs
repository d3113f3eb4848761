use super::*;
use crate::sanitise;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nimage";

/// A mail whose parts have these content ids, types and bytes.
fn mail(parts: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let part = |(id, kind, bytes): &(&str, &str, &[u8])| {
        let encoded = STANDARD.encode(bytes);
        format!("--b\nContent-Type: {kind}\nContent-ID: <{id}>\nContent-Transfer-Encoding: base64\n\n{encoded}\n")
    };
    let parts: String = parts.iter().map(part).collect();
    format!("Content-Type: multipart/related; boundary=b\n\n{parts}--b--\n").into_bytes()
}

fn url(kind: &str, bytes: &[u8]) -> String {
    format!("data:image/{kind};base64,{}", STANDARD.encode(bytes))
}

fn check(html: &str, raw: &[u8], expected: &str) {
    let clean = sanitise(html).html;
    let shown = with_images(&clean, raw);
    assert_eq!(shown, expected, "{html:?}");
    assert_eq!(sanitise(&shown).html, shown, "it is as clean as before");
}

#[test]
fn an_image_that_came_with_the_mail_is_shown() {
    let webp = b"RIFF\x04\0\0\0WEBPVP8 ".as_slice();
    let kinds =
        [("png", PNG), ("jpeg", b"\xff\xd8\xff\xe0x".as_slice()), ("gif", b"GIF89ax".as_slice()), ("webp", webp)];
    for (kind, bytes) in kinds {
        let raw = mail(&[("a@x", "application/octet-stream", bytes)]);
        check("<img alt=b src=cid:a@x>", &raw, &format!("<img alt=\"b\" src=\"{}\">", url(kind, bytes)));
    }
}

#[test]
fn a_content_id_is_found_however_its_address_is_written() {
    for (id, address) in [("a&b@x", "cid:a&amp;b@x"), ("a%b@x", "cid:a%25b@x"), ("a@x", "CID:a%40x"), ("あ", "cid:あ")]
    {
        let raw = mail(&[(id, "image/png", PNG)]);
        check(&format!("<img src=\"{address}\">"), &raw, &format!("<img src=\"{}\">", url("png", PNG)));
    }
}

#[test]
fn what_is_no_picture_is_not_shown_whatever_it_is_called() {
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".as_slice();
    for bytes in [svg, b"<html>", b"%PDF-1.7", b"GIF90a", b"RIFF\0\0\0\0WAVE", b"", b"\x89PNG"] {
        for kind in ["image/png", "image/svg+xml", "text/html"] {
            check("<img src=cid:a@x alt=b>", &mail(&[("a@x", kind, bytes)]), "<img alt=\"b\">");
        }
    }
    check("<img src=cid:b@x>", &mail(&[("a@x", "image/png", PNG)]), "<img>");
}

#[test]
fn only_the_source_of_an_image_is_replaced() {
    let raw = mail(&[("a@x", "image/png", PNG)]);
    check(
        "<p title='<img src=\"cid:a@x\">'>&lt;img src=\"cid:a@x\"&gt; \"cid:a@x\"</p>",
        &raw,
        "<p title=\"&lt;img src=&quot;cid:a@x&quot;&gt;\">&lt;img src=\"cid:a@x\"&gt; \"cid:a@x\"</p>",
    );
    check("<a href=cid:a@x>a</a>", &raw, "<a rel=\"noopener noreferrer\">a</a>");
}

#[test]
fn the_first_part_with_an_id_is_the_one() {
    let other = b"GIF89aother".as_slice();
    let raw = mail(&[("a@x", "image/png", PNG), ("a@x", "image/gif", other)]);
    check("<img src=cid:a@x>", &raw, &format!("<img src=\"{}\">", url("png", PNG)));
}

#[test]
fn a_page_stays_within_bounds_however_large_or_many_its_images_are() {
    let large = |size: usize| [PNG, &vec![0; size - PNG.len()]].concat();
    let (most, more) = (large(MAX_IMAGE), large(MAX_IMAGE + 1));
    let raw = mail(&[("most", "image/png", &most), ("more", "image/png", &more)]);
    let shown = |html: &str, raw: &[u8]| with_images(&sanitise(html).html, raw).matches("data:").count();
    assert_eq!(shown("<img src=cid:most><img src=cid:more>", &raw), 1);
    assert_eq!(shown(&"<img src=cid:most>".repeat(1000), &raw), 4, "each showing counts");

    let ids: Vec<String> = (0..6).map(|n| n.to_string()).collect();
    let parts: Vec<_> = ids.iter().map(|id| (id.as_str(), "image/png", most.as_slice())).collect();
    let page: String = ids.iter().map(|id| format!("<img src=cid:{id}>")).collect();
    assert_eq!(shown(&page, &mail(&parts)), 4);
}
