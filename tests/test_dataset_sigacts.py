"""SIGACTS: weapons, targets and towns that printed pages tore apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from dataset_tables import read_file, read_table
from helpers import SHARED

from crisiskg.datasets.sigacts import read_cells

HEADER = ["time", "event_type", "target", "city"]


def test_an_attack(tmp_path: Path) -> None:
    found = read_table("sigacts", tmp_path, HEADER, [["2004-01-01 00:20:00", "IED", "Iraqi Security Forces", "Taji"]])
    (event,) = found.events
    assert (event.event_type, event.mode, event.actor_gap) == ("ASSAULT", "ASSAULT-explosives", "not-stated")
    assert found.recipients(event) == ["Iraqi Security Forces"]
    assert (found.names[event.place or ""], event.place_precision) == ("Taji", "near")
    assert event.earliest_begin == "2004-01-01"
    assert found.claims[0].source_type == "IED"


def test_equal_rows_are_numbered_and_ids_stay(tmp_path: Path) -> None:
    row = ["2004-01-01 00:20:00", "IED", "Coalition", "Taji"]
    first = read_table("sigacts", tmp_path, HEADER, [row, row])
    again = read_table("sigacts", tmp_path, HEADER, [["2004-01-02 00:20:00", "RPG", "Coalition", "Taji"], row])
    assert first.events[1].iri == f"{first.events[0].iri}-2"
    assert again.events[1].iri == first.events[0].iri


def test_without_town_the_place_is_the_state(tmp_path: Path) -> None:
    found = read_table("sigacts", tmp_path, HEADER, [["2004-01-01 00:20:00", "RPG", "Infrastructure", ""]])
    (event,) = found.events
    assert (found.names[event.place or ""], event.place_precision) == ("Iraq", "country")
    assert event.recipient_gap == "not-an-actor"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["", "Attack Type", "Target", "City"], "heading of a printed page"),
        (["2004-01-01", "Spoon", "Coalition", "Taji"], "'Spoon' is no weapon"),
        (["", "IED", "Coalition", "Taji"], "time is empty"),
        (["2004-13-01", "IED", "Coalition", "Taji"], "no day"),
    ],
)
def test_what_cannot_be_read_goes_to_quarantine(tmp_path: Path, row: list[str], reason: str) -> None:
    found = read_table("sigacts", tmp_path, HEADER, [row])
    assert found.rows == []
    assert reason in found.refused[0]


@pytest.mark.parametrize(
    ("cells", "weapons", "mode", "target", "town"),
    [
        (("IED", "Coalition Forces", "Mosul"), ("IED",), "explosives", "Coalition Forces", "Mosul"),
        (("Small Arms", "Coalition     Basrah", "Basrah"), ("Small Arms",), "firearms", "Coalition Forces", "Basrah"),
        (("Small Arms", "Civilians     Baghd", ""), ("Small Arms",), "firearms", "Civilians", "Baghdad"),
        (("Mortar", "Coalition Forces   Ba", ""), ("Mortar",), "heavy-weapons", "Coalition Forces", None),
        (("Mortar", "Coalition Forces   Tikri", ""), ("Mortar",), "heavy-weapons", "Coalition Forces", "Tikrit"),
        (("Mortar", "Coalition Forces   Sama", ""), ("Mortar",), "heavy-weapons", "Coalition Forces", None),
        (("Mortar", "Baghdad", "Baghdad"), ("Mortar",), "heavy-weapons", None, "Baghdad"),
        (("Mortar", "", "Coalition Forces   Mosul"), ("Mortar",), "heavy-weapons", "Coalition Forces", "Mosul"),
        (("Indirect Fir", "e   Coalition Forces", "Mosul"), ("Indirect Fire",), "heavy-weapons", "Coalition Forces", "Mosul"),
        (("Small Arms, I", "ED            Taji", "Taji"), ("Small Arms", "IED"), None, None, "Taji"),
        (("Small Arms,", "Mortar            Taj", "Taji"), ("Small Arms", "Mortar"), None, None, "Taji"),
        (("Mortar, Rock", "et", ""), ("Mortar", "Rocket"), "heavy-weapons", None, None),
        (("Mortar, Small", "Arms   Host Nation   Ba", ""), ("Mortar", "Small Arms"), None, "Host Nation", None),
        (("SVBIED", "Iraqi Security Force", ""), ("SVBIED",), "suicide-attack", "Iraqi Security Forces", None),
        (("Vest, SVBIED", "ENEMY", "Hit"), ("Vest", "SVBIED"), "suicide-attack", "Enemy", "Hit"),
        (("Rock", "None", ""), ("Rock",), "primitive", "None", None),
    ],
)
def test_cells_are_put_in_order(
    cells: tuple[str, str, str], weapons: tuple[str, ...], mode: str | None, target: str | None, town: str | None
) -> None:
    found = read_cells(*cells)
    assert (found.weapons, found.mode, found.target and found.target.label, found.town) == (weapons, mode, target, town)


def test_what_was_put_in_order_is_told() -> None:
    assert read_cells("IED", "Coalition Forces", "Mosul").repair is None
    assert "'Baghd' is cut off; it is read as Baghdad" in (read_cells("IED", "Coalition   Baghd", "").repair or "")


@pytest.mark.skipif(not (SHARED / "throughput").exists(), reason="the real tables are not here")
def test_the_real_table() -> None:
    found = read_file("sigacts", SHARED / "throughput" / "sigacts_iraq_162k.csv.gz", most=5000)
    assert len(found.rows) + len(found.refused) == 5000
    assert set(found.refused) <= {"the row is a heading of a printed page"}
