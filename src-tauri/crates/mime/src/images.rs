//! The images that a page shows out of its own mail.
//!
//! A sanitised page names them (`cid:`, RFC 2392); nothing but this can give a reader their bytes, because the page is
//! shown where nothing can be loaded. They are put in by the sanitiser itself, on the tree it makes of the page: markup
//! that has been made safe is never edited as text.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use crate::parse::parts_with_ids;
use crate::sanitise::{attribute, builder};

const MAX_IMAGE: usize = 5 * 1024 * 1024;

/// For all images of a page, each as often as it is shown.
const MAX_IMAGES: usize = 20 * 1024 * 1024;

/// A page that [`sanitise`](crate::sanitise()) gave, with the images of the mail `raw` in it as `data:` URLs. An image
/// that is no PNG, JPEG, GIF or WebP, that is too large or is not in the mail loses its source.
pub fn with_images(html: &str, raw: &[u8]) -> String {
    let ids = named(html);
    if ids.is_empty() {
        return html.into();
    }
    catch_unwind(|| placed(html, images(raw, &ids))).unwrap_or_else(|_| html.into())
}

/// The content ids that the page names; its attributes stand in double quotes.
fn named(html: &str) -> BTreeSet<String> {
    html.split('"').filter_map(|value| content_id(&value.replace("&amp;", "&"))).collect()
}

fn content_id(url: &str) -> Option<String> {
    let (scheme, id) = url.split_once(':')?;
    scheme.eq_ignore_ascii_case("cid").then(|| percent_decode_str(id).decode_utf8_lossy().into_owned())
}

struct Image {
    size: usize,
    url: String,
}

/// The first image with each of these ids, as long as they are not too large together.
fn images(raw: &[u8], ids: &BTreeSet<String>) -> BTreeMap<String, Image> {
    let mut images = BTreeMap::new();
    let mut left = MAX_IMAGES;
    parts_with_ids(raw, ids, |id, bytes| {
        let Some(kind) = raster(bytes).filter(|_| bytes.len() <= MAX_IMAGE.min(left)) else { return };
        if !images.contains_key(id) {
            left -= bytes.len();
            let url = format!("data:image/{kind};base64,{}", STANDARD.encode(bytes));
            images.insert(id.to_owned(), Image { size: bytes.len(), url });
        }
    });
    images
}

/// What kind of image these bytes are, whatever the mail calls them. SVG is a document and never shown.
fn raster(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("png"),
        [0xff, 0xd8, 0xff, ..] => Some("jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("webp"),
        _ => None,
    }
}

fn placed(html: &str, images: BTreeMap<String, Image>) -> String {
    let left = AtomicUsize::new(MAX_IMAGES);
    let mut builder = builder();
    builder.attribute_filter(move |tag, name, value| {
        let Some(id) = content_id(value).filter(|_| (tag, name) == ("img", "src")) else {
            return attribute(tag, name, value);
        };
        let image = images.get(&id)?;
        let take = |left: usize| left.checked_sub(image.size);
        left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).ok()?;
        Some(image.url.clone().into())
    });
    builder.clean_from_reader(html.as_bytes()).map_or_else(|_| html.into(), |page| page.to_string())
}

#[cfg(test)]
mod tests;
