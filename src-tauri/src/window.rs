//! The window. It shows what comes out of the program and can reach nothing else.
//!
//! A proxy that nobody answers takes whatever a page would send: no content security policy stops every request, and
//! `<link rel=preconnect>` is one that none stops (whatwg/html#9035). Under the dev server alone the proxy is left out.
//!
//! A mail is shown in a frame without scripts. A click on one of its links makes the frame navigate, which is refused
//! here; the window is told where it would have gone, shows it to the person, and asks for `app.open_link`.

use tauri::{App, Emitter, Url, WebviewWindowBuilder};

/// The name under which a window hears of a link that was clicked.
const LINK: &str = "otomo:link";

/// The discard port of this computer (RFC 863), where nothing listens.
#[cfg(not(dev))]
const DEAD_PROXY: &str = "http://127.0.0.1:9";

/// Opens the window that `tauri.conf.json` describes.
pub fn open(app: &App) -> tauri::Result<()> {
    for config in &app.config().app.windows {
        let handle = app.handle().clone();
        let window = WebviewWindowBuilder::from_config(app, config)?.on_navigation(move |url| {
            if is_link(url)
                && let Err(error) = handle.emit(LINK, url.as_str())
            {
                tracing::warn!(%error, "a link did not reach the window");
            }
            stays_inside(url)
        });
        #[cfg(not(dev))]
        let window = window.proxy_url(DEAD_PROXY.parse().map_err(tauri::Error::InvalidUrl)?);
        window.build()?;
    }
    Ok(())
}

/// Whether a page belongs to the program: its own scheme, the host that stands for it on Windows and Android, or the
/// document that the window itself wrote into a frame.
fn stays_inside(url: &Url) -> bool {
    is_own(url) || url.as_str() == "about:srcdoc"
}

fn is_own(url: &Url) -> bool {
    let own = url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost");
    own || cfg!(dev) && url.host_str() == Some("localhost")
}

/// Whether it leads where a person may want to go.
fn is_link(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https" | "mailto") && !is_own(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expected: bool) {
        assert_eq!(stays_inside(&url.parse().unwrap()), expected, "{url}");
    }

    #[test]
    fn the_window_goes_to_no_page_but_its_own() {
        check("tauri://localhost/", true);
        check("http://tauri.localhost/index.html", true);
        check("https://example.com/", false);
        check("https://tauri.localhost.example.com/", false);
        check("https://example.com/?tauri.localhost", false);
        check("file:///etc/passwd", false);
        check("data:text/html,x", false);
        check("javascript:alert(1)", false);
        check("about:srcdoc", true);
        check("about:blank", false);
    }

    #[test]
    fn the_window_is_told_of_links_to_the_web_and_to_a_new_mail() {
        let told = |url: &str| is_link(&url.parse().unwrap());
        assert!(["https://example.com/", "http://127.0.0.1:9/", "mailto:a@example.jp"].into_iter().all(told));
        let others = ["tauri://localhost/", "http://tauri.localhost/", "file:///x", "javascript:x", "about:srcdoc"];
        assert!(!others.into_iter().any(told));
    }
}
