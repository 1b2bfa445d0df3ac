//! Pages that print on A4: HTML in Chinese and English, large enough for old eyes, with nothing
//! loaded from elsewhere.

use std::io::{self, Write};

/// The same in English and in Chinese.
pub(crate) type Both = (&'static str, &'static str);

const STYLE: &str = "\
@page { size: A4; margin: 18mm }
body { font: 14pt/1.5 'Noto Sans CJK SC', 'Noto Sans SC', 'Microsoft YaHei', sans-serif; \
max-width: 180mm; margin: 0 auto; color: #000; background: #fff }
h1 { font-size: 22pt; margin: 0 0 6mm }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 1mm 6mm; margin: 0 0 6mm }
dt { color: #333 }
dd { margin: 0; font-weight: bold; overflow-wrap: anywhere }
table { width: 100%; border-collapse: collapse; margin: 0 0 6mm }
thead { display: table-header-group }
tr { break-inside: avoid }
th, td { border-bottom: 1px solid #666; padding: 1.5mm 2mm; text-align: left; \
overflow-wrap: anywhere }
th { border-bottom: 2px solid #000 }
.number { text-align: right }
td.number { white-space: nowrap }
.wide { font-size: 10pt }
.wide th, .wide td { padding: 1mm }
.blank { border-bottom: 1px solid #000; min-height: 10mm }
p { margin: 0 0 3mm }
h2 { font-size: 16pt; margin: 6mm 0 2mm; break-after: avoid }
svg { width: 100%; height: auto; margin: 0 0 6mm; font-size: 14px }
rect { fill: #444 }
";

/// A page that is being written.
pub(crate) struct Page {
    title: Both,
    body: String,
}

/// A bar of a chart.
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) length: i64,
    /// The length in words.
    pub(crate) shown: String,
}

/// How many columns there is room for in large type.
const MAX_LARGE_COLUMNS: usize = 6;

/// How many bars a chart has: more are in the table.
const MAX_BARS: usize = 20;
const BAR_HEIGHT: i64 = 26;
/// How wide the longest bar is, between the labels on its left and the words on its right.
const BARS_LEFT: i64 = 200;
const BARS_WIDTH: i64 = 360;

/// A column of a table, and whether it has numbers.
pub(crate) struct Column(pub(crate) Both, pub(crate) bool);

impl Page {
    pub(crate) fn new(title: Both) -> Self {
        Self {
            title,
            body: String::new(),
        }
    }

    /// Says things, each under what it is.
    pub(crate) fn facts(&mut self, facts: &[(Both, String)]) {
        self.body.push_str("<dl>\n");
        for (name, value) in facts {
            let line = format!("<dt>{}</dt><dd>{}</dd>\n", both(*name), escaped(value));
            self.body.push_str(&line);
        }
        self.body.push_str("</dl>\n");
    }

    /// Lines to be filled in by hand, each beside what it is for.
    pub(crate) fn blanks(&mut self, names: &[Both]) {
        self.body.push_str("<dl>\n");
        for name in names {
            let line = format!("<dt>{}</dt><dd class=\"blank\"></dd>\n", both(*name));
            self.body.push_str(&line);
        }
        self.body.push_str("</dl>\n");
    }

    /// A table; rows have as many cells as there are columns.
    pub(crate) fn table(&mut self, columns: &[Column], rows: &[Vec<String>]) {
        debug_assert!(rows.iter().all(|row| row.len() == columns.len()));
        let class = |column: &Column| if column.1 { " class=\"number\"" } else { "" };
        self.body.push_str(match columns.len() > MAX_LARGE_COLUMNS {
            true => "<table class=\"wide\">\n<thead><tr>",
            false => "<table>\n<thead><tr>",
        });
        for column in columns {
            let heading = both(column.0);
            self.body
                .push_str(&format!("<th{}>{heading}</th>", class(column)));
        }
        self.body.push_str("</tr></thead>\n<tbody>\n");
        for row in rows {
            self.body.push_str("<tr>");
            for (column, cell) in columns.iter().zip(row) {
                let cell = escaped(cell);
                self.body
                    .push_str(&format!("<td{}>{cell}</td>", class(column)));
            }
            self.body.push_str("</tr>\n");
        }
        self.body.push_str("</tbody>\n</table>\n");
    }

    /// What follows, in a line.
    pub(crate) fn heading(&mut self, text: Both) {
        self.body.push_str(&format!("<h2>{}</h2>\n", both(text)));
    }

    /// A chart of bars, the longest as wide as may be.
    pub(crate) fn bars(&mut self, title: Both, bars: &[Bar]) {
        let bars = &bars[..bars.len().min(MAX_BARS)];
        let longest = bars.iter().map(|bar| bar.length).max().unwrap_or(0).max(1);
        let height = BAR_HEIGHT * i64::try_from(bars.len()).unwrap_or(0);
        self.body.push_str(&format!(
            "<svg viewBox=\"0 0 680 {height}\" role=\"img\" aria-label=\"{}\">\n",
            both(title)
        ));
        for (bar, row) in bars.iter().zip(0..) {
            let top = row * BAR_HEIGHT;
            let width =
                i128::from(bar.length.max(0)) * i128::from(BARS_WIDTH) / i128::from(longest);
            let (left, text) = (BARS_LEFT, top + 18);
            let (label, shown) = (escaped(&bar.label), escaped(&bar.shown));
            self.body.push_str(&format!(
                "<text x=\"{}\" y=\"{text}\" text-anchor=\"end\"{}>{label}</text>\
                 <rect x=\"{left}\" y=\"{}\" width=\"{width}\" height=\"18\"/>\
                 <text x=\"{}\" y=\"{text}\">{shown}</text>\n",
                left - 8,
                squeezed(&bar.label),
                top + 4,
                i128::from(left) + width + 8,
            ));
        }
        self.body.push_str("</svg>\n");
    }

    /// A paragraph.
    pub(crate) fn note(&mut self, text: Both) {
        self.body.push_str(&format!("<p>{}</p>\n", both(text)));
    }

    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let (en, zh) = (escaped(self.title.0), escaped(self.title.1));
        write!(
            out,
            "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
             <title>{zh} {en}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
             <h1>{zh} {en}</h1>\n{}</body>\n</html>\n",
            self.body
        )?;
        out.flush()
    }
}

fn both((en, zh): Both) -> String {
    format!("{} {}", escaped(zh), escaped(en)).trim().to_owned()
}

/// What fits a label that is too long for the room on the left of its bar.
fn squeezed(label: &str) -> String {
    let width = |c: char| if c.is_ascii() { 8 } else { 14 };
    let (width, room) = (label.chars().map(width).sum::<i64>(), BARS_LEFT - 8);
    match width > room {
        true => format!(" textLength=\"{room}\" lengthAdjust=\"spacingAndGlyphs\""),
        false => String::new(),
    }
}

/// Text that cannot be read as anything else.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let mut page = Page::new(("A", "\u{7532}"));
        page.facts(&[(("who", "\u{8c01}"), "<script>'\"&\u{7}".into())]);
        page.table(&[Column(("n", "\u{6570}"), true)], &[vec!["1 < 2".into()]]);
        page.note(("so", "\u{5982}\u{6b64}"));
        let bar = |length| Bar {
            label: "<a>".into(),
            length,
            shown: "1h".into(),
        };
        page.bars(("t", "\u{65f6}"), &[bar(30), bar(60), bar(0)]);
        let mut out = Vec::new();
        page.write(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.contains("<dd>&lt;script&gt;&#39;&quot;&amp; </dd>"),
            "{text}"
        );
        assert!(
            text.contains("<td class=\"number\">1 &lt; 2</td>"),
            "{text}"
        );
        assert!(text.contains("<h1>\u{7532} A</h1>"), "{text}");
        assert!(!text.contains("<script"), "{text}");
        for width in ["width=\"180\"", "width=\"360\"", "width=\"0\""] {
            assert!(text.contains(width), "{width}: {text}");
        }
        assert!(text.contains(">&lt;a&gt;</text>"), "{text}");
    }

    #[test]
    fn long_labels_are_squeezed() {
        assert_eq!(squeezed("walk"), "");
        let long = "\u{6563}".repeat(14);
        assert!(squeezed(&long).contains("textLength=\"192\""));
    }
}
