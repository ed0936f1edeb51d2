"""Takes the text of an update apart into its operations, so that each WHERE can be evaluated as a query of its own.

This only finds where the parts begin and end; whether each of them is right is for the engine to say, which parses it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from crisiskg.errors import QuerySyntaxError
from crisiskg.workers.measure import Limits
from crisiskg.workers.scan_update import scan_update
from crisiskg.workers.tokens import Token, tokens

_MANAGEMENT = frozenset({"CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD"})


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of an update.

    Attributes:
        kind: "INSERT DATA", "DELETE DATA", "MODIFY" (all that has a WHERE), or CLEAR, DROP, CREATE, COPY, MOVE or ADD.
        text: All of it.
        start: Where it begins in the update.
        prologue: All BASE, PREFIX and VERSION that stand before it, in one line.
        silent: Whether it says SILENT.
        targets: The graphs of CLEAR and so on, as they are written; "DEFAULT", "NAMED" and "ALL" as these words.
        data: The braces of INSERT DATA and DELETE DATA.
        within: The IRI behind WITH, as it is written.
        delete: The braces of the DELETE template.
        insert: The braces of the INSERT template.
        using: The IRIs behind USING, as they are written.
        using_named: The IRIs behind USING NAMED.
        where: The braces of WHERE.
    """

    kind: str
    text: str
    start: int
    prologue: str
    silent: bool = False
    targets: tuple[str, ...] = ()
    data: str = ""
    within: str = ""
    delete: str = ""
    insert: str = ""
    using: tuple[str, ...] = ()
    using_named: tuple[str, ...] = ()
    where: str = ""


def variables(template: str) -> list[str]:
    """Return the names of the variables of a template, sorted.

    >>> variables("{ ?s <a:p> $o, '?x' }")
    ['o', 's']
    """
    found = tokens(template, "update", len(template) * 4, len(template))
    return sorted({token.text[1:] for token in found if token.kind == "variable"})


@dataclass(slots=True)
class _Parts:
    """Walks through the tokens of an update."""

    text: str
    tokens: list[Token]
    place: int = 0
    prologue: list[str] = field(default_factory=list)

    def peek(self) -> str:
        """Return the next word in capitals or mark; "" at the end."""
        return _upper(self.tokens[self.place]) if self.place < len(self.tokens) else ""

    def take(self, *wanted: str) -> bool:
        """Go past the next words or marks if they are these."""
        found = [_upper(token) for token in self.tokens[self.place : self.place + len(wanted)]]
        if found == list(wanted):
            self.place += len(wanted)
            return True
        return False

    def piece(self, *kinds: str) -> str:
        """Return the next token, which must be of one of the kinds."""
        if self.place >= len(self.tokens) or self.tokens[self.place].kind not in kinds:
            raise self.fault()
        self.place += 1
        return self.tokens[self.place - 1].text

    def braces(self) -> str:
        """Return the text of a pair of braces and all between them."""
        if self.peek() != "{":
            raise self.fault()
        start, depth = self.tokens[self.place].start, 0
        while self.place < len(self.tokens):
            token = self.tokens[self.place]
            self.place += 1
            depth += (token.kind == "open") - (token.kind == "close")
            if depth == 0:
                return self.text[start : _end(token)]
        raise self.fault()

    def fault(self) -> QuerySyntaxError:
        """Return what to raise where something else was due."""
        if self.place >= len(self.tokens):
            return QuerySyntaxError("the update does not parse: it ends too early")
        token = self.tokens[self.place]
        line = self.text.count("\n", 0, token.start) + 1
        return QuerySyntaxError(f"the update does not parse: {token.text[:40]!r} in line {line} was not expected there")


def _upper(token: Token) -> str:
    """Return the text of a token; a word in capitals, and nothing that could be mistaken for one."""
    if token.kind == "word":
        return token.text.upper()
    return token.text if token.kind in ("mark", "open", "close") else f" {token.text}"


def _end(token: Token) -> int:
    return token.start + len(token.text)


