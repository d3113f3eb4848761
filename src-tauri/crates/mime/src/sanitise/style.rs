//! Inline styles: a few properties that make a mail readable, none that can hide, move or load anything.

use super::colour;

/// The declarations that may stay, in the form `name:value;name:value`.
pub(super) fn clean(style: &str) -> String {
    let declarations = style.split(';').filter_map(|declaration| declaration.split_once(':'));
    let kept = declarations.filter_map(|(name, value)| {
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().to_ascii_lowercase());
        is_allowed(&name, &value).then(|| format!("{name}:{value}"))
    });
    kept.collect::<Vec<_>>().join(";")
}

fn is_allowed(name: &str, value: &str) -> bool {
    let one_of = |values: &[&str]| values.contains(&value);
    match name {
        "color" => colour::is_ink(value),
        "background-color" => colour::is_paper(value),
        "font-size" => is_readable_size(value),
        "font-weight" => one_of(&["normal", "bold", "bolder", "lighter"]) || is_weight(value),
        "font-style" => one_of(&["normal", "italic", "oblique"]),
        "text-decoration" | "text-decoration-line" => one_of(&["none", "underline", "line-through"]),
        "text-align" => one_of(&["left", "right", "center", "justify", "start", "end"]),
        "vertical-align" => one_of(&["top", "middle", "bottom", "baseline", "sub", "super"]),
        "white-space" => one_of(&["normal", "nowrap", "pre", "pre-wrap", "pre-line"]),
        "border-collapse" => one_of(&["collapse", "separate"]),
        "list-style-type" => one_of(&["disc", "circle", "square", "decimal", "lower-alpha", "upper-alpha", "none"]),
        _ => false,
    }
}

fn is_weight(value: &str) -> bool {
    value.len() == 3 && value.ends_with("00") && value.starts_with(|c: char| ('1'..='9').contains(&c))
}

/// A size nobody needs a magnifying glass for, and that leaves room for the rest of the page.
fn is_readable_size(value: &str) -> bool {
    if matches!(value, "x-small" | "small" | "medium" | "large" | "x-large" | "xx-large" | "smaller" | "larger") {
        return true;
    }
    let units = [("px", 8.0..=48.0), ("pt", 6.0..=36.0), ("rem", 0.6..=3.0), ("em", 0.6..=3.0), ("%", 60.0..=300.0)];
    let size = |unit: &str| value.strip_suffix(unit).and_then(|number| number.parse::<f32>().ok());
    units.iter().any(|(unit, range)| size(unit).is_some_and(|size| range.contains(&size)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(style: &str, expected: &str) {
        assert_eq!(clean(style), expected, "{style:?}");
        assert_eq!(clean(expected), expected, "again");
    }

    #[test]
    fn harmless_declarations_stay_in_one_form() {
        check(" Color : RED ; font-weight:bold;", "color:red;font-weight:bold");
        check("font-size:12.5pt;text-align:center", "font-size:12.5pt;text-align:center");
    }

    #[test]
    fn nothing_that_loads_hides_or_moves_stays() {
        for style in [
            "background:url(http://x)",
            "color:expression(1)",
            "display:none",
            "position:fixed;top:0",
            "font-size:0",
            "font-size:1px",
            "font-size:nan",
            "font-size:9999px",
            "color:white",
            "background-color:black",
            "opacity:0",
            "color:red !important",
            "width:99999px",
            "margin:-100px",
            "--x:url(a)",
            "color:var(--x)",
            "color",
            "",
            "background-color:url(http://x)",
            "color:r\\65 d",
            "color:/**/red",
            "visibility:hidden",
            "content:'a'",
        ] {
            check(style, "");
        }
    }
}
