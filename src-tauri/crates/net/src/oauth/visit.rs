//! One visitor at the door: a browser with the answer, or anybody else on this computer.
//!
//! Browsers ask for icons, scanners for anything, and a page of the web may try names of its own that lead here (DNS
//! rebinding). Only a well-formed GET of the right path, at the right host, with this attempt's state is the answer.

use std::collections::HashMap;
use std::time::Duration;

use otomo_domain::secret::SecretString;
use percent_encoding::percent_decode_str;
use subtle::ConstantTimeEq;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::answer::Refusal;
use super::page;

/// How much a visitor may say.
const LARGEST: usize = 8 << 10;

/// How many header fields.
const FIELDS: usize = 64;

/// How long a visitor may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the answer is expected.
pub struct Place {
    /// Host and port, as the browser repeats them in `Host`.
    pub host: String,
    pub path: String,
}

/// What the browser brought (RFC 6749 §4.1.2).
#[derive(Debug)]
pub struct Answer {
    pub outcome: Outcome,
    /// RFC 9207.
    pub issuer: Option<String>,
}

#[derive(Debug)]
pub enum Outcome {
    Code(SecretString),
    Refused(Refusal),
    /// The right state, and nothing to go on with.
    Nothing,
}

/// Why a visitor is sent away, in HTTP's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    BadRequest,
    NotFound,
    MethodNotAllowed,
    MisdirectedRequest,
    TooLarge,
}

/// Hears a visitor. `None` is somebody else, who was sent away; the answer's stream waits for its page.
pub async fn visit(mut stream: TcpStream, place: &Place, state: &str) -> Option<(Answer, TcpStream)> {
    let conversation = async {
        let judged = match read(&mut stream).await? {
            Some(head) => judge(&head, place, state),
            None => Err(Refused::TooLarge),
        };
        if let Err(refused) = &judged {
            stream.write_all(page::refusing(*refused).as_bytes()).await?;
            stream.shutdown().await?;
        }
        std::io::Result::Ok(judged)
    };
    match timeout(PATIENCE, conversation).await {
        Ok(Ok(Ok(answer))) => Some((answer, stream)),
        _ => None,
    }
}

/// Reads a request up to its empty line; `None` if it is too long.
async fn read(stream: &mut TcpStream) -> std::io::Result<Option<Vec<u8>>> {
    let mut head = Vec::with_capacity(1024);
    let mut limited = stream.take(LARGEST as u64);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if limited.read_buf(&mut head).await? == 0 {
            let too_long = head.len() >= LARGEST;
            return if too_long { Ok(None) } else { Err(std::io::ErrorKind::UnexpectedEof.into()) };
        }
    }
    Ok(Some(head))
}

/// Judges a whole request.
fn judge(head: &[u8], place: &Place, state: &str) -> Result<Answer, Refused> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    match request.parse(head) {
        Ok(httparse::Status::Complete(_)) => {}
        Err(httparse::Error::TooManyHeaders) => return Err(Refused::TooLarge),
        _ => return Err(Refused::BadRequest),
    }
    let mut hosts = request.headers.iter().filter(|field| field.name.eq_ignore_ascii_case("host"));
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return Err(Refused::BadRequest) };
    if host.value != place.host.as_bytes() {
        return Err(Refused::MisdirectedRequest);
    }
    let target = request.path.unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if path != place.path {
        return Err(Refused::NotFound);
    }
    if request.method != Some("GET") {
        return Err(Refused::MethodNotAllowed);
    }
    let parameters = parameters(query).ok_or(Refused::BadRequest)?;
    let told = parameters.get("state").map(String::as_str).unwrap_or_default();
    if !bool::from(told.as_bytes().ct_eq(state.as_bytes())) {
        return Err(Refused::BadRequest);
    }
    Ok(answer(parameters))
}

/// Percent-decoding and no more: form-decoding would make blanks of the `+` in a code. Each name stands once (RFC 6749
/// §3.1).
fn parameters(query: &str) -> Option<HashMap<String, String>> {
    let mut found = HashMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decode = |text| percent_decode_str(text).decode_utf8().ok().map(String::from);
        if found.insert(decode(name)?, decode(value)?).is_some() {
            return None;
        }
    }
    Some(found)
}

