//! Phone numbers: groups of digits that a plan of numbers or the words around them make one.
//!
//! International numbers and the national forms that are distinctive (North American, a leading zero, an area
//! code in parentheses) stand alone; what could be any number needs a context word.

use super::super::groups::Groups;
use super::text::{ahead, at, back, has_word_at, has_word_before};

/// Digits of the longest number: E.164 has 15, national habits add a trunk zero and an exit code.
const MOST_DIGITS: usize = 18;
const MOST_GROUPS: usize = 8;

/// A number that may be a phone number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Phone {
    pub(super) start: usize,
    pub(super) end: usize,
    /// How sure it is without a context word.
    pub(super) score: f32,
}

/// What the digits at a token's start are made of.
#[derive(Debug, Default)]
struct Run {
    start: usize,
    plus: bool,
    /// The group that stands in parentheses, from the start of the run on.
    area: Option<usize>,
    groups: [(usize, usize); MOST_GROUPS],
    /// How many digits there are up to the end of each group.
    digits: [usize; MOST_GROUPS],
    /// The single byte behind each group, `?` if there are several.
    behind: [u8; MOST_GROUPS],
    len: usize,
}

/// Whether there are digits enough at `start`, and no list of small numbers. Cheap, and generous.
pub(super) fn may_begin(bytes: &[u8], start: usize, groups: &Groups) -> bool {
    let before = start.checked_sub(1).map_or(0, |index| at(bytes, index));
    match (groups.len(0), groups.separator(0), groups.len(1)) {
        // (1) is the item of a list, (0) and +(1) belong to numbers.
        (1, _, _) if before == b'(' && at(bytes, start) != b'0' => {
            at(bytes, start.wrapping_sub(2)) == b'+'
        }
        (1, b' ' | b'-' | b'.' | b'/', 1) => matches!(before, b'+' | b'('),
        _ if groups.count() >= 7 => true,
        // Only parentheses and what stands around them go on behind single separators.
        _ => {
            let window = bytes.get(start..).unwrap_or_default();
            let digits = window.iter().take(MOST_DIGITS * 2).take_while(|byte| {
                matches!(byte, b'0'..=b'9' | b' ' | b'-' | b'.' | b'/' | b'(' | b')')
            });
            digits.filter(|byte| byte.is_ascii_digit()).take(7).count() == 7
        }
    }
}

/// Whether the digits at `start` could be a phone number without a word that says so. Cheap, and generous.
pub(super) fn may_stand_alone(bytes: &[u8], start: usize, groups: &Groups) -> bool {
    let before = start.checked_sub(1).map_or(0, |index| at(bytes, index));
    if before == b'+' || at(bytes, start) == b'0' {
        return true;
    }
    let first = groups.len(0);
    if before == b'(' {
        // An area code, or a country code with its plus.
        return first > 1 || at(bytes, start.wrapping_sub(2)) == b'+';
    }
    if groups.step().is_some() {
        return matches!((first, groups.len(1)), (10 | 11, _) | (3, 3) | (1, 3) | (2, 4 | 5));
    }
    // What stands before an area code in parentheses.
    let next = [at(bytes, start + first), at(bytes, start + first + 1)];
    matches!(first, 10 | 11)
        || next[0] == b'('
        || (next[1] == b'(' && matches!(next[0], b' ' | b'-'))
}

/// The best phone number that begins with the digits at `start` (or with what introduces them).
pub(super) fn phone(text: &str, start: usize) -> Option<Phone> {
    let bytes = text.as_bytes();
    let run = read(text, start)?;
    let mut best: Option<Phone> = None;
    for count in (1..=run.len).rev() {
        let groups = run.groups.get(..count)?;
        let (end, digits) = (groups.last()?.1, *run.digits.get(count - 1)?);
        if digits < 7 {
            break;
        }
        if !cuts(bytes, &run, count) {
            continue;
        }
        let Some(score) = score(bytes, &run, groups, digits) else { continue };
        let extended = extension(bytes, end);
        let (end, score) = match extended {
            Some(end) => (end, (score + 0.2).max(if digits >= 9 { 0.5 } else { 0.0 })),
            None => (end, score),
        };
        if !has_word_at(text, end) && best.is_none_or(|best| score > best.score) {
            best = Some(Phone { start: run.start, end, score });
        }
    }
    best
}

