//! The unused bytes of `SQLite`'s pages, by its [file format](https://www.sqlite.org/fileformat2.html#b_tree_pages).
//!
//! `secure_delete` overwrites deleted rows. Where `SQLite` splits or joins pages, it also leaves copies of rows between the
//! list of a page's rows and the rows themselves; when such a row is deleted, nothing overwrites its copies.

use std::ops::Range;

/// The largest number of pages for which the first byte tells pages of b-trees from all others: those begin with the
/// number of another page, whose first byte is then at most 1.
pub(super) const PAGES_MAX: i64 = 1 << 25;

/// The length of the header of the file, which is on the first page.
const FILE_HEADER: usize = 100;

/// The ranges of a page that hold no data; none if it is not a page of a b-tree, or is malformed.
fn unused(page: &[u8], number: i64) -> Option<Vec<Range<usize>>> {
    let two_bytes = |at: usize| Some(usize::from(u16::from_be_bytes(page.get(at..at + 2)?.try_into().ok()?)));
    let header = if number == 1 { FILE_HEADER } else { 0 };
    let cell_pointers = header
        + match page.get(header)? {
            2 | 5 => 12,
            10 | 13 => 8,
            _ => return None,
        };
    let rows = two_bytes(header + 3)?;
    let content = match two_bytes(header + 5)? {
        // The length of the largest page does not fit into two bytes.
        0 => 65_536,
        start => start,
    };
    let between = cell_pointers + 2 * rows..content;
    if between.start > between.end || between.end > page.len() {
        return None;
    }
    let mut ranges = vec![between];
    let mut block = two_bytes(header + 1)?;
    while block != 0 {
        let (next, length) = (two_bytes(block)?, two_bytes(block + 2)?);
        let end = block + length;
        // The list is in ascending order, so it ends.
        if length < 4 || end > page.len() || (next != 0 && next <= block) {
            return None;
        }
        ranges.push(block + 4..end);
        block = next;
    }
    Some(ranges)
}

/// Whether unused bytes of the page are not zero.
pub(super) fn has_remains(page: &[u8], number: i64) -> bool {
    let ranges = unused(page, number).unwrap_or_default();
    ranges.into_iter().any(|range| page.get(range).is_some_and(|bytes| bytes.iter().any(|byte| *byte != 0)))
}

/// Overwrites the unused bytes of the page with zeros.
pub(super) fn blank(page: &mut [u8], number: i64) {
    for range in unused(page, number).unwrap_or_default() {
        if let Some(bytes) = page.get_mut(range) {
            bytes.fill(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A leaf of an index, of 32 bytes: two rows of four bytes, and a free block of six before the second.
    fn leaf() -> [u8; 32] {
        let mut page = [b'x'; 32];
        page[..12].copy_from_slice(&[10, 0, 22, 0, 2, 0, 18, 0, 0, 18, 0, 28]);
        page[18..22].copy_from_slice(b"row1");
        page[22..26].copy_from_slice(&[0, 0, 0, 6]);
        page[28..].copy_from_slice(b"row2");
        page
    }

    #[test]
    fn only_unused_bytes_are_overwritten() {
        let mut page = leaf();
        assert!(has_remains(&page, 2));
        blank(&mut page, 2);
        assert!(!has_remains(&page, 2));
        assert_eq!(page[..12], leaf()[..12]);
        assert_eq!(&page[12..], b"\0\0\0\0\0\0row1\0\0\0\x06\0\0row2");
    }

    #[test]
    fn other_pages_and_malformed_ones_are_left_alone() {
        let mut overflow = leaf();
        overflow[0] = 0;
        let mut beyond = leaf();
        beyond[5..7].copy_from_slice(&[1, 0]);
        let mut circle = leaf();
        circle[22..24].copy_from_slice(&[0, 22]);
        for page in [overflow, beyond, circle] {
            let mut after = page;
            blank(&mut after, 2);
            assert_eq!(after, page);
        }
        assert!(!has_remains(&[], 1));
    }
}
