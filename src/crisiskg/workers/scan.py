"""Looks at the text of a query or update before an engine parses it: size, depth of nesting, and what is not allowed here.

A parser of SPARQL may overflow its stack on deep nesting, which ends the process, and a planner may be at a long join for
minutes. So both are measured here, outside of strings, comments and IRIs, by `tokens` and `measure`. What is refused here for
its words could do nothing in a worker either, which has no network and a read-only store.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crisiskg.errors import FederationRefused, QueryRefused, QuerySyntaxError
from crisiskg.workers.measure import Limits, Meter
from crisiskg.workers.scan_update import UpdateScan, scan_update
from crisiskg.workers.tokens import Token, opens_service, tokens

__all__ = ["Limits", "Scan", "UpdateScan", "scan_query", "scan_update"]

_UPDATES = frozenset({"INSERT", "DELETE", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD"})
_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_VOLATILE = ("NOW", "RAND", "UUID", "BNODE")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


@dataclass(frozen=True, slots=True)
class Scan:
    """What the text of a query says of itself.

    Attributes:
        form: SELECT, ASK, CONSTRUCT or DESCRIBE.
        depth: Deepest nesting of brackets.
        names_dataset: Whether it has FROM or FROM NAMED and so says itself which graphs it looks at.
        volatile: Whether the same query may give another answer at the same data, so that answers must not be kept: it has NOW,
            RAND, UUID, STRUUID, BNODE or SERVICE.
        service: Whether it has SERVICE.
        patterns: Triple patterns, never fewer than there are.
    """

    form: str
    depth: int
    names_dataset: bool
    volatile: bool = False
    service: bool = False
    patterns: int = 0


def scan_query(text: str, limits: Limits, *, service: bool = False, unescape: bool = False) -> Scan:
    r"""Look at a query, or refuse it.

    Args:
        text: SPARQL.
        limits: How large it may be.
        service: Whether SERVICE is allowed.
        unescape: Whether the engine replaces `\uXXXX` everywhere before it parses, as SPARQL allows; ours does so in strings
            and IRIs alone.

    Returns:
        What was seen.

    Raises:
        LimitExceeded: it is too long, nested too deeply, or has too many triple patterns or steps in a path.
        FederationRefused: it has SERVICE or LOAD.
        QueryRefused: it is an update.
        QuerySyntaxError: it has none of the four query forms, a character that no query can have, a string that does not end,
            or a `<` that has two readings.

    >>> scan = scan_query('SELECT ?s WHERE { ?s ?p "SERVICE <http://x> {{{" }', Limits())
    >>> scan.form, scan.depth, scan.patterns, scan.service
    ('SELECT', 1, 1, False)
    """
    if unescape and "\\" in text and (replaced := _ESCAPE.sub(_character, text)) != text:
        scan_query(replaced, limits, service=service)
    meter = Meter(limits, "query")
    form: str | None = None
    names_dataset = volatile = federated = False
    before = last = Token("mark", "", -1)
    for token in tokens(text, "query", limits.max_bytes, limits.max_depth):
        meter.take(token)
        if token.kind == "word":
            word = token.text.upper()
            if "SERVICE" in word:
                federated = True
            elif "LOAD" in word:
                raise FederationRefused("LOAD is not allowed: this is for queries, which have no network and change nothing")
            elif word in _UPDATES:
                raise QueryRefused(f"{word} is not allowed: this is for queries, which change nothing")
            volatile = volatile or any(name in word for name in _VOLATILE)
            if meter.depth == 0:
                names_dataset = names_dataset or "FROM" in word
                form = word if form is None and word in _FORMS else form
        federated = federated or opens_service(token, last, before, meter.depth - 1)
        before, last = last, token
        if federated and not service:
            raise FederationRefused(
                "SERVICE is not allowed: queries have no network", hint="Ask the other endpoint yourself and give what it says."
            )
    if form is None:
        raise QuerySyntaxError("there is no SELECT, ASK, CONSTRUCT or DESCRIBE in the query")
    return Scan(form, meter.deepest, names_dataset, volatile or federated, federated, meter.patterns)


def _character(match: re.Match[str]) -> str:
    number = int(match[1] or match[2], 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else match.group()
