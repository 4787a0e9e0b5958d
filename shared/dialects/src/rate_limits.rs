//! What is left of a provider's limits, told in the headers that clients of another dialect look at.

/// The headers in which a dialect tells what is left of limits.
#[derive(Debug)]
pub struct RateLimits {
    /// How the names of all these headers begin.
    pub prefix: &'static str,
    /// What is limited, and the headers that tell the limit, what is left of it, and when it is whole again.
    pub rows: &'static [(Limited, [&'static str; 3])],
    /// How the last of them is written.
    pub reset: Reset,
}

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limited {
    /// Requests.
    Requests,
    /// Tokens of both kinds.
    Tokens,
    /// Tokens of prompts.
    InputTokens,
    /// Generated tokens.
    OutputTokens,
}

/// How it is written when a limit is whole again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reset {
    /// The time until then: `6m0s`, `17ms`.
    Duration,
    /// The time of day, in UTC: `2026-11-21T10:00:00Z`.
    Time,
}

/// What is left of one limit.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Standing {
    limit: Option<u64>,
    remaining: Option<u64>,
    /// Milliseconds from now.
    reset: Option<u64>,
}

/// The headers that tell in the words of `to` what `header` tells in those of `from`. `now` is Unix time in
/// seconds.
pub fn retold(
    from: &RateLimits,
    to: &RateLimits,
    now: u64,
    header: impl Fn(&str) -> Option<String>,
) -> Vec<(&'static str, String)> {
    let read = |(limited, names): &(Limited, [&str; 3])| {
        let [limit, remaining, reset] = names.map(&header);
        let standing = Standing {
            limit: limit.and_then(|text| text.trim().parse().ok()),
            remaining: remaining.and_then(|text| text.trim().parse().ok()),
            reset: reset.and_then(|text| from.reset.read(text.trim(), now)),
        };
        (standing.limit.is_some() || standing.remaining.is_some()).then_some((*limited, standing))
    };
    let known: Vec<(Limited, Standing)> = from.rows.iter().filter_map(read).collect();
    let mut headers = Vec::new();
    for (limited, [limit, remaining, reset]) in to.rows {
        let Some(standing) = standing(*limited, &known) else { continue };
        let values = [
            (limit, standing.limit.map(|count| count.to_string())),
            (remaining, standing.remaining.map(|count| count.to_string())),
            (reset, standing.reset.map(|milliseconds| to.reset.write(milliseconds, now))),
        ];
        headers.extend(values.into_iter().filter_map(|(name, value)| Some((*name, value?))));
    }
    headers
}

/// What is known of a limit. Tokens of both kinds are told apart by some: the tighter of the two counts.
fn standing(limited: Limited, known: &[(Limited, Standing)]) -> Option<&Standing> {
    let of = |limited| known.iter().find(|row| row.0 == limited).map(|row| &row.1);
    of(limited).or_else(|| match limited {
        Limited::Tokens => match (of(Limited::InputTokens), of(Limited::OutputTokens)) {
            (Some(input), Some(output)) if output.share() < input.share() => Some(output),
            (input, output) => input.or(output),
        },
        _ => None,
    })
}

impl Standing {
    /// How much is left, in millionths.
    fn share(&self) -> u128 {
        let (limit, remaining) = (self.limit.unwrap_or(0).max(1), self.remaining.unwrap_or(0));
        u128::from(remaining) * 1_000_000 / u128::from(limit)
    }
}

impl Reset {
    /// Milliseconds from `now`.
    fn read(self, text: &str, now: u64) -> Option<u64> {
        match self {
            Reset::Duration => duration(text),
            Reset::Time => Some(seconds(text)?.saturating_sub(now).saturating_mul(1_000)),
        }
    }

    fn write(self, milliseconds: u64, now: u64) -> String {
        match self {
            Reset::Duration => match (milliseconds / 60_000, milliseconds % 60_000) {
                (0, rest) if rest < 1_000 => format!("{rest}ms"),
                (0, rest) => format!("{}s", rest.div_ceil(1_000)),
                (minutes, rest) => format!("{minutes}m{}s", rest / 1_000),
            },
            Reset::Time => time(now.saturating_add(milliseconds.div_ceil(1_000))),
        }
    }
}

/// `1h2m3.5s`, `17ms` or bare seconds, in milliseconds.
fn duration(text: &str) -> Option<u64> {
    let mut total = 0u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at_checked(digits)?;
        let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(letters)?;
        let unit = match unit {
            "ms" => 1.0,
            "s" | "" => 1_000.0,
            "m" => 60_000.0,
            "h" => 3_600_000.0,
            "d" => 86_400_000.0,
            _ => return None,
        };
        let number: f64 = number.parse().ok()?;
        // A float becomes the nearest integer there is.
        total = total.saturating_add((number * unit).ceil() as u64);
        rest = after;
    }
    (!text.is_empty()).then_some(total)
}

