"""Identity: judgements, what follows from them, and how they are undone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from crisiskg.errors import InvalidParameter, NotFound, UnknownName
from crisiskg.identity.clusters import cluster, preference
from crisiskg.identity.expansion import Expansion, expand, read_expansion
from crisiskg.identity.explanation import explain_one, explain_two
from crisiskg.identity.log import JudgementLog
from crisiskg.identity.records import Judgement, Verdict, canonical_time, checked, effective, judgement_iri, kind_of, now
from crisiskg.namespaces import BASE, CKG
from crisiskg.store import OxigraphStore
from crisiskg.validation import validate

MACHINE, PERSON = "crisiskg:entities-1", "Ada"
TIME = "2026-01-01T00:00:00Z"


def judge(
    one: str, other: str, verdict: Verdict = "positive", score: float | None = 0.95, by: str = MACHINE, at: str = TIME
) -> Judgement:
    return Judgement(f"urn:{one}", f"urn:{other}", "entity", verdict, score, ("a reason", 'another "reason"'), by, at)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[OxigraphStore]:
    with OxigraphStore(tmp_path / "store") as opened:
        yield opened


@pytest.fixture
def log(store: OxigraphStore) -> JudgementLog:
    return JudgementLog(store)


# --- the log --------------------------------------------------------------------------------------------------------------


def test_what_is_added_is_read_back(log: JudgementLog) -> None:
    judgements = [judge("a", "b"), judge("b", "c", "negative", None, PERSON), judge("c", "d", "unsure", 0.8)]

    log.add(judgements)

    assert sorted(log.all()) == sorted(checked(one) for one in judgements)
    assert [one.pair for one in log.of("urn:b")] == [("urn:a", "urn:b"), ("urn:b", "urn:c")]
    assert log.of("urn:x") == []


def test_the_same_judgement_is_written_once(log: JudgementLog) -> None:
    assert len(log.add([judge("a", "b"), judge("a", "b")])) == 1
    assert log.add([judge("a", "b")]) == []
    assert len(log.all()) == 1


def test_the_graph_of_judgements_conforms_to_its_shape(log: JudgementLog) -> None:
    added = log.add([judge("a", "b"), judge("c", "d", "unsure", 0.8)])
    log.undo([judgement_iri(added[0])], PERSON)

    assert validate(log.store.quads(log.graph)).conforms


def test_an_undone_judgement_stays_in_the_log(log: JudgementLog) -> None:
    (added,) = log.add([judge("a", "b")])

    (undone,) = log.undo([judgement_iri(added)], PERSON)

    assert undone == added
    (found,) = log.all()
    assert found.undone_by == PERSON
    assert found.undone_at is not None
    assert log.undo([judgement_iri(added)], PERSON) == []


def test_undoing_chooses_by_judge_and_time(log: JudgementLog) -> None:
    log.add([judge("a", "b"), judge("a", "c", by=PERSON), judge("a", "d", at="2026-02-01T00:00:00Z")])

    undone = log.undo(lambda one: one.by == MACHINE and one.at >= "2026-01-15", PERSON)

    assert [one.pair for one in undone] == [("urn:a", "urn:d")]
    assert log.identity.members("urn:a") == ["urn:a", "urn:b", "urn:c"]


def test_what_is_no_judgement_cannot_be_undone(log: JudgementLog) -> None:
    with pytest.raises(NotFound, match="there is no judgement"):
        log.undo([BASE + "judgement/0000000000000000"], PERSON)
    with pytest.raises(UnknownName, match="there is no judgement 'zzz'"):
        log.iri_of("zzz")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (judge("a", "a"), "against itself"),
        (judge("a", "b", score=1.5), "from 0 to 1"),
        (judge("a", "b")._replace(by=" "), "who judged"),
        (judge("a", "b")._replace(verdict="maybe"), "no verdict"),  # type: ignore[arg-type]
        (judge("a", "b")._replace(kind="place"), "no kind"),  # type: ignore[arg-type]
        (judge("a", "b")._replace(at="yesterday"), "no day or time"),
    ],
)
def test_what_cannot_be_a_judgement_is_refused_and_nothing_is_written(log: JudgementLog, wrong: Judgement, said: str) -> None:
    with pytest.raises(InvalidParameter, match=said):
        log.add([judge("x", "y"), wrong])

    assert log.all() == []


def test_many_judgements_are_written_in_parts(log: JudgementLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crisiskg.identity.log.PART", 7)

    log.add([judge(f"a{number}", f"b{number}") for number in range(30)])

    assert len(log.all()) == 30
    assert log.identity.members("urn:b29") == ["urn:a29", "urn:b29"]
    assert isinstance(log.store, OxigraphStore)
    assert log.store.verify().sound


def test_only_what_changes_is_written(log: JudgementLog, monkeypatch: pytest.MonkeyPatch) -> None:
    log.add([judge(f"a{number}", f"b{number}") for number in range(200)])
    sizes: list[int] = []
    commit = OxigraphStore.commit

    def counted(self: OxigraphStore, change: object) -> None:
        sizes.append(sum(len(edit.added) + len(edit.removed or ()) for edit in change.edits))  # type: ignore[attr-defined]
        commit(self, change)  # type: ignore[arg-type]

    monkeypatch.setattr(OxigraphStore, "commit", counted)
    (added,) = log.add([judge("a3", "c")])
    log.undo([judgement_iri(added)], PERSON)

    assert sizes == [11, 4]


def test_an_update_of_a_user_on_the_graph_does_not_confuse_its_digest(log: JudgementLog) -> None:
    log.add([judge("a", "b")])
    assert isinstance(log.store, OxigraphStore)
    log.store.replace_graph(log.graph, list(log.store.quads(log.graph)))
    log.store.flush()

    log.add([judge("c", "d")])

    assert log.store.verify().sound
    assert len(log.all()) == 2


# --- what follows ---------------------------------------------------------------------------------------------------------


def test_merging_and_undoing_leave_no_trace_but_in_the_log(log: JudgementLog) -> None:
    store = log.store
    assert isinstance(store, OxigraphStore)
    document = "urn:graph:document"
    store.replace_graph(document, [ox.Quad(*(ox.NamedNode(f"urn:{x}") for x in "spo"), ox.NamedNode(document))])
    store.flush()
    random.seed(5)
    log.add([judge(f"n{number}", f"n{number + 1}") for number in range(0, 40, 4)])
    before = {graph: store.digest(graph) for graph in (log.identity.graph, document)}

    added = log.add([judge(f"n{random.randrange(60)}", f"m{number}", score=0.9) for number in range(100)])
    assert store.digest(log.identity.graph) != before[log.identity.graph]
    ids = [judgement_iri(one) for one in added]
    random.shuffle(ids)
    for start in range(0, 100, 10):
        log.undo(ids[start : start + 10], PERSON)

    assert {graph: store.digest(graph) for graph in before} == before
    assert store.verify().sound


def test_the_order_of_judgements_does_not_matter(tmp_path: Path) -> None:
    judgements = [judge(f"n{one}", f"n{other}", score=0.9 + one / 1000) for one in range(8) for other in range(one + 1, 8, 3)]
    judgements += [judge("n0", "n7", "negative", None, PERSON), judge("n3", "n5", "negative", None, PERSON)]
    digests = set()
    for number in range(3):
        random.seed(number)
        random.shuffle(judgements)
        with OxigraphStore(tmp_path / str(number)) as store:
            log = JudgementLog(store)
            for one in judgements:
                log.add([one])
            digests.add(store.digest(log.identity.graph))
            assert log.identity.rebuild(log.all()).canonical
            digests.add(store.digest(log.identity.graph))

    assert len(digests) == 1


def test_no_cluster_holds_what_is_judged_different() -> None:
    found = cluster([judge("a", "b", score=0.99), judge("b", "c", score=0.91), judge("a", "c", "negative", None, PERSON)])

    assert found.members == {"urn:a": ["urn:a", "urn:b"]}
    assert [(one.judgement.pair, one.because.pair) for one in found.left_out] == [(("urn:b", "urn:c"), ("urn:a", "urn:c"))]


def test_a_person_counts_more_than_a_later_machine() -> None:
    machine = judge("a", "b", at="2026-05-01T00:00:00Z")
    person = judge("a", "b", "negative", None, PERSON)

    assert effective([machine, person])["urn:a", "urn:b"] == person
    undone = person._replace(undone_at=TIME)
    assert effective([machine, undone])["urn:a", "urn:b"] == machine


def test_reference_entities_are_canonical() -> None:
    iris = [BASE + "document/0a/entity/x", BASE + "dataset/icews/actor/y", BASE + "entity/x-z", BASE + "entity/Q30", "urn:a"]

    assert [iri.removeprefix(BASE) for iri in sorted(iris, key=preference)] == [
        "entity/Q30",
        "entity/x-z",
        "dataset/icews/actor/y",
        "document/0a/entity/x",
        "urn:a",
    ]


def test_the_derived_graph_says_canonical_and_exact_match(log: JudgementLog) -> None:
    log.add([judge("a", "b")])

    found = {(quad.subject.value, quad.predicate.value, quad.object.value) for quad in log.store.quads(log.identity.graph)}  # type: ignore[union-attr]
    assert ("urn:b", CKG + "canonical", "urn:a") in found
    assert len(found) == 2


def test_unsure_judgements_join_nothing_unless_asked() -> None:
    unsure = judge("a", "b", "unsure", 0.85)

    assert cluster([unsure]).members == {}
    assert cluster([unsure], least_unsure=0.8).members == {"urn:a": ["urn:a", "urn:b"]}
    assert cluster([unsure], least_unsure=0.9).members == {}


# --- explaining -----------------------------------------------------------------------------------------------------------


def test_explaining_two_shows_the_chain(log: JudgementLog) -> None:
    log.add([judge("a", "b"), judge("b", "c", by=PERSON)])

    told = explain_two(log, "urn:a", "urn:c", 0.9, 0.75)

    assert told.are_same
    assert [one.pair for one in told.chain] == [("urn:a", "urn:b"), ("urn:b", "urn:c")]
    assert any("are the same" in line for line in told.lines({}))
    assert not explain_two(log, "urn:a", "urn:z", 0.9, 0.75).are_same


def test_explaining_says_what_was_left_out_and_why(log: JudgementLog) -> None:
    log.add([judge("a", "b", score=0.99), judge("b", "c", score=0.91), judge("a", "c", "negative", None, PERSON)])

    told = explain_one(log, "urn:c")

    assert told.members == ["urn:c"]
    text = "\n".join(told.lines({"urn:b": "Bravo"}))
    assert "Left out: Bravo <urn:b> = <urn:c>" in text
    assert "<urn:a> and <urn:c> are judged different" in text
    assert told.as_json({})["left_out"]


# --- expansion ------------------------------------------------------------------------------------------------------------


def test_an_iri_stands_for_all_that_are_the_same(log: JudgementLog) -> None:
    log.add([judge("a", "b"), judge("b", "c"), judge("c", "d", "unsure", 0.85), judge("d", "e"), judge("a", "f", "unsure", 0.7)])

    def expanded(iri: str, expansion: Expansion) -> set[str]:
        return {each.removeprefix("urn:") for each in expand([iri], expansion, log.store.select)}

    assert expanded("urn:c", Expansion()) == {"c"}
    assert expanded("urn:c", Expansion("exact")) == {"a", "b", "c"}
    assert expanded("urn:a", Expansion("exact")) == {"a", "b", "c"}
    assert expanded("urn:z", Expansion("exact")) == {"z"}
    assert expanded("urn:b", Expansion("close", 0.8)) == {"a", "b", "c", "d", "e"}
    assert expanded("urn:b", Expansion("close", 0.6)) == {"a", "b", "c", "d", "e", "f"}


def test_close_does_not_follow_what_is_judged_different(log: JudgementLog) -> None:
    log.add([judge("a", "b", "unsure", 0.85), judge("b", "a", "negative", None, PERSON)])

    assert expand(["urn:a"], Expansion("close", 0.5), log.store.select) == ["urn:a"]


@pytest.mark.parametrize(
    ("mode", "least", "said"),
    [
        ("some", None, "none, exact or close"),
        ("exact", "0.5", "close only"),
        ("close", "2", "from 0 to 1"),
        ("close", "x", "0 to 1"),
    ],
)
def test_wrong_expansions_are_refused(mode: str, least: str | None, said: str) -> None:
    with pytest.raises(InvalidParameter, match=said):
        read_expansion(mode, least)


# --- records --------------------------------------------------------------------------------------------------------------


def test_times_are_written_as_the_store_writes_them() -> None:
    for text in ("2026-11-23T04:10:00.120Z", "2026-11-23", "2026-11-23T04:10:00+01:00", now()):
        written = canonical_time(text)
        literal = ox.Literal(written, datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#dateTime"))
        scratch = ox.Store()
        scratch.add(ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), literal))
        assert next(iter(scratch)).object == literal


def test_kind_follows_from_the_iri() -> None:
    assert kind_of(BASE + "document/0a/event/1-2-ASSAULT") == "event"
    assert kind_of(BASE + "dataset/acled/event/ETH1") == "event"
    assert kind_of("https://example.org/people/1") == "entity"
