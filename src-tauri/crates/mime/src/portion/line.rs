//! The lines of a text or of a page: which of them go, and as what.

use otomo_domain::fold;

use super::trace::{self, Trace};
use crate::sanitise::landmark::Landmark;

/// A line of a text or of a page.
#[derive(Clone, Debug)]
pub(super) struct Line<'t> {
    /// Without the marks of a quote.
    pub(super) text: &'t str,
    pub(super) quoted: bool,
    /// What the page says of it.
    pub(super) mark: Option<Landmark>,
    /// A picture stands in it.
    pub(super) picture: bool,
}

impl<'t> Line<'t> {
    /// A line as it stands. Japanese mail quotes with the full-width sign, too.
    pub(super) fn of(line: &'t str) -> Self {
        let bare = line.trim_start();
        let quoted = bare.starts_with(['>', '＞']);
        let text = if quoted { bare.trim_start_matches(['>', '＞', ' ']) } else { line };
        Self { text, quoted, mark: None, picture: false }
    }

    pub(super) fn is_visible(&self) -> bool {
        self.picture || self.text.chars().any(fold::is_visible)
    }
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Kept,
    Quoted,
    Signature,
}

/// The lines of a plain text.
pub(super) fn of_text(text: &str) -> Vec<Line<'_>> {
    text.split('\n').map(Line::of).collect()
}

/// One of the forms in which a text is there, and what becomes of each of its lines.
pub(super) struct Form<'t> {
    pub(super) lines: Vec<Line<'t>>,
    pub(super) fates: Vec<Fate>,
}

impl<'t> Form<'t> {
    pub(super) fn of(lines: Vec<Line<'t>>) -> Self {
        Self { fates: vec![Fate::Kept; lines.len()], lines }
    }

    /// Lets go what goes from another form of the same text.
    pub(super) fn follow(&mut self, other: &Form<'_>, fate: Fate) {
        let cut: Vec<&str> = other.texts(|f| f == fate).collect();
        if !cut.is_empty() {
            let kept: Vec<&str> = other.texts(|f| f == Fate::Kept).collect();
            trace::follow(&self.lines, &mut self.fates, fate, &cut, &kept);
        }
    }

    /// What goes, and doesn't stand in the rest as well.
    pub(super) fn gone(&self) -> Trace {
        Trace::of(self.texts(|f| f != Fate::Kept), self.texts(|f| f == Fate::Kept))
    }

    /// How many lines have this fate, without empty ones.
    pub(super) fn count(&self, fate: Fate) -> usize {
        self.lines.iter().zip(&self.fates).filter(|(line, f)| **f == fate && line.is_visible()).count()
    }

    fn texts(&self, is_meant: impl Fn(Fate) -> bool) -> impl Iterator<Item = &'t str> {
        self.lines.iter().zip(&self.fates).filter(move |(_, f)| is_meant(**f)).map(|(line, _)| line.text)
    }
}

/// Empty lines go with what was cut after them, and at the ends of what is left.
pub(super) fn close_gaps(lines: &[Line<'_>], fates: &mut [Fate]) {
    let Some(any) = fates.iter().copied().find(|fate| *fate != Fate::Kept) else { return };
    // `Some` while nothing but empty lines stand between here and something that goes.
    let mut going = Some(any);
    for (line, fate) in lines.iter().zip(fates.iter_mut()).rev() {
        if line.is_visible() || *fate != Fate::Kept {
            going = Some(*fate).filter(|fate| *fate != Fate::Kept);
        } else if let Some(with) = going {
            *fate = with;
        }
    }
    let lead = lines.iter().zip(fates.iter_mut()).take_while(|(line, f)| **f != Fate::Kept || !line.is_visible());
    lead.filter(|(_, fate)| **fate == Fate::Kept).for_each(|(_, fate)| *fate = any);
}

/// The lines of a text that stay.
pub(super) fn kept_text(text: &str, fates: &[Fate]) -> String {
    if fates.iter().all(|fate| *fate == Fate::Kept) {
        return text.to_owned();
    }
    let kept = text.split('\n').zip(fates).filter(|(_, fate)| **fate == Fate::Kept).map(|(line, _)| line);
    kept.collect::<Vec<_>>().join("\n")
}
