//! Colours by how light they are: text is dark and its background light, or the colour goes. That keeps the red answers
//! and yellow markings of a business mail, and makes white words on white paper impossible.

/// Dark enough to be read on paper.
pub(super) fn is_ink(colour: &str) -> bool {
    luminance(colour).is_some_and(|light| light <= 0.4)
}

/// Light enough to be written on.
pub(super) fn is_paper(colour: &str) -> bool {
    luminance(colour).is_some_and(|light| light >= 0.75)
}

/// Relative luminance as WCAG 2 defines it, 0 to 1; `None` for what is not a colour of a form known here.
fn luminance(colour: &str) -> Option<f32> {
    let [red, green, blue] = rgb(&colour.trim().to_ascii_lowercase())?.map(|channel| {
        let share = f32::from(channel) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    });
    Some(0.2126 * red + 0.7152 * green + 0.0722 * blue)
}

fn rgb(colour: &str) -> Option<[u8; 3]> {
    if let Some(hex) = colour.strip_prefix('#') {
        return from_hex(hex);
    }
    if let Some(list) = colour.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')')) {
        let channels: Vec<u8> = list.split(',').map(|c| c.trim().parse().ok()).collect::<Option<_>>()?;
        return channels.try_into().ok();
    }
    NAMED.iter().find(|(name, _)| *name == colour).map(|(_, rgb)| *rgb)
}

fn from_hex(hex: &str) -> Option<[u8; 3]> {
    let long = match hex.len() {
        3 => hex.chars().flat_map(|digit| [digit, digit]).collect(),
        6 => hex.to_owned(),
        _ => return None,
    };
    let mut rgb = [0; 3];
    hex::decode_to_slice(long, &mut rgb).ok()?;
    Some(rgb)
}

/// The named colours that mail programs offer.
const NAMED: [(&str, [u8; 3]); 22] = [
    ("black", [0, 0, 0]),
    ("blue", [0, 0, 255]),
    ("brown", [165, 42, 42]),
    ("crimson", [220, 20, 60]),
    ("darkblue", [0, 0, 139]),
    ("darkgreen", [0, 100, 0]),
    ("darkred", [139, 0, 0]),
    ("dimgray", [105, 105, 105]),
    ("gray", [128, 128, 128]),
    ("green", [0, 128, 0]),
    ("grey", [128, 128, 128]),
    ("lightyellow", [255, 255, 224]),
    ("maroon", [128, 0, 0]),
    ("navy", [0, 0, 128]),
    ("olive", [128, 128, 0]),
    ("orange", [255, 165, 0]),
    ("purple", [128, 0, 128]),
    ("red", [255, 0, 0]),
    ("teal", [0, 128, 128]),
    ("white", [255, 255, 255]),
    ("windowtext", [0, 0, 0]),
    ("yellow", [255, 255, 0]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dark_is_ink_light_is_paper_and_the_middle_is_neither() {
        let check = |colour: &str, ink: bool, paper: bool| {
            assert_eq!((is_ink(colour), is_paper(colour)), (ink, paper), "{colour:?}");
        };
        check("red", true, false);
        check("#00F", true, false);
        check("rgb(31, 73, 125)", true, false);
        check("white", false, true);
        check("#FFFF99", false, true);
        check("orange", false, false);
        check("rgb(0,0,0,0)", false, false);
        check("#12345", false, false);
        check("transparent", false, false);
    }
}
