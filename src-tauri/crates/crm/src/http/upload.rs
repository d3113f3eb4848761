//! A file as the body of a request: read on a thread that may block, a few pieces ahead of the network.

use std::io::{self, Read};

use bytes::{Bytes, BytesMut};
use reqwest::Body;
use tokio::sync::mpsc;

use crate::chosen::Chosen;

const PIECE: usize = 64 << 10;
const PIECES_AHEAD: usize = 4;

/// A body that streams the file. It breaks off if the file turns out not to be the chosen one, and the reading ends
/// when the body is dropped.
pub fn stream(mut chosen: Chosen) -> Body {
    let (pieces, coming) = mpsc::channel::<io::Result<Bytes>>(PIECES_AHEAD);
    tokio::task::spawn_blocking(move || {
        for piece in std::iter::from_fn(|| piece(&mut chosen).transpose()) {
            let broken = piece.is_err();
            if pieces.blocking_send(piece).is_err() || broken {
                break;
            }
        }
    });
    Body::wrap_stream(futures::stream::unfold(coming, |mut coming| async { Some((coming.recv().await?, coming)) }))
}

/// The next bytes; `None` at the end.
fn piece(from: &mut impl Read) -> io::Result<Option<Bytes>> {
    let mut piece = BytesMut::zeroed(PIECE);
    let n = from.read(&mut piece)?;
    piece.truncate(n);
    Ok((n > 0).then(|| piece.freeze()))
}
