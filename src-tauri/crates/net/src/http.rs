//! The one HTTP client.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{NoProxy, Proxy};

use crate::NetConfigError;
use crate::resolve::{ForHttp, Resolver};
use crate::tls::Tls;

const CONNECT: Duration = Duration::from_secs(15);

/// The client has no limit for a whole request: its own would run during an upload, which takes what it takes. Whoever
/// asks sets one that fits what is sent. A redirect would carry a token, or a mail, to a host that nobody chose.
pub fn client(
    tls: &Tls,
    resolver: &Arc<Resolver>,
    proxy_address: Option<&str>,
) -> Result<reqwest::Client, NetConfigError> {
    let mut builder = reqwest::Client::builder();
    if let Some(address) = proxy_address {
        builder = builder.proxy(proxy(address)?);
    }
    builder
        .tls_backend_preconfigured(tls.for_http())
        .dns_resolver(ForHttp(Arc::clone(resolver)))
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT)
        .user_agent(concat!("Otomo/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(NetConfigError::Http)
}

/// What is asked of this computer itself goes there: the proxy would look for it on its own, and be told in the clear what
/// else only CRMs hear.
fn proxy(address: &str) -> Result<Proxy, NetConfigError> {
    let url = reqwest::Url::parse(address).map_err(|_| NetConfigError::Proxy)?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(NetConfigError::Proxy);
    }
    let proxy = Proxy::all(url).map_err(|_| NetConfigError::Proxy)?;
    Ok(proxy.no_proxy(NoProxy::from_string("localhost,127.0.0.0/8,::1")))
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use otomo_domain::error::{NetFault, NetFaultKind};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use crate::{Net, NetConfig, classify_http};

    /// A server that reads a request, answers every connection with `answer`, and closes it.
    async fn server(answer: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        address
    }

    async fn get(url: String) -> Result<reqwest::Response, (NetFault, bool)> {
        let client = Net::new(&NetConfig::default()).unwrap().http();
        client.get(url).send().await.map_err(|error| classify_http(&error))
    }

    #[tokio::test]
    async fn a_refused_connection_means_that_the_request_never_left() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let nobody = listener.local_addr().unwrap();
        drop(listener);
        let (fault, may_have_left) = get(format!("http://{nobody}/?token=secret")).await.unwrap_err();
        assert_eq!((fault.kind, may_have_left), (NetFaultKind::Refused, false));
        assert!(!fault.detail.contains("secret"), "{}", fault.detail);
    }

    #[tokio::test]
    async fn a_lost_answer_means_that_the_request_may_have_left() {
        let (fault, may_have_left) = get(format!("http://{}/?token=secret", server("").await)).await.unwrap_err();
        assert_eq!((fault.kind, may_have_left), (NetFaultKind::Closed, true));
        assert!(!fault.detail.contains("secret"), "{}", fault.detail);
    }

    #[tokio::test]
    async fn a_server_without_tls_never_gets_the_request() {
        let (fault, may_have_left) = get(format!("https://{}/", server("no TLS here\r\n").await)).await.unwrap_err();
        assert_eq!((fault.kind, may_have_left), (NetFaultKind::Tls, false));
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let answer = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
        let response = get(format!("http://{}/", server(answer).await)).await.unwrap();
        assert_eq!(response.status(), 302);
    }

    #[tokio::test]
    async fn a_proxy_that_refuses_is_told_from_the_server_behind_it() {
        for answer in ["HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 407 No\r\n\r\n", ""] {
            let proxy = Some(format!("http://{}", server(answer).await));
            let client = Net::new(&NetConfig { proxy, ..NetConfig::default() }).unwrap().http();
            let error = client.get("https://crm.example.test/?token=secret").send().await.unwrap_err();
            let (fault, may_have_left) = classify_http(&error);
            assert_eq!((fault.kind, may_have_left), (NetFaultKind::Proxy, false), "{fault}");
            assert!(!fault.detail.contains("secret"), "{fault}");
        }
    }

    #[test]
    fn an_address_that_is_no_proxys_is_refused_without_repeating_it() {
        let check = |address: &str| Net::new(&NetConfig { proxy: Some(address.into()), ..NetConfig::default() }).err();
        assert!(check("http://proxy.example.test:8080").is_none());
        for address in ["", "proxy:8080", "socks5://rep:pw@proxy", "http://", "http://rep:pw@pro xy"] {
            let refused = check(address).unwrap_or_else(|| panic!("{address}"));
            assert!(!refused.to_string().contains("pw"), "{refused}");
        }
    }

    #[tokio::test]
    async fn the_name_of_a_url_goes_to_the_given_dns_server_only() {
        const NAME: &[u8] = b"\x03crm\x07example\x04test";
        let silent = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let config = NetConfig { resolver: Some(silent.local_addr().unwrap()), ..NetConfig::default() };
        let client = Net::new(&config).unwrap().http();
        let request = tokio::spawn(client.get("http://crm.example.test/").send());
        let mut question = [0; 512];
        let (length, _) = silent.recv_from(&mut question).await.unwrap();
        let asked = question[..length].windows(NAME.len()).any(|bytes| bytes == NAME);
        request.abort();
        assert!(asked);
    }
}
