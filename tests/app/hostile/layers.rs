//! The walls between a mail and everything else, each of which can be left out, and what is seen then.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use fantoccini::{Client, Locator};
use kit::screen::{Browser, Screen, home, runs};
use kit::wire::flow::names_asked_for;
use kit::wire::{Capture, Packet};
use otomo_mime::sanitise;
use serde::Deserialize;
use serde_json::{Value, json};

use super::corpus::{LEAK, RAN, Vector};
use super::outside::Outside;
use crate::desk::{A_MOMENT, Desk, Obstacle, project};

/// What stands at the beginning of a mail in its frame.
pub const FRAME_POLICY: &str =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";

/// Frames that are shown at once.
const AT_ONCE: usize = 84;

/// So long a page may load and run what it wants.
const A_WHILE: Duration = Duration::from_millis(1500);

/// Which walls stand.
#[derive(Clone, Copy, Debug)]
pub struct Layers {
    /// What is known to be dangerous is taken out of the HTML.
    pub sanitiser: bool,
    /// The mail is in a sandboxed frame under a content security policy.
    pub frame: bool,
    /// The window's only way out is a proxy that nobody answers. Without it the page is shown by WebKit's own browser.
    pub proxy: bool,
}

/// What vectors brought about; each is named.
#[derive(Debug, Default)]
pub struct Seen {
    /// Scripts that ran.
    pub ran: BTreeSet<String>,
    /// Scripts that got an answer from the command table.
    pub called: BTreeSet<String>,
    /// Frames that went to another page.
    pub moved: BTreeSet<String>,
    /// Names that the dead proxy was asked to go to.
    pub proxy: BTreeSet<String>,
    /// Names that a DNS server was asked for.
    pub wire: BTreeSet<String>,
    /// Packets to addresses that are not this computer's own loopback.
    pub packets: usize,
}

/// What a page says of the frames on it.
#[derive(Deserialize)]
struct Told {
    ran: BTreeSet<String>,
    called: BTreeSet<String>,
    moved: BTreeSet<String>,
}

impl Layers {
    /// Shows every vector in a frame of its own and looks what happens.
    pub async fn show(self, vectors: &[Vector], outside: &Outside) -> Seen {
        if self.proxy {
            let desk = Desk::open(Obstacle::Nothing, Vec::new()).await;
            runs(&desk.window, STATUS).await;
            if !self.frame {
                leave_policy(&desk.window).await;
            }
            return self.watch(&desk.window, desk.screen.port, vectors, outside).await;
        }
        let home = home();
        let screen = Screen::start(home.path(), "");
        let window = screen.open(Browser::plain()).await;
        window.goto(&format!("http://{}/", page(self.frame))).await.unwrap();
        self.watch(&window, screen.port, vectors, outside).await
    }

    async fn watch(self, window: &Client, driver: u16, vectors: &[Vector], outside: &Outside) -> Seen {
        outside.proxy.take();
        outside.web.take();
        let capture = Capture::start(SocketAddr::from((Ipv4Addr::LOCALHOST, driver)));
        for vectors in vectors.chunks(AT_ONCE) {
            let shown: Vec<Value> = vectors.iter().map(|v| json!({ "name": v.name, "html": self.html(v) })).collect();
            window.execute(SHOW, vec![json!(shown), json!(self.frame)]).await.unwrap();
            tokio::time::sleep(A_WHILE).await;
            for vector in vectors.iter().filter(|vector| vector.wants_a_click()) {
                click(window, &vector.name).await;
            }
        }
        tokio::time::sleep(A_WHILE).await;
        let told = window.execute(TELL, Vec::new()).await.unwrap();
        Seen::new(serde_json::from_value(told).unwrap(), &capture.stop(), outside)
    }

    fn html(self, vector: &Vector) -> String {
        let html = if self.sanitiser { sanitise(&vector.html).html } else { vector.html.clone() };
        if !self.frame {
            return html;
        }
        format!("<!doctype html><meta http-equiv=\"Content-Security-Policy\" content=\"{FRAME_POLICY}\"><body>{html}")
    }
}

