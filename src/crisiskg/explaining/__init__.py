"""Says in words what a query will do and why it may be slow, without running it.

The query is read by the engine and by rdflib's parser, in a sandbox; nothing of it is evaluated.
"""

from __future__ import annotations

import sys

from crisiskg.errors import CrisiskgError, LimitExceeded, QuerySyntaxError
from crisiskg.explaining.records import CAUSES, Estimate, Explanation, Finding
from crisiskg.explaining.statistics import Property, Statistics, statistics_of
from crisiskg.sandbox import run

__all__ = [
    "Estimate",
    "Explanation",
    "Finding",
    "Property",
    "Statistics",
    "causes_in_words",
    "explain",
    "in_words",
    "statistics_of",
]

#: Longest explanation in words, in characters.
MAX_WORDS = 300


def explain(
    query: str,
    statistics: Statistics | None = None,
    *,
    base_iri: str | None = None,
    time_limit_s: float = 10.0,
    memory_mb: int = 1024,
) -> Explanation:
    """Return what a query will do.

    Args:
        query: SPARQL 1.1 query of anybody.
        statistics: Counts of the store that is to answer; without them nothing is estimated.
        base_iri: Base of relative IRIs.
        time_limit_s: Seconds that it may take.
        memory_mb: Memory that it may take, in MiB.

    Returns:
        Findings, the worst first, and estimates. A query that the engine reads and rdflib does not has one finding, "unread".

    Raises:
        QuerySyntaxError: the engine does not read the query.
        LimitExceeded: it took longer or more memory than allowed.

    >>> explain("SELECT ?s { ?s ?p ?o } LIMIT 3").findings[0].sentence
    '?s ?p ?o looks at every statement of the store'
    """
    try:
        return run(explain_here, query, statistics, base_iri, time_limit_s=time_limit_s, memory_mb=memory_mb)
    except LimitExceeded as error:
        raise LimitExceeded(
            f"the query needs more than {time_limit_s:g} s or {memory_mb} MiB to be explained",
            hint="Write it in a simpler way, or explain a part of it.",
        ) from error


def explain_here(query: str, statistics: Statistics | None = None, base_iri: str | None = None) -> Explanation:
    """Do what `explain` does in this process; only for processes that may be killed and have no network."""
    import pyoxigraph as ox

    from crisiskg.explaining.algebra import read_prefixes, read_shape
    from crisiskg.explaining.findings import explanation_of

    try:
        ox.Store().query(query, base_iri=base_iri)
    except SyntaxError as error:
        raise QuerySyntaxError(f"the query does not parse: {error}") from error
    except (OSError, RuntimeError, ValueError):  # it parses, and ASK already failed
        pass
    known = sys.getrecursionlimit()
    sys.setrecursionlimit(10_000)  # the parser needs some forty calls for each bracket
    try:
        shape = read_shape(query, base_iri)
        return explanation_of(shape, read_prefixes(query), statistics)
    except RecursionError:
        return _unread("it is nested too deeply")
    except ValueError as error:
        return _unread(str(error))
    finally:
        sys.setrecursionlimit(known)


def _unread(why: str) -> Explanation:
    sentence = f"the query cannot be explained, although it can be asked: {why[:200]}"
    return Explanation("", (Finding("unread", "note", sentence),))


def in_words(explanation: Explanation) -> str:
    """Return an explanation in one line of at most 300 characters, for a log.

    >>> in_words(Explanation("ASK", ()))
    'nothing striking'
    """
    sentences = [finding.sentence for finding in explanation.findings if finding.severity != "note"]
    sentences = sentences or [finding.sentence for finding in explanation.findings]
    text = "; ".join(sentences) or "nothing striking"
    text = "".join(character if character.isprintable() else " " for character in text)
    return text if len(text) <= MAX_WORDS else f"{text[: MAX_WORDS - 1]}…"


def causes_in_words(query: str, *, time_limit_s: float = 3.0) -> str:
    """Return why a query may be slow without a word of the query itself, for logs; empty where nothing is striking.

    Never raises an error of crisiskg.

    Args:
        query: SPARQL query.
        time_limit_s: Seconds that it may take, in a sandbox.

    >>> causes_in_words("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 5").partition(";")[0]
    'parts that share no variable, so that all rows are combined with all rows'
    """
    try:
        findings = explain(query, time_limit_s=time_limit_s, memory_mb=512).findings
    except CrisiskgError as error:
        return f"it cannot be explained ({error.code})"
    codes = [finding.code for finding in findings if finding.severity != "note"] or [finding.code for finding in findings]
    return "; ".join(CAUSES[code] for code in dict.fromkeys(codes))
