//! Lets a second process hand its command to the one that has the home: a greeting, then one JSON line in, one JSON line
//! out. The greeting comes at once, a command may take its time: so a process that hangs is told from one that works.
//!
//! The socket stands in the home folder, which nobody else can enter; on Windows it is a named pipe with the same reach.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use interprocess::local_socket::tokio::{Listener, Stream, prelude::*};
use interprocess::local_socket::{ListenerOptions, Name};
use otomo_api::Api;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// The longest line either side takes, in bytes.
const LONGEST: u64 = 64 * 1024 * 1024;

/// What the process that has the home says first.
const GREETING: &str = "otomo\n";

/// How long a second process waits for the greeting.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Serialize, Deserialize)]
struct Call {
    name: String,
    args: Value,
}

/// A command's outcome as it crosses the socket: an answer, or an `ApiError`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Ok(Value),
    Err(Value),
}

/// Answers other processes until `stop`. A socket that can't be made only costs this convenience.
pub(crate) async fn serve(home: std::path::PathBuf, api: Arc<Api>, stop: CancellationToken) {
    let listener = match listen(&home) {
        Ok(listener) => listener,
        Err(error) => return tracing::warn!(%error, "other processes cannot reach this one"),
    };
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok(stream) => stream,
                Err(_) => continue,
            },
        };
        let (api, stop) = (Arc::clone(&api), stop.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                answered = answer(&api, stream) => drop(answered),
            }
        });
    }
}

async fn answer(api: &Api, stream: Stream) -> io::Result<()> {
    let (reader, mut writer) = tokio::io::split(stream);
    writer.write_all(GREETING.as_bytes()).await?;
    let mut lines = BufReader::new(reader.take(LONGEST));
    let mut line = String::new();
    while lines.read_line(&mut line).await? > 0 {
        let call: Call = serde_json::from_str(&line).map_err(io::Error::other)?;
        let outcome = match api.dispatch(&call.name, call.args).await {
            Ok(answer) => Outcome::Ok(answer),
            Err(error) => Outcome::Err(serde_json::to_value(error).map_err(io::Error::other)?),
        };
        let mut bytes = serde_json::to_vec(&outcome).map_err(io::Error::other)?;
        bytes.push(b'\n');
        writer.write_all(&bytes).await?;
        line.clear();
        lines.get_mut().set_limit(LONGEST);
    }
    Ok(())
}

/// Connects to the process that has the home and hears its greeting.
async fn reach(home: &Path) -> io::Result<BufReader<Stream>> {
    let mut stream = BufReader::new(Stream::connect(address(home)?).await?);
    let mut greeting = [0; GREETING.len()];
    stream.read_exact(&mut greeting).await?;
    if greeting == GREETING.as_bytes() { Ok(stream) } else { Err(io::ErrorKind::InvalidData.into()) }
}

/// Hands a command to the process that has the home.
pub async fn forward(home: &Path, name: &str, args: Value) -> io::Result<Outcome> {
    let stream = timeout(PATIENCE, reach(home)).await??;
    let (reader, mut writer) = tokio::io::split(stream);
    let mut bytes = serde_json::to_vec(&Call { name: name.into(), args }).map_err(io::Error::other)?;
    bytes.push(b'\n');
    writer.write_all(&bytes).await?;
    let mut line = String::new();
    BufReader::new(reader.take(LONGEST)).read_line(&mut line).await?;
    serde_json::from_str(&line).map_err(io::Error::other)
}

#[cfg(unix)]
fn address(home: &Path) -> io::Result<Name<'static>> {
    use interprocess::local_socket::{GenericFilePath, ToFsName};
    home.canonicalize()?.join("otomo.sock").to_fs_name::<GenericFilePath>()
}

#[cfg(windows)]
fn address(home: &Path) -> io::Result<Name<'static>> {
    use interprocess::local_socket::{GenericNamespaced, ToNsName};
    format!("otomo-{}", crate::home::digest(home)).to_ns_name::<GenericNamespaced>()
}

/// The home's lock is ours, so a socket that is there is a dead one.
#[cfg(unix)]
fn listen(home: &Path) -> io::Result<Listener> {
    match std::fs::remove_file(home.canonicalize()?.join("otomo.sock")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    ListenerOptions::new().name(address(home)?).create_tokio()
}

#[cfg(windows)]
fn listen(home: &Path) -> io::Result<Listener> {
    ListenerOptions::new().name(address(home)?).create_tokio()
}