impl fmt::Display for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let walls = [(self.sanitiser, "sanitiser"), (self.frame, "frame"), (self.proxy, "proxy")];
        let standing: Vec<_> = walls.into_iter().filter_map(|(stands, name)| stands.then_some(name)).collect();
        f.pad(&if standing.is_empty() { "none".to_owned() } else { standing.join(" + ") })
    }
}

impl Seen {
    fn new(told: Told, packets: &[Packet], outside: &Outside) -> Self {
        let names = names_asked_for(packets);
        let proxy = outside.proxy.take();
        let beacons = names.iter().chain(&proxy).filter_map(|name| name.strip_suffix(RAN)).map(str::to_owned);
        let of_vectors = |names: &BTreeSet<String>| -> BTreeSet<String> {
            names.iter().filter_map(|name| name.strip_suffix(LEAK)).map(str::to_owned).collect()
        };
        Self {
            ran: told.ran.into_iter().chain(beacons).collect(),
            called: told.called,
            moved: told.moved,
            proxy: of_vectors(&proxy),
            wire: of_vectors(&names),
            packets: packets.iter().filter(|packet| !packet.to.ip().is_loopback()).count(),
        }
    }
}

/// Goes to a page of the program that has no content security policy: one of its files, shown as text.
async fn leave_policy(window: &Client) {
    let file = runs(window, "document.querySelector('script[src]').src").await;
    window.goto(file["ok"].as_str().expect("the page has a script")).await.unwrap();
    runs(window, A_MOMENT).await;
}

/// Serves an empty page on loopback; with the policy that the program's window has, if it is wanted.
fn page(with_policy: bool) -> SocketAddr {
    let policy = if with_policy { format!("Content-Security-Policy: {}\r\n", window_policy()) } else { String::new() };
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in socket.incoming().flatten() {
            BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n";
            let _ = write!(stream, "{head}{policy}\r\n<!doctype html><title>x</title>");
        }
    });
    address
}

/// The content security policy of the program's window.
fn window_policy() -> String {
    let config: Value = serde_json::from_str(&std::fs::read_to_string(project("tauri.conf.json")).unwrap()).unwrap();
    let policy = config["app"]["security"]["csp"].as_object().unwrap();
    let directives: Vec<_> = policy.iter().map(|(name, value)| format!("{name} {}", value.as_str().unwrap())).collect();
    directives.join("; ")
}

/// Clicks in a frame, as a person would. What has gone meanwhile is not clicked.
async fn click(window: &Client, frame: &str) {
    window.find(Locator::Id(frame)).await.unwrap().enter_frame().await.unwrap();
    if let Ok(target) = window.find(Locator::Css("[click], a[href]")).await {
        let _ = target.click().await;
    }
    window.enter_parent_frame().await.unwrap();
}

/// Waits until the program behind the window runs.
const STATUS: &str = "window.__TAURI_INTERNALS__.invoke('rpc', { name: 'app.status', args: {} })";

/// Puts every vector in a frame over the page, and counts how often each frame loads.
const SHOW: &str = "
    const [vectors, framed] = arguments;
    if (!window.__ran) {
        Object.assign(window, { __ran: [], __called: [], __loads: {} });
        addEventListener('message', ({ data }) => typeof data === 'string' && __ran.push(data));
    }
    document.getElementById('hostile')?.remove();
    const room = document.createElement('div');
    room.id = 'hostile';
    Object.assign(room.style, { position: 'fixed', inset: 0, zIndex: 9999, background: 'white' });
    for (const { name, html } of vectors) {
        const frame = document.createElement('iframe');
        Object.assign(frame, { id: name, width: 100, height: 64, srcdoc: html });
        if (framed) Object.assign(frame, { sandbox: '', referrerPolicy: 'no-referrer' });
        frame.addEventListener('load', () => (__loads[name] = (__loads[name] ?? 0) + 1));
        room.append(frame);
    }
    document.body.append(room);";

const TELL: &str = "
    const moved = Object.keys(__loads).filter((name) => __loads[name] > 1);
    return { ran: __ran, called: __called, moved };";
