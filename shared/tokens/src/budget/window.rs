//! Windows of time, aligned to the calendar in UTC.

const SECOND: u64 = 1_000_000_000;
const DAY: u64 = 86_400 * SECOND;

/// How long a window is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// One second.
    Second,
    /// One minute.
    Minute,
    /// One hour.
    Hour,
    /// One day.
    Day,
    /// One week, from Monday on.
    Week,
    /// One month of the calendar.
    Month,
}

/// The window that a moment is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    /// Its number; the next window has the next number.
    pub(crate) index: u64,
    /// Where it begins, in Unix nanoseconds.
    pub(crate) start: u64,
    /// Its length in nanoseconds.
    pub(crate) length: u64,
}

impl Window {
    /// Whether a moment in Unix nanoseconds is in it.
    pub(crate) fn holds(self, now: u64) -> bool {
        now.checked_sub(self.start).is_some_and(|since| since < self.length)
    }

    /// Nanoseconds until it ends.
    pub(crate) fn rest(self, now: u64) -> u64 {
        (self.start + self.length).saturating_sub(now)
    }
}

impl Period {
    const ALL: [Period; 6] =
        [Period::Second, Period::Minute, Period::Hour, Period::Day, Period::Week, Period::Month];

    /// A hash that tells this period, too.
    pub(crate) fn mark(self, hash: u64) -> u64 {
        hash & !7 | self as u64
    }

    /// The period that a mark tells.
    pub(crate) fn of_mark(mark: u64) -> Option<Period> {
        Period::ALL.get((mark & 7) as usize).copied()
    }

    /// The window of a moment in Unix nanoseconds.
    pub(crate) fn window(self, now: u64) -> Window {
        let (length, offset) = match self {
            Period::Second => (SECOND, 0),
            Period::Minute => (60 * SECOND, 0),
            Period::Hour => (3_600 * SECOND, 0),
            Period::Day => (DAY, 0),
            // 1 January 1970 was a Thursday.
            Period::Week => (7 * DAY, 3 * DAY),
            Period::Month => return month(now),
        };
        let index = now.saturating_add(offset) / length;
        Window { index, start: (index * length).saturating_sub(offset), length }
    }
}

fn month(now: u64) -> Window {
    let (year, month) = year_and_month(now / DAY);
    let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    let (first, following) = (day(year, month), day(next.0, next.1));
    Window { index: year * 12 + month, start: first * DAY, length: (following - first) * DAY }
}

/// Year and month of a day since 1970: the civil calendar in eras of 400 years
/// (<https://howardhinnant.github.io/date_algorithms.html>, read 2026-11-21).
fn year_and_month(day: u64) -> (u64, u64) {
    let day = day + 719_468;
    let (era, of_era) = (day / 146_097, day % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year + u64::from(month <= 2), month)
}

/// Days from 1970 to the first of a month.
fn day(year: u64, month: u64) -> u64 {
    let year = year - u64::from(month <= 2);
    let (era, of_era) = (year / 400, year % 400);
    let from_march = (month + 9) % 12;
    let of_year = (153 * from_march + 2) / 5;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn windows_begin_where_the_calendar_says() {
        for (period, now, start, days) in [
            // 2024-02-29, a Thursday, 12:00.
            (Period::Month, 1_709_208_000, 1_706_745_600, Some(29)),
            (Period::Month, 1_709_251_199, 1_706_745_600, Some(29)),
            (Period::Month, 1_709_251_200, 1_709_251_200, Some(31)),
            // 1999-12-31 and the year after.
            (Period::Month, 946_684_799, 944_006_400, Some(31)),
            (Period::Month, 946_684_800, 946_684_800, Some(31)),
            (Period::Month, 0, 0, Some(31)),
            (Period::Week, 1_709_208_000, 1_708_905_600, Some(7)),
            (Period::Day, 1_709_208_000, 1_709_164_800, Some(1)),
            (Period::Hour, 1_709_208_001, 1_709_208_000, None),
        ] {
            let window = period.window(now * SECOND + 5);
            assert_eq!(window.start, start * SECOND, "{period:?} {now}");
            assert!(days.is_none_or(|days| window.length == days * DAY), "{period:?} {now}");
        }
    }

    #[test]
    fn a_mark_tells_its_period() {
        for period in Period::ALL {
            assert_eq!(Period::of_mark(period.mark(u64::MAX)), Some(period));
        }
        assert_eq!(Period::of_mark(6).or(Period::of_mark(u64::MAX)), None);
    }

    #[test]
    fn windows_follow_each_other() {
        for period in [Period::Second, Period::Minute, Period::Week, Period::Month] {
            let mut window = period.window(1_700_000_000 * SECOND);
            for _ in 0..50 {
                let next = period.window(window.start + window.length);
                assert_eq!(
                    (next.index, next.start),
                    (window.index + 1, window.start + window.length)
                );
                assert_eq!(period.window(next.start - 1), window);
                assert!(window.holds(next.start - 1) && !window.holds(next.start));
                assert!(window.holds(window.start) && !window.holds(window.start - 1));
                window = next;
            }
        }
    }
}