fn read(text: &str, start: usize) -> Option<Run> {
    let bytes = text.as_bytes();
    let before = |index: usize| index.checked_sub(1).map_or(0, |index| at(bytes, index));
    let mut run = Run { start, ..Run::default() };
    // `+1 555`, `(555)`, `+(1)`, `(+1)`.
    run.plus = before(run.start) == b'+';
    run.start -= usize::from(run.plus);
    let opened = before(run.start) == b'(';
    run.start -= usize::from(opened);
    if opened && !run.plus && before(run.start) == b'+' {
        run.plus = true;
        run.start -= 1;
    }
    let preceding = before(run.start.saturating_sub(1));
    let joined = match before(run.start) {
        b'-' => preceding.is_ascii_alphanumeric(),
        b'.' | b'/' => preceding.is_ascii_digit(),
        // Markdown's emphasis is none of its business, a product is.
        b'*' => {
            let stars = back(bytes, run.start, 3, |byte| byte == b'*');
            matches!(before(stars), b')' | b']') || before(stars).is_ascii_alphanumeric()
        }
        b'$' | b'+' | b'\\' | b'^' | b'<' => true,
        _ => false,
    };
    let money = ['€', '£', '¥', '₹'];
    if joined || has_word_before(text, run.start) || text.get(..run.start)?.ends_with(money) {
        return None;
    }
    let (mut index, mut digits, mut inside) = (start, 0, opened);
    let mut parentheses = usize::from(opened);
    while run.len < MOST_GROUPS {
        let end = ahead(bytes, index, MOST_DIGITS + 1, |byte| byte.is_ascii_digit());
        digits += end - index;
        if digits > MOST_DIGITS {
            break;
        }
        *run.groups.get_mut(run.len)? = (index, end);
        *run.digits.get_mut(run.len)? = digits;
        // A list of small numbers.
        if run.len == 1 && !run.plus && !opened && index == start + 2 && end == index + 1 {
            return None;
        }
        let slot = run.len;
        run.len += 1;
        let next =
            ahead(bytes, end, 3, |byte| matches!(byte, b' ' | b'-' | b'.' | b'/' | b'(' | b')'));
        let separator = bytes.get(end..next)?;
        *run.behind.get_mut(slot)? = match separator {
            [single] => *single,
            _ => b'?',
        };
        let closes = separator.contains(&b')');
        if closes != inside
            || separator.windows(2).any(|pair| matches!(pair, b". " | b".." | b"--" | b"//"))
        {
            break;
        }
        if inside && run.area.is_none() {
            run.area = Some(run.len - 1);
        }
        inside = separator.contains(&b'(');
        parentheses += usize::from(inside);
        if separator.is_empty()
            || !at(bytes, next).is_ascii_digit()
            || (inside && run.area.is_some() && run.area != Some(0))
            || parentheses > 2
        {
            break;
        }
        index = next;
    }
    if opened && run.area.is_none() {
        // The parenthesis is around the number, not around its area code.
        run.plus = before(start) == b'+';
        run.start = start - usize::from(run.plus);
    }
    (run.len > 0).then_some(run)
}

/// Whether a number can end behind the first `count` groups: not in a longer number, a time or a fraction.
fn cuts(bytes: &[u8], run: &Run, count: usize) -> bool {
    let Some(&(_, end)) = run.groups.get(count - 1) else { return false };
    if run.area.is_some_and(|area| area + 1 >= count) && run.len > count {
        return false;
    }
    match (at(bytes, end), at(bytes, end + 1)) {
        (b'.' | b'-' | b'/' | b':' | b')', next) if next.is_ascii_digit() => false,
        (b'-' | b'_' | b'@' | b'=', next) if next.is_ascii_alphanumeric() => false,
        (b'%', _) => false,
        _ => true,
    }
}

