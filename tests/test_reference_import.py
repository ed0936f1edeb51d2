import gzip
import json
import zipfile
from collections import Counter

import pytest
from commands import crisiskg

from crisiskg.annotation.coreference import resolve_coreference
from crisiskg.annotation.gazetteer import Gazetteer
from crisiskg.annotation.linking import link_entities
from crisiskg.annotation.local_linking import best_item, local_items
from crisiskg.annotation.local_reference import LocalReference
from crisiskg.annotation.mentions import find_mentions
from crisiskg.errors import MalformedSource, ModelUnavailable, StoreUnavailable
from crisiskg.reference.base import ReferenceBase
from crisiskg.reference.followthemoney import read_entities
from crisiskg.reference.items import BadRow, Item
from crisiskg.reference.tables import read_geonames, read_sparql, read_ucdp_actors
from crisiskg.reference.wikidata import read_wikidata


def claim(value, rank="normal"):
    return {"rank": rank, "mainsnak": {"datavalue": {"value": value}}}


def wikidata(key, label, of="Q783794", **claims):
    return {
        "id": key,
        "labels": {"en": {"value": label}} if label else {},
        "aliases": {"en": [{"value": f"{label} Group"}]},
        "claims": {"P31": [claim({"id": of})], **claims},
        "sitelinks": {"enwiki": {}, "dewiki": {}},
    }


def good(rows):
    return [row for row in rows if isinstance(row, Item)]


def bad(rows):
    return [(row.line, row.reason) for row in rows if isinstance(row, BadRow)]


def test_a_dump_of_wikidata_is_read_line_by_line(tmp_path):
    lines = [
        "[",
        json.dumps(wikidata("Q900000001", "Oakton Mining", P571=[claim({"time": "+1950-00-00T00:00:00Z"})])) + ",",
        json.dumps(wikidata("Q900000002", "", "Q5")) + ",",
        json.dumps(wikidata("P31", "instance of")) + ",",
        json.dumps(wikidata("Q900000003", "Thing", "Q12345678")) + ",",
        '{"id": "Q9", broken},',
        "]",
    ]
    path = tmp_path / "dump.json.gz"
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.write("\n".join(lines))
    rows = list(read_wikidata(path))
    (item,) = good(rows)
    assert (item.key, item.type, item.names, str(item.begin)) == ("Q900000001", "Company", ("Oakton Mining Group",), "1950-01-01")
    assert [line for line, _ in bad(rows)] == [3, 4, 5, 6]
    assert "no English label" in bad(rows)[0][1]
    assert "Q12345678" in bad(rows)[2][1]
    assert [row.type for row in good(read_wikidata(path, "Organization"))] == ["Company", "Organization"]


def test_a_document_of_entities_may_have_many_lines(tmp_path):
    place = wikidata(
        "Q900000004",
        "Oakton",
        "Q515",
        P625=[claim({"latitude": 1.5, "longitude": 2.5})],
        P1566=[claim("5", "deprecated"), claim("77")],
    )
    path = tmp_path / "Q900000004.json"
    path.write_text(json.dumps({"entities": {"Q900000004": place}}, indent=1), encoding="utf-8")
    (item,) = read_wikidata(path)
    assert (item.type, item.lat, item.lon, item.geonames) == ("Place", 1.5, 2.5, 77)
    path.write_text("{\n", encoding="utf-8")
    assert bad(read_wikidata(path)) == [(1, "starts JSON that does not end")]


def test_results_of_a_query_in_csv_and_json(tmp_path):
    table = tmp_path / "r.csv"
    table.write_text(
        "item,itemLabel,itemAltLabel,class,coord\n"
        "http://www.wikidata.org/entity/Q900000005,Forest Party,FP|Foresters,http://www.wikidata.org/entity/Q7278,\n"
        "http://www.wikidata.org/entity/Q900000006,Q900000006,,,\n"
        "http://example.org/x,Name,,,\n"
        "Q900000007,Oakton,,Place,Point(200 1)\n",
        encoding="utf-8",
    )
    rows = list(read_sparql(table))
    assert [(item.label, item.type, item.names) for item in good(rows)] == [
        ("Forest Party", "PoliticalParty", ("FP", "Foresters"))
    ]
    assert [line for line, _ in bad(rows)] == [3, 4, 5]
    result = tmp_path / "r.json"
    binding = {"item": {"value": "Q900000005"}, "itemLabel": {"value": "Forest Party"}}
    result.write_text(json.dumps({"results": {"bindings": [binding]}}), encoding="utf-8")
    assert good(read_sparql(result)) == []
    assert [item.type for item in good(read_sparql(result, "PoliticalParty"))] == ["PoliticalParty"]
    result.write_text("[]", encoding="utf-8")
    with pytest.raises(MalformedSource, match="no result"):
        list(read_sparql(result))


