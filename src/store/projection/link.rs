//! How a link is stored: it is read with each step of a walk along an account's postings, and most of
//! it is small numbers or nothing.
//!
//! Unsigned LEB128 numbers, one after another, of which those at the end that are 0 are left out:
//! the minute, sign last (zigzag); what the span credited; how far back `prev` and `jump` are,
//! in positions, 0 where there is none; how much earlier than the minute the span begins, and how much
//! later it ends; how far back the middle is, and how much earlier than the minute the rest begins.

use prost::encoding::{decode_varint, encode_varint};

use crate::ledger::{Link, Middle, Position, Span};

/// How many numbers a link has.
const NUMBERS: usize = 8;

/// Writes the link of the posting at a position, in the place of what is there.
pub fn write_link(link: &Link, at: Position, into: &mut Vec<u8>) {
    let earlier = |first: i64| link.minute.wrapping_sub(first) as u64;
    let numbers: [u64; NUMBERS] = [
        zigzag(link.minute),
        link.span.credited as u64,
        back(at, link.prev),
        back(at, link.jump),
        earlier(link.span.first),
        link.span.last.wrapping_sub(link.minute) as u64,
        back(at, link.middle.map(|middle| middle.position)),
        link.middle.map_or(0, |middle| earlier(middle.rest_first)),
    ];
    let last = numbers.iter().rposition(|number| *number != 0);
    into.clear();
    for number in numbers.iter().take(last.map_or(0, |last| last + 1)) {
        encode_varint(*number, into);
    }
}

/// Reads the link of the posting at a position. None where it is none.
pub fn read_link(mut stored: &[u8], at: Position) -> Option<Link> {
    let mut numbers = [0; NUMBERS];
    for number in &mut numbers {
        if stored.is_empty() {
            break;
        }
        *number = decode_varint(&mut stored).ok()?;
    }
    let [
        minute,
        credited,
        prev,
        jump,
        earlier,
        later,
        middle,
        rest_earlier,
    ] = numbers;
    let minute = unzigzag(minute);
    let before = |earlier| minute.checked_sub(i64::try_from(earlier).ok()?);
    let (first, last) = (before(earlier)?, minute.checked_add_unsigned(later)?);
    let rest_first = before(rest_earlier)?;
    let middle = place(at, middle)?.map(|position| Middle {
        position,
        rest_first,
    });
    stored.is_empty().then_some(Link {
        prev: place(at, prev)?,
        jump: place(at, jump)?,
        middle,
        minute,
        span: Span::from_stored(first, last, i64::try_from(credited).ok()?)?,
    })
}

fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

fn back(at: Position, to: Option<Position>) -> u64 {
    to.map_or(0, |to| at.stored().wrapping_sub(to.stored()) as u64)
}

/// The place so far back: None for 0. None of it where there is no such place.
fn place(at: Position, back: u64) -> Option<Option<Position>> {
    match back {
        0 => Some(None),
        back => {
            let stored = at.stored().checked_sub_unsigned(back)?;
            Position::from_stored(stored).map(Some)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Chain, Moment, Sequence};

    fn position(sequence: i64) -> Position {
        Position::new(Sequence::new(sequence).unwrap(), 3).unwrap()
    }

    /// Of postings in any order of time, up to the ends of what there can be.
    #[test]
    fn what_is_written_is_read() {
        let minutes = [0, 7, -5, 7, i64::MIN, i64::MAX, 1, 2, 3];
        let (least, most) = (Moment::MIN.minute(), Moment::MAX.minute());
        let mut chain = Chain::default();
        let mut stored = Vec::new();
        for sequence in 1..=64 {
            let minute = minutes[sequence as usize % minutes.len()].clamp(least, most);
            let effective = Moment::from_us(minute * Moment::MINUTE_US).unwrap();
            let credited = if sequence == 40 {
                i64::MAX
            } else {
                sequence % 3
            };
            let link = chain.push(position(sequence), effective, credited);
            write_link(&link, position(sequence), &mut stored);
            assert_eq!(read_link(&stored, position(sequence)), Some(link));
        }
    }

    #[test]
    fn a_link_is_as_short_as_it_can_be() {
        let mut chain = Chain::default();
        let mut stored = vec![9; 9];
        let at = Moment::from_us(Moment::MINUTE_US).unwrap();
        for (sequence, credited, expected) in [
            (1, 0, &[2][..]),
            (2, 5, &[2, 5, 128, 128, 1]),
            (3, 0, &[2, 0, 128, 128, 1]),
        ] {
            let link = chain.push(position(sequence), at, credited);
            write_link(&link, position(sequence), &mut stored);
            assert_eq!(stored, expected, "{sequence}");
        }
    }

    #[test]
    fn what_is_no_link_is_not_read() {
        let none = [
            ("a number that does not end", &[2, 128][..]),
            ("nine numbers", &[2, 0, 0, 0, 0, 0, 0, 0, 1]),
            ("more than a number has", &[255; 11]),
            (
                "a posting before the first",
                &[2, 0, 255, 255, 255, 255, 15],
            ),
            (
                "a span out of range",
                &[2, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 127],
            ),
            (
                "credits below nothing",
                &[2, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
            ),
        ];
        for (what, stored) in none {
            assert_eq!(read_link(stored, position(5)), None, "{what}");
        }
    }
}
