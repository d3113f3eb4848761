//! Vectors: pieces of HTML of which each tries to load something, or to run something, under a name of its own.
//!
//! `tests/fixtures/hostile/*.txt` holds them, each below a line with its name. `{url}` and `{host}` stand for the place
//! that a vector would have something from, `{run}` for the script it would run, in several spellings. The element with
//! the attribute `click` has to be clicked.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::desk::project;

/// The end of the names that remote content is at.
pub const LEAK: &str = ".leak.example";

/// The end of the names that a script calls to say that it ran.
pub const RAN: &str = ".ran.example";

/// A piece of hostile HTML.
#[derive(Clone)]
pub struct Vector {
    pub name: String,
    pub html: String,
}

impl Vector {
    /// Whether somebody has to click for it to work.
    pub fn wants_a_click(&self) -> bool {
        self.html.contains(" click>")
    }
}

/// Vectors that would load something from elsewhere.
pub fn remote() -> Vec<Vector> {
    read("remote", "l-", |name, html| {
        let host = format!("{name}{LEAK}");
        html.replace("{url}", &format!("http://{host}/")).replace("{host}", &host)
    })
}

/// Vectors that would run a script.
pub fn scripts() -> Vec<Vector> {
    read("script", "s-", |name, html| {
        let run = script(name);
        let page = format!("<script>{run}</script>");
        let svg = format!("<svg xmlns='http://www.w3.org/2000/svg'><script>{run}</script></svg>");
        html.replace("{run:base64}", &STANDARD.encode(&run))
            .replace("{run:page64}", &STANDARD.encode(page))
            .replace("{run:svg64}", &STANDARD.encode(svg))
            .replace("{run:entities}", &spelt(&run, |byte| format!("&#x{byte:x};")))
            .replace("{run:percent}", &spelt(&run, |byte| format!("%{byte:02x}")))
            .replace("{run}", &run)
    })
}

fn spelt(text: &str, letter: impl Fn(u8) -> String) -> String {
    text.bytes().map(letter).collect()
}

/// Says in every way there is that it ran, and asks the command table. Without spaces, brackets and usual quotes, so that
/// it can stand anywhere.
fn script(name: &str) -> String {
    let tries = [
        "top.__ran.push(n)",
        "parent.__ran.push(n)",
        "top.postMessage(n,`*`)",
        "top.__TAURI_INTERNALS__.invoke(`rpc`,{name:`app.status`,args:{}}).then(function(){top.__called.push(n)})",
        "window.__TAURI_INTERNALS__.invoke(`rpc`,{name:`app.status`,args:{}}).then(function(){top.__called.push(n)})",
        &format!("fetch(`http://`+n+`{RAN}/`,{{mode:`no-cors`}})"),
    ];
    let tries = tries.iter().fold(String::new(), |mut all, one| {
        write!(all, "try{{{one}}}catch(e){{}}").expect("room for text");
        all
    });
    format!("(function(n){{{tries}}})(`{name}`)")
}

fn read(file: &str, prefix: &str, fill: impl Fn(&str, &str) -> String) -> Vec<Vector> {
    let text = std::fs::read_to_string(project(&format!("tests/fixtures/hostile/{file}.txt"))).unwrap();
    let blocks = format!("\n{text}");
    let vector = |block: &str| {
        let (name, html) = block.split_once('\n').expect("HTML below a name");
        let name = format!("{prefix}{name}");
        Vector { html: fill(&name, html.trim_end()), name }
    };
    blocks.split("\n# ").skip(1).map(vector).collect()
}
