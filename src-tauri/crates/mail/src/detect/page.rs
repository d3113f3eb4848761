//! One bounded page over HTTPS, from a server that nobody has a reason to trust.

use std::time::Duration;

use otomo_domain::error::NetFaultKind;
use otomo_net::{Net, classify_http};
use tokio::time::timeout;
use url::Url;

/// How long a page may take with all its redirects: a server can send one byte at a time.
const PATIENCE: Duration = Duration::from_secs(5);

/// The largest page. A real one has 2 kB.
const LARGEST: usize = 64 * 1024;

/// How often a server may send us elsewhere.
const REDIRECTS: usize = 3;

/// What a server answered.
pub struct Page {
    pub status: u16,
    pub body: String,
}

/// Asks for a page; `None` where no such host exists. An error says in a line why there is none. Never over plain HTTP,
/// wherever a server points.
pub async fn get(net: &Net, url: Url) -> Result<Option<Page>, String> {
    match timeout(PATIENCE, follow(net, url)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(format!("no whole page in {} seconds", PATIENCE.as_secs())),
    }
}

async fn follow(net: &Net, mut url: Url) -> Result<Option<Page>, String> {
    for _ in 0..=REDIRECTS {
        if url.scheme() != "https" {
            return Err("the page would not come over HTTPS".into());
        }
        let mut response = match net.http().get(url.clone()).send().await.map_err(|error| classify_http(&error).0) {
            Ok(response) => response,
            Err(fault) if fault.kind == NetFaultKind::HostUnknown => return Ok(None),
            Err(fault) => return Err(fault.detail),
        };
        let status = response.status();
        if !status.is_redirection() {
            let mut body = Vec::new();
            while let Some(piece) = response.chunk().await.map_err(|error| classify_http(&error).0.detail)? {
                body.extend_from_slice(&piece);
                if body.len() > LARGEST {
                    return Err(format!("the page is larger than {} kB", LARGEST / 1024));
                }
            }
            return Ok(Some(Page { status: status.as_u16(), body: String::from_utf8_lossy(&body).into_owned() }));
        }
        let place = response.headers().get("location").and_then(|place| place.to_str().ok());
        url = place.and_then(|place| url.join(place).ok()).ok_or("the page redirects to nowhere")?;
    }
    Err(format!("the page redirects more than {REDIRECTS} times"))
}
