from __future__ import annotations

from pathlib import Path

import pytest

from crisiskg.errors import InvalidParameter
from crisiskg.settings import Settings, load_settings

PAGE = Path(__file__).parent.parent / "docs" / "settings.md"


def test_page_of_settings_is_complete() -> None:
    lines = PAGE.read_text("utf-8").splitlines()
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        assert f"| `{name}` | {default} | {field.description} |" in lines
    assert sum(line.startswith("| `") for line in lines) == len(Settings.model_fields)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", 70000),
        ("port", "many"),
        ("base_iri", "no-iri"),
        ("base_iri", "https://example.org/no-slash"),
        ("query_workers", 0),
    ],
)
def test_impossible_values_name_the_setting(name: str, value: object) -> None:
    with pytest.raises(InvalidParameter, match=f"setting {name}: .*{value}"):
        load_settings(**{name: value})


def test_unknown_settings_are_named() -> None:
    with pytest.raises(InvalidParameter, match="no_such_setting"):
        load_settings(no_such_setting=1)
