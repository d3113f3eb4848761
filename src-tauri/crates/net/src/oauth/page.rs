//! What the browser shows at the end. Nothing of the request is in it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use otomo_domain::digest::Digest;

use super::visit::{Answer, Outcome, Refused};

const STYLE: &str = "body{font:1.1rem/1.7 system-ui,sans-serif;max-width:34rem;margin:18vh auto 0;padding:0 1.5rem;\
    color:#26231f;background:#fbfaf8}h1{font-size:1.3rem}@media(prefers-color-scheme:dark){body{color:#ece9e4;\
    background:#1d1b19}}";

const DONE: [&str; 4] = [
    "サインインの結果を受け取りました",
    "このページを閉じて、Otomo に戻ってください。",
    "Otomo has the answer",
    "You can close this page and go back to Otomo.",
];

const REFUSED: [&str; 4] = [
    "サインインは完了していません",
    "このページを閉じて、Otomo に戻ってください。理由と次の手順を表示しています。",
    "The sign-in was not completed",
    "You can close this page and go back to Otomo, which shows why and what comes next.",
];

/// The answer to the browser that brought `answer`, with its head.
pub fn closing(answer: &Answer) -> String {
    let texts = match answer.outcome {
        Outcome::Code(_) => DONE,
        Outcome::Refused(_) | Outcome::Nothing => REFUSED,
    };
    let [title_ja, text_ja, title_en, text_en] = texts;
    let body = format!(
        "<!doctype html><html lang=\"ja\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>Otomo</title><style>{STYLE}</style><h1>{title_ja}</h1><p>{text_ja}</p>\
         <div lang=\"en\"><h1>{title_en}</h1><p>{text_en}</p></div></html>"
    );
    response("200 OK", &body)
}

/// The answer to somebody else.
pub fn refusing(refused: Refused) -> String {
    let status = match refused {
        Refused::BadRequest => "400 Bad Request",
        Refused::NotFound => "404 Not Found",
        Refused::MethodNotAllowed => "405 Method Not Allowed",
        Refused::MisdirectedRequest => "421 Misdirected Request",
        Refused::TooLarge => "431 Request Header Fields Too Large",
    };
    response(status, "")
}

fn response(status: &str, body: &str) -> String {
    let style = STANDARD.encode(Digest::of(STYLE.as_bytes()).as_bytes());
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {length}\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
         Connection: close\r\n\r\n{body}"
    )
}
