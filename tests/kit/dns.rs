//! A DNS server that knows every name: all of them are this computer (RFC 1035).

use std::net::SocketAddr;

use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

/// A running server; dropping it stops it.
pub struct Everywhere {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Everywhere {
    pub async fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let mut question = [0; 512];
            while let Ok((length, asker)) = socket.recv_from(&mut question).await {
                let _ = socket.send_to(&answer(&question[..length]), asker).await;
            }
        });
        Self { address, task }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Everywhere {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// 127.0.0.1 for an A record, nothing for any other.
fn answer(question: &[u8]) -> Vec<u8> {
    const HEADER: usize = 12;
    const A: &[u8] = &[0, 1];
    let name = question[HEADER..].iter().position(|byte| *byte == 0).unwrap() + 1;
    let asked = &question[HEADER..HEADER + name + 4];
    let is_address = &asked[name..name + 2] == A;
    let counts = [0, 1, 0, u8::from(is_address), 0, 0, 0, 0];
    let mut answer = [&question[..2], &[0x81, 0x80], &counts, asked].concat();
    if is_address {
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
    }
    answer
}
