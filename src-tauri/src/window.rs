//! The window. It shows what comes out of the program and can reach nothing else.
//!
//! A proxy that nobody answers takes whatever a page would send: no content security policy stops every request, and
//! `<link rel=preconnect>` is one that none stops (whatwg/html#9035). Under the dev server alone the proxy is left out.

use tauri::{App, Url, WebviewWindowBuilder};

/// The discard port of this computer (RFC 863), where nothing listens.
#[cfg(not(dev))]
const DEAD_PROXY: &str = "http://127.0.0.1:9";

/// Opens the window that `tauri.conf.json` describes.
pub fn open(app: &App) -> tauri::Result<()> {
    for config in &app.config().app.windows {
        let window = WebviewWindowBuilder::from_config(app, config)?.on_navigation(stays_inside);
        #[cfg(not(dev))]
        let window = window.proxy_url(DEAD_PROXY.parse().map_err(tauri::Error::InvalidUrl)?);
        window.build()?;
    }
    Ok(())
}

/// Whether a page belongs to the program: its own scheme, or the host that stands for it on Windows and Android.
fn stays_inside(url: &Url) -> bool {
    let own = url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost");
    own || cfg!(dev) && url.host_str() == Some("localhost")
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
    }
}
