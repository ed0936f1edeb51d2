"""Tables with HXL hashtags, all of them made up."""

from __future__ import annotations

from pathlib import Path

import pytest
from dataset_tables import Read, read_file, read_table

from crisiskg.datasets import find_dataset
from crisiskg.datasets.hxl import column_of
from crisiskg.datasets.tables import find_layout
from crisiskg.errors import MalformedSource

HEADS = ["Incident", "What", "When", "Country", "Oblast", "P-code", "Place", "Lat", "Lon", "By", "On", "Dead", "Women", "Source"]
TAGS = [
    *("#event +id", "#event+type", "#date+occurred", "#country+name", "#adm1+name", "#adm1 +code +v_pcode", "#loc+name"),
    *("#geo+lat", "#geo+lon", "#actor+perpetrator", "#actor+victim", "#affected+killed", "#affected+killed+f", "#meta+source"),
]
ROW = [
    "T-1",
    "Air strike",
    "2023-05-06",
    "Ukraine",
    "Kharkiv",
    "UA63",
    "Bel",
    "49.9",
    "36.2",
    "Air force",
    "Town",
    "3",
    "1",
    "Tolm",
]


def read(folder: Path, **changes: str) -> Read:
    tags = dict(zip(TAGS, ROW, strict=True)) | {tag.replace("_", "+"): value for tag, value in changes.items()}
    return read_table("hxl", folder, HEADS, [TAGS, [tags[tag] for tag in TAGS]])


def test_an_event(tmp_path: Path) -> None:
    found = read(tmp_path)
    (event,) = found.events
    assert (event.event_type, event.mode) == ("ASSAULT", "ASSAULT-aerial")
    assert event.iri.endswith("/hxl/event/T-1")
    assert (event.earliest_begin, event.latest_end, event.time_precision) == ("2023-05-06", "2023-05-06", "day")
    assert (found.actors(event), found.recipients(event)) == (["Air force"], ["Town"])
    assert found.names[event.place or ""] == "Bel"
    assert event.place_precision == "near"
    assert [(dead.kind, dead.best) for dead in found.casualties] == [("killed", "3")]
    (claim,) = found.claims
    assert (claim.row_number, claim.source_type, claim.source_words) == ("3", "Air strike", "Tolm")


def test_tags_may_stand_below_notes(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(
        'A table of Tolm\n"with a note\nin two lines"\nEvent;Day\n#event;#date\nClash at Bel;2020-02\n', encoding="utf-8"
    )
    found = read_file("hxl", path)
    (event,) = found.events
    assert (event.label, event.event_type) == ("Clash at Bel", "ASSAULT")
    assert (event.earliest_begin, event.latest_begin, event.time_precision) == ("2020-02-01", "2020-02-29", "month")
    assert found.claims[0].row_number == "6"


def test_p_codes_give_state_and_division(tmp_path: Path) -> None:
    found = read_table("hxl", tmp_path, ["a", "b", "c"], [["#event", "#adm1+code", "#date"], ["Shelling", "UA73", "2023"]])
    (event,) = found.events
    place = next(record for record in found.rows[0] if record.iri == event.place)
    assert "Ukraine" in found.names.values()
    assert place.same_as[0].endswith("/Q168856")  # type: ignore[union-attr]
    assert (event.place_precision, event.time_precision) == ("adm1", "year")


def test_begin_and_end(tmp_path: Path) -> None:
    tags = ["#event", "#date+start", "#date+end", "#country+code+v_iso3"]
    found = read_table("hxl", tmp_path, list("abcd"), [tags, ["Flood", "2020-02-01", "2020-03-05", "MLI"]])
    (event,) = found.events
    bounds = (event.earliest_begin, event.latest_begin, event.earliest_end, event.latest_end)
    assert bounds == ("2020-02-01", "2020-02-01", "2020-03-05", "2020-03-05")
    assert event.event_type == "OTHER"
    assert found.names[event.place or ""] == "Mali"
    assert event.place_precision == "country"


def test_rows_without_id_are_known_by_content(tmp_path: Path) -> None:
    found = read_table("hxl", tmp_path, ["a"], [["#event"], ["Clash"], ["Clash"]])
    assert len({event.iri for event in found.events}) == 2
    assert {event.time_gap for event in found.events} == {"not-stated"}


@pytest.mark.parametrize(
    ("tag", "column"),
    [
        ("#affected+killed", "#affected+killed"),
        ("#Affected +Killed +total", "#affected+killed"),
        ("#affected+m+killed", None),
        ("#adm2+name+fr", "#adm2"),
        ("#adm2+en", "#adm2"),
        ("#country+iso3", "#country+code"),
        ("#country+code+v_iso2", "#country+code"),
        ("#lat_deg", None),
        ("#population", None),
        ("#date+reported", "#date"),
    ],
)
def test_hashtags(tag: str, column: str | None) -> None:
    assert column_of(tag) == column


@pytest.mark.parametrize(
    ("tags", "row", "reason"),
    [
        (["#event", "#date"], ["Clash", "soon"], "the column #date has 'soon', which is no day"),
        (["#event", "#date"], ["Clash", "2020-13"], "the column #date has '2020-13', which is no month"),
        (["#event", "#affected+killed"], ["Clash", "many"], "the column #affected+killed has 'many', which is no number"),
        (["#event", "#affected+killed"], ["Clash", "-4"], "the column #affected+killed has -4"),
        (["#adm1", "#date"], ["Bel", "2020"], "the row names no event"),
        (["#event", "#date+start", "#date+end"], ["Clash", "2020-02-02", "2020-01-01"], "the end 2020-01-01 is before the begin"),
    ],
)
def test_rows_that_cannot_be_read(tmp_path: Path, tags: list[str], row: list[str], reason: str) -> None:
    found = read_table("hxl", tmp_path, [f"head {tag}" for tag in tags], [tags, row])
    assert found.rows == []
    assert reason in found.refused[0]


def test_a_table_without_hashtags_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("event,date\nClash,2020\n", encoding="utf-8")
    with pytest.raises(MalformedSource, match="no row of hashtags among its first 25 rows"):
        find_layout(path, find_dataset("hxl").form)
