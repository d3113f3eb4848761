//! Lays text out in lines, as the elements around it ask for.

/// Deeper quotes are marked no deeper.
pub(crate) const MAX_QUOTE: usize = 8;

#[derive(Default)]
pub(super) struct Layout {
    out: String,
    /// Line ends owed before the next text.
    breaks: usize,
    /// A blank owed before the next text of the same line.
    blank: bool,
    /// What stands before the next text of a new line, such as a list item's dash.
    mark: &'static str,
    quotes: usize,
    preformatted: usize,
}

impl Layout {
    pub(super) fn start(&mut self, name: &str) {
        self.space(name);
        match name {
            "br" => self.end_line(),
            "hr" => self.own_line("----"),
            "li" => self.mark = "- ",
            "td" | "th" if self.breaks == 0 => self.cell(),
            "blockquote" => self.quotes += 1,
            "pre" => self.preformatted += 1,
            _ => {}
        }
    }

    pub(super) fn end(&mut self, name: &str) {
        if name != "br" {
            self.space(name);
        }
        match name {
            "blockquote" => self.quotes = self.quotes.saturating_sub(1),
            "pre" => self.preformatted = self.preformatted.saturating_sub(1),
            _ => {}
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        if self.preformatted > 0 {
            for (index, line) in text.split('\n').enumerate() {
                if index > 0 {
                    self.end_line();
                }
                self.word(line);
            }
            return;
        }
        for (index, word) in text.split(is_space).enumerate() {
            self.blank |= index > 0;
            self.word(word);
        }
    }

    pub(super) fn finish(mut self) -> String {
        self.out.truncate(self.out.trim_end().len());
        self.out
    }

    /// Keeps what comes before an element's edge from what comes after it.
    fn space(&mut self, name: &str) {
        let lines = match name {
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre" | "ul" | "ol" | "dl" | "table" => 2,
            "div" | "li" | "dt" | "dd" | "tr" | "caption" | "center" | "section" | "article" | "header" | "footer"
            | "address" | "hr" | "body" | "form" | "fieldset" | "figure" | "main" | "nav" | "aside" => 1,
            _ => return,
        };
        self.breaks = self.breaks.max(lines);
        self.blank = false;
    }

    /// One line more, however many are owed already.
    fn end_line(&mut self) {
        self.breaks += 1;
        self.blank = false;
    }

    fn own_line(&mut self, text: &str) {
        self.word(text);
        self.breaks = 1;
    }

    fn cell(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\t');
        }
        self.blank = false;
    }

    fn word(&mut self, word: &str) {
        if word.is_empty() {
            return;
        }
        let first = self.out.is_empty();
        if first || self.breaks > 0 {
            if !first {
                // A mail with more empty lines in a row has nothing to say in them.
                (0..self.breaks.min(3)).for_each(|_| self.out.push('\n'));
            }
            (0..self.quotes.min(MAX_QUOTE)).for_each(|_| self.out.push_str("> "));
            self.out.push_str(std::mem::take(&mut self.mark));
        } else if self.blank && !self.out.ends_with('\t') {
            self.out.push(' ');
        }
        (self.breaks, self.blank) = (0, false);
        self.out.push_str(word);
    }
}

/// What a browser shows as a blank. The ideographic space is text.
fn is_space(c: char) -> bool {
    c.is_ascii_whitespace() || c == '\u{a0}'
}
