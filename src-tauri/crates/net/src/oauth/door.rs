//! The door for the browser's answer: a port of this computer, open for one answer (RFC 8252 §7.3, §8.3).

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use futures::future::{BoxFuture, pending, select_all};
use otomo_domain::error::{OAuthFault, OAuthFaultKind};
use otomo_domain::oauth::Redirect;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::page;
use super::visit::{Answer, Place, visit};

/// How many visitors are listened to at a time. One more sends the oldest away: silent ones can't keep the browser out.
const AT_ONCE: usize = 10;

/// How often another port is tried where only one of the two families has it free.
const TRIES: usize = 10;

/// How long the browser has to take its page.
const PAGE: Duration = Duration::from_secs(2);

/// Listens; dropping it closes the port at once.
pub struct Door {
    listeners: Vec<TcpListener>,
    place: Place,
}

impl Door {
    /// Opens this port, or one that nobody else has, in each family in which a browser may look for it.
    pub async fn open(redirect: Redirect, port: Option<u16>, path: &str) -> Result<Self, OAuthFault> {
        let listeners = listeners(redirect, port.unwrap_or(0)).await.map_err(|error| blocked(&error))?;
        let port = match listeners.first().map(TcpListener::local_addr) {
            Some(Ok(address)) => address.port(),
            Some(Err(error)) => return Err(blocked(&error)),
            None => return Err(OAuthFault::new(OAuthFaultKind::LoopbackBlocked, "no port")),
        };
        let host = match redirect {
            Redirect::Loopback => format!("127.0.0.1:{port}"),
            Redirect::Localhost => format!("localhost:{port}"),
        };
        Ok(Self { listeners, place: Place { host, path: path.to_owned() } })
    }

    /// The address that the browser is to come back to.
    pub fn redirect_uri(&self) -> String {
        format!("http://{}{}", self.place.host, self.place.path)
    }

    /// Waits for the answer that carries `state`; everybody else is sent away. The port is closed before the browser has
    /// its page, so nobody comes second.
    pub async fn wait(self, state: &str) -> Result<Answer, OAuthFault> {
        let Self { listeners, place } = self;
        let (answer, mut stream) = first_answer(&listeners, &place, state).await.map_err(|error| blocked(&error))?;
        drop(listeners);
        // The answer counts, whether the browser takes its page or not.
        let _ = timeout(PAGE, async {
            stream.write_all(page::closing(&answer).as_bytes()).await?;
            stream.shutdown().await
        })
        .await;
        Ok(answer)
    }
}

type Visit<'a> = BoxFuture<'a, Option<(Answer, TcpStream)>>;

async fn first_answer(listeners: &[TcpListener], place: &Place, state: &str) -> io::Result<(Answer, TcpStream)> {
    let mut visits: Vec<Visit<'_>> = Vec::with_capacity(AT_ONCE);
    loop {
        tokio::select! {
            stream = accept(listeners) => {
                let stream = stream?;
                if visits.len() == AT_ONCE {
                    drop(visits.remove(0));
                }
                visits.push(Box::pin(visit(stream, place, state)));
            }
            ended = next(&mut visits) => {
                if let Some(found) = ended {
                    return Ok(found);
                }
            }
        }
    }
}

async fn accept(listeners: &[TcpListener]) -> io::Result<TcpStream> {
    loop {
        let waiting = listeners.iter().map(|listener| Box::pin(listener.accept()));
        match select_all(waiting).await.0 {
            Ok((stream, _)) => return Ok(stream),
            // A visitor who left again.
            Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) => {
            }
            Err(error) => return Err(error),
        }
    }
}

async fn next(visits: &mut Vec<Visit<'_>>) -> Option<(Answer, TcpStream)> {
    if visits.is_empty() {
        return pending().await;
    }
    let (ended, index, _) = select_all(visits.iter_mut()).await;
    drop(visits.remove(index));
    ended
}

async fn listeners(redirect: Redirect, wanted: u16) -> io::Result<Vec<TcpListener>> {
    let mut tries = 0;
    loop {
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, wanted)).await?;
        if redirect == Redirect::Loopback {
            return Ok(vec![v4]);
        }
        let port = v4.local_addr()?.port();
        tries += 1;
        match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            Ok(v6) => return Ok(vec![v4, v6]),
            // The browser would find somebody else there.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && wanted == 0 && tries < TRIES => {}
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
            // This computer has no IPv6.
            Err(_) => return Ok(vec![v4]),
        }
    }
}

fn blocked(error: &io::Error) -> OAuthFault {
    OAuthFault::new(OAuthFaultKind::LoopbackBlocked, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn localhost_is_open_in_both_families_on_one_port() {
        let door = Door::open(Redirect::Localhost, None, "/").await.unwrap();
        let ports: Vec<_> = door.listeners.iter().map(|l| l.local_addr().unwrap().port()).collect();
        assert!(ports.iter().all(|port| *port == ports[0]), "{ports:?}");
        assert_eq!(door.redirect_uri(), format!("http://localhost:{}/", ports[0]));
        assert!(door.listeners.iter().all(|l| l.local_addr().unwrap().ip().is_loopback()));
        if std::net::TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok() {
            assert_eq!(ports.len(), 2);
        }
    }

    #[tokio::test]
    async fn the_literal_address_is_open_in_its_family_only() {
        let door = Door::open(Redirect::Loopback, None, "/callback").await.unwrap();
        assert_eq!(door.listeners.len(), 1);
        assert!(door.redirect_uri().starts_with("http://127.0.0.1:"), "{}", door.redirect_uri());
    }
}
