"""What an explanation holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["severe", "warning", "note"]

#: What each kind of finding is without a word of the query, for logs that must not tell what people ask; what weighs most first.
CAUSES = {
    "product": "parts that share no variable, so that all rows are combined with all rows",
    "optional": "an OPTIONAL that shares no variable with the rest",
    "path": "a repeated path whose ends are open, or that repeats inside of a repetition or follows nearly all properties",
    "everything": "a pattern that looks at every statement of the store",
    "search": "a text search in all values of a property",
    "graph": "GRAPH with an open name, joined with patterns outside of it",
    "sort": "ORDER BY over very many rows",
    "mixed": "ORDER BY on values of all kinds",
    "group": "GROUP BY over very many rows",
    "distinct": "DISTINCT over very many rows",
    "absent": "a property or class that the store does not have",
    "minus": "a MINUS that shares no variable with the rest",
    "exists": "an EXISTS that shares no variable with the rest",
    "unlimited": "no LIMIT",
    "offset": "a large OFFSET",
    "columns": "SELECT * with many variables",
    "unread": "something that cannot be explained",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that makes a query slow, or that it may not mean.

    Attributes:
        code: Short stable name, one of `CAUSES`.
        severity: "severe" where the query will hardly end, "warning" where it will be slow on a large store, or finds nothing,
            "note" where it may be written better.
        sentence: What it is.
        hint: How to write it better; may be empty.
    """

    code: str
    severity: Severity
    sentence: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Rows that a triple pattern may have by itself.

    Attributes:
        pattern: The pattern, with prefixes.
        rows: Number of rows.
    """

    pattern: str
    rows: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a query will do.

    Attributes:
        form: SELECT, ASK, CONSTRUCT or DESCRIBE; empty where it was not read.
        findings: The worst first.
        estimates: Of its triple patterns, in order, those in subqueries with them; empty without statistics.
        rows: Rows of the answer; None without statistics.
        generation: The generation whose counts were used; None without statistics.
    """

    form: str
    findings: tuple[Finding, ...]
    estimates: tuple[Estimate, ...] = ()
    rows: int | None = None
    generation: int | None = None
