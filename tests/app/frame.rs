//! The frame that a mail is shown in: its looks come through, its links go nowhere by themselves.

use serde_json::{Value, json};

use fantoccini::Locator;

use crate::desk::{A_MOMENT, Desk, Obstacle};

/// Shows `html` in a frame as the window shows a mail; `sandbox` is empty for a real one.
fn show(html: &str, sandbox: &str) -> String {
    let policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
    let document = format!("<!doctype html><meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">{html}");
    format!(
        "new Promise((shown) => {{
            document.getElementById('mail')?.remove();
            const frame = document.createElement('iframe');
            frame.setAttribute('sandbox', {});
            Object.assign(frame, {{ id: 'mail', srcdoc: {}, onload: () => shown('shown') }});
            frame.style.cssText = 'position:fixed;inset:0;width:600px;height:300px;z-index:99';
            document.body.append(frame);
        }})",
        json!(sandbox),
        json!(document)
    )
}

/// Collects what the window is told of links.
const LISTEN: &str = "(() => {
    const tauri = window.__TAURI_INTERNALS__;
    window.links = [];
    const handler = tauri.transformCallback((event) => window.links.push(event.payload));
    return tauri.invoke('plugin:event|listen', { event: 'otomo:link', target: { kind: 'Any' }, handler });
})()";

/// What the window was told after a click on the one link of a mail.
async fn told_of(desk: &Desk, link: &str) -> Value {
    desk.runs("window.links = []").await;
    assert_eq!(desk.runs(&show(&format!("<a href='{link}'>a link</a>"), "")).await, json!({ "ok": "shown" }));
    let window = &desk.window;
    window.find(Locator::Id("mail")).await.unwrap().enter_frame().await.unwrap();
    window.find(Locator::Css("a")).await.unwrap().click().await.unwrap();
    window.enter_parent_frame().await.unwrap();
    desk.runs(A_MOMENT).await;
    let stays = desk.runs("[location.href, document.getElementById('mail') !== null]").await;
    assert_eq!(stays["ok"], json!(["tauri://localhost", true]), "{link}");
    desk.runs("window.links").await["ok"].clone()
}

#[tokio::test]
async fn a_click_on_a_link_of_a_mail_is_told_and_not_followed() {
    let desk = Desk::with(Obstacle::Nothing).await;
    assert!(desk.runs(LISTEN).await["ok"].is_number());
    for link in ["https://example.com/a?b=c#d", "http://example.com/", "mailto:sato@example.jp?subject=Re"] {
        assert_eq!(told_of(&desk, link).await, json!([link]));
    }
    for link in ["file:///etc/passwd", "javascript:alert(1)", "otomo://review", "tauri://localhost/", "#top"] {
        assert_eq!(told_of(&desk, link).await, json!([]), "{link}");
    }
}

#[tokio::test]
async fn a_mail_that_wants_to_lead_away_without_a_click_does_not() {
    let desk = Desk::with(Obstacle::Nothing).await;
    desk.runs(LISTEN).await;
    for html in [
        "<meta http-equiv='refresh' content='0;url=https://example.com/'>",
        "<iframe src='https://example.com/'></iframe>",
        "<object data='https://example.com/'></object><embed src='https://example.com/'>",
        "<script>location.href = 'https://example.com/'</script>",
    ] {
        desk.runs(&show(html, "")).await;
        desk.runs("new Promise((later) => setTimeout(later, 500))").await;
        assert_eq!(desk.runs("window.links").await, json!({ "ok": [] }), "{html}");
    }
}

#[tokio::test]
async fn a_mail_has_its_colours_and_pictures_and_no_script() {
    let desk = Desk::with(Obstacle::Nothing).await;
    let picture = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
    let html = format!(
        "<style>b {{ color: rgb(9, 9, 9) }}</style><p style='color: rgb(1, 2, 3)'>text <b>bold</b></p>
         <img src='{picture}'><script>parent.ran = true</script>"
    );
    // Only a frame of the window's own origin can be looked into; it inherits the same policy.
    assert_eq!(desk.runs(&show(&html, "allow-same-origin")).await, json!({ "ok": "shown" }));
    let seen = "(() => {
        const mail = document.getElementById('mail').contentDocument;
        const colour = (name) => getComputedStyle(mail.querySelector(name)).color;
        return [colour('p'), colour('b'), mail.querySelector('img').naturalWidth, window.ran ?? false];
    })()";
    assert_eq!(desk.runs(seen).await, json!({ "ok": ["rgb(1, 2, 3)", "rgb(1, 2, 3)", 1, false] }));
}
