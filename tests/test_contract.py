import contextlib
import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisiskg.annotation.contract import edtf, from_json, read_line, read_lines, to_json, to_line
from crisiskg.annotation.records import (
    Annotation,
    Attribution,
    Entity,
    Event,
    Mention,
    Quantity,
    Relation,
    TimeExpression,
)
from crisiskg.documents import DateBounds
from crisiskg.errors import AnnotationError

YEAR = DateBounds(dt.date(2019, 1, 1), dt.date(2019, 12, 31), "year", "stated", 3, 7)
KILLED = Quantity("killed", 1.0, 2.0, None, 5, 9, "m0")
FULL = Annotation(
    id="d",
    sentences=((0, 20),),
    mentions=(Mention("m0", 0, 3, "IS’", "ArmedGroup", "name", "e0", 0.5), Mention("m1", 4, 6, "it", "State", "pronoun", None)),
    entities=(
        Entity("e0", "ArmedGroup", "Islamic State", "https://x/1", "Q1", 5, None, 1.5, -2.0, 10.0, ("IS",), 0.9, None, None),
    ),
    times=(TimeExpression("t0", 3, 7, "2019", "2019", "START", YEAR),),
    relations=(Relation("headOf", "e0", "e0", 0, 9, "m0", "m1", begin=YEAR, former=True, quantity=KILLED, order=2),),
    events=(Event("v0", "ASSAULT", None, ("military",), 1, 2, (0, 20), ("m0",), (), quantities=(KILLED,), condition=(0, 3)),),
    attributions=(Attribution("a0", None, (1, 2), (3, 9), author=True, kind="forecast"),),
    quantities=(KILLED,),
    published=YEAR,
    warnings=("odd",),
)


def test_what_is_written_is_read_again():
    assert from_json(json.loads(to_line(FULL))) == FULL
    assert from_json(to_json(Annotation("e"))) == Annotation("e")


def test_form_of_the_contract():
    found = to_json(FULL)
    assert found["mentions"][0] == {
        "id": "m0", "start": 0, "end": 3, "text": "IS’", "type": "ArmedGroup", "kind": "name", "entity": "e0", "confidence": 0.5,
    }  # fmt: skip
    assert found["entities"][0]["wikidata"] == "Q1"
    assert found["events"][0]["fatalities"] == {"low": 1.0, "best": 2.0, "high": None}
    assert found["relations"][0]["begin"] == "2019"
    assert found["attributions"][0]["content"] == [3, 9]
    assert found["times"][0]["value"] == "2019"
    assert "\n" not in to_line(FULL)


def test_input():
    document = read_line('{"id": "doc-1", "text": "One.", "published": null, "lang": "en", "mentions": [1]}', 1, "in.jsonl")
    assert (document.source_id, document.text, document.published, document.source) == ("doc-1", "One.", None, "in.jsonl")
    assert read_line('{"id": 7, "text": ""}').source_id == "7"


@pytest.mark.parametrize(
    ("published", "earliest", "latest"),
    [
        ("2015-05-29", "2015-05-29", "2015-05-29"),
        ("2015-02", "2015-02-01", "2015-02-28"),
        ("2015", "2015-01-01", "2015-12-31"),
        ("2015-05-29T10:00:00Z", "2015-05-29", "2015-05-29"),
    ],
)
def test_days_of_publication(published, earliest, latest):
    bounds = read_line(json.dumps({"id": "a", "text": "", "published": published})).published
    assert (str(bounds.earliest), str(bounds.latest)) == (earliest, latest)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 4: not JSON"),
        ("[1]", "line 4: a JSON object is needed, not"),
        ('{"text": "x"}', "'id' is missing"),
        ('{"id": "x"}', "'text' is missing"),
        ('{"id": "", "text": "x"}', "'id' must be"),
        ('{"id": true, "text": "x"}', "'id' must be"),
        ('{"id": "x", "text": 5}', "'text' must be a text, not 5"),
        ('{"id": "x", "text": null}', "'text' must be a text, not null"),
        ('{"id": "x", "text": "a", "published": "29/5/2015"}', "'published' must be a date"),
        ('{"id": "x", "text": "a", "published": "2015-13-01"}', "'published' must be a date"),
        ('{"id": "x", "text": "a", "published": 2015}', "'published' must be a date"),
        ('{"id": "x", "text": "a", "lang": "english language"}', "'lang' must be"),
        ('{"id": "x", "text": "\\ud800"}', "surrogate"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_bad_lines_are_named(line, message):
    with pytest.raises(AnnotationError) as caught:
        read_line(line, 4)
    assert message in caught.value.message
    assert "line 4" in caught.value.message
    assert len(caught.value.message) < 300


def test_empty_lines_are_passed_over_and_counted():
    lines = ['{"id": "a", "text": "x"}', "", "   ", "nonsense"]
    found = read_lines(lines)
    assert next(found).source_id == "a"
    with pytest.raises(AnnotationError, match="line 4"):
        next(found)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mentions": [{"id": "m0"}]}, "annotation.mentions[0] lacks the key 'start'"),
        ({"mentions": 5}, "annotation.mentions must be a list"),
        ({"entities": [{"id": "e0", "type": "Dragon", "name": "x"}]}, "must be one of Person"),
        ({"published": {"earliest": "x", "latest": None, "precision": "day", "basis": "stated"}}, "must be a date"),
        ({"sentences": [[1, 2, 3]]}, "must have 2 members"),
        ({"id": None}, "annotation.id must be a text"),
    ],
)
def test_bad_annotations_are_named(change, message):
    with pytest.raises(AnnotationError) as caught:
        from_json({**to_json(FULL), **change})
    assert message in caught.value.message


@given(st.text(max_size=60), st.text(min_size=1, max_size=20))
def test_any_text_survives_a_line(text, identifier):
    line = json.dumps({"id": identifier, "text": text})
    document = read_line(line)
    assert (document.text, document.source_id) == (text, identifier)


@given(st.text(max_size=80))
def test_any_line_is_read_or_refused(line):
    with contextlib.suppress(AnnotationError):
        assert read_line(line).source_id


def test_bounds_as_edtf():
    def bounds(first, last):
        return DateBounds(first and dt.date.fromisoformat(first), last and dt.date.fromisoformat(last), "day", "stated")

    assert edtf(None) is None
    assert edtf(bounds("2015-05-27", "2015-05-27")) == "2015-05-27"
    assert edtf(bounds("2014-07-01", "2014-12-31")) == "2014-07/2014-12"
    assert edtf(bounds("2014-02-01", "2014-02-28")) == "2014-02"
    assert edtf(bounds(None, "2015-05-27")) == "/2015-05-27"
    assert edtf(bounds("2015-05-27", None)) == "2015-05-27/"
    assert edtf(bounds("2001-01-01", "2003-12-31")) == "2001/2003"
