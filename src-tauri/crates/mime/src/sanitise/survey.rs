//! A look at a page before it is cleaned: is it small enough to be, and what would it load from elsewhere?
//!
//! html5ever looks through all open elements for most tags, opens all unclosed formatting elements anew in each block, and
//! writes a text by searching it to its end for each `&`: a page of a few megabytes can take hours and gigabytes. So the
//! page is built once on a tree that keeps nothing but names and depths, a piece at a time, and given up as soon as it
//! grows past what mail needs.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, ExpandedName, LocalName, ParseOpts, QualName, local_name, ns, parse_fragment};

use crate::html::{Pace, TooComplex, chunks};

const MAX_NODES: usize = 200_000;
const MAX_DEPTH: usize = 400;

/// How many bytes may be searched while writing: about a second's worth.
const MAX_SEARCHED: usize = 20_000_000_000;

/// How many things of the page would be loaded from elsewhere.
pub(super) fn remote_contents(html: &str) -> Result<usize, TooComplex> {
    let context = QualName::new(None, ns!(html), local_name!("div"));
    let mut parser = parse_fragment(Survey::new(), ParseOpts::default(), context, vec![], false);
    let mut pace = Pace::default();
    for chunk in chunks(html) {
        parser.process(StrTendril::from(chunk));
        let survey = &parser.tokenizer.sink.sink;
        pace.step(chunk, survey.active.replace(false))?;
        let searched = survey.searched.get() + survey.text.get().searched();
        if survey.nodes.get() > MAX_NODES || survey.deepest.get() > MAX_DEPTH || searched > MAX_SEARCHED {
            return Err(TooComplex);
        }
    }
    Ok(parser.finish())
}

struct Element {
    name: QualName,
    depth: Cell<usize>,
}

type Handle = Rc<Element>;

/// A text, or a piece of one.
#[derive(Clone, Copy, Default)]
struct Written {
    len: usize,
    /// Bytes that make the writer look ahead: `&`, and the first of a no-break space.
    stops: usize,
}

impl Written {
    fn of(text: &str) -> Self {
        Self { len: text.len(), stops: text.bytes().filter(|b| matches!(b, b'&' | 0xc2)).count() }
    }

    fn and(self, more: Self) -> Self {
        Self { len: self.len + more.len, stops: self.stops + more.stops }
    }

    /// How many bytes are searched to write it.
    fn searched(self) -> usize {
        self.len * self.stops
    }
}

struct Survey {
    document: Handle,
    nodes: Cell<usize>,
    deepest: Cell<usize>,
    remote: Cell<usize>,
    active: Cell<bool>,
    /// The text since the last element.
    text: Cell<Written>,
    searched: Cell<usize>,
}

impl Survey {
    fn new() -> Self {
        Self {
            document: node(LocalName::from("#document")),
            nodes: Cell::default(),
            deepest: Cell::default(),
            remote: Cell::default(),
            active: Cell::default(),
            text: Cell::default(),
            searched: Cell::default(),
        }
    }

    fn count_remote(&self, count: usize) {
        self.remote.set(self.remote.get() + count);
    }

    fn count_searched(&self, written: Written) {
        self.searched.set(self.searched.get().saturating_add(written.searched()));
    }

    /// The child comes to stand at this depth.
    fn place(&self, child: &NodeOrText<Handle>, depth: usize) {
        self.active.set(true);
        match child {
            NodeOrText::AppendNode(child) => {
                child.depth.set(depth);
                self.deepest.set(self.deepest.get().max(depth));
                self.count_searched(self.text.take());
            }
            NodeOrText::AppendText(text) => self.text.set(self.text.get().and(Written::of(text))),
        }
    }
}

fn node(name: LocalName) -> Handle {
    Rc::new(Element { name: QualName::new(None, ns!(html), name), depth: Cell::new(0) })
}

impl TreeSink for Survey {
    type Handle = Handle;
    type Output = usize;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> usize {
        self.remote.get()
    }

    fn get_document(&self) -> Handle {
        self.document.clone()
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> ExpandedName<'a> {
        target.name.expanded()
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _flags: ElementFlags) -> Handle {
        self.active.set(true);
        self.nodes.set(self.nodes.get() + 1);
        for attribute in &attributes {
            self.count_remote(remote_in_attribute(&name.local, &attribute.name.local, &attribute.value));
            self.count_searched(Written::of(&attribute.value));
        }
        Rc::new(Element { name, depth: Cell::new(0) })
    }

    fn create_comment(&self, _text: StrTendril) -> Handle {
        self.active.set(true);
        node(LocalName::from("#comment"))
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> Handle {
        node(LocalName::from("#pi"))
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        if let (NodeOrText::AppendText(text), "style") = (&child, &*parent.name.local) {
            self.count_remote(remote_in_css(text));
        }
        self.place(&child, parent.depth.get() + 1);
    }

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        self.place(&child, sibling.depth.get());
    }

    fn append_based_on_parent_node(&self, element: &Handle, _previous: &Handle, child: NodeOrText<Handle>) {
        self.place(&child, element.depth.get());
    }

    fn get_template_contents(&self, target: &Handle) -> Handle {
        target.clone()
    }

    fn same_node(&self, one: &Handle, other: &Handle) -> bool {
        Rc::ptr_eq(one, other)
    }

    fn parse_error(&self, _message: Cow<'static, str>) {}
    fn append_doctype_to_document(&self, _name: StrTendril, _public: StrTendril, _system: StrTendril) {}
    fn set_quirks_mode(&self, _mode: QuirksMode) {}
    fn add_attrs_if_missing(&self, _target: &Handle, _attributes: Vec<Attribute>) {}
    fn remove_from_parent(&self, _target: &Handle) {}
    fn reparent_children(&self, _node: &Handle, _new_parent: &Handle) {}
}

fn remote_in_attribute(element: &str, name: &str, value: &str) -> usize {
    match name {
        "style" => remote_in_css(value),
        "src" | "background" | "poster" | "data" | "lowsrc" | "dynsrc" => usize::from(is_remote(value)),
        "srcset" => value.split(',').filter(|candidate| is_remote(candidate)).count(),
        "href" if !matches!(element, "a" | "area" | "base") => usize::from(is_remote(value)),
        _ => 0,
    }
}

fn remote_in_css(css: &str) -> usize {
    let css = css.to_ascii_lowercase();
    css.split("url(").skip(1).filter(|url| is_remote(url.trim_start().trim_start_matches(['"', '\'']))).count()
}

fn is_remote(url: &str) -> bool {
    let head: String = url.trim_start().chars().take(8).collect::<String>().to_ascii_lowercase();
    ["http:", "https:", "ftp:", "//", "\\\\", "file:"].iter().any(|scheme| head.starts_with(scheme))
}
