//! What stands on a screen of Xvfb, which keeps it in a file (`-fbdir`) in the form of the X Window Dump.
//!
//! A picture through WebDriver needs WebKit to put layers together by OpenGL; this one shows whatever is painted, as a
//! person would see it.

use std::path::Path;

/// The numbers at the beginning of a dump, by their places (X11/XWDFile.h).
const HEADER_SIZE: usize = 0;
const WIDTH: usize = 4;
const HEIGHT: usize = 5;
const BITS_PER_PIXEL: usize = 11;
const BYTES_PER_LINE: usize = 12;
const COLOURS: usize = 19;

/// Four bytes a pixel: blue, green, red, nothing.
const PIXEL: usize = 4;

/// A part of a screen, in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    pub left: usize,
    pub top: usize,
    pub width: usize,
    pub height: usize,
}

/// The part of the screen that is kept in `folder`, as PNG. What lies beyond the screen is left out.
pub fn picture(folder: &Path, part: Part) -> Vec<u8> {
    let dump = std::fs::read(folder.join("Xvfb_screen0")).expect("the screen's file");
    let number = |place: usize| {
        let bytes = dump[place * 4..place * 4 + 4].try_into().expect("four bytes");
        usize::try_from(u32::from_be_bytes(bytes)).expect("a size")
    };
    assert_eq!(number(BITS_PER_PIXEL), PIXEL * 8, "a screen of 24 bits");
    // A colour of the dump's colour map takes twelve bytes.
    let pixels = &dump[number(HEADER_SIZE) + number(COLOURS) * 12..];
    let (width, height) = (part.width.min(number(WIDTH) - part.left), part.height.min(number(HEIGHT) - part.top));
    let mut rgb = Vec::with_capacity(width * height * 3);
    for line in pixels.chunks(number(BYTES_PER_LINE)).skip(part.top).take(height) {
        for pixel in line[part.left * PIXEL..].chunks_exact(PIXEL).take(width) {
            rgb.extend([pixel[2], pixel[1], pixel[0]]);
        }
    }
    png(width, height, &rgb)
}

fn png(width: usize, height: usize, rgb: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let size = |length: usize| u32::try_from(length).expect("a size");
    let mut encoder = png::Encoder::new(&mut file, size(width), size(height));
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(rgb).expect("a picture");
    writer.finish().expect("an end");
    file
}
