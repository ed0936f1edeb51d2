from __future__ import annotations

import pytest

from crisiskg.api.negotiation import accepted, choose
from crisiskg.errors import NotAcceptable, UnknownName

OFFERED = ["application/sparql-results+json", "text/csv", "text/html"]


@pytest.mark.parametrize(
    ("header", "best"),
    [
        (None, "application/sparql-results+json"),
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("text/html", "text/html"),
        ("TEXT/HTML", "text/html"),
        ("text/*", "text/csv"),
        ("text/csv;q=0.2, text/html;q=0.7", "text/html"),
        ("text/csv; q=0, */*;q=0.1", "application/sparql-results+json"),
        ("application/json", "application/sparql-results+json"),
        ("application/xhtml+xml", "text/html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/csv;q=nonsense, text/html", "text/html"),
        ("garbage, text/html", "text/html"),
    ],
)
def test_best_of_a_header(header: str | None, best: str) -> None:
    assert accepted(header, OFFERED)[0] == best


@pytest.mark.parametrize("header", ["image/png", "text/csv;q=0", "garbage", ",,,;;;"])
def test_nothing_fits(header: str) -> None:
    assert accepted(header, OFFERED) == []
    with pytest.raises(NotAcceptable):
        choose(header, None, OFFERED)


def test_format_wins_over_the_header() -> None:
    assert choose("text/html", "csv", OFFERED) == ["text/csv"]
    with pytest.raises(UnknownName, match="there are: html"):
        choose("text/html", "docx", OFFERED)
    with pytest.raises(NotAcceptable):
        choose("text/html", "ttl", OFFERED)
