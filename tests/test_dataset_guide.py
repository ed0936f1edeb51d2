"""The page on datasets says what the datasets' tables say."""

from __future__ import annotations

from pathlib import Path

import pytest

from crisiskg.datasets import all_datasets
from crisiskg.datasets.guide import guide, section

PAGE = Path(__file__).parent.parent / "docs" / "datasets.md"


def test_the_page_is_that_of_the_tables() -> None:
    written = PAGE.read_text("utf-8")
    for dataset in all_datasets().values():
        assert section(dataset) in written, f"write the page anew for {dataset.name}: python -m crisiskg.datasets.guide"
    assert written == guide()


@pytest.mark.parametrize("name", list(all_datasets()))
def test_columns_are_told_apart_and_layouts_hold_columns(name: str) -> None:
    form = all_datasets()[name].form
    names = [known for column in form.columns for known in (column.name, *column.other_names)]
    folded = ["".join(char for char in known.lower() if char.isalnum()) for known in names]
    assert len(set(folded)) == len(folded)
    for order in form.layouts.values():
        assert set(order) <= {column.name for column in form.columns}
        assert {column.name for column in form.columns if column.is_needed} <= set(order)


@pytest.mark.parametrize("name", list(all_datasets()))
def test_every_column_has_a_use(name: str) -> None:
    for column in all_datasets()[name].form.columns:
        assert column.meaning
        assert column.use
        assert not column.meaning.endswith(".")
