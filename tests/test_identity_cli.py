"""The commands of identity, and judgements as SSSOM."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest
from commands import crisiskg

from crisiskg.errors import MalformedSource
from crisiskg.identity.log import JudgementLog
from crisiskg.identity.records import Judgement
from crisiskg.identity.sssom import COLUMNS, from_sssom, to_sssom
from crisiskg.namespaces import BASE, PREFIXES
from crisiskg.store import OxigraphStore

HEZBOLLAH, HIZBULLAH = BASE + "entity/Q41053", BASE + "dataset/icews/actor/hizbullah"
SDF, OTHER_SDF = BASE + "document/0a/entity/sdf", BASE + "dataset/ged/actor/sdf"
_DATA = f"""
<{HEZBOLLAH}> a ckg:ArmedGroup ; rdfs:label "Hezbollah"@en .
<{HIZBULLAH}> a ckg:PoliticalParty ; rdfs:label "Hizbullah"@en .
<{SDF}> a ckg:ArmedGroup ; rdfs:label "SDF"@en .
<{OTHER_SDF}> a ckg:ArmedGroup ; rdfs:label "SDF"@en .
ckg:ArmedGroup rdfs:subClassOf ckg:Entity . ckg:PoliticalParty rdfs:subClassOf ckg:Entity .
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    head = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    graph = BASE + "graph/dataset/test/1"
    triples = ox.parse((head + _DATA).encode(), format=ox.RdfFormat.TURTLE)
    made = tmp_path_factory.mktemp("identity") / "store"
    with OxigraphStore(made) as store:
        store.replace_graph(graph, [ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(graph)) for t in triples])
        store.publish()
    return made


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "store")
    return tmp_path / "store"


def judgements(folder: Path) -> list[Judgement]:
    with OxigraphStore(folder) as store:
        return JudgementLog(store).all()


def test_run_explain_and_undo(folder: Path) -> None:
    ran = crisiskg("identity", "run", "--entities", "--store", folder)
    assert ran.code == 0, ran.err
    assert ran.out == "4 entities, 2 pairs: 1 positive, 0 negative, 1 unsure; 2 new, 0 taken back\n"

    told = crisiskg("identity", "explain", "Hizbullah", "--store", folder, "--json")
    found = json.loads(told.out)
    assert found["canonical"] == HEZBOLLAH
    assert found["judgements"][0]["verdict"] == "positive"
    assert any("alike" in reason for reason in found["judgements"][0]["reasons"])

    name = found["judgements"][0]["id"]
    assert crisiskg("identity", "undo", name, "--as", "Ada", "--store", folder).out == "1 judgement undone\n"
    assert crisiskg("identity", "undo", name, "--as", "Ada", "--store", folder).out == "0 judgements undone\n"
    told = crisiskg("identity", "explain", "Hizbullah", "Hezbollah", "--store", folder)
    assert "are not known to be the same" in told.out
    assert "undone" in told.out
    assert "Compared now: score 0.95, which would be positive." in told.out


def test_of_entities_of_one_name_that_of_the_reference_data_is_meant(folder: Path) -> None:
    node, label = ox.NamedNode(BASE + "dataset/ged/actor/h"), ox.NamedNode(PREFIXES["rdfs"] + "label")
    with OxigraphStore(folder) as store:
        graph = ox.NamedNode(BASE + "graph/dataset/ged/1")
        kind = ox.NamedNode(PREFIXES["ckg"] + "ArmedGroup")
        store.replace_graph(
            graph.value,
            [
                ox.Quad(node, label, ox.Literal("Hezbollah", language="en"), graph),
                ox.Quad(node, ox.NamedNode(PREFIXES["rdf"] + "type"), kind, graph),
            ],
        )
        store.publish()

    found = json.loads(crisiskg("identity", "explain", "Hezbollah", "--json", "--store", folder).out)
    assert found["asked"] == [HEZBOLLAH]


def test_a_dry_run_of_the_command_writes_nothing(folder: Path) -> None:
    found = json.loads(crisiskg("identity", "run", "--entities", "--dry-run", "--json", "--store", folder).out)

    assert found[0]["verdicts"] == {"positive": 1, "unsure": 1}
    assert judgements(folder) == []


