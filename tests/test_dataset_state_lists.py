"""Lists of states; the rows are facts of a few states, and made-up ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from dataset_tables import Read, read_table

from crisiskg.datasets.records import Membership

COW = ["stateabb", "ccode", "statenme", "styear", "stmonth", "stday", "endyear", "endmonth", "endday", "version"]
GW = ["gwcode", "gwc", "country_name", "start", "end", "microstate"]


def memberships(found: Read) -> list[tuple[str, str | None, str | None]]:
    return [
        (found.names[record.member], record.earliest_begin, record.latest_end)
        for row in found.rows
        for record in row
        if isinstance(record, Membership)
    ]


def test_cow(tmp_path: Path) -> None:
    rows = [
        ["GFR", "260", "German Federal Republic", "1955", "5", "5", "1990", "10", "2", "2016"],
        ["GMY", "255", "Germany", "1990", "10", "3", "2016", "12", "31", "2016"],
        ["YEM", "679", "Yemen", "1990", "5", "22", "2016", "12", "31", "2016"],
        ["TOL", "9999", "Tolmia", "1816", "1", "1", "1860", "3", "15", "2016"],
    ]
    found = read_table("cow-states", tmp_path, COW, rows)
    assert memberships(found) == [
        ("West Germany", "1955-05-05", "1990-10-02"),
        ("Germany", "1990-10-03", None),
        ("Yemen", "1990-05-22", None),
        ("Tolmia", "1816-01-01", "1860-03-15"),
    ]
    assert found.claims[0].record_id == "260-1955-05-05"
    assert any(iri.endswith("/entity/cow-9999-1816") for iri in found.names)


def test_gleditsch_and_ward(tmp_path: Path) -> None:
    rows = [
        ["365", "RUS", "Russia (Soviet Union)", "1816-01-01", "2017-12-31", "FALSE"],
        ["678", "YEM", "Yemen (Arab Republic of Yemen)", "1918-10-30", "1990-05-21", "FALSE"],
        ["680", "YPR", "Yemen, People's Republic of", "1967-11-30", "1990-05-21", "FALSE"],
    ]
    assert memberships(read_table("gw-states", tmp_path, GW, rows)) == [
        ("Russia", "1816-01-01", None),
        ("North Yemen", "1918-10-30", "1990-05-21"),
        ("South Yemen", "1967-11-30", "1990-05-21"),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["x", "TOL", "Tolmia", "1816-01-01", "1860-01-01", ""], "the column code has 'x'"),
        (["9999", "TOL", "", "1816-01-01", "1860-01-01", ""], "the column name is empty"),
        (["9999", "TOL", "Tolmia", "", "1860-01-01", ""], "the row has no first day"),
        (["9999", "TOL", "Tolmia", "1870-01-01", "1860-01-01", ""], "the last day 1860-01-01 is before"),
        (["9999", "TOL", "Tolmia", "long ago", "1860-01-01", ""], "the column start has 'long ago'"),
    ],
)
def test_rows_that_cannot_be_read(tmp_path: Path, row: list[str], reason: str) -> None:
    found = read_table("gw-states", tmp_path, GW, [row])
    assert found.rows == []
    assert reason in found.refused[0]
