//! The pieces that are left, as markup.

use super::{Attribute, Piece, VOID};
use crate::sanitise::escaped;

/// The page without what is gone and hidden, and without the elements that this leaves empty.
pub(super) fn html(pieces: &[Piece], gone: &[bool]) -> String {
    let is_changed = gone.contains(&true) || pieces.iter().any(|p| matches!(p, Piece::Text(t) if !t.hidden.is_empty()));
    let is_gone = |at: usize| gone.get(at).copied().unwrap_or_default();
    let empty = if is_changed { empty(pieces, &is_gone) } else { vec![false; pieces.len()] };
    let mut html = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        if is_gone(at) || empty.get(at).copied().unwrap_or_default() {
            continue;
        }
        match piece {
            Piece::Start { name, attributes } => start(&mut html, name, attributes),
            Piece::End { name } => html.push_str(&format!("</{name}>")),
            Piece::Text(text) => html.push_str(&escaped(&text.left())),
        }
    }
    html
}

/// Cells keep their place in a row.
const PLACES: [&str; 4] = ["td", "th", "col", "colgroup"];

/// Which tags belong to elements with nothing in them.
fn empty(pieces: &[Piece], is_gone: &dyn Fn(usize) -> bool) -> Vec<bool> {
    let mut empty = vec![false; pieces.len()];
    // The open elements, and whether something was found in each.
    let mut open: Vec<(usize, bool)> = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let filled = match piece {
            Piece::Start { name, .. } if VOID.contains(&name.as_str()) => {
                !is_gone(at) && name != "wbr" && name != "col"
            }
            Piece::Start { .. } => {
                open.push((at, false));
                continue;
            }
            Piece::Text(text) => !text.left().trim_ascii().is_empty(),
            Piece::End { name } => {
                let Some((start, filled)) = open.pop() else { continue };
                if !filled && !PLACES.contains(&name.as_str()) {
                    [start, at].into_iter().filter_map(|at| empty.get_mut(at).map(|e| *e = true)).for_each(drop);
                }
                filled
            }
        };
        if let Some((_, already)) = open.last_mut() {
            *already |= filled;
        }
    }
    empty
}

/// The tag, without the marks of mail programs.
fn start(html: &mut String, name: &str, attributes: &[Attribute]) {
    html.push('<');
    html.push_str(name);
    for attribute in attributes.iter().filter(|a| !a.dropped && !matches!(a.name.as_str(), "class" | "id")) {
        html.push_str(&format!(" {}=\"{}\"", attribute.name, escaped(&attribute.value).replace('"', "&quot;")));
    }
    html.push('>');
}
