"""Quantities: ranges, kinds, subjects, and the numbers that are none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crisiskg.annotation.nlp import load_language, read_docs
from crisiskg.annotation.quantities import find_quantities
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import Mention
from crisiskg.annotation.times import find_times
from crisiskg.documents import Document

Read = Callable[..., Reading]


@pytest.fixture(scope="module")
def read() -> Read:
    language = load_language()

    def read_text(text: str, mention: str | None = None) -> Reading:
        document, doc = next(iter(read_docs(language, [Document(text=text)])))
        reading = Reading(document, doc)
        if mention is not None:
            start = text.index(mention)
            reading.set_mentions([Mention("m0", start, start + len(mention), mention, "PopulationGroup", "nominal", None)])
        find_times(reading)
        find_quantities(reading)
        return reading

    return read_text


@pytest.mark.parametrize(
    ("text", "kind", "low", "best", "high"),
    [
        ("At least 148 people were killed in the raid.", "killed", 148, 148, None),
        ("The blast killed 12 soldiers.", "killed", 12, 12, 12),
        ("Nearly 200,000 people fled the city.", "displaced", None, 200_000, 200_000),
        ("More than one million migrants work there.", "people", 1_000_000, 1_000_000, None),
        ("No fewer than twenty-five students died.", "killed", 25, 25, None),
        ("Between 20 and 30 fighters were arrested.", "arrested", 20, None, 30),
        ("Dozens of people were wounded.", "injured", 24, None, None),
        ("Tens of thousands of people fled.", "displaced", 20_000, None, None),
        ("Remittances make up 40 per cent of output.", "share", 40, 40, 40),
        ("Two thirds of the houses burned.", "share", 66.7, 66.7, 66.7),
        ("Donors promised $344 million.", "money", 344e6, 344e6, 344e6),
        ("The eight million people of the country are poor.", "people", 8e6, 8e6, 8e6),
        ("Up to 1,000 prisoners would be freed.", "arrested", None, None, 1000),
        ("Gunmen kidnapped a dozen girls.", "abducted", 12, 12, 12),
        ("The army lost 31 soldiers.", "killed", 31, 31, 31),
        ("Shells hit eleven houses.", "other", 11, 11, 11),
        ("The mission documented the killing of 40 farmers.", "killed", 40, 40, 40),
        ("The deaths of at least six workers were confirmed.", "killed", 6, 6, None),
        ("The abduction of nine aid workers was denounced.", "abducted", 9, 9, 9),
        ("The court ordered the detention of 17 displaced people.", "arrested", 17, 17, 17),
        ("Some 400 displaced persons live in the camp.", "displaced", 400, 400, 400),
        ("He spoke of the suffering of 40 farmers.", "people", 40, 40, 40),
    ],
)
def test_range_and_kind(read: Read, text: str, kind: str, low: float | None, best: float | None, high: float | None) -> None:
    found = read(text).quantities
    assert [(q.kind, q.low, q.best, q.high) for q in found] == [(kind, low, best, high)]


@pytest.mark.parametrize(
    "text",
    [
        "On 27 May 2015 the Council adopted Resolution 1701.",
        "He is 40 years old and the war lasted three days.",
        "A man of twenty-six won a third term.",
        "One of them saw flight MH17.",
        "The ninth brigade left in 2013.",
        "Read section 12.3 of it.",
    ],
)
def test_no_quantity(read: Read, text: str) -> None:
    assert read(text).quantities == []


def test_half_a_dozen_is_no_share(read: Read) -> None:
    found = read("It spoke for a half-dozen republics.").quantities
    assert [(q.kind, q.best) for q in found] == [("other", 6)]


def test_the_agent_of_killing_is_not_killed(read: Read) -> None:
    found = read("Twenty gunmen killed five villagers.").quantities
    assert [(q.kind, q.best) for q in found] == [("people", 20), ("killed", 5)]


def test_subject(read: Read) -> None:
    found = read("More than one million Tajik migrants work in the north.", "Tajik migrants").quantities
    assert [q.subject for q in found] == ["m0"]


def test_span_and_unit(read: Read) -> None:
    reading = read("The raid left at least 17 dead.")
    (found,) = reading.quantities
    assert reading.document.text[found.start : found.end] == "at least 17"
    assert (found.kind, found.unit) == ("killed", "people")


@pytest.mark.parametrize("hostile", ["9" * 50_000, "9," * 20_000, "one hundred " * 3_000])
def test_hostile_numbers(read: Read, hostile: str) -> None:
    for found in read(hostile).quantities:
        assert found.best is None or found.best < 1e18
    assert read("").quantities == []