fn answer(mut parameters: HashMap<String, String>) -> Answer {
    let issuer = parameters.remove("iss");
    let outcome = match (parameters.remove("error"), parameters.remove("code")) {
        (Some(error), _) => {
            // Texts come form-encoded (RFC 6749 appendix B).
            let error_description = parameters.remove("error_description").unwrap_or_default().replace('+', " ");
            Outcome::Refused(Refusal { error, error_description, ..Refusal::default() })
        }
        (None, Some(code)) if is_code(&code) => Outcome::Code(code.into()),
        (None, _) => Outcome::Nothing,
    };
    Answer { outcome, issuer }
}

/// RFC 6749 appendix A.11: `1*VSCHAR`.
fn is_code(code: &str) -> bool {
    !code.is_empty() && code.bytes().all(|byte| matches!(byte, 0x20..=0x7e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use otomo_domain::secret::ExposeSecret;

    fn check(request: &str) -> Result<String, Refused> {
        let place = Place { host: "localhost:4711".into(), path: "/callback".into() };
        judge(request.as_bytes(), &place, "st4te").map(|answer| match answer.outcome {
            Outcome::Code(code) => code.expose_secret().to_owned(),
            Outcome::Refused(refusal) => format!("{}: {}", refusal.error, refusal.error_description),
            Outcome::Nothing => "nothing".to_owned(),
        })
    }

    fn get(target: &str) -> Result<String, Refused> {
        check(&format!("GET {target} HTTP/1.1\r\nHost: localhost:4711\r\nAccept: */*\r\n\r\n"))
    }

    #[test]
    fn the_code_is_decoded_and_a_plus_stays_a_plus() {
        assert_eq!(get("/callback?code=4%2F0A+b&state=st4te&scope=x"), Ok("4/0A+b".into()));
    }

    #[test]
    fn a_refusal_with_the_right_state_is_an_answer() {
        let told = get("/callback?error=access_denied&error_description=no%2C+thanks&state=st4te");
        assert_eq!(told, Ok("access_denied: no, thanks".into()));
    }

    #[test]
    fn a_code_with_anything_but_visible_characters_is_none() {
        assert_eq!(get("/callback?code=a%0d%0ab&state=st4te"), Ok("nothing".into()));
        assert_eq!(get("/callback?code=&state=st4te"), Ok("nothing".into()));
        assert_eq!(get("/callback?state=st4te"), Ok("nothing".into()));
    }

    #[test]
    fn everybody_else_is_sent_away() {
        use Refused::*;
        assert_eq!(get("/callback?code=a"), Err(BadRequest));
        assert_eq!(get("/callback?code=a&state=st4t"), Err(BadRequest));
        assert_eq!(get("/callback?code=a&state=st4te2"), Err(BadRequest));
        assert_eq!(get("/callback?code=a&state=st4te&state=x"), Err(BadRequest));
        assert_eq!(get("/callback?code=%ff&state=st4te"), Err(BadRequest));
        assert_eq!(get("/favicon.ico"), Err(NotFound));
        assert_eq!(get("/callback/?code=a&state=st4te"), Err(NotFound));
        assert_eq!(get("http://localhost:4711/callback?code=a&state=st4te"), Err(NotFound));
        let with = |line: &str, host: &str| check(&format!("{line} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        assert_eq!(with("POST /callback?code=a&state=st4te", "localhost:4711"), Err(MethodNotAllowed));
        assert_eq!(with("HEAD /callback?code=a&state=st4te", "localhost:4711"), Err(MethodNotAllowed));
        assert_eq!(with("GET /callback?code=a&state=st4te", "evil.test:4711"), Err(MisdirectedRequest));
        assert_eq!(with("GET /callback?code=a&state=st4te", "localhost"), Err(MisdirectedRequest));
        assert_eq!(with("GET /callback?code=a&state=st4te", "localhost:4711\r\nHost: evil.test"), Err(BadRequest));
        assert_eq!(check("GET /callback?code=a&state=st4te HTTP/1.1\r\n\r\n"), Err(BadRequest));
        assert_eq!(check("\u{16}\u{3}\u{1}\r\n\r\n"), Err(BadRequest));
    }
}