/// How sure it is, without a context word, that the groups are a phone number. `None` if they are none.
fn score(bytes: &[u8], run: &Run, groups: &[(usize, usize)], digits: usize) -> Option<f32> {
    let digit = |place: usize| nth(bytes, groups, place);
    if run.plus {
        let first = [digit(0), digit(1), digit(2)];
        let code = country_code(&first)?;
        let fits =
            if code == 1 && digit(0) == b'1' { digits == 11 } else { (8..=15).contains(&digits) };
        return fits.then_some(if groups.len() > 1 { 0.85 } else { 0.75 });
    }
    let shape = Shape::of(bytes, run, groups);
    let [first, second] = [digit(0), digit(1)];
    if shape.is_no_phone() {
        return None;
    }
    let exit = match (first, second, digit(2)) {
        (b'0', b'0', _) => 2,
        (b'0', b'1', b'1') => 3,
        _ => 0,
    };
    if exit > 0
        && country_code(&[digit(exit), digit(exit + 1), digit(exit + 2)]).is_some()
        && digits >= 9 + exit
    {
        return Some(if groups.len() > 1 { 0.65 } else { 0.3 });
    }
    if let Some(area) = run.area.filter(|area| *area < groups.len()) {
        return area_score(bytes, groups, area, digits);
    }
    Some(match shape.lens {
        [3, 3, 4, ..] if groups.len() == 3 => shape.american(bytes, groups, 0),
        [1, 3, 3, 4, ..] if groups.len() == 4 && first == b'1' => shape.american(bytes, groups, 1),
        // A trunk zero, the area, the number; Thailand sets the zero off.
        [2..=18, ..] if first == b'0' && groups.len() > 1 && (9..=13).contains(&digits) => {
            let long = digits > 11 && groups.len() < 3 && !shape.has_slash();
            if long || (shape.only(b'.') && groups.len() < 3) { 0.2 } else { 0.5 }
        }
        [1, 3, 3, 3, ..] | [1, 4, 4, ..] if first == b'0' && (9..=10).contains(&digits) => 0.5,
        // Brazil: area, a space, two parts with a hyphen.
        [2, 4 | 5, 4, ..] if groups.len() == 3 && shape.is_brazilian() => 0.5,
        // In one piece: a trunk zero, or a mobile number of China.
        [10 | 11, ..] if groups.len() == 1 && first == b'0' && second != b'0' => 0.5,
        [11, ..] if groups.len() == 1 && first == b'1' && second >= b'3' => 0.5,
        _ if digits > 13 => return None,
        _ if groups.len() > 1 => 0.14,
        _ => 0.12,
    })
}

/// An area code in parentheses.
fn area_score(bytes: &[u8], groups: &[(usize, usize)], area: usize, digits: usize) -> Option<f32> {
    let &(from, to) = groups.get(area)?;
    let rest: usize = groups.get(area + 1..)?.iter().map(|(from, to)| to - from).sum();
    let code = bytes.get(from..to)?;
    // A country code of up to three digits, a trunk prefix of one or none may stand before it.
    let before = groups.get(..area)?.iter().map(|(from, to)| to - from).sum::<usize>();
    if before > 3 || !(7..=14).contains(&digits) || rest < 5 {
        return None;
    }
    Some(match code {
        [b'1', b'9', _, _] | [b'2', b'0', _, _] => 0.1,
        [b'0', _, ..] => 0.65,
        [_, _, _] if rest == 7 => 0.75,
        [_, _] | [_, _, _] | [_, _, _, _] | [_, _, _, _, _] => 0.55,
        [b'0'] => 0.5,
        _ => return None,
    })
}

/// The lengths of the groups and what stands between them.
struct Shape<'b> {
    bytes: &'b [u8],
    groups: &'b [(usize, usize)],
    lens: [usize; MOST_GROUPS],
    between: &'b [u8],
}

impl<'b> Shape<'b> {
    fn of(bytes: &'b [u8], run: &'b Run, groups: &'b [(usize, usize)]) -> Self {
        let mut lens = [0; MOST_GROUPS];
        lens.iter_mut().zip(groups).for_each(|(len, (from, to))| *len = to - from);
        let between = run.behind.get(..groups.len().saturating_sub(1)).unwrap_or_default();
        Self { bytes, groups, lens, between }
    }

    /// Whether nothing but this byte stands between the groups.
    fn only(&self, byte: u8) -> bool {
        self.between.iter().all(|between| *between == byte)
    }

    fn value(&self, group: usize) -> u64 {
        let digits = self.groups.get(group).and_then(|(from, to)| self.bytes.get(*from..*to));
        super::super::checks::number(digits.unwrap_or_default())
    }

    fn has_slash(&self) -> bool {
        self.between.first() == Some(&b'/')
    }

    fn is_brazilian(&self) -> bool {
        self.between == b" -"
    }

    /// Dates, decimals, addresses of machines, ranges of years, lists of small numbers.
    fn is_no_phone(&self) -> bool {
        let year = |value: u64| (1900..2100).contains(&value);
        match (self.lens, self.groups.len()) {
            ([4, 2, 2, ..], 3..) => {
                year(self.value(0)) && self.value(1) <= 12 && self.value(2) <= 31
            }
            ([1 | 2, 1 | 2, 4, ..], 3..) => {
                year(self.value(2)) && self.value(0) <= 31 && self.value(1) <= 31
            }
            ([4, 4, ..], 2) => year(self.value(0)) && year(self.value(1)),
            ([3, 2, 4, ..], 3) => self.only(b'-'),
            ([1..=3, 1..=3, 1..=3, 1..=3, ..], 4) if self.only(b'.') => true,
            (_, 2) if self.only(b'.') => true,
            ([1, 1, ..], 2..) => true,
            (_, 1) => super::super::checks::uniform(
                self.groups
                    .first()
                    .and_then(|(from, to)| self.bytes.get(*from..*to))
                    .unwrap_or_default(),
            ),
            _ => false,
        }
    }

