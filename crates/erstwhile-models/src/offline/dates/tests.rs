use super::*;

/// Friday.
const REFERENCE: &str = "2023-05-12T10:00:00Z";

/// Texts, the start of the time expression in them, and its absolute form; `-` for no expression.
const CASES: &[(&str, &str, &str)] = &[
    ("We met yesterday", "2023-05-11", "on 11 May 2023"),
    ("It rained last week", "2023-05-01", "in the week of 1 May 2023"),
    ("I moved here last year", "2022-01-01", "in 2022"),
    ("I start next month", "2023-06-01", "in June 2023"),
    ("I saw her last Tues", "2023-05-09", "on Tuesday 9 May 2023"),
    ("I saw her on Friday", "2023-05-05", "on Friday 5 May 2023"),
    ("We hiked last summer", "2022-06-01", "in the summer of 2022"),
    ("We hiked last weekend", "2023-05-06", "on the weekend of 6 May 2023"),
    ("I quit a few years ago", "2020-01-01", "in 2020"),
    ("I quit two weeks ago", "2023-04-28", "around 28 April 2023"),
    ("They left the week before 9 June 2023", "2023-06-02", "in the week of 2 June 2023"),
    ("They left the Sunday before 25 May 2023", "2023-05-21", "on Sunday 21 May 2023"),
    ("They left two days after 25 May 2023", "2023-05-27", "on 27 May 2023"),
    ("I have lived here since 2016", "2016-01-01", "since 2016"),
    ("I have lived here for 3 years", "2020-01-01", "for 3 years (since 2020)"),
    ("They moved the meeting to 21 June at 09:00", "2023-06-21", "on 21 June 2023 at 09:00"),
    ("I moved on the 4th", "2023-05-04", "on 4 May 2023"),
    ("I start on the 1st", "2023-06-01", "on 1 June 2023"),
    ("I live on the 4th floor", "-", ""),
    ("I am at home since Friday", "2023-05-05", "since Friday 5 May 2023"),
    ("I am working there since four years", "2019-01-01", "since 2019"),
    ("I stayed until 2019", "2019-01-01", "until 2019"),
    ("I worked there from 2010 to 2015", "2010-01-01", "from 2010 to 2015"),
    ("It opened on 3 March 2021", "2021-03-03", "on 3 March 2021"),
    ("It opened on December 5th", "2022-12-05", "on 5 December 2022"),
    ("It was built in the 1990s", "1990-01-01", "in the 1990s"),
    ("We met on the last Monday of March 2021", "2021-03-29", "on Monday 29 March 2021"),
    ("We married on the second Saturday of June 2019", "2019-06-08", "on Saturday 8 June 2019"),
    ("We went from 12 to 15 October 2021", "2021-10-12", "from 12 October 2021 to 15 October 2021"),
    ("We were there 12 to 15 October 2021", "2021-10-12", "from 12 October 2021 to 15 October 2021"),
    ("Sales rose in Q3 2019", "2019-07-01", "in the quarter from July 2019"),
    ("The exam is on 12 March at 9am", "2024-03-12", "on 12 March 2024 at 09:00"),
    ("The exam is on 12 June in the morning", "2023-06-12", "on the morning of 12 June 2023"),
    ("I get two a week since spring", "2023-03-01", "since the spring of 2023"),
    ("After seven years on the list I have a garden", "-", ""),
    ("We are getting married in June", "2023-06-01", "in June 2023"),
    ("We go in the second week of October", "2023-10-08", "in the week of 8 October 2023"),
    ("We met in the last week of May 2021", "2021-05-25", "in the week of 25 May 2021"),
    ("It is due in week 36", "2023-09-04", "in the week of 4 September 2023"),
    ("We met on Valentine's Day", "2023-02-14", "on 14 February 2023"),
    ("We met at Easter", "2023-04-09", "on 9 April 2023"),
    ("We met at Thanksgiving", "2022-11-24", "on 24 November 2022"),
    ("I bought it for $12 December 27", "2022-12-27", "on 27 December 2022"),
    ("I lent her a book and ate 3/4 of it", "-", ""),
    ("I scored 8/10 and gave it a 9/10", "-", ""),
    ("I left last year, now I rest", "2022-01-01", "in 2022"),
    ("I ran it on Sunday in 1:52", "2023-05-07", "on Sunday 7 May 2023"),
    ("Our standup is at 9:30 every day", "-", ""),
    ("The alarm rang at 6am", "2023-05-12", "on 12 May 2023 at 06:00"),
    ("I will call at 3pm", "2023-05-12", "on 12 May 2023 at 15:00"),
    ("I read 2-3 books on 5 shelves", "-", ""),
    ("I ran 4.30 km with her", "-", ""),
    ("I built a 1/24 scale Camaro", "-", ""),
    ("I improved by about 3.125% per problem", "-", ""),
    ("Call +86 2010-2015-86", "-", ""),
    ("I stayed for 3 years", "-", ""),
    ("The second meeting may end now", "-", ""),
    ("I sat there and marched on", "-", ""),
    ("I swim on Sundays and every Monday", "-", ""),
    ("I wake up at 6am", "-", ""),
    ("My rent is 1,150 a month", "-", ""),
    ("I may come", "-", ""),
    ("I attended a workshop on May 14", "2023-05-14", "on 14 May 2023"),
    ("I attended a workshop on June 14", "2022-06-14", "on 14 June 2022"),
];

#[test]
fn expressions_resolve_to_absolute_dates() {
    let reader = DateReader::new();
    let reference: Timestamp = REFERENCE.parse().unwrap();
    for (text, from, words) in CASES {
        let found = reader.resolve(text, reference, &TimeZone::UTC);
        let read: Vec<(String, String)> = found
            .iter()
            .map(|span| (span.period.first.date().to_string(), span.describe(&text[span.span.clone()], false)))
            .collect();
        if *from == "-" {
            assert!(read.is_empty(), "{text}: {read:?}");
        } else {
            assert_eq!(read, [((*from).to_owned(), (*words).to_owned())], "{text}");
        }
    }
}

#[test]
fn days_begin_at_midnight_in_the_time_zone() {
    let reader = DateReader::new();
    let reference: Timestamp = "2023-05-12T23:30:00Z".parse().unwrap();
    let tz = TimeZone::fixed(jiff::tz::offset(2));
    let found = reader.resolve("I called yesterday", reference, &tz);
    assert_eq!(found[0].from.at.to_string(), "2023-05-11T22:00:00Z");
    assert_eq!(found[0].from.precision, Precision::Day);
}
