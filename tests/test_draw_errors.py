"""The drawing of errors on invented gold: what counts as an error, and that a seed draws the same ones."""

import random
import sys
from pathlib import Path

import pytest

from crisiskg.documents import Document
from crisiskg.evaluation import GoldDocument, profile_of
from crisiskg.evaluation.sides import Side

BENCH = Path(__file__).parent.parent / "bench"


@pytest.fixture(autouse=True)
def _bench_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))


def draw_errors():
    import draw_errors

    return draw_errors


TEXT = "Anna Lindt met Bo Falk in Marnau. She accused him."


def mention(words, kind, entity, number=0, type_="Person"):
    start = -1
    for _ in range(number + 1):
        start = TEXT.index(words, start + 1)
    ident = f"{words}{number}"
    return {"id": ident, "start": start, "end": start + len(words), "text": words, "type": type_, "kind": kind, "entity": entity}


def record(she, him, **more):
    mentions = [
        mention("Anna Lindt", "name", "a"),
        mention("Bo Falk", "name", "b"),
        mention("She", "pronoun", she),
        mention("him", "pronoun", him),
    ]
    return {
        "id": "d",
        "text": TEXT,
        "mentions": mentions,
        "entities": [{"id": "a"}, {"id": "b"}],
        "sentences": [[0, 33], [34, 50]],
        **more,
    }


def accusation(actor, recipient):
    return {"id": "v", "type": "ACCUSE", "start": 38, "end": 45, "text": "accused", "actor": [actor], "recipient": [recipient]}


def test_equal_ties_are_no_error():
    gold = Side(record("a", "b"), TEXT)
    assert list(draw_errors().antecedents(gold, Side(record("a", "b"), TEXT))) == []


def test_a_wrong_and_a_missed_tie_are_told():
    gold = Side(record("a", "b"), TEXT)
    found = list(draw_errors().antecedents(gold, Side(record("b", None), TEXT)))
    assert found == [("coreference", 34, 37, "“Anna Lindt”", "“Bo Falk”")]  # the mention that is tied to nothing has no entity
    found = list(draw_errors().antecedents(gold, Side(record("a", "c"), TEXT)))
    assert found == [("coreference", 46, 49, "“Bo Falk”", "—")]


def test_participants_count_by_entity():
    said = Side(record("a", "b", events=[accusation("Anna Lindt0", "him0")]), TEXT)
    event = {**accusation(None, None), "actor": [{"mention": "She0", "start": 34, "end": 37}], "recipient": []}
    event["recipient"] = [{"mention": "him0", "start": 46, "end": 49}]
    assert list(draw_errors().participants(Side(record("a", "b", events=[event]), TEXT), said)) == []


def test_a_swapped_participant_is_missed_and_wrong():
    said = Side(record("a", "b", events=[accusation("him0", "him0")]), TEXT)
    event = {**accusation(None, None), "actor": [{"mention": "She0", "start": 34, "end": 37}], "recipient": []}
    event["recipient"] = [{"mention": "him0", "start": 46, "end": 49}]
    found = list(draw_errors().participants(Side(record("a", "b", events=[event]), TEXT), said))
    assert found == [
        ("participants", 34, 37, "actor of “accused”", "him"),
        ("participants", 46, 49, "not actor of “accused”", "actor"),
    ]


def test_an_event_that_was_not_found_has_no_participants_to_miss():
    event = {**accusation(None, None), "actor": [{"mention": "She0", "start": 34, "end": 37}], "recipient": []}
    assert list(draw_errors().participants(Side(record("a", "b", events=[event]), TEXT), Side(record("a", "b"), TEXT))) == []


def test_places_are_missed_or_too_many():
    place = mention("Marnau", "name", "m", type_="Place")
    one, none = Side({"mentions": [place]}, TEXT), Side({"mentions": []}, TEXT)
    assert list(draw_errors().unrecognized(one, one)) == []
    assert list(draw_errors().unrecognized(one, none)) == [("places", 26, 32, "a place", "—")]
    assert list(draw_errors().unrecognized(none, one)) == [("places", 26, 32, "—", "a place")]


def test_an_error_shows_its_sentence():
    gold = GoldDocument(Document(TEXT, source_id="d"), record("a", "b"))
    found = list(draw_errors().errors_of("invented", gold, record("a", "c"), frozenset({"coreference"}), profile_of([gold])))
    assert [(e.task, e.document, e.sentence) for e in found] == [("coreference", "d", "She accused 【him】.")]
    assert list(draw_errors().errors_of("invented", gold, record("a", "c"), frozenset({"times"}), profile_of([gold]))) == []


def test_errors_are_drawn_from_tasks_and_sets_in_turn():
    make = draw_errors().Error
    errors = [
        make(name, f"d{n}", n, n + 1, task, "x", "—", f"【w{n}】")
        for task in ("times", "links")
        for name in "pq"
        for n in range(9)
    ]
    drawn = draw_errors().drawn(errors, 8, random.Random(1))
    assert [(e.task, e.dataset) for e in drawn] == [("links", "p")] * 2 + [("links", "q")] * 2 + [("times", "p")] * 2 + [
        ("times", "q")
    ] * 2
    assert drawn == draw_errors().drawn(errors[::-1], 8, random.Random(1))
    assert len(draw_errors().drawn(errors, 99, random.Random(1))) == len(errors)


def test_the_same_words_of_a_document_count_once():
    make = draw_errors().Error
    errors = [make("p", "d", n, n + 1, "times", "x", "—", "on 【Monday】") for n in range(5)]
    assert len(draw_errors().drawn(errors, 5, random.Random(1))) == 1


def test_without_sets_there_is_nothing_to_draw(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["draw_errors.py", "--shared", str(tmp_path)])
    assert draw_errors().main() == 0
    assert "nothing to draw from" in capsys.readouterr().out


def test_the_labels_fit_the_page():
    folder = BENCH.parent / "docs"
    lines = (folder / "error-analysis" / "labels.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    assert rows[0] == ["set", "document", "start", "end", "task", "cause"]
    assert len(rows) == 201
    page = (folder / "error-analysis.md").read_text(encoding="utf-8")
    for cause in {row[5] for row in rows[1:]}:
        count = sum(row[5] == cause for row in rows[1:])
        line = next(
            line for line in page.splitlines() if line.startswith(f"| {cause} |") and line.endswith(" |") and line.count("|") > 9
        )
        assert line.split("|")[-2].strip() == str(count)
