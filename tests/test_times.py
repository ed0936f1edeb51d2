"""Times: each rule with what it finds and what it must leave alone."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

import pytest

from crisiskg.annotation.nlp import load_language, read_docs
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.time_grammar import scan
from crisiskg.annotation.times import find_times
from crisiskg.documents import DateBounds, Document

Read = Callable[..., Reading]


@pytest.fixture(scope="module")
def read() -> Read:
    language = load_language()

    def read_text(text: str, published: str | None = "2015-06-02") -> Reading:
        day = dt.date.fromisoformat(published) if published else None
        bounds = DateBounds(day, day, "day", "metadata") if day else None
        (document, doc) = next(iter(read_docs(language, [Document(text=text, published=bounds)])))
        reading = Reading(document, doc)
        find_times(reading)
        return reading

    return read_text


def said(reading: Reading) -> list[tuple[str, str | None, str | None]]:
    return [(found.text, found.value, found.mod) for found in reading.times]


def days(reading: Reading, index: int = 0) -> tuple[str | None, str | None]:
    bounds = reading.times[index].bounds
    assert bounds is not None
    return (
        bounds.earliest.isoformat() if bounds.earliest else None,
        bounds.latest.isoformat() if bounds.latest else None,
    )


@pytest.mark.parametrize(
    ("text", "words", "value", "mod"),
    [
        ("He was killed on 27 May 2015.", "27 May 2015", "2015-05-27", None),
        ("He was killed on May 27, 2015.", "May 27, 2015", "2015-05-27", None),
        ("He was killed on 2015-05-27.", "2015-05-27", "2015-05-27", None),
        ("He was killed on 27/05/2015.", "27/05/2015", "2015-05-27", None),
        ("He was killed on the 3rd of April 2014.", "the 3rd of April 2014", "2014-04-03", None),
        ("Talks opened on 17 February.", "17 February", "2015-02-17", None),
        ("Talks opened in March.", "March", "2015-03", None),
        ("The troops left on Monday.", "Monday", "2015-06-01", None),
        ("The troops will leave on Monday.", "Monday", "2015-06-08", None),
        ("The army seized the town two years ago.", "two years ago", "2013", None),
        ("The army seized the town three days ago.", "three days ago", "2015-05-30", None),
        ("The army seized the town last week.", "last week", "2015-W22", None),
        ("The army seized the town yesterday.", "yesterday", "2015-06-01", None),
        ("The party was banned earlier this year.", "earlier this year", "2015", None),
        ("Rebels took the city in early 2013.", "early 2013", "2013", "START"),
        ("They agreed to it in mid-2014.", "mid-2014", "2014", "MID"),
        ("They agreed to it in late March.", "late March", "2015-03", "END"),
        ("Many fled in the second half of 2014.", "the second half of 2014", "2014-07/2014-12", None),
        ("I drove there last summer.", "last summer", "2014-06/2014-08", None),
        ("War broke out in the 1990s.", "the 1990s", "199X", None),
        ("Two coups followed over the past couple of years.", "the past couple of years", "P2Y", "APPROX"),
        ("Exports fell this quarter.", "this quarter", "2015-Q2", None),
        ("They met between 3 and 7 January 2013.", "between 3 and 7 January 2013", "2013-01-03/2013-01-07", None),
        ("Fighting in 2013-14 was fierce.", "2013-14", "2013/2014", None),
        ("He ruled from 2003 to 2011.", "from 2003 to 2011", "2003/2011", None),
        ("The ceasefire has held since 1997.", "1997", "1997", "SINCE"),
        ("The curfew lasted three days.", "three days", "P3D", None),
        ("They stayed there for almost ten years.", "ten years", "P10Y", "APPROX"),
        ("They protest every Friday.", "every Friday", "XXXX-WXX-5", None),
        ("He died in the night of 12 May.", "the night of 12 May", "2015-05-12", None),
        ("The vote was held on Easter Sunday.", "Easter Sunday", "2015-04-05", None),
        ("Elections are planned for next year.", "next year", "2016", None),
        ("It sank on Tuesday, 19 May 2015, off Libya.", "Tuesday, 19 May 2015", "2015-05-19", None),
    ],
)
def test_value(read: Read, text: str, words: str, value: str, mod: str | None) -> None:
    assert (words, value, mod) in said(read(text))


@pytest.mark.parametrize(
    "text",
    [
        "Protesters march on the capital and may be shot.",
        "Theresa May met the president.",
        "The Council adopted Resolution 1701 and spent $2000.",
        "Some 2000 soldiers crossed the river.",
        "At 40 years old he is young; a 12-year-old boy was hurt.",
        "The IS fighters now hold the dam.",
        "He came second in the race and fell ill.",
        "Version 10.11.2 was released.",
        "They must spring the trap before the city falls.",
    ],
)
def test_no_time(read: Read, text: str) -> None:
    assert said(read(text)) == []


def test_bounds_follow_the_modifier(read: Read) -> None:
    reading = read("In early 2013 it began. It has gone on since 1997. It stopped before 2009.")
    assert days(reading) == ("2013-01-01", "2013-04-30")
    assert days(reading, 1) == ("1997-01-01", None)
    assert days(reading, 2) == (None, "2009-01-01")


def test_the_next_day_is_counted_from_the_last_one(read: Read) -> None:
    reading = read("On 12 May soldiers fired at the crowd. The next day the president fled. Two days later he resigned.")
    assert [found.value for found in reading.times] == ["2015-05-12", "2015-05-13", "2015-05-15"]


def test_a_bare_day_takes_the_year_that_stands_elsewhere(read: Read) -> None:
    reading = read("A video was released on 27 May 2013.\n\nThe video of 27 May sent a chill.", None)
    assert [found.value for found in reading.times] == ["2013-05-27", "2013-05-27"]


def test_without_a_day_of_writing_nothing_is_invented(read: Read) -> None:
    reading = read("They left on Monday. Two years ago it was quiet. On 5 May it rained.", None)
    assert said(reading) == [("Monday", "XXXX-WXX-1", None), ("Two years ago", None, None), ("5 May", "XXXX-05-05", None)]
    assert all(found.bounds is None for found in reading.times)


def test_months_first_where_the_text_shows_it(read: Read) -> None:
    reading = read("Attacks took place on 04/25/2014 and on 05/06/2014.")
    assert [found.value for found in reading.times] == ["2014-04-25", "2014-05-06"]


def test_no_such_day(read: Read) -> None:
    assert all(found.value != "2015-02-30" for found in read("It happened on 30 February 2015.").times)
    assert read("In 9999 days or on 99/99/9999 nothing happens.").times[0].value == "P9999D"


def test_a_dateline_that_repeats_the_publication_is_none(read: Read) -> None:
    assert said(read("Title of it\n2 June 2015\nThe army left the town.")) == []


def test_ids_and_offsets(read: Read) -> None:
    reading = read("On 3 May 2014 and on 4 May 2014 shells fell.")
    assert [found.id for found in reading.times] == ["t0", "t1"]
    for found in reading.times:
        assert reading.document.text[found.start : found.end] == found.text


def test_empty_text(read: Read) -> None:
    assert read("").times == []


@pytest.mark.parametrize(
    "hostile", ["1" * 50_000, "1 " * 25_000, "May " * 12_000, "two years and " * 4_000, "-" * 50_000, "2013-" * 10_000]
)
def test_hostile_text_takes_linear_time(hostile: str) -> None:
    begin = time.perf_counter()
    list(scan(hostile, 0, len(hostile)))
    assert time.perf_counter() - begin < 5


def test_words_that_go_back_to_a_day_take_the_nearest_one_in_any_clause() -> None:
    language = load_language()
    text = (
        "The talks failed on 4 May 2021. Governors who on 30 August 2021 opened the gates fled the following day.\n\n"
        "Nobody knows who was there the same day."
    )
    ((document, doc),) = list(read_docs(language, [Document(text=text)]))
    reading = Reading(document, doc)
    find_times(reading)
    values = {time.text: time.value for time in reading.times}
    assert values["the following day"] == "2021-08-31"
    assert values["the same day"] != "2021-08-30"  # a new paragraph goes back to the story, not to a day in passing
