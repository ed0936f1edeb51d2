"""Dating: what bounds the day of writing, and what can be resolved then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from crisiskg.annotation import dating
from crisiskg.annotation.dating import DatedSituation, infer_publication
from crisiskg.annotation.nlp import load_language, read_docs
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.times import find_times
from crisiskg.documents import DateBounds, Document, Region

Read = Callable[..., Reading]


@pytest.fixture(scope="module")
def read() -> Read:
    language = load_language()

    def read_text(text: str, published: DateBounds | None = None, regions: tuple[Region, ...] = ()) -> Reading:
        document, doc = next(iter(read_docs(language, [Document(text=text, published=published, regions=regions)])))
        reading = Reading(document, doc)
        find_times(reading)
        infer_publication(reading)
        return reading

    return read_text


@pytest.fixture
def flood(monkeypatch: pytest.MonkeyPatch) -> None:
    """A situation of the reference data that no text of the world knows."""
    situation = DatedSituation((dating._stems("Zembla's flood of Kobalt"),), dt.date(2011, 3, 4))
    monkeypatch.setattr(dating, "_situations", lambda: (situation,))


def value(reading: Reading, words: str) -> str | None:
    return next(found.value for found in reading.times if found.text == words)


def test_a_known_day_stays(read: Read) -> None:
    day = DateBounds(dt.date(2019, 5, 6), dt.date(2019, 5, 6), "day", "metadata")
    assert read("On 3 May 2018 it rained.", day).published == day


def test_a_text_without_dates_has_no_bounds(read: Read) -> None:
    reading = read("The army left the town. Nobody was hurt.")
    assert reading.published is None
    assert reading.times == []


def test_a_dateline_is_the_day(read: Read) -> None:
    reading = read("Shells fall on the port\n12 October 2016\n\nShells fell on the port on Monday. More fell yesterday.")
    assert reading.published is not None
    assert reading.published.exact == dt.date(2016, 10, 12)
    assert reading.published.basis == "stated"
    assert value(reading, "Monday") == "2016-10-10"
    assert value(reading, "yesterday") == "2016-10-11"


def test_two_datelines_are_none(read: Read) -> None:
    reading = read("Port\n12 October 2016\n14 October 2016\n\nIt rained.")
    assert reading.published is None or reading.published.basis != "stated"


def test_a_dated_bare_day_bounds_the_writing(read: Read) -> None:
    text = "A colonel appeared in a video released on 9 April 2012.\n\n"
    text += "The video of 9 April has caused alarm. He had fled two years ago."
    reading = read(text, regions=(Region("caption", 0, 55), Region("body", 57, len(text))))
    assert reading.published is not None
    assert reading.published.earliest == dt.date(2012, 4, 9)
    assert reading.published.latest == dt.date(2012, 4, 9) + dt.timedelta(days=dating.RECENT_DAYS)
    assert reading.published.basis == "inferred"
    assert value(reading, "two years ago") == "2010"


def test_a_bare_day_lies_between_the_last_dated_period_and_what_came_later(read: Read, flood: None) -> None:
    text = (
        "On 20 January the minister announced that the garrison would leave. The junta had agreed to it in mid-2010. "
        "N.B. This episode was recorded before Zembla's flood of Kobalt."
    )
    reading = read(text)
    assert value(reading, "20 January") == "2011-01-20"
    assert reading.published is not None
    assert (reading.published.earliest, reading.published.latest) == (dt.date(2011, 1, 20), dt.date(2011, 3, 4))


def test_a_situation_that_somebody_else_came_before_says_nothing(read: Read, flood: None) -> None:
    reading = read("The king died before Zembla's flood of Kobalt.")
    assert reading.published is None


def test_this_year_where_the_bounds_share_it(read: Read) -> None:
    given = DateBounds(dt.date(2014, 3, 1), dt.date(2014, 6, 30), "interval", "metadata")
    assert value(read("Earlier this year the party was banned.", given), "Earlier this year") == "2014"


def test_a_story_of_long_ago_does_not_date_its_telling(read: Read) -> None:
    reading = read("The truce was signed on 3 March 1994. On 10 March shots were heard. The accord of 3 March was dead.")
    assert value(reading, "10 March") == "1994-03-10"
    assert reading.published is not None
    assert (reading.published.earliest, reading.published.latest) == (dt.date(1994, 3, 3), None)


def test_a_bare_day_that_fits_two_years_stays_open(read: Read) -> None:
    reading = read("The pact was signed in 1998. On 5 May shots were heard. The mandate will end on 1 June 2004.")
    assert value(reading, "5 May") is None


def test_what_the_bounds_do_not_agree_on_stays_open(read: Read) -> None:
    given = DateBounds(dt.date(2014, 12, 1), dt.date(2015, 2, 1), "interval", "metadata")
    reading = read("This year the harvest failed.", given)
    found = reading.times[0]
    assert found.value is None
    assert found.bounds is not None
    assert (found.bounds.earliest, found.bounds.latest) == (dt.date(2014, 1, 1), dt.date(2015, 12, 31))


def test_a_day_to_come_bounds_from_above(read: Read) -> None:
    reading = read("The mandate was renewed on 2 May 2013. It will end on 2 November 2013.")
    assert reading.published is not None
    assert (reading.published.earliest, reading.published.latest) == (dt.date(2013, 5, 2), dt.date(2013, 11, 2))


def test_empty_text(read: Read) -> None:
    assert read("").published is None
