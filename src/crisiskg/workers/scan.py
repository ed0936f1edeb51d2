"""Looks at the text of a query before an engine parses it: size, depth of nesting, and what is not allowed here.

A parser of SPARQL may overflow its stack on deep nesting, which ends the process. So the depth is counted here, outside of
strings, comments and IRIs. What is refused here for its words could do nothing in a worker either, which has no network and a
read-only store.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crisiskg.errors import LimitExceeded, QueryRefused, QuerySyntaxError

# SPARQL 1.1, section 19.8; longer alternatives first.
_TOKEN = re.compile(
    r"""
      \#[^\r\n]*
    | \"\"\"(?:[^"\\]|\\.|\"(?!\"\"))*\"\"\"
    | '''(?:[^'\\]|\\.|'(?!''))*'''
    | "(?:[^"\\\r\n]|\\.)*"
    | '(?:[^'\\\r\n]|\\.)*'
    | <[^<>"{}|^`\\\x00-\x20]*(?:\\[uU][0-9A-Fa-f]+[^<>"{}|^`\\\x00-\x20]*)*>
    | (?P<variable>[?$]\w+)
    | (?P<tag>@[A-Za-z][A-Za-z0-9-]*)
    | (?P<name>(?:[^\W\d_](?:[\w.·-]*[\w·-])?)?:
        (?:[\w:·-]|%[0-9A-Fa-f]{2}|\\[^\s\w])*(?:\.+(?:[\w:·-]|%[0-9A-Fa-f]{2}|\\[^\s\w])+)*)
    | (?P<word>[^\W\d]\w*)
    | (?P<open>[({\[])
    | (?P<close>[)}\]])
    | \s+
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD"})
_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})


@dataclass(frozen=True, slots=True)
class Scan:
    """What the text of a query says of itself.

    Attributes:
        form: SELECT, ASK, CONSTRUCT or DESCRIBE.
        depth: Deepest nesting of brackets.
        names_dataset: Whether it has FROM or FROM NAMED and so says itself which graphs it looks at.
    """

    form: str
    depth: int
    names_dataset: bool


def scan_query(text: str, max_bytes: int, max_depth: int) -> Scan:
    """Look at a query, or refuse it.

    Args:
        text: SPARQL.
        max_bytes: Longest text in bytes of UTF-8.
        max_depth: Deepest nesting of brackets.

    Returns:
        What was seen.

    Raises:
        LimitExceeded: it is too long or nested too deeply.
        QueryRefused: it is an update, or has SERVICE.
        QuerySyntaxError: it has none of the four query forms, or a character that no query can have.

    >>> scan_query('SELECT ?s WHERE { ?s ?p "SERVICE <http://x> {{{" }', 1000, 2)
    Scan(form='SELECT', depth=1, names_dataset=False)
    """
    try:
        length = len(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise QuerySyntaxError(
            f"the query has at position {error.start} half of a surrogate pair, which is no character"
        ) from error
    if length > max_bytes:
        raise LimitExceeded(f"the query has {length} bytes; {max_bytes} are allowed", hint="The setting is max_query_bytes.")
    form: str | None = None
    depth = deepest = 0
    names_dataset = False
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "open":
            depth += 1
            deepest = max(deepest, depth)
            if depth > max_depth:
                raise LimitExceeded(
                    f"the query is nested more than {max_depth} brackets deep", hint="The setting is max_query_depth."
                )
        elif kind == "close":
            depth -= 1
        elif kind == "word":
            word = match.group().upper()
            if word == "SERVICE":
                raise QueryRefused("SERVICE is not allowed: queries have no network", hint="Ask the other endpoint yourself.")
            if word in _UPDATES:
                raise QueryRefused(f"{word} is not allowed: this is for queries, which change nothing")
            if word == "FROM":
                names_dataset = True
            if form is None and word in _FORMS:
                form = word
    if form is None:
        raise QuerySyntaxError("there is no SELECT, ASK, CONSTRUCT or DESCRIBE in the query")
    return Scan(form, deepest, names_dataset)
