//! The XML of requests and answers ("Write API - XML Format", "Read API - XML Format").

use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::Event;

/// The items of a write: for each, its elements in order.
pub type Items = Vec<Vec<(String, String)>>;

/// Reads `<Resource><Item><Alias>value</Alias>…</Item>…</Resource>`; `None` for anything else.
pub fn items(body: &str, root: &str) -> Option<Items> {
    let mut reader = Reader::from_str(body);
    let (mut items, mut path, mut text) = (Items::new(), Vec::<String>::new(), String::new());
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) => {
                path.push(element.name().as_ref().to_owned());
                text.clear();
                match path.as_slice() {
                    [first] if first == root => {}
                    [_, item] if item == "Item" => items.push(Vec::new()),
                    [_, _, _] => {}
                    _ => return None,
                }
            }
            Event::Text(piece) => text.push_str(&piece),
            Event::GeneralRef(name) => match (name.resolve_char_ref().ok()?, &*name) {
                (Some(character), _) => text.push(character),
                (None, "amp") => text.push('&'),
                (None, "lt") => text.push('<'),
                (None, "gt") => text.push('>'),
                (None, "quot") => text.push('"'),
                (None, "apos") => text.push('\''),
                _ => return None,
            },
            Event::End(_) => {
                let name = path.pop()?;
                if path.len() == 2 {
                    items.last_mut()?.push((name, std::mem::take(&mut text)));
                }
            }
            Event::Eof => return (path.is_empty() && !items.is_empty()).then_some(items),
            Event::Decl(_) => {}
            _ => return None,
        }
    }
}

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

/// An element with text in it.
pub fn text(name: &str, content: &str) -> String {
    format!("<{name}>{}</{name}>", escape(content))
}

/// An answer with nothing but its elements.
pub fn envelope(root: &str, elements: &[(&str, String)]) -> String {
    let elements: String = elements.iter().map(|(name, content)| text(name, content)).collect();
    format!("{DECLARATION}<{root}>{elements}</{root}>")
}

/// A page: its counts are attributes, and a `<Code>` stands in every answer.
pub fn page(root: &str, items: &[String], total: usize, start: usize) -> String {
    let count = items.len();
    let items: String = items.iter().map(|item| format!("<Item>{item}</Item>")).collect();
    format!(r#"{DECLARATION}<{root} Total="{total}" Count="{count}" Start="{start}"><Code>0</Code>{items}</{root}>"#)
}

/// The answer to a write: no `<Code>` of its own, one for each item.
pub fn written(root: &str, results: &[(u64, u32)]) -> String {
    let item = |(id, code): &(u64, u32)| {
        format!("<Item>{}{}</Item>", text("Id", &id.to_string()), text("Code", &code.to_string()))
    };
    format!("{DECLARATION}<{root}>{}</{root}>", results.iter().map(item).collect::<String>())
}
