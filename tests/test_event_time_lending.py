"""Borrowed times: another telling of an event or the lead says when; nothing is borrowed where they disagree."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from crisiskg.annotation.event_time_lending import date_main_event, lend_times
from crisiskg.annotation.nlp import load_language, read_docs
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import Entity, Event, Mention
from crisiskg.annotation.times import find_times
from crisiskg.documents import DateBounds, Document

DAY = dt.date(2021, 1, 20)
NAMES = {"Berg": "e0", "Holm": "e1", "Sand": "e2"}


def prepared(text: str, triggers: list[str], published: dt.date | None = DAY, **about: Any) -> tuple[list[Event], Reading]:
    """Read times and make an ASSAULT event of each trigger, with the names of its sentence as recipients."""
    bounds = DateBounds(published, published, "day", "metadata") if published else None
    document, doc = next(iter(read_docs(load_language(), [Document(text=text, published=bounds)])))
    reading = Reading(document, doc)
    mentions = []
    for name, entity in NAMES.items():
        at = text.find(name)
        while at >= 0:
            mentions.append(Mention(f"m{at}", at, at + len(name), name, "Person", "name", entity))
            at = text.find(name, at + 1)
    mentions.sort(key=lambda mention: mention.start)
    reading.set_mentions(mentions)
    reading.set_entities([Entity(entity, "Person", name) for name, entity in NAMES.items()])
    find_times(reading)
    events, at = [], -1
    for number, trigger in enumerate(triggers):
        at = text.index(trigger, at + 1)
        span = next((s.start_char, s.end_char) for s in reading.sentences if s.start_char <= at < s.end_char)
        inside = tuple(m.id for m in mentions if span[0] <= m.start < span[1])
        time = next((t.id for t in reading.times if span[0] <= t.start < span[1]), None)
        events.append(
            Event(
                f"v{number}",
                "ASSAULT",
                "killing",
                (),
                at,
                at + len(trigger),
                span,
                recipient=inside,
                time=time,
                time_gap=None if time else "not-stated",
                **about,
            )
        )
    return events, reading


LONG_AGO = "The town is old. It lies by the sea. Many fish there. Some sail. Others farm. The rest do nothing. "


def lent(text: str, triggers: list[str], **about: Any) -> list[tuple[str | None, bool]]:
    events, reading = prepared(text, triggers, **about)
    values = {time.id: time.value for time in reading.times}
    return [(values.get(event.time or ""), event.time_lent) for event in lend_times(events, reading)]


def test_another_telling_lends_its_day() -> None:
    text = LONG_AGO + "Berg was killed on 3 May 2019. The killing of Berg was condemned."
    assert lent(text, ["killed", "killing"]) == [("2019-05-03", False), ("2019-05-03", True)]


def test_another_victim_lends_nothing() -> None:
    text = LONG_AGO + "Berg was killed on 3 May 2019. The killing of Holm was condemned."
    assert lent(text, ["killed", "killing"])[1] == (None, False)


def test_tellings_that_disagree_lend_nothing() -> None:
    text = LONG_AGO + "Berg was killed on 3 May 2019. Berg was killed on 4 May 2019. The killing of Berg was condemned."
    assert lent(text, ["killed", "killed", "killing"])[2] == (None, False)


def test_the_lead_dates_the_title() -> None:
    text = "Gunmen killed Berg\n\nThe guard was killed at his desk on Monday. Nobody knows why."
    assert lent(text, ["killed", "killed"]) == [("2021-01-18", True), ("2021-01-18", False)]


def test_a_lead_of_two_days_or_of_long_ago_dates_nothing() -> None:
    assert lent("Gunmen killed Berg\n\nHe went out on Monday. He fell on Tuesday.", ["killed"]) == [(None, False)]
    assert lent("Gunmen killed Berg\n\nHe had come on 3 May 2019.", ["killed"]) == [(None, False)]


def test_without_a_day_of_publication_the_lead_dates_nothing() -> None:
    assert lent("Gunmen killed Berg\n\nHe fell on 3 May 2019.", ["killed"], published=None) == [(None, False)]


def test_a_sentence_with_a_time_of_its_own_is_not_dated_by_the_lead() -> None:
    events, reading = prepared("Years after gunmen killed Berg\n\nHis brother spoke on Monday. It rained.", ["killed"])
    assert lend_times([replace(events[0], time=None)], reading)[0].time_lent is False


def test_a_plan_borrows_nothing() -> None:
    text = "Gunmen to kill Berg\n\nThe guard spoke on Monday. Nobody knows why."
    assert lent(text, ["kill"], status="planned") == [(None, False)]


def test_no_times_no_events() -> None:
    events, reading = prepared("Gunmen killed Berg.", ["killed"])
    assert lend_times(events, reading) == events
    assert lend_times([], reading) == []


def dated(text: str, triggers: list[str], **about: Any) -> list[tuple[str | None, bool]]:
    events, reading = prepared(text, triggers, **about)
    reading.events = events
    date_main_event(reading, list(enumerate(events)))
    values = {time.id: time.value for time in reading.times}
    return [(values.get(event.time or ""), event.time_lent) for event in reading.events]


def test_the_first_day_of_a_report_dates_its_main_event() -> None:
    text = "Berg was killed. Neighbours saw it on 3 March 2020. Holm was killed on 5 May 2020."
    assert dated(text, ["killed", "killed"]) == [("2020-03-03", True), ("2020-05-05", False)]


def test_a_report_that_dates_no_event_is_dated_by_its_first_day() -> None:
    text = "Berg was killed. " + LONG_AGO * 12 + "A court sat on 3 March 2020."
    assert dated(text, ["killed"]) == [("2020-03-03", True)]
    later = text + " Holm was killed on 5 May 2020."
    assert dated(later, ["killed", "killed"])[0] == (None, False)


def test_a_day_behind_the_publication_dates_no_event() -> None:
    assert dated("Berg was killed. A trial opens on 3 March 2021.", ["killed"]) == [(None, False)]


def test_only_a_report_whose_main_event_has_no_day_is_dated() -> None:
    text = "Berg was killed. Neighbours saw it on 3 March 2020."
    assert dated(text, ["killed"], status="planned") == [(None, False)]
    assert dated(text, ["killed"], published=None) == [(None, False)]
    assert dated(text, []) == []
    assert dated("Berg was killed on 5 May 2020. It was dark on 3 March 2020.", ["killed"]) == [("2020-05-05", False)]


def test_a_main_event_whose_sentence_speaks_of_time_is_not_dated_by_another() -> None:
    text = "Berg was killed two years after the war. Holm left on 3 March 2020. Sand was killed on 5 May 2020."
    events, reading = prepared(text, ["killed", "killed"])
    reading.events = [replace(events[0], time=None), events[1]]
    date_main_event(reading, list(enumerate(reading.events)))
    assert reading.events[0].time is None
