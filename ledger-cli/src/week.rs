//! Days of the week, and hours of a day, as people write them.

use timebank::exchange::Weekday;

/// Days of the week. Named, so that the parser takes all of them as one value.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Days(pub(crate) Vec<Weekday>);

/// As the contract has them.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Hours {
    pub(crate) from: String,
    pub(crate) until: String,
}

/// Reads days such as `mon,wed`, `mon-fri` or `daily`.
pub(crate) fn days(text: &str) -> Result<Days, String> {
    if text == "daily" {
        return Ok(Days(Weekday::ALL.into()));
    }
    let day = |word: &str| {
        let found = Weekday::ALL.into_iter().find(|day| day.word() == word);
        found.ok_or_else(|| format!("{word:?} is no day; write such as mon,wed, mon-fri, or daily"))
    };
    let mut all = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (day(first)?, day(last)?);
        if last < first {
            return Err(format!(
                "{part:?} ends before it begins; write both parts by themselves"
            ));
        }
        let between = Weekday::ALL.into_iter();
        all.extend(between.filter(|day| (first..=last).contains(day)));
    }
    Ok(Days(all))
}

/// Reads hours such as `9:00-12:00`.
pub(crate) fn hours(text: &str) -> Result<Hours, String> {
    // The contract has hours of two digits.
    let time = |text: &str| match text.find(':') {
        Some(1) => format!("0{text}"),
        _ => text.into(),
    };
    match text.split_once('-') {
        Some((from, until)) if from.contains(':') && until.contains(':') => Ok(Hours {
            from: time(from),
            until: time(until),
        }),
        _ => Err("write such as 9:00-12:00".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Weekday::{Friday, Monday, Saturday, Sunday, Wednesday};

    #[test]
    fn days_of_the_week() {
        for (given, expected) in [
            ("mon", Some(vec![Monday])),
            ("mon,wed", Some(vec![Monday, Wednesday])),
            ("fri-sun", Some(vec![Friday, Saturday, Sunday])),
            ("sun,fri-sat", Some(vec![Sunday, Friday, Saturday])),
            ("sat-mon", None),
            ("Monday", None),
            ("mon-", None),
            ("", None),
        ] {
            assert_eq!(days(given).ok(), expected.map(Days), "{given:?}");
        }
        assert_eq!(days("daily").map(|days| days.0.len()), Ok(7));
    }

    #[test]
    fn hours_of_a_day() {
        for (given, expected) in [
            ("9:00-12:00", Some(("09:00", "12:00"))),
            ("22:00-6:30", Some(("22:00", "06:30"))),
            ("9-12", None),
            ("9:00", None),
        ] {
            let hours = hours(given).ok().map(|hours| (hours.from, hours.until));
            let expected = expected.map(|(from, until)| (from.to_owned(), until.to_owned()));
            assert_eq!(hours, expected, "{given:?}");
        }
    }
}
