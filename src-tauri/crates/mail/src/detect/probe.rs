//! Whether a server answers at a place, with a valid certificate. Nothing of the rep is told to it.

use std::time::Duration;

use otomo_domain::account::{Endpoint, Security};
use otomo_net::{Net, Stream};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::time::timeout;

/// How long a server may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest line before TLS.
const LINE: u64 = 1024;

/// How many lines an answer may have.
const LINES: usize = 40;

/// How a plain connection is asked for TLS: what is sent, and how the last line of the answer begins.
type Exchange = &'static [(&'static str, &'static str)];

/// RFC 9051 §6.2.1.
pub const IMAP: Exchange = &[("", "* OK"), ("a STARTTLS\r\n", "a OK")];

/// RFC 3207. The name is no host's: the server learns nothing by it.
pub const SMTP: Exchange = &[("", "220 "), ("EHLO localhost\r\n", "250 "), ("STARTTLS\r\n", "220 ")];

/// Whether anybody listens at all.
pub async fn listens(net: &Net, endpoint: &Endpoint) -> bool {
    matches!(timeout(PATIENCE, net.connect(endpoint, &())).await, Ok(Ok(_)))
}

/// Whether a server protects the way to it, and its certificate is valid for its name.
pub async fn is_protected(net: &Net, endpoint: &Endpoint, exchange: Exchange) -> bool {
    let protected = async {
        let stream = net.connect(endpoint, &()).await.ok()?;
        if endpoint.security == Security::StartTls {
            let plain = agree(stream, exchange).await?;
            return net.upgrade(plain, endpoint, &()).await.ok();
        }
        Some(stream)
    };
    matches!(timeout(PATIENCE, protected).await, Ok(Some(_)))
}

/// Gets a server's word for TLS; gives the stream back, ready for the handshake.
async fn agree(stream: Stream, exchange: Exchange) -> Option<Stream> {
    let mut reader = BufReader::new(stream);
    for (command, answer) in exchange {
        reader.write_all(command.as_bytes()).await.ok()?;
        answered(&mut reader, answer).await?;
    }
    // Bytes beyond the answer would be taken for words that came through TLS (CVE-2011-0411).
    reader.buffer().is_empty().then(|| reader.into_inner())
}

/// Reads until a line begins as the answer must; the lines of SMTP before the last have a dash there.
async fn answered(reader: &mut BufReader<Stream>, answer: &str) -> Option<()> {
    for _ in 0..LINES {
        let mut line = Vec::new();
        (&mut *reader).take(LINE).read_until(b'\n', &mut line).await.ok()?;
        if line.starts_with(answer.as_bytes()) {
            return Some(());
        }
        let goes_on = line.starts_with(b"* ") || line.get(3) == Some(&b'-');
        if !line.ends_with(b"\n") || !goes_on {
            return None;
        }
    }
    None
}
