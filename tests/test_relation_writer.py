"""What the finders of relations share."""

from __future__ import annotations

import datetime as dt

import pytest
from reading_of import reading_of

from crisiskg.annotation.relation_writer import ORGANIZATIONS, PLACES, RelationFinder, RelationWriter
from crisiskg.documents import Document, Region

TEXT = "Since March 2019 General Idris Barre has led the Coastal Guard."


def test_days_of_a_time_expression_are_found_at_each_of_its_tokens():
    writer = RelationWriter(reading_of(TEXT, times={"March 2019": "2019"}))
    inside = [token for token in range(len(writer.syntax)) if writer.syntax.lower[token] in ("march", "2019")]
    assert len(inside) == 2
    for token in inside:
        bounds = writer.bounds_at(token)
        assert bounds is not None
        assert bounds.earliest == dt.date(2019, 1, 1)


@pytest.mark.parametrize("word", ["since", "general", "guard"])
def test_tokens_beside_a_time_expression_have_no_days(word):
    writer = RelationWriter(reading_of(TEXT, times={"March 2019": "2019"}))
    assert writer.bounds_at(writer.syntax.lower.index(word)) is None


def test_finder_reads_what_its_writer_has_indexed():
    writer = RelationWriter(reading_of(TEXT, [("Idris Barre", "Person")]))
    finder = RelationFinder(writer)
    assert finder.index is writer.index
    assert finder.grammar.syntax is finder.syntax


def test_places_are_no_organizations():
    assert not PLACES & ORGANIZATIONS


@pytest.mark.parametrize(
    ("kind", "credits"), [("byline", True), ("contributors", True), ("title", False), ("caption", False), ("note", False)]
)
def test_only_bylines_and_lists_of_contributors_are_credits(kind, credits):
    reading = reading_of(TEXT)
    reading.document = Document(text=TEXT, regions=(Region(kind, 0, 16),))
    assert reading.in_credits(0) is credits
    assert reading.in_credits(16) is False


def test_text_without_regions_has_no_credits():
    assert not reading_of(TEXT).in_credits(0)
