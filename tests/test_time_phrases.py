"""Times in words: what each expression means on two days of writing, with first day, last day and precision."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from crisiskg.annotation.nlp import load_language, read_docs
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import TimeExpression
from crisiskg.annotation.times import find_times
from crisiskg.documents import DateBounds, Document

#: Days of writing: a Tuesday in June and a Wednesday in January.
FIRST, SECOND = dt.date(2015, 6, 2), dt.date(2021, 1, 20)

# Sentence with the expression in brackets | begin end precision on the first day | on the second, where it differs.
# ".." is an open end; a sentence alone says nothing of when, only how long or how often (then its value stands behind it).
TABLE = """
They met on [17 February 2014]. | 2014-02-17 2014-02-17 day
They met on [February 17, 2014]. | 2014-02-17 2014-02-17 day
They met on [17th February 2014]. | 2014-02-17 2014-02-17 day
They met on [the 17th of February, 2014]. | 2014-02-17 2014-02-17 day
They met on [Feb. 17, 2014]. | 2014-02-17 2014-02-17 day
They met on [2014-02-17]. | 2014-02-17 2014-02-17 day
They met on [17.02.2014]. | 2014-02-17 2014-02-17 day
They met on [23/02/2014]. | 2014-02-23 2014-02-23 day
They met on [02/23/2014]. | 2014-02-23 2014-02-23 day
They met on [03/04/2014]. | 2014-03-04 2014-04-03 interval
They met on [17 Feb 2014]. | 2014-02-17 2014-02-17 day
They met on [Monday, 17 February 2014]. | 2014-02-17 2014-02-17 day
They met on [17 February]. | 2015-02-17 2015-02-17 day | 2020-02-17 2020-02-17 day
The vote will be held on [17 February]. | 2016-02-17 2016-02-17 day | 2021-02-17 2021-02-17 day
They met on [Monday]. | 2015-06-01 2015-06-01 day | 2021-01-18 2021-01-18 day
They met on [Tuesday]. | 2015-06-02 2015-06-02 day | 2021-01-19 2021-01-19 day
They will meet on [Friday]. | 2015-06-05 2015-06-05 day | 2021-01-22 2021-01-22 day
They met [last Friday]. | 2015-05-29 2015-05-29 day | 2021-01-15 2021-01-15 day
They will meet [next Friday]. | 2015-06-05 2015-06-05 day | 2021-01-22 2021-01-22 day
They met on [Friday last week]. | 2015-05-29 2015-05-29 day | 2021-01-15 2021-01-15 day
They met [yesterday]. | 2015-06-01 2015-06-01 day | 2021-01-19 2021-01-19 day
They met [today]. | 2015-06-02 2015-06-02 day | 2021-01-20 2021-01-20 day
They will meet [tomorrow]. | 2015-06-03 2015-06-03 day | 2021-01-21 2021-01-21 day
They met [the day before yesterday]. | 2015-05-31 2015-05-31 day | 2021-01-18 2021-01-18 day
They met [last night]. | 2015-06-01 2015-06-01 day | 2021-01-19 2021-01-19 day
They met [last week]. | 2015-05-25 2015-05-31 week | 2021-01-11 2021-01-17 week
They met [last month]. | 2015-05-01 2015-05-31 month | 2020-12-01 2020-12-31 month
They met [last year]. | 2014-01-01 2014-12-31 year | 2020-01-01 2020-12-31 year
They will meet [next week]. | 2015-06-08 2015-06-14 week | 2021-01-25 2021-01-31 week
They will meet [next month]. | 2015-07-01 2015-07-31 month | 2021-02-01 2021-02-28 month
They will meet [next year]. | 2016-01-01 2016-12-31 year | 2022-01-01 2022-12-31 year
They met [this week]. | 2015-06-01 2015-06-07 week | 2021-01-18 2021-01-24 week
They met [this month]. | 2015-06-01 2015-06-30 month | 2021-01-01 2021-01-31 month
They met [this year]. | 2015-01-01 2015-12-31 year | 2021-01-01 2021-12-31 year
They met [the week before last]. | 2015-05-18 2015-05-24 week | 2021-01-04 2021-01-10 week
They will meet [the week after next]. | 2015-06-15 2015-06-21 week | 2021-02-01 2021-02-07 week
They met [three days ago]. | 2015-05-30 2015-05-30 day | 2021-01-17 2021-01-17 day
They met [two weeks ago]. | 2015-05-16 2015-05-22 week | 2021-01-03 2021-01-09 week
They met [two months ago]. | 2015-04-01 2015-04-30 month | 2020-11-01 2020-11-30 month
They met [two years ago]. | 2013-01-01 2013-12-31 year | 2019-01-01 2019-12-31 year
They met [a decade ago]. | 2003-01-01 2007-12-31 decade | 2009-01-01 2013-12-31 decade
They met [a year and a half ago]. | 2013-12-01 2013-12-31 month | 2019-07-01 2019-07-31 month
They met about [a week ago]. | 2015-05-23 2015-05-29 week | 2021-01-10 2021-01-16 week
They met in [March]. | 2015-03-01 2015-03-31 month | 2020-03-01 2020-03-31 month
They met in [March 2013]. | 2013-03-01 2013-03-31 month
They will meet in [March]. | 2016-03-01 2016-03-31 month | 2021-03-01 2021-03-31 month
They met [last March]. | 2015-03-01 2015-03-31 month | 2020-03-01 2020-03-31 month
They met in [March last year]. | 2014-03-01 2014-03-31 month | 2020-03-01 2020-03-31 month
They met in [March this year]. | 2015-03-01 2015-03-31 month | 2021-03-01 2021-03-31 month
They met in [early March]. | 2015-03-01 2015-03-10 month | 2020-03-01 2020-03-10 month
They met in [late March 2013]. | 2013-03-21 2013-03-31 month
They met in [mid-March 2013]. | 2013-03-11 2013-03-20 month
They met in [2013]. | 2013-01-01 2013-12-31 year
They met in [early 2013]. | 2013-01-01 2013-04-30 year
They met in [mid-2013]. | 2013-05-01 2013-08-31 year
They met in [late 2013]. | 2013-09-01 2013-12-31 year
They met at [the beginning of 2013]. | 2013-01-01 2013-04-30 year
They met at [the end of 2013]. | 2013-09-01 2013-12-31 year
They met towards [the end of March 2013]. | 2013-03-21 2013-03-31 month
They met in [the middle of 2013]. | 2013-05-01 2013-08-31 year
They met in [the first half of 2013]. | 2013-01-01 2013-06-30 half-year
They met in [the second half of 2014]. | 2014-07-01 2014-12-31 half-year
They met in [the first quarter of 2014]. | 2014-01-01 2014-03-31 quarter
They met in [the last quarter of 2014]. | 2014-10-01 2014-12-31 quarter
They met in [Q3 2014]. | 2014-07-01 2014-09-30 quarter
They met in [the third quarter]. | 2014-07-01 2014-09-30 quarter | 2020-07-01 2020-09-30 quarter
They met in [the summer of 2014]. | 2014-06-01 2014-08-31 season
They met in [summer 2014]. | 2014-06-01 2014-08-31 season
They met in [the winter of 2013-14]. | 2013-12-01 2014-02-28 season
They met in [winter 2013/14]. | 2013-12-01 2014-02-28 season
They met [last summer]. | 2014-06-01 2014-08-31 season | 2020-06-01 2020-08-31 season
They met [last winter]. | 2014-12-01 2015-02-28 season | 2019-12-01 2020-02-29 season
They will meet [next spring]. | 2016-03-01 2016-05-31 season | 2021-03-01 2021-05-31 season
They met in [spring]. | 2015-03-01 2015-05-31 season | 2020-03-01 2020-05-31 season
Fighting went on in [the 1990s]. | 1990-01-01 1999-12-31 decade
Fighting went on in [the early 1990s]. | 1990-01-01 1993-05-02 decade
Fighting went on in [the late 1980s]. | 1986-08-31 1989-12-31 decade
Fighting went on in [the mid-1990s]. | 1993-05-02 1996-08-31 decade
Fighting went on in [the 19th century]. | 1800-01-01 1899-12-31 interval
Fighting went on in [the late 19th century]. | 1866-08-31 1899-12-31 interval
Fighting went on [between 3 and 7 January 2013]. | 2013-01-03 2013-01-07 interval
Fighting went on [from 3 to 7 January 2013]. | 2013-01-03 2013-01-07 interval
Fighting went on [3-7 January 2013]. | 2013-01-03 2013-01-07 interval
Fighting went on [January 3-7, 2013]. | 2013-01-03 2013-01-07 interval
Fighting went on [from 28 February to 3 March 2013]. | 2013-02-28 2013-03-03 interval
Fighting went on [from March to May]. | 2015-03-01 2015-05-31 interval | 2020-03-01 2020-05-31 interval
Fighting went on [between March and May 2013]. | 2013-03-01 2013-05-31 interval
Fighting went on [from March 2013 to May 2014]. | 2013-03-01 2014-05-31 interval
Fighting went on in [2013-14]. | 2013-01-01 2014-12-31 interval
Fighting went on in [2003–2011]. | 2003-01-01 2011-12-31 interval
Fighting went on [from 2003 to 2011]. | 2003-01-01 2011-12-31 interval
Fighting went on [between 2003 and 2011]. | 2003-01-01 2011-12-31 interval
Fighting went on [from 2003 until 2011]. | 2003-01-01 2011-12-31 interval
The truce has held since [2011]. | 2011-01-01 .. year
The truce has held since [March]. | 2015-03-01 .. month | 2020-03-01 .. month
The truce has held since [March 2013]. | 2013-03-01 .. month
The truce has held since [Monday]. | 2015-06-01 .. day | 2021-01-18 .. day
The truce has held since [last year]. | 2014-01-01 .. year | 2020-01-01 .. year
The truce will hold until [2030]. | .. 2030-12-31 year
The truce will hold until [Friday]. | .. 2015-06-05 day | .. 2021-01-22 day
The law was passed before [2011]. | .. 2011-01-01 year
The law was passed after [2011]. | 2011-12-31 .. year
The army will withdraw by [2030]. | .. 2030-12-31 year
The army will withdraw by [March]. | .. 2016-03-31 month | .. 2021-03-31 month
The army will withdraw by [the end of the year]. | .. 2015-12-31 year | .. 2021-12-31 year
The army will withdraw by [the end of March]. | .. 2016-03-31 month | .. 2021-03-31 month
The army withdrew at [the turn of the century]. | 1995-01-01 2004-12-31 interval
The army withdrew at [the turn of the millennium]. | 1995-01-01 2004-12-31 interval
The army withdrew in [recent months]. | 2014-09-02 2015-06-02 interval | 2020-04-20 2021-01-20 interval
The army withdrew in [recent weeks]. | 2015-03-31 2015-06-02 interval | 2020-11-18 2021-01-20 interval
The army withdrew over [the past three years]. | 2012-06-02 2015-06-02 interval | 2018-01-20 2021-01-20 interval
The army withdrew over [the last few weeks]. | 2015-03-31 2015-06-02 interval | 2020-11-18 2021-01-20 interval
The army will withdraw over [the next two years]. | 2015-06-02 2017-06-02 interval | 2021-01-20 2023-01-20 interval
The army will withdraw over [the coming weeks]. | 2015-06-02 2015-08-04 interval | 2021-01-20 2021-03-24 interval
The army withdrew [earlier this month]. | 2015-06-01 2015-06-02 month | 2021-01-01 2021-01-20 month
The army withdrew [late last year]. | 2014-09-01 2014-12-31 year | 2020-09-01 2020-12-31 year
The army withdrew [early last year]. | 2014-01-01 2014-04-30 year | 2020-01-01 2020-04-30 year
The army withdrew [late last month]. | 2015-05-21 2015-05-31 month | 2020-12-21 2020-12-31 month
The army withdrew [this morning]. | 2015-06-02 2015-06-02 day | 2021-01-20 2021-01-20 day
The army withdrew at [10:30 GMT on 17 February 2014]. | 2014-02-17 2014-02-17 day
The army withdrew at [1030 GMT on 17 February 2014]. | 2014-02-17 2014-02-17 day
The army withdrew at [2014-02-17T10:30:00Z]. | 2014-02-17 2014-02-17 day
The army withdrew in [fiscal year 2014]. | 2013-04-01 2015-03-31 interval
The army withdrew in [FY2014]. | 2013-04-01 2015-03-31 interval
The army withdrew in [fiscal 2014]. | 2013-04-01 2015-03-31 interval
The budget of the [2013/14] financial year was cut. | 2013-01-01 2014-12-31 interval
The army withdrew on [Christmas Day]. | 2014-12-25 2014-12-25 day | 2020-12-25 2020-12-25 day
The army withdrew on [New Year's Eve 2013]. | 2013-12-31 2013-12-31 day
The army withdrew on [Easter Sunday 2014]. | 2014-04-20 2014-04-20 day
They met on [the weekend]. | 2015-05-30 2015-05-31 week | 2021-01-16 2021-01-17 week
They met [last weekend]. | 2015-05-30 2015-05-31 week | 2021-01-16 2021-01-17 week
They met on [the night of 17 February 2014]. | 2014-02-17 2014-02-17 day
They met on [the evening of 17 February 2014]. | 2014-02-17 2014-02-17 day
They met on [17 and 18 February 2014]. | 2014-02-17 2014-02-18 interval
They met on [February 17 and 18, 2014]. | 2014-02-17 2014-02-18 interval
They met on [17-18 February]. | 2015-02-17 2015-02-18 interval | 2020-02-17 2020-02-18 interval
They met in [the 2000s]. | 2000-01-01 2009-12-31 decade
They met in [the 2010s]. | 2010-01-01 2019-12-31 decade
They met in [the '90s]. | 1990-01-01 1999-12-31 decade
They met in [the sixties]. | 1960-01-01 1969-12-31 decade
They met at [the end of last year]. | 2014-09-01 2014-12-31 year | 2020-09-01 2020-12-31 year
They met at [the end of last month]. | 2015-05-21 2015-05-31 month | 2020-12-21 2020-12-31 month
They met at [the start of this year]. | 2015-01-01 2015-04-30 year | 2021-01-01 2021-04-30 year
They met at [the beginning of the month]. | 2015-06-01 2015-06-10 month | 2021-01-01 2021-01-10 month
They met in [2013 and 2014]. | 2013-01-01 2014-12-31 interval
They met in [Mar-2014]. | 2014-03-01 2014-03-31 month
They met on [17-Feb-2014]. | 2014-02-17 2014-02-17 day
They met on [2014/02/17]. | 2014-02-17 2014-02-17 day
They met in the course of [2014]. | 2014-01-01 2014-12-31 year
They met throughout [2014]. | 2014-01-01 2014-12-31 year
They met during [the first three months of 2014]. | 2014-01-01 2014-03-31 interval
They met in [the first week of March 2014]. | 2014-03-01 2014-03-10 month
They met in [the last days of March 2014]. | 2014-03-21 2014-03-31 month
They met [half a century ago]. | 1955-01-01 1975-12-31 interval | 1961-01-01 1981-12-31 interval
They met [overnight]. | 2015-06-02 2015-06-02 day | 2021-01-20 2021-01-20 day
They met [a few days ago]. | 2015-05-23 2015-06-02 interval | 2021-01-10 2021-01-20 interval
They met nearly [two years ago]. | 2013-01-01 2013-12-31 year | 2019-01-01 2019-12-31 year
They met [months ago]. | 2014-07-02 2015-06-02 interval | 2020-02-20 2021-01-20 interval
They met on [the 15th]. | 2015-05-15 2015-05-15 day | 2021-01-15 2021-01-15 day
They met in [1998/99]. | 1998-01-01 1999-12-31 interval
They met at [6 p.m. on Monday]. | 2015-06-01 2015-06-01 day | 2021-01-18 2021-01-18 day
They met on [Monday night]. | 2015-06-01 2015-06-01 day | 2021-01-18 2021-01-18 day
They met on [Monday morning]. | 2015-06-01 2015-06-01 day | 2021-01-18 2021-01-18 day
They met in [the autumn]. | 2014-09-01 2014-11-30 season | 2020-09-01 2020-11-30 season
They met in [the fall of 2014]. | 2014-09-01 2014-11-30 season
They met [c. 1850]. | 1850-01-01 1850-12-31 year
They met on [17 February of last year]. | 2014-02-17 2014-02-17 day | 2020-02-17 2020-02-17 day
They met on [17 February last year]. | 2014-02-17 2014-02-17 day | 2020-02-17 2020-02-17 day
They met on [17 February this year]. | 2015-02-17 2015-02-17 day | 2021-02-17 2021-02-17 day
They met on [the same day]. | 2015-06-02 2015-06-02 day | 2021-01-20 2021-01-20 day
"""
UNDATED = """
The curfew lasted [three days]. | P3D
The curfew lasted [six to eight weeks]. | P6W/P8W
The curfew lasted [several months]. | PXM
They held a [two-hour] meeting. | PT2H
He ruled for more than [20 years]. | P20Y
They march [every Friday]. | XXXX-WXX-5
They march [every day]. | P1D
They march [every other week]. | P2W
They march [each summer]. | XXXX-SU
They march [twice a week]. | P1W
They march on [Fridays]. | XXXX-WXX-5
They march [daily]. | P1D
"""


def rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split(" | ")] for line in table.strip().splitlines()]


def plain(sentence: str) -> str:
    return re.sub(r"[\[\]]", "", sentence)


def read(sentences: list[str], day: dt.date | None) -> list[list[TimeExpression]]:
    bounds = DateBounds(day, day, "day", "metadata") if day else None
    documents = [Document(text=plain(sentence), published=bounds) for sentence in sentences]
    found = []
    for document, doc in read_docs(load_language(), documents):
        reading = Reading(document, doc)
        find_times(reading)
        found.append(reading.times)
    return found


def shown(time: TimeExpression) -> str:
    bounds = time.bounds
    return f"{bounds.earliest or '..'} {bounds.latest or '..'} {bounds.precision}" if bounds else ""


def test_the_table_is_long_enough() -> None:
    assert len(rows(TABLE)) >= 120


@pytest.mark.parametrize(("day", "column"), [(FIRST, 1), (SECOND, -1)])
def test_dated(day: dt.date, column: int) -> None:
    table = rows(TABLE)
    wrong = []
    for row, times in zip(table, read([row[0] for row in table], day), strict=True):
        words = row[0].partition("[")[2].partition("]")[0]
        if [(time.text, shown(time)) for time in times] != [(words, row[column])]:
            wrong.append((row[0], row[column], [(time.text, shown(time)) for time in times]))
    assert wrong == []


def test_undated() -> None:
    table = rows(UNDATED)
    for (sentence, value), times in zip(table, read([row[0] for row in table], FIRST), strict=True):
        assert [(f"[{time.text}]" in sentence, time.value, time.bounds) for time in times] == [(True, value, None)], sentence


def values(text: str, day: dt.date | None = FIRST) -> list[str | None]:
    return [time.value for time in read([text], day)[0]]


def test_a_list_of_months_shares_its_year() -> None:
    assert values("They met in January, February and March 2014.") == ["2014-01", "2014-02", "2014-03"]
    assert values("They met in November and January 2014.") == ["2013-11", "2014-01"]
    assert values("They met in January. In February 2014 they parted.") == ["2015-01", "2014-02"]  # no list


def test_day_and_month_in_numbers_are_not_guessed() -> None:
    [time] = read(["The vote was held on 03/04/2014."], FIRST)[0]
    assert (time.value, time.mod, shown(time)) == ("[2014-03-04,2014-04-03]", "APPROX", "2014-03-04 2014-04-03 interval")
    assert values("The vote was held on 03/04/2014 and on 25/04/2014.") == ["2014-04-03", "2014-04-25"]  # the text shows it
    assert values("The vote was held on 03.04.2014.") == ["2014-04-03"]  # dots stand behind days
    assert values("The vote was held on 03/12/2014.", dt.date(2014, 4, 1)) == ["2014-03-12"]  # December is yet to come
    assert values("The vote was held on 04/04/2014.") == ["2014-04-04"]


def test_a_clock_time_belongs_to_the_day_beside_it() -> None:
    assert values("The talk is on Thursday 18 June at 6 p.m. in the hall.") == ["2015-06-18", "2015-06-18T18:00"]
    assert values("They came on 1 June. At 6 p.m. it rained.")[-1] != "2015-06-02T18:00"


def test_what_was_done_by_a_day_is_past() -> None:
    assert values("Forty bodies had been collected by Wednesday.") == ["2015-05-27"]
    assert values("Forty bodies will be collected by Wednesday.") == ["2015-06-03"]


@pytest.mark.parametrize(
    "text",
    [
        "She told the Moscow daily Kommersant so.",
        "The landing on D-Day was long ago.",
        "It was founded in 500 BC.",
        "The fy 12 ship sank.",
        "They met once and twice again.",
        "The group FYROM split.",
    ],
)
def test_no_time_is_made_up(text: str) -> None:
    assert [value for value in values(text) if value and value[0].isdigit()] == []
    assert not {"P1D", "FY2012"} & set(values(text))


def test_without_a_day_of_writing_relative_words_have_no_day() -> None:
    for text in ("They met the week before last.", "They met on 17 February last year.", "They met at the turn of the year."):
        assert [time.bounds for time in read([text], None)[0]] == [None]