def split(text: str, limits: Limits) -> tuple[list[Operation], str]:
    """Return the operations of an update, in their order, and all of its prologue.

    Args:
        text: SPARQL Update.
        limits: How large it may be.

    Raises:
        LimitExceeded: it is too long, nested too deeply, or has too many patterns.
        FederationRefused: it has SERVICE or LOAD.
        QuerySyntaxError: the text is no update.

    >>> update = "WITH <a:g> DELETE { ?s ?p 1 } WHERE { ?s ?p 1 } ; DROP SILENT GRAPH <a:h>"
    >>> operations, _ = split(update, Limits())
    >>> [(one.kind, one.within, one.delete, one.targets) for one in operations]
    [('MODIFY', '<a:g>', '{ ?s ?p 1 }', ()), ('DROP', '', '', ('<a:h>',))]
    """
    scan_update(text, limits, load=True)
    parts = _Parts(text, list(tokens(text, "update", limits.max_bytes, limits.max_depth)))
    operations: list[Operation] = []
    labels: set[str] = set()
    while True:
        _read_prologue(parts)
        if not parts.peek():
            return operations, " ".join(parts.prologue)
        first = parts.place
        kind, fields = _operation(parts)
        if kind == "INSERT DATA":
            _check_labels(parts.tokens[first : parts.place], labels)
        start, end = parts.tokens[first].start, _end(parts.tokens[parts.place - 1])
        operations.append(Operation(kind, text[start:end], start, " ".join(parts.prologue), **fields))
        if parts.peek() and not parts.take(";"):
            raise parts.fault()


def _check_labels(found: list[Token], before: set[str]) -> None:
    """Refuse a label of a blank node that another INSERT DATA of the same request uses (SPARQL 1.1, section 19.6)."""
    labels = {token.text for token in found if token.kind == "blank"}
    again = min(labels & before, default=None)
    if again is not None:
        raise QuerySyntaxError(f"the update does not parse: two INSERT DATA use the blank node {again}, which would be two nodes")
    before |= labels


def _read_prologue(parts: _Parts) -> None:
    while True:
        first = parts.place
        if parts.take("BASE"):
            parts.piece("iri")
        elif parts.take("PREFIX"):
            parts.piece("name")
            parts.piece("iri")
        elif parts.take("VERSION"):
            parts.piece("string")
        else:
            return
        parts.prologue.append(" ".join(token.text for token in parts.tokens[first : parts.place]))


def _operation(parts: _Parts) -> tuple[str, dict[str, Any]]:
    for kind in ("INSERT DATA", "DELETE DATA"):
        if parts.take(*kind.split()):
            return kind, {"data": parts.braces()}
    if parts.take("DELETE", "WHERE"):
        pattern = parts.braces()
        return "MODIFY", {"delete": pattern, "where": pattern}
    if parts.take("LOAD"):
        silent = parts.take("SILENT")
        targets = [parts.piece("iri", "name")]
        if parts.take("INTO"):
            if not parts.take("GRAPH"):
                raise parts.fault()
            targets.append(parts.piece("iri", "name"))
        return "LOAD", {"silent": silent, "targets": tuple(targets)}
    for kind in _MANAGEMENT:
        if parts.take(kind):
            silent = parts.take("SILENT")
            targets = [_target(parts)]
            if kind in ("COPY", "MOVE", "ADD"):
                if not parts.take("TO"):
                    raise parts.fault()
                targets.append(_target(parts))
            return kind, {"silent": silent, "targets": tuple(targets)}
    return "MODIFY", _modify(parts)


def _target(parts: _Parts) -> str:
    for word in ("DEFAULT", "NAMED", "ALL"):
        if parts.take(word):
            return word
    parts.take("GRAPH")
    return parts.piece("iri", "name")


def _modify(parts: _Parts) -> dict[str, Any]:
    within = parts.piece("iri", "name") if parts.take("WITH") else ""
    delete = parts.braces() if parts.take("DELETE") else ""
    insert = parts.braces() if parts.take("INSERT") else ""
    if not (delete or insert):
        raise parts.fault()
    using: list[str] = []
    named: list[str] = []
    while parts.take("USING"):
        (named if parts.take("NAMED") else using).append(parts.piece("iri", "name"))
    if not parts.take("WHERE"):
        raise parts.fault()
    return {
        "within": within,
        "delete": delete,
        "insert": insert,
        "using": tuple(using),
        "using_named": tuple(named),
        "where": parts.braces(),
    }