def geonames_line(key="900001", name="Oaktonbury", lat="10.5", lon="3.5", feature="P", people="12000"):
    return "\t".join(
        [
            key,
            name,
            name,
            f"{name}ville",
            lat,
            lon,
            feature,
            "PPL",
            "NE",
            "",
            "05",
            "",
            "",
            "",
            people,
            "",
            "200",
            "Africa/Niamey",
            "2020-01-01",
        ]
    )


def test_a_dump_of_geonames_in_a_zip_file(tmp_path):
    path = tmp_path / "NE.zip"
    lines = [geonames_line(), "too\tshort", geonames_line(lat="100"), geonames_line(feature="R"), geonames_line(people="many")]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "not this")
        archive.writestr("NE.txt", "\n".join(lines))
    rows = list(read_geonames(path))
    assert [(item.key, item.country, item.admin1, item.names) for item in good(rows)] == [
        ("gn-900001", "NE", "05", ("Oaktonbury", "Oaktonburyville"))
    ]
    assert [line for line, _ in bad(rows)] == [2, 3, 4, 5]
    (tmp_path / "no.zip").write_text("x", encoding="utf-8")
    with pytest.raises(MalformedSource, match="no zip"):
        list(read_geonames(tmp_path / "no.zip"))


def test_entities_of_followthemoney_and_actors_of_ucdp(tmp_path):
    lines = [
        {"id": "NK-1", "schema": "Company", "caption": "Oakton Arms", "properties": {"alias": ["OAC"], "country": ["ml"]}},
        {"id": "a1", "schema": "Address", "caption": "1 Road"},
        {"id": "../x", "schema": "Person", "caption": "X"},
        {"id": "Q900000008", "schema": "Person", "properties": {"name": ["Ada Oak"]}},
    ]
    path = tmp_path / "e.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n{\n", encoding="utf-8")
    rows = list(read_entities(path))
    assert [(i.key, i.label, i.wikidata, i.country) for i in good(rows)] == [
        ("ftm-NK-1", "Oakton Arms", None, "ML"),
        ("Q900000008", "Ada Oak", "Q900000008", None),
    ]
    assert [line for line, _ in bad(rows)] == [2, 3, 5]
    actors = tmp_path / "actor.csv"
    actors.write_text(
        "ActorId,NameData,NameFull,Org\n7,FFO,Forest Front of Oakton,1\n8,Government of Mali,,4\nx,Y,,1\n", encoding="utf-8"
    )
    rows = list(read_ucdp_actors(actors))
    assert [(i.key, i.type, i.names) for i in good(rows)] == [("ucdp-7", "ArmedGroup", ("Forest Front of Oakton",))]
    assert [line for line, _ in bad(rows)] == [3, 4]
    actors.write_text("a,b\n", encoding="utf-8")
    with pytest.raises(MalformedSource, match="ActorId"):
        list(read_ucdp_actors(actors))


def test_commands_import_list_and_remove(tmp_path):
    base, path = tmp_path / "base.sqlite", tmp_path / "d.jsonl"
    path.write_text(json.dumps(wikidata("Q900000001", "Oakton Mining")) + "\nrubbish\n", encoding="utf-8")
    ran = crisiskg("reference", "import", "wikidata", path, "--base", base)
    assert (ran.code, ran.err.splitlines()[0][:12]) == (0, "d.jsonl:2: i")
    assert "1 item, 1 row refused" in ran.err
    again = crisiskg("reference", "import", "wikidata", path, "--base", base)  # replaces, does not double
    assert again.code == 0
    (source,) = json.loads(crisiskg("reference", "list", "--base", base, "--json").out)
    assert (source["name"], source["items"], source["refused"]) == ("d.jsonl", 1, 1)
    assert crisiskg("reference", "remove", "other", "--base", base).code == 4
    assert "1 item removed" in crisiskg("reference", "remove", "d.jsonl", "--base", base).err
    assert crisiskg("reference", "list", "--base", base).out.splitlines()[1:] == []
    path.write_text("rubbish\n", encoding="utf-8")
    assert crisiskg("reference", "import", "wikidata", path, "--base", base).code == 3
    assert crisiskg("reference", "import", "wikidata", path, "--base", base, "--type", "Ship").code == 2
    assert crisiskg("reference", "remove", "x", "--base", tmp_path / "none.sqlite").code == 4
    assert crisiskg("reference", "import", "wikidata", tmp_path / "none.json", "--base", base).code == 4


