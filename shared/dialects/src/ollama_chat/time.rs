//! Times as Ollama writes them: RFC 3339 <https://www.rfc-editor.org/rfc/rfc3339>, in UTC, and Unix time in seconds.

/// The seconds of `2025-10-26T17:15:24.097767Z`, or with an offset as `+02:00`. `None`: it is no such time, or one
/// before 1970.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let (date, time) = text.split_once(['T', 't'])?;
    let mut date = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let clock = time.get(..8)?;
    let mut clock = clock.splitn(3, ':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let known = (1..=12).contains(&month) && (1..=31).contains(&day) && (0..=9999).contains(&year);
    if !known
        || !(0..24).contains(&hour)
        || !(0..60).contains(&minute)
        || !(0..=60).contains(&second)
    {
        return None;
    }
    let offset = time.get(8..)?.trim_start_matches(|it: char| it == '.' || it.is_ascii_digit());
    let days = days(year, month, day);
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - self::offset(offset)?;
    u64::try_from(seconds).ok()
}

/// The seconds of an offset: `Z`, `+02:00`.
fn offset(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let sign = match text.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let number = |text: &str| text.parse::<i64>().ok().filter(|it| (0..60).contains(it));
    Some(sign * (number(hours)? * 3_600 + number(minutes)? * 60))
}

/// `2025-10-26T17:15:24Z` for Unix time.
pub(super) fn text(seconds: u64) -> String {
    // The year 9999 ends there.
    let seconds = seconds.min(253_402_300_799);
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Howard Hinnant, <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>: days are counted from
    // 0000-03-01, so that the leap day is a year's last.
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Days since 1970-01-01, by the same method.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn every_day_comes_back() {
        for day in 0..60_000 {
            let time = day * 86_400 + day % 86_400;
            assert_eq!(seconds(&text(time)), Some(time));
        }
        assert_eq!(text(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(text(u64::MAX), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn times_are_read_with_fractions_and_offsets() {
        for (text, time) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2025-10-26T17:15:24.097767Z", Some(1_761_498_924)),
            ("2025-10-26T19:15:24.097767123+02:00", Some(1_761_498_924)),
            ("1969-12-31T23:59:59Z", None),
            ("2025-13-26T17:15:24Z", None),
            ("2025-10-26 17:15:24", None),
            ("2025-10-26T17:15", None),
            ("é", None),
            ("", None),
        ] {
            assert_eq!(seconds(text), time, "{text}");
        }
    }
}