def test_accepting_and_rejecting_by_hand(folder: Path) -> None:
    accepted = crisiskg("identity", "accept", SDF, OTHER_SDF, "--by", "Ada", "--reason", "Same leaders.", "--store", folder)
    assert accepted.code == 0, accepted.err
    assert accepted.out.endswith("are the same\n")

    assert crisiskg("identity", "reject", SDF, OTHER_SDF, "--by", "Bo", "--store", folder).code == 0

    first, second = sorted(judgements(folder), key=lambda one: one.at)
    assert (first.verdict, first.reasons, first.undone_by) == ("positive", ("Same leaders.",), "Bo")
    assert (second.verdict, second.by, second.undone_at) == ("negative", "Bo", None)


def test_what_stays_apart_is_said(folder: Path) -> None:
    for verb, one, other in (("accept", HEZBOLLAH, HIZBULLAH), ("reject", HEZBOLLAH, SDF), ("accept", HIZBULLAH, SDF)):
        ran = crisiskg("identity", verb, one, other, "--by", "Ada", "--store", folder)

    assert "but they stay apart" in ran.err


def test_undoing_all_of_a_judge(folder: Path) -> None:
    crisiskg("identity", "run", "--entities", "--store", folder)
    arguments = ("identity", "undo", "--by", "crisiskg:entities-1", "--as", "Ada", "--store", folder)

    assert crisiskg(*arguments, "--until", "2020-01-01").out == "0 judgements undone\n"
    assert crisiskg(*arguments, "--since", "2020-01-01").out == "2 judgements undone\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("undo",), "name the ids of judgements"),
        (("undo", "0123456789abcdef"), "there is no judgement"),
        (("undo", "0123456789abcdef", "--since", "2020-01-01"), "go with --by"),
        (("undo", "--by", "Ada", "--since", "soon"), "no day or time"),
        (("accept", HEZBOLLAH, HEZBOLLAH), "against itself"),
        (("accept", HEZBOLLAH, "urn:unknown"), "nothing of urn:unknown"),
        (("accept", HEZBOLLAH, "Nobody"), "no entity is called"),
        (("accept", HEZBOLLAH, HIZBULLAH, "--by", "crisiskg:me"), "cannot judge by hand"),
        (("explain", HEZBOLLAH, HIZBULLAH, SDF), "one IRI or two"),
        (("import", "no-such-file.tsv"), "cannot be read"),
    ],
)
def test_wrong_use_is_told(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = crisiskg("identity", *arguments, "--store", folder)

    assert ran.code in (2, 3, 4)
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert crisiskg("identity", "run", "--store", tmp_path / "none").code == 4
    assert not (tmp_path / "none").exists()


def test_review_takes_verdicts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crisiskg("identity", "run", "--entities", "--store", folder)
    listed = json.loads(crisiskg("identity", "review", "--json", "--store", folder).out)
    assert [(one["subject_label"], one["verdict"]) for one in listed] == [("SDF", "unsure")]

    monkeypatch.setattr("sys.stdin", io.StringIO("x\nd\n"))
    ran = crisiskg("identity", "review", "--by", "Ada", "--store", folder)

    assert ran.code == 0, ran.err
    assert ran.out.endswith("1 negative\n")
    assert json.loads(crisiskg("identity", "review", "--json", "--store", folder).out) == []


def test_a_review_ends_with_its_input(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crisiskg("identity", "run", "--entities", "--store", folder)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    ran = crisiskg("identity", "review", "--by", "Ada", "--store", folder)

    assert ran.code == 0, ran.err
    assert ran.out.endswith("no pair was judged\n")


def test_queries_ask_of_all_that_are_the_same(folder: Path) -> None:
    crisiskg("identity", "accept", HEZBOLLAH, HIZBULLAH, "--by", "Ada", "--store", folder)
    arguments = ("query", "describe", "--iri", HIZBULLAH, "--store", folder, "--show-query")

    assert HEZBOLLAH not in crisiskg(*arguments).out
    assert HEZBOLLAH in crisiskg(*arguments, "--identity", "exact").out
    wrong = crisiskg(*arguments, "--identity", "all")
    assert wrong.code == 2
    assert "none, exact or close" in wrong.err


# --- SSSOM ----------------------------------------------------------------------------------------------------------------

AT = "2026-01-02T03:04:05.5Z"
SET = [
    Judgement(
        BASE + "entity/Q1", BASE + "dataset/x/actor/y", "entity", "positive", 0.95, ("Both\tare of Iraq.",), "crisiskg:e-1", AT
    ),
    Judgement("https://example.org/a?b=c", "urn:x:1", "entity", "negative", None, ("No.",), "Ada Müller", AT),
    Judgement(BASE + "entity/Q1", BASE + "entity/Q3", "entity", "unsure", 0.8, (), "crisiskg:e-1", AT),
]


def test_what_is_exported_is_imported_again() -> None:
    undone = SET[0]._replace(by="Bo", undone_at=AT)

    text = to_sssom([*SET, undone], {BASE + "entity/Q1": "Łabel\nwith break"}, base=BASE)
    found, left_out = from_sssom(text)

    assert left_out == []
    expected = [one._replace(reasons=tuple(" ".join(reason.split()) for reason in one.reasons)) for one in SET]
    assert sorted(found) == sorted(expected)


def test_an_export_is_sssom() -> None:
    text = to_sssom(SET, {}, base=BASE)
    head = [line for line in text.splitlines() if line.startswith("#")]
    table = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]

    for slot in ("#mapping_set_id:", "#license:", "#curie_map:"):
        assert any(line.startswith(slot) for line in head)
    assert table[0] == list(COLUMNS)
    assert all(len(row) == len(COLUMNS) for row in table)
    row = dict(zip(COLUMNS, table[1], strict=True))
    assert (row["subject_id"], row["predicate_id"]) == ("https://example.org/a?b=c", "skos:exactMatch") or row["subject_id"][
        :3
    ] == "kg:"


HEAD = "subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\tpredicate_modifier\tmapping_date\n"
GOOD = "wd:Q1\tskos:exactMatch\twd:Q2\tsemapv:ManualMappingCuration"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no table"),
        ("subject_id\tobject_id\nwd:Q1\twd:Q2\n", "the column predicate_id, mapping_justification is missing"),
        ("#a: [\n" + HEAD, "no YAML"),
        ("#- a\n" + HEAD, "not names with values"),
        ("#curie_map: 5\n" + HEAD, "curie_map"),
        (HEAD + "zz:Q1\tskos:exactMatch\twd:Q2\tsemapv:ManualMappingCuration\n", "line 2: subject_id 'zz:Q1' has a prefix"),
        (HEAD + "wd:Q1\tskos:exactMatch\t\tsemapv:ManualMappingCuration\n", "object_id is empty"),
        (HEAD + "wd:Q1\towl:equivalentClass\twd:Q2\tsemapv:ManualMappingCuration\n", "no predicate of identity"),
        (HEAD + "wd:Q1\tskos:exactMatch\twd:Q2\tsemapv:Guessing\n", "no justification"),
        (HEAD + GOOD + "\t1.5\n", "confidence must be a number from 0 to 1"),
        (HEAD + GOOD + "\tnan\n", "confidence must be a number from 0 to 1"),
        (HEAD + GOOD + "\t\tMaybe\n", "predicate_modifier must be Not"),
        (HEAD + GOOD + "\t\t\tJune\n", "mapping_date must be a day"),
        (HEAD + GOOD + "\t\t\t\tmore\n", "has 8 cells for 7 columns"),
        (HEAD + "http://x.org/a b\tskos:exactMatch\twd:Q2\tsemapv:ManualMappingCuration\n", "is no IRI"),
    ],
)
def test_what_is_no_sssom_is_refused(text: str, said: str) -> None:
    with pytest.raises(MalformedSource, match=said):
        from_sssom(text)


