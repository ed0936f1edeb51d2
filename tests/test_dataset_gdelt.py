"""GDELT: tables without header, codes of three schemes, reports that are claimed."""

from __future__ import annotations

from pathlib import Path

import pytest
from dataset_tables import Read, read_table

from crisiskg.datasets.gdelt import GDELT

LAYOUTS = GDELT.form.layouts
#: A row that we made up.
ROW = {
    "GLOBALEVENTID": "900000001",
    "SQLDATE": "20210304",
    "MonthYear": "202103",
    "Year": "2021",
    "FractionDate": "2021.17",
    "Actor1Code": "TCDMIL",
    "Actor1Name": "CHADIAN ARMY",
    "Actor1CountryCode": "TCD",
    "Actor1Type1Code": "MIL",
    "Actor2Code": "ROM",
    "Actor2Name": "ROMANIA",
    "Actor2CountryCode": "ROM",
    "IsRootEvent": "1",
    "EventCode": "141",
    "EventBaseCode": "141",
    "EventRootCode": "14",
    "QuadClass": "3",
    "GoldsteinScale": "-6.5",
    "NumMentions": "4",
    "NumSources": "1",
    "NumArticles": "4",
    "AvgTone": "-2.1",
    "ActionGeo_Type": "4",
    "ActionGeo_FullName": "Bardai, Tibesti, Chad",
    "ActionGeo_CountryCode": "CD",
    "ActionGeo_Lat": "21.35",
    "ActionGeo_Long": "17.0",
    "DATEADDED": "20210304120000",
    "SOURCEURL": "https://news.example/tolm",
}


def read(folder: Path, *changes: dict[str, str], version: str = "2.0") -> Read:
    rows = [[{**ROW, **change}.get(name, "") for name in LAYOUTS[version]] for change in changes or ({},)]
    return read_table("gdelt", folder, None, rows, "\t")


def test_a_row_is_a_report(tmp_path: Path) -> None:
    found = read(tmp_path)
    (event,) = found.events
    assert event.iri.endswith("/dataset/gdelt/event/900000001")
    assert (event.event_type, event.mode, event.quad_class) == ("PROTEST", "PROTEST-demo", "material-conflict")
    assert event.factuality == "claimed"
    assert (found.actors(event), found.recipients(event)) == (["CHADIAN ARMY"], ["Romania"])
    assert found.kinds == {"CHADIAN ARMY": "SecurityForce"}
    assert (found.names[event.place or ""], event.place_precision) == ("Bardai, Tibesti, Chad", "near")
    (claim,) = found.claims
    assert (claim.certainty, claim.source_type, claim.source_quad_class) == ("possible", "141", "3")
    assert claim.source_words == "https://news.example/tolm"


@pytest.mark.parametrize(("version", "width"), [("2.0", 61), ("1.0", 58), ("1.0 before April 2013", 57)])
def test_versions_are_told_by_their_width(tmp_path: Path, version: str, width: int) -> None:
    assert len(LAYOUTS[version]) == width
    found = read(tmp_path, version=version)
    assert found.events[0].event_type == "PROTEST"
    assert found.names[found.events[0].place or ""] == "Bardai, Tibesti, Chad"


@pytest.mark.parametrize(
    ("code", "root", "type_", "is_repaired"),
    [
        ("010", "01", "OTHER", False),
        ("10", "1", "OTHER", True),
        ("10", "10", "REQUEST", False),
        ("112", "11", "ACCUSE", False),
        ("112", "1", "OTHER", True),
        ("0251", "02", "REQUEST", False),
        ("251", "2", "REQUEST", True),
        ("090", "09", "ACCUSE", False),
        ("145", "14", "PROTEST", False),
    ],
)
def test_codes_are_strings(tmp_path: Path, code: str, root: str, type_: str, is_repaired: bool) -> None:
    found = read(tmp_path, {"EventCode": code, "EventRootCode": root})
    assert (found.events[0].event_type, bool(found.claims[0].repairs)) == (type_, is_repaired)
    assert found.claims[0].source_type == code


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"Actor1Type1Code": "GOV"}, "GovernmentBody"),
        ({"Actor1Type1Code": "REB"}, "ArmedGroup"),
        ({"Actor1Type1Code": "CVL"}, "PopulationGroup"),
        ({"Actor1Type1Code": "", "Actor1KnownGroupCode": "UNO"}, "IntergovernmentalOrganization"),
        ({"Actor1Type1Code": "", "Actor1KnownGroupCode": "AMN"}, "NongovernmentalOrganization"),
        ({"Actor1Type1Code": "", "Actor1Name": "TALIBAN"}, "ArmedGroup"),
        ({"Actor1Type1Code": "", "Actor1Name": "ADA TOLM"}, "Person"),
    ],
)
def test_classes_of_actors(tmp_path: Path, change: dict[str, str], kind: str) -> None:
    assert list(read(tmp_path, change).kinds.values()) == [kind]


def test_a_region_is_no_state(tmp_path: Path) -> None:
    found = read(tmp_path, {"Actor1Code": "AFR", "Actor1Name": "AFRICA", "Actor1CountryCode": "AFR", "Actor1Type1Code": ""})
    assert found.kinds == {"AFRICA": "PopulationGroup"}


def test_nobody_and_nowhere_are_gaps(tmp_path: Path) -> None:
    empty = dict.fromkeys((name for name in ROW if name.startswith("Actor") or name.startswith("ActionGeo")), "")
    event = read(tmp_path, empty).events[0]
    assert (event.actor_gap, event.recipient_gap, event.place_gap) == ("not-stated", "not-stated", "not-stated")


@pytest.mark.parametrize(("kind", "precision"), [("1", "country"), ("2", "adm1"), ("3", "near"), ("4", "near"), ("5", "adm1")])
def test_precision_of_places(tmp_path: Path, kind: str, precision: str) -> None:
    found = read(tmp_path, {"ActionGeo_Type": kind})
    assert found.events[0].place_precision == precision
    assert (found.names[found.events[0].place or ""] == "Chad") is (kind == "1")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"GLOBALEVENTID": ""}, "GLOBALEVENTID is empty"),
        ({"SQLDATE": ""}, "SQLDATE is empty"),
        ({"SQLDATE": "20211304"}, "no day"),
        ({"EventCode": "---"}, "no CAMEO code"),
        ({"ActionGeo_Type": "9"}, "kind of a place (Geo_Type) is '9'"),
        ({"ActionGeo_Lat": "x"}, "no number"),
    ],
)
def test_what_cannot_be_read_goes_to_quarantine(tmp_path: Path, change: dict[str, str], reason: str) -> None:
    found = read(tmp_path, change)
    assert found.rows == []
    assert reason in found.refused[0]
