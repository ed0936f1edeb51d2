"""GDELT's mentions and knowledge graph: reports of articles, with what they name."""

from __future__ import annotations

from pathlib import Path

import pytest
from dataset_tables import Read, read_table

from crisiskg.datasets.gdelt_documents import GDELT_GKG, GDELT_MENTIONS
from crisiskg.datasets.records import Actor, Event, Report

MENTIONS = GDELT_MENTIONS.form.layouts["2.0"]
GKG = GDELT_GKG.form.layouts["2.1"]
#: Rows that we made up.
MENTION = {
    "GLOBALEVENTID": "900000001",
    "EventTimeDate": "20210304120000",
    "MentionTimeDate": "20210304121500",
    "MentionType": "1",
    "MentionSourceName": "news.example",
    "MentionIdentifier": "https://news.example/tolm",
    "SentenceID": "3",
    "Confidence": "60",
    "MentionDocLen": "2500",
}
ARTICLE = {
    "GKGRECORDID": "20210304121500-17",
    "DATE": "20210304121500",
    "SourceCollectionIdentifier": "1",
    "SourceCommonName": "news.example",
    "DocumentIdentifier": "https://news.example/tolm?a=1|2",
    "V2Counts": "KILL#7##4#Bardai, Tibesti, Chad#CD#CD05#21.35#17#-1#120;PROTEST#40##1#Chad#CD#CD#15#19#CD#300;",
    "V2Locations": "4#Bardai, Tibesti, Chad#CD#CD05#1234#21.35#17#-1#120;1#Chad#CD#CD##15#19#CD#300",
    "V2Persons": "Ada Tolm,14;Ada Tolm,90;Bo Bel,200",
    "V2Organizations": "Republican Party of Bel,50",
    "Extras": "<PAGE_TITLE>Seven die in Bardai &amp; around</PAGE_TITLE>",
}


def mentions(folder: Path, *changes: dict[str, str]) -> Read:
    rows = [[{**MENTION, **change}.get(name, "") for name in MENTIONS] for change in changes or ({},)]
    return read_table("gdelt-mentions", folder, None, rows, "\t")


def articles(folder: Path, *changes: dict[str, str]) -> Read:
    rows = [[{**ARTICLE, **change}.get(name, "") for name in GKG] for change in changes or ({},)]
    return read_table("gdelt-gkg", folder, None, rows, "\t")


def reports(found: Read) -> list[Report]:
    return [record for row in found.rows for record in row if isinstance(record, Report)]


def test_the_layouts_are_those_of_the_codebooks() -> None:
    assert (len(MENTIONS), len(GKG)) == (16, 27)


def test_a_mention_tells_of_an_event_of_another_table(tmp_path: Path) -> None:
    found = mentions(tmp_path)
    (report,) = reports(found)
    assert report.tells_of is not None
    assert report.tells_of.endswith("/dataset/gdelt/event/900000001")
    assert report.label == "news.example on the event 900000001, confidence 60"
    assert (report.url, report.published_earliest, report.published_year) == ("https://news.example/tolm", "2021-03-04", "2021")
    assert not [record for row in found.rows for record in row if isinstance(record, Event)]


def test_mentions_are_known_by_their_content(tmp_path: Path) -> None:
    first, second, third = reports(mentions(tmp_path, {}, {"SentenceID": "4"}, {}))
    assert len({first.iri, second.iri, third.iri}) == 3
    assert third.iri == f"{first.iri}-2"


@pytest.mark.parametrize(("kind", "where"), [("2", "https://news.example/x"), ("1", "BBC Monitoring")])
def test_what_is_no_address_is_none(tmp_path: Path, kind: str, where: str) -> None:
    assert reports(mentions(tmp_path, {"MentionType": kind, "MentionIdentifier": where}))[0].url is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"GLOBALEVENTID": ""}, "GLOBALEVENTID is empty"),
        ({"MentionTimeDate": "2021"}, "no day"),
        ({"MentionTimeDate": ""}, "MentionTimeDate is empty"),
        ({"MentionIdentifier": ""}, "MentionIdentifier is empty"),
        ({"MentionSourceName": ""}, "MentionSourceName is empty"),
    ],
)
def test_mentions_that_cannot_be_read_go_to_quarantine(tmp_path: Path, change: dict[str, str], reason: str) -> None:
    found = mentions(tmp_path, change)
    assert found.rows == []
    assert reason in found.refused[0]


def test_an_article_names_and_counts(tmp_path: Path) -> None:
    found = articles(tmp_path)
    (report,) = reports(found)
    assert report.label == "Seven die in Bardai & around"
    assert report.url == "https://news.example/tolm?a=1%7C2"
    assert [found.names[iri] for iri in report.names] == [
        "Ada Tolm",
        "Bo Bel",
        "Republican Party of Bel",
        "Bardai, Tibesti, Chad",
        "Chad",
    ]
    assert found.kinds == {"Ada Tolm": "Person", "Bo Bel": "Person", "Republican Party of Bel": "PoliticalParty"}
    assert [(dead.kind, dead.best, dead.record) for dead in found.casualties] == [("killed", "7", report.iri)]
    assert report.quantities == (found.casualties[0].iri,)
    assert found.events == []


def test_lists_of_version_1(tmp_path: Path) -> None:
    found = articles(
        tmp_path,
        {
            "V2Counts": "",
            "Counts": "WOUND#3#children#4#Bardai, Tibesti, Chad#CD#CD05#21.35#17#-1;WOUND#3##1#Chad#CD#CD#15#19#CD",
            "V2Locations": "",
            "Locations": "4#Bardai, Tibesti, Chad#CD#CD05#21.35#17#-1",
            "V2Persons": "",
            "Persons": "ada tolm;bo bel",
            "V2Organizations": "",
            "Organizations": "republican party of bel",
            "Extras": "",
        },
    )
    (report,) = reports(found)
    assert report.label == "news.example, 2021-03-04"
    assert [(hurt.kind, hurt.best) for hurt in found.casualties] == [("injured", "3")]
    assert {record.label for record in found.rows[0] if isinstance(record, Actor)} == {
        "ada tolm",
        "bo bel",
        "republican party of bel",
    }


def test_items_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    (report,) = reports(articles(tmp_path, {"V2Counts": "KILL#many##1", "V2Locations": "4#Bardai;9#x#CD#a#b#1#1"}))
    assert len(report.repairs) == 3
    assert "the count 'KILL#many##1' cannot be read and is left out" in report.repairs


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"GKGRECORDID": ""}, "GKGRECORDID is empty"),
        ({"DATE": "20211399000000"}, "no day"),
        ({"DocumentIdentifier": ""}, "DocumentIdentifier is empty"),
    ],
)
def test_articles_that_cannot_be_read_go_to_quarantine(tmp_path: Path, change: dict[str, str], reason: str) -> None:
    found = articles(tmp_path, change)
    assert found.rows == []
    assert reason in found.refused[0]