/// `2026-11-21T10:00:00Z` in Unix seconds; a fraction is left out, other zones are not read.
fn seconds(text: &str) -> Option<u64> {
    let text = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00"))?;
    let (date, clock) = text.split_once('T')?;
    let clock = clock.split('.').next()?;
    let three = |text: &str, sign| {
        let mut parts = text.split(sign).map(|part| part.parse::<u64>().ok());
        let three = (parts.next()??, parts.next()??, parts.next()??);
        parts.next().is_none().then_some(three)
    };
    let ((year, month, day), (hour, minute, second)) = (three(date, '-')?, three(clock, ':')?);
    let known = (1970..10_000).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    // Days since 1970 by the civil calendar, with years that begin in March
    // (<https://howardhinnant.github.io/date_algorithms.html>).
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    let days = days.checked_sub(719_468)?;
    known.then_some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// Unix seconds as `2026-11-21T10:00:00Z`.
fn time(seconds: u64) -> String {
    let (days, clock) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (clock / 3_600, clock / 60 % 60, clock % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const DURATIONS: RateLimits = RateLimits {
        prefix: "",
        rows: &[(Limited::Requests, ["lr", "rr", "tr"]), (Limited::Tokens, ["lt", "rt", "tt"])],
        reset: Reset::Duration,
    };

    const TIMES: RateLimits = RateLimits {
        prefix: "",
        rows: &[
            (Limited::Requests, ["r-limit", "r-left", "r-reset"]),
            (Limited::InputTokens, ["i-limit", "i-left", "i-reset"]),
            (Limited::OutputTokens, ["o-limit", "o-left", "o-reset"]),
            (Limited::Tokens, ["t-limit", "t-left", "t-reset"]),
        ],
        reset: Reset::Time,
    };

    /// 2026-11-21T10:00:00Z.
    const NOW: u64 = 1_795_255_200;

    fn told(from: &RateLimits, to: &RateLimits, headers: &[(&str, &str)]) -> Vec<String> {
        let header =
            |name: &str| headers.iter().find(|row| row.0 == name).map(|row| row.1.to_owned());
        let told = retold(from, to, NOW, header).into_iter();
        told.map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn durations_become_times() {
        let headers = [("lr", "60"), ("rr", "59"), ("tr", "1s"), ("rt", "7"), ("tt", "6m0s")];
        assert_eq!(
            told(&DURATIONS, &TIMES, &headers),
            [
                "r-limit=60",
                "r-left=59",
                "r-reset=2026-11-21T10:00:01Z",
                "t-left=7",
                "t-reset=2026-11-21T10:06:00Z"
            ]
        );
    }

    #[test]
    fn times_become_durations_and_the_tighter_limit_of_tokens_counts() {
        let headers = [
            ("r-limit", "50"),
            ("r-left", "0"),
            ("r-reset", "2026-11-21T10:00:30Z"),
            ("i-limit", "1000"),
            ("i-left", "900"),
            ("o-limit", "100"),
            ("o-left", "10"),
            ("o-reset", "2026-11-21T09:59:59.5Z"),
        ];
        assert_eq!(
            told(&TIMES, &DURATIONS, &headers),
            ["lr=50", "rr=0", "tr=30s", "lt=100", "rt=10", "tt=0ms"]
        );
    }

    #[test]
    fn what_is_no_limit_is_not_told() {
        for headers in
            [&[("tr", "1s")][..], &[("lr", "many"), ("rr", "-1")], &[("other", "7")], &[]]
        {
            assert_eq!(told(&DURATIONS, &TIMES, headers), Vec::<String>::new());
        }
        for text in ["", "soon", "1x", "..", "1.2.3s", "-1s"] {
            assert_eq!(duration(text), None, "{text}");
        }
        for text in ["", "T", "2026-11-21", "2026-13-21T10:00:00Z", "1969-12-31T23:59:59Z", "xZ"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn all_headers_of_a_dialect_begin_alike() {
        for limits in crate::DIALECTS.iter().filter_map(|dialect| dialect.rate_limits()) {
            let names = limits.rows.iter().flat_map(|row| row.1);
            assert!(!limits.prefix.is_empty());
            assert!(names.clone().all(|name| name.starts_with(limits.prefix)), "{limits:?}");
        }
    }

    #[test]
    fn a_time_is_read_as_it_is_written() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (NOW, "2026-11-21T10:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
        ] {
            assert_eq!(time(seconds), expected);
            assert_eq!(super::seconds(expected), Some(seconds));
        }
        assert_eq!(duration("1h2m3.5s"), Some(3_723_500));
        assert_eq!(duration("17ms"), Some(17));
        assert_eq!(duration("20"), Some(20_000));
    }
}