def test_an_import_that_fails_leaves_what_was_there(tmp_path):
    def rows():
        yield Item("Q1", "Company", "New")
        raise MalformedSource("half a file")

    with ReferenceBase(tmp_path / "b.sqlite") as base:
        base.add("one", "ftm", "f", [Item("Q2", "Company", "Old")], lambda _: None)
        with pytest.raises(MalformedSource):
            base.add("one", "ftm", "f", rows(), lambda _: None)
        assert [source.items for source in base.sources()] == [1]
    local = LocalReference(tmp_path / "b.sqlite")
    assert [item.entry.label for item in local.named("old")] == ["Old"]
    assert local.named("new") == ()
    local.close()


def test_files_that_are_no_reference_base(tmp_path):
    (tmp_path / "x").write_text("something else, long enough to be no database" * 40, encoding="utf-8")
    with pytest.raises(ModelUnavailable):
        LocalReference(tmp_path / "x")
    with pytest.raises(StoreUnavailable):
        ReferenceBase(tmp_path / "x")
    with pytest.raises(ModelUnavailable):
        LocalReference(tmp_path / "not-there")


@pytest.fixture
def linked(tmp_path):
    items = [
        Item("Q900000001", "Company", "Oakton Mining", wikidata="Q900000001", weight=3.0),
        Item("Q900000011", "Person", "Rustam Mahkamov", wikidata="Q900000011", weight=1.0),
        Item("Q900000012", "Person", "Ada Oakwood", wikidata="Q900000012", weight=1.0),
        Item("Q900000013", "Person", "Ada Oakwood", wikidata="Q900000013", weight=1.0),
        Item("gn-900001", "Place", "Qwertabad", geonames=900001, country="TJ", lat=38.5, lon=68.7, accuracy_m=1000.0, weight=7.0),
        Item("Q900000014", "Company", "Mali", wikidata="Q900000014", weight=9.0),
    ]
    with ReferenceBase(tmp_path / "b.sqlite") as base:
        base.add("ours", "wikidata", "f", items, lambda _: None)
    local = LocalReference(tmp_path / "b.sqlite")
    yield local
    local.close()


def test_linking_uses_what_was_imported(linked):
    from annotated import gazetteer, tokens

    from crisiskg.documents import Document

    known = gazetteer()
    both = Gazetteer(known.entries, known.holdings, known.settlements, linked)
    text = "Rustam Mahkamov fled from Qwertabad in Tajikistan. Ada Oakwood stayed. Mahkamov had been in Mali."
    reading = tokens(Document(text))
    find_mentions(reading, both)
    resolve_coreference(reading, both)
    link_entities(reading, both)
    found = {entity.name: entity for entity in reading.entities}
    assert found["Rustam Mahkamov"].wikidata == "Q900000011"
    assert (found["Qwertabad"].geonames, found["Qwertabad"].iso3, found["Qwertabad"].lat) == (900001, "TJK", 38.5)
    assert (found["Ada Oakwood"].wikidata, found["Ada Oakwood"].gap) == (None, "ambiguous")
    assert found["Mali"].wikidata == "Q912"  # our own data win


def test_type_and_time_tell_items_apart(linked):
    import datetime as dt

    assert local_items(linked, ["Oakton Mining"], "Person", None) == []
    assert local_items(linked, ["Mahkamov"], "Person", None) == []
    (mining,) = local_items(linked, ["Oakton Mining"], "Organization", dt.date(2020, 1, 1))
    assert best_item([mining], "Organization", Counter())[0] is mining
    assert best_item([], "Company", Counter()) == (None, 0.0)
