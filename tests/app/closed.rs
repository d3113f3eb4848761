//! What the window can't do: reach a network, or ask anything but the command table.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::desk::{A_MOMENT, Desk, Obstacle, app, project};

/// Somebody who counts the calls at a port.
struct Listener {
    port: u16,
    calls: Arc<AtomicUsize>,
}

impl Listener {
    fn at(port: u16) -> Self {
        let socket = TcpListener::bind(("127.0.0.1", port)).expect("the port must be free, and port 9 needs root");
        let (port, calls) = (socket.local_addr().unwrap().port(), Arc::<AtomicUsize>::default());
        let counted = calls.clone();
        thread::spawn(move || socket.incoming().for_each(|_| _ = counted.fetch_add(1, Ordering::SeqCst)));
        Self { port, calls }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

/// Everything a page may try that makes a browser connect.
const TRIES: &str = "(() => {
    const add = (tag, set) => document.head.append(Object.assign(document.createElement(tag), set));
    add('link', { rel: 'preconnect', href: URL });
    add('link', { rel: 'dns-prefetch', href: URL });
    add('link', { rel: 'prefetch', href: URL + 'prefetch' });
    add('link', { rel: 'stylesheet', href: URL + 'style.css' });
    add('script', { src: URL + 'script.js' });
    document.body.append(Object.assign(new Image(), { src: URL + 'image.png' }));
    document.body.append(Object.assign(document.createElement('iframe'), { src: URL }));
    navigator.sendBeacon(URL);
    window.open(URL);
    setTimeout(() => { location.href = URL; });
    return fetch(URL).then(() => 'reached', () => 'refused');
})()";

#[tokio::test]
async fn the_window_reaches_no_network() {
    let outside = Listener::at(0);
    let dead_proxy = Listener::at(9);
    let desk = Desk::with(Obstacle::Nothing).await;
    desk.asks("app.status", json!({})).await;

    let url = format!("'http://127.0.0.1:{}/'", outside.port);
    assert_eq!(desk.runs(&TRIES.replace("URL", &url)).await, json!({ "ok": "refused" }));
    let arrived = async {
        while dead_proxy.calls() == 0 {
            desk.runs(A_MOMENT).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), arrived).await.expect("nothing was tried: the test shows nothing");
    desk.runs("new Promise((later) => setTimeout(later, 1000))").await;

    assert_eq!(outside.calls(), 0);
    desk.asks("app.status", json!({})).await;
}

#[tokio::test]
async fn the_window_may_ask_nothing_but_the_command_table() {
    let desk = Desk::with(Obstacle::Nothing).await;
    assert_eq!(desk.runs("typeof window.__TAURI__").await, json!({ "ok": "undefined" }));

    let ask = |command: &str, args: &str| format!("window.__TAURI_INTERNALS__.invoke('{command}', {args})");
    let status = desk.asks("app.status", json!({})).await;
    assert_eq!(status["home"], desk.home.path().join("otomo").display().to_string(), "{status}");
    for (command, args) in [
        ("plugin:app|version", "{}"),
        ("plugin:event|emit", "{ event: 'otomo', payload: {} }"),
        ("plugin:window|close", "{ label: 'main' }"),
        ("plugin:webview|create_webview_window", "{ options: { label: 'x', url: 'https://example.com' } }"),
        ("plugin:path|resolve_directory", "{ directory: 1 }"),
        ("plugin:webview|reparent", "{ label: 'main', window: 'main' }"),
        ("plugin:shell|open", "{ path: 'https://example.com' }"),
        ("plugin:opener|open_url", "{ url: 'https://example.com' }"),
        ("plugin:opener|reveal_item_in_dir", "{ paths: ['/etc/passwd'] }"),
        ("plugin:dialog|open", "{ options: {} }"),
        ("plugin:dialog|message", "{ message: 'x' }"),
        ("plugin:fs|read_file", "{ path: '/etc/passwd' }"),
        ("plugin:window-state|save_window_state", "{ flags: 1 }"),
    ] {
        let answer = desk.runs(&ask(command, args)).await;
        assert!(
            answer["error"].as_str().is_some_and(|e| e.contains("not allowed") || e.contains("not found")),
            "{answer}"
        );
    }
}

#[test]
fn the_configuration_opens_no_other_door() {
    let text = std::fs::read_to_string(project("tauri.conf.json")).unwrap();
    let config: Value = serde_json::from_str(&text).unwrap();
    let security = &config["app"]["security"];
    assert_eq!(config["app"]["withGlobalTauri"], false);
    assert_eq!(security["csp"]["default-src"], "'none'");
    assert_eq!(security["csp"]["script-src"], "'self'");
    // A frame may try to go to a link, so that the shell hears of it, and refuses.
    assert_eq!(security["csp"]["frame-src"], "http: https: mailto:");
    // A mail's text is coloured by its style attributes. Nothing else in it counts as style or script.
    assert_eq!(security["csp"]["style-src-attr"], "'unsafe-inline'");
    assert_eq!(text.matches("unsafe-").count(), 1);
    let events = ["core:event:allow-listen", "core:event:allow-unlisten"];
    let doors = json!([events[0], events[1], "core:webview:allow-set-webview-zoom", "allow-rpc"]);
    assert_eq!(security["capabilities"].as_array().unwrap().len(), 1);
    assert_eq!(security["capabilities"][0]["permissions"], doors);
    for word in ["dangerous", "assetProtocol", "\"remote\"", "*"] {
        assert!(!text.contains(word), "{word}");
    }
}

#[test]
fn the_program_that_is_tested_carries_the_dead_proxy() {
    let program = std::fs::read(app()).unwrap();
    let proxy = b"http://127.0.0.1:9";
    assert!(program.windows(proxy.len()).any(|bytes| bytes == proxy), "this is a build for the dev server");
}