def test_mappings_that_are_no_identity_are_left_out_and_told() -> None:
    text = HEAD + GOOD.replace("exact", "broad") + "\n" + GOOD.replace("Q2", "Q1") + "\n" + GOOD + "\n"

    found, left_out = from_sssom(text)

    assert len(found) == 1
    assert len(left_out) == 2
    assert "line 2: skos:broadMatch" in left_out[0]


def test_export_and_import_by_command(folder: Path, tmp_path: Path) -> None:
    crisiskg("identity", "accept", HEZBOLLAH, HIZBULLAH, "--by", "Ada", "--store", folder)
    crisiskg("identity", "export", "--store", folder, "--output", tmp_path / "set.tsv")
    assert crisiskg("identity", "export", "--store", folder).out == (tmp_path / "set.tsv").read_text("utf-8")

    again = crisiskg("identity", "import", tmp_path / "set.tsv", "--store", folder)
    assert again.out == "1 judgement read, 0 of them new\n"

    (tmp_path / "other.tsv").write_text(HEAD + GOOD + "\n", encoding="utf-8")
    ran = crisiskg("identity", "import", tmp_path / "other.tsv", "--by", "Bo", "--store", folder)
    assert ran.out == "1 judgement read, 1 of them new\n"
    assert "Bo" in {one.by for one in judgements(folder)}