    /// Area, exchange and line of North America, from group `from` on. The plan gives area and exchange a first
    /// digit from 2 on.
    fn american(&self, bytes: &[u8], groups: &[(usize, usize)], from: usize) -> f32 {
        let planned = groups
            .get(from..from + 2)
            .unwrap_or_default()
            .iter()
            .all(|(start, _)| matches!(at(bytes, *start), b'2'..=b'9'));
        match (planned, self.only(b' ')) {
            (true, false) => 0.65,
            (true, true) | (false, false) => 0.5,
            (false, true) => {
                if at(bytes, groups.first().map_or(0, |group| group.0)) == b'0' {
                    0.5
                } else {
                    0.3
                }
            }
        }
    }
}

/// What stands between a number and its extension.
const EXTENSIONS: [&[u8]; 10] =
    [b"x", b"ext", b"#", b"extn", b"extension", b"ramal", b"poste", b"dw", b"int", b"anexo"];

/// Where the extension ends that follows a number which ends at `end`: `x123`, `ext. 123`, `#123`.
fn extension(bytes: &[u8], end: usize) -> Option<usize> {
    let word = ahead(bytes, end, 2, |byte| matches!(byte, b' ' | b','));
    let letters = ahead(bytes, word, 10, |byte| byte.is_ascii_alphabetic() || byte == b'#');
    let name = bytes.get(word..letters).filter(|name| !name.is_empty())?;
    if !EXTENSIONS.iter().any(|extension| name.eq_ignore_ascii_case(extension)) {
        return None;
    }
    let digits = ahead(bytes, letters, 3, |byte| matches!(byte, b'.' | b':' | b' '));
    let last = ahead(bytes, digits, 7, |byte| byte.is_ascii_digit());
    (1..=6).contains(&(last - digits)).then_some(last)
}

fn nth(bytes: &[u8], groups: &[(usize, usize)], mut place: usize) -> u8 {
    for (from, to) in groups {
        if place < to - from {
            return at(bytes, from + place);
        }
        place -= to - from;
    }
    0
}

/// How many digits the country calling code has that a number begins with. ITU-T E.164, list of assigned codes.
fn country_code(digits: &[u8; 3]) -> Option<usize> {
    Some(match digits {
        [b'1' | b'7', ..] => 1,
        [b'2', b'0' | b'7', _] | [b'3', b'0'..=b'4' | b'6' | b'9', _] => 2,
        [b'4', b'0' | b'1' | b'3'..=b'9', _] | [b'5', b'1'..=b'8', _] => 2,
        [b'6', b'0'..=b'6', _]
        | [b'8', b'1' | b'2' | b'4' | b'6', _]
        | [b'9', b'0'..=b'5' | b'8', _] => 2,
        [b'2', b'1', b'0'..=b'3' | b'6' | b'8'] | [b'2', b'2'..=b'6', b'0'..=b'9'] => 3,
        [b'2', b'9', b'0' | b'1' | b'7'..=b'9'] | [b'3', b'5', b'0'..=b'9'] => 3,
        [b'3', b'7', b'0'..=b'8'] | [b'3', b'8', b'0'..=b'3' | b'5'..=b'7' | b'9'] => 3,
        [b'4', b'2', b'0' | b'1' | b'3'] | [b'5', b'0' | b'9', b'0'..=b'9'] => 3,
        [b'6', b'7', b'0' | b'2'..=b'9'] | [b'6', b'8', b'0'..=b'3' | b'5'..=b'9'] => 3,
        [b'6', b'9', b'0'..=b'2'] | [b'8', b'0', b'0' | b'8'] => 3,
        [b'8', b'5', b'0' | b'2' | b'3' | b'5' | b'6'] | [b'8', b'7', b'0' | b'8'] => 3,
        [b'8', b'8', b'0'..=b'3' | b'6' | b'8'] => 3,
        [b'9', b'6', b'0'..=b'8'] | [b'9', b'7', b'0'..=b'7' | b'9'] => 3,
        [b'9', b'9', b'2'..=b'6' | b'8'] => 3,
        _ => return None,
    })
}
