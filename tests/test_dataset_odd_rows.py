"""Rows of anything: a reader refuses them with a reason, or makes records that the shapes take; nothing else happens."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from dataset_tables import read_table
from test_dataset_acled import NOW
from test_dataset_acled import ROW as ACLED
from test_dataset_gdelt import LAYOUTS
from test_dataset_gdelt import ROW as GDELT
from test_dataset_icews import COLUMNS as ICEWS_COLUMNS
from test_dataset_icews import ROW as ICEWS
from test_dataset_polecat import COLUMNS as POLECAT_COLUMNS
from test_dataset_polecat import ROW as POLECAT

ODD = [
    *("", " ", "None", "NA", "-", "0", "-1", "1e9", "9" * 30, "1.5", "nan", "inf", "٣", "²"),
    *("2021-02-30", "0025-01-01", "31/12/2020", "12/31/2020", "99999999", "20210304"),
    *("Chad", "(Chad)", "Police (Chad", "((", "))", "a; b;; ;c", ";", "None; None", "<x>", "a\\b", "{}", "%00", "é" * 300),
    *("\u202ereversed", "ASSAULT", "173", "13y", "010", "http://x y/", "'"),
]


@pytest.mark.parametrize(
    ("dataset", "columns", "row", "delimiter", "has_header"),
    [
        ("acled", NOW, ACLED, ",", True),
        ("gdelt", list(LAYOUTS["2.0"]), GDELT, "\t", False),
        ("icews", ICEWS_COLUMNS, ICEWS, "\t", True),
        ("polecat", POLECAT_COLUMNS, POLECAT, "\t", True),
        (
            "sigacts",
            ["time", "event_type", "target", "city"],
            {"time": "2004-01-01 00:20:00", "event_type": "IED", "target": "Coalition   Mosu", "city": "Mosul"},
            ",",
            True,
        ),
    ],
)
def test_odd_rows(
    tmp_path: Path, dataset: str, columns: list[str], row: dict[str, str], delimiter: str, has_header: bool
) -> None:
    chance = random.Random(11)
    rows = [[row.get(column, "") for column in columns]]
    for number in range(400):
        changed = {**row, columns[0]: f"{row[columns[0]]}{number}" if columns[0] != "time" else row["time"]}
        for column in chance.sample(columns, chance.choice([1, 1, 2, 4])):
            changed[column] = chance.choice(ODD)
        rows.append([changed.get(column, "") for column in columns])
    found = read_table(dataset, tmp_path, columns if has_header else None, rows, delimiter)
    assert len(found.rows) + len(found.refused) == len(rows)
    assert len(found.rows) > len(rows) / 5
    assert all(len(reason) > 15 for reason in found.refused)
