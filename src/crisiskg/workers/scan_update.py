"""Looks at the text of an update before an engine parses it: size, operations, and which graphs it may change."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crisiskg.errors import FederationRefused, QuerySyntaxError
from crisiskg.workers.measure import Limits, Meter
from crisiskg.workers.tokens import Token, hides_keyword, opens_service, tokens

#: Words that can stand outside of braces.
_OPERATIONS = frozenset({"INSERT", "DELETE", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "LOAD"})
_OTHERS = frozenset(
    {"BASE", "PREFIX", "VERSION", "DATA", "WHERE", "WITH", "USING", "NAMED", "GRAPH", "DEFAULT", "ALL", "SILENT", "TO", "INTO"}
)
_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
#: Words behind which an IRI can stand.
_BEFORE_IRI = frozenset({"PREFIX", "BASE", "WITH", "USING", "NAMED", "GRAPH", "SILENT", "COPY", "MOVE", "ADD", "TO"})
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:(?!.*/\.\.?(?:/|$))")
_NONE = Token("mark", "", -1)


@dataclass(frozen=True, slots=True)
class UpdateScan:
    """What the text of an update says of itself.

    Attributes:
        operations: Its operations in order, in words: INSERT DATA, DELETE DATA, DELETE WHERE, DELETE, INSERT, DELETE INSERT,
            CLEAR, DROP, CREATE, COPY, MOVE, ADD.
        graphs: IRIs of all named graphs that it may change, perhaps more; None where it may be any.
        default: Whether it may change the default graph.
        reads: Whether an operation has a WHERE.
        names_dataset: Whether an operation has USING, USING NAMED or WITH.
        depth: Deepest nesting of brackets.
    """

    operations: tuple[str, ...]
    graphs: frozenset[str] | None
    default: bool
    reads: bool
    names_dataset: bool
    depth: int


@dataclass(slots=True)
class _Operation:
    """An operation that is being read.

    Attributes:
        words: Its keywords outside of braces.
        targets: Graphs behind its keywords, with the keyword TO before those that follow it; None is one that is not known.
        with_graphs: The graph of WITH, if there is one.
        blocks: Graphs of its templates; None is one that is not known.
        plain: Whether its templates have triples outside of GRAPH.
    """

    words: list[str] = field(default_factory=list)
    targets: list[str | None] = field(default_factory=list)
    with_graphs: list[str | None] = field(default_factory=list)
    blocks: list[str | None] = field(default_factory=list)
    plain: bool = False


def scan_update(text: str, limits: Limits, *, load: bool = False) -> UpdateScan:
    """Look at an update, or refuse it.

    Args:
        text: SPARQL Update.
        limits: How large it may be; `Limits.of_updates` has those of the settings.
        load: Whether LOAD may stand in it as a word of its own, for those who parse it and never do it.

    Returns:
        What was seen.

    Raises:
        LimitExceeded: it is too long, nested too deeply, or an operation has too many triple patterns or steps in a path.
        FederationRefused: it has SERVICE or LOAD.
        QuerySyntaxError: it is no update, or cannot be told apart from one that means something else.

    >>> scan = scan_update("PREFIX x: <urn:x:> INSERT DATA { GRAPH x:g { x:a x:b 1 } }; CLEAR DEFAULT", Limits())
    >>> scan.operations, sorted(scan.graphs), scan.default
    (('INSERT DATA', 'CLEAR'), ['urn:x:g'], True)
    """
    reader = _Reader(Meter(limits, "update"), load)
    for token in tokens(text, "update", limits.max_bytes, limits.max_depth):
        reader.take(token)
    return reader.finish()


class _Reader:
    """Reads the tokens of an update.

    Args:
        meter: Counts brackets and patterns.
        load: Whether LOAD may stand there as a word of its own.
    """

    def __init__(self, meter: Meter, load: bool = False) -> None:
        self._meter = meter
        self._load = load
        self._namespaces: dict[str, str | None] = {}
        self._operation = _Operation()
        self._operations: list[_Operation] = []
        self._writes = False  # whether the open braces hold what is written or removed
        self._before = self._first = _NONE  # the last token, and the one before it

    def take(self, token: Token) -> None:
        """Read one token."""
        depth = self._meter.depth
        self._meter.take(token)
        if token.kind == "word" and "SERVICE" in token.text.upper():
            raise _refused("SERVICE")
        if opens_service(token, self._before, self._first, depth):
            raise _refused("SERVICE")
        if depth == 0:
            self._outside(token)
        elif self._writes:
            self._inside(token, depth)
        self._first, self._before = self._before, token

    def finish(self) -> UpdateScan:
        """Return what was read."""
        self._end_operation()
        graphs: set[str | None] = set()
        default = False
        words: set[str] = set()
        for operation in self._operations:
            words.update(operation.words)
            changed, changes_default = _changes(operation)
            graphs |= changed
            default = default or changes_default
        known = frozenset(graph for graph in graphs if graph is not None)
        return UpdateScan(
            tuple(_in_words(operation) for operation in self._operations),
            known if len(known) == len(graphs) else None,
            default,
            "WHERE" in words,
            bool(words & {"USING", "WITH"}),
            self._meter.deepest,
        )

    def _outside(self, token: Token) -> None:
        """Read a token that no brackets enclose."""
        operation, before = self._operation, self._before
        word = before.text.upper() if before.kind == "word" else ""
        if token.kind == "word":
            self._keyword(token)
        elif token.kind == "name" or token.kind == "iri":
            if word == "PREFIX" and token.kind == "name":
                return
            if self._first.text.upper() == "PREFIX" and before.kind == "name" and token.kind == "iri":
                self._declare(before.text.removesuffix(":"), token)
                return
            if word not in _BEFORE_IRI and not (self._load and word == "LOAD"):
                if hides_keyword(token, "LOAD"):
                    raise _refused("LOAD")
                raise _unexpected(token)
            if word == "WITH":
                operation.with_graphs.append(self._resolve(token))
            elif word not in ("BASE", "USING", "NAMED"):
                # GRAPHx:y may be GRAPH and x:y
                sure = word == "GRAPH" or not any(hides_keyword(token, hidden) for hidden in ("GRAPH", "SILENT", "DEFAULT"))
                operation.targets.append(self._resolve(token) if sure else None)
        elif token.text == "{":
            last_two = [each.text.upper() for each in (self._first, before)]
            self._writes = word in ("INSERT", "DELETE", "DATA") or last_two == ["DELETE", "WHERE"]
            if not self._writes and word != "WHERE":
                raise _unexpected(token)
        elif token.text == ";":
            self._end_operation()
        elif token.kind != "string" or word != "VERSION":
            raise _unexpected(token)

    def _keyword(self, token: Token) -> None:
        word = token.text.upper()
        if word in _FORMS:
            raise QuerySyntaxError(f"this is a query ({word}) and no update")
        if "LOAD" in word and not (self._load and word == "LOAD"):
            raise _refused("LOAD")
        if word not in _OPERATIONS and word not in _OTHERS:
            raise _unexpected(token)
        if word not in ("BASE", "PREFIX", "VERSION"):
            self._operation.words.append(word)
        if word in ("DEFAULT", "NAMED", "ALL", "TO"):
            self._operation.targets.append(word)

    def _inside(self, token: Token, depth: int) -> None:
        """Read a token of what is written or removed."""
        operation = self._operation
        named = self._first.kind == "word" and self._first.text.upper() == "GRAPH"
        if token.text == "{":
            if depth == 1 and named and self._before.kind in ("iri", "name"):
                operation.blocks.append(self._resolve(self._before))
            else:  # a variable, or keywords that are written together
                operation.blocks.append(None)
        elif depth == 1 and token.kind == "word" and token.text.upper() not in ("GRAPH", "A", "TRUE", "FALSE"):
            operation.blocks.append(None)
            operation.plain = True
        elif depth == 1 and token.text not in ("}", "."):
            before = self._before
            is_graph = token.kind == "word" and token.text.upper() == "GRAPH"
            is_name = before.kind == "word" and before.text.upper() == "GRAPH"
            operation.plain = operation.plain or not (is_graph or is_name)

    def _declare(self, prefix: str, token: Token) -> None:
        """Take a declaration; a prefix that is declared twice may mean either."""
        found = self._resolve(token)
        self._namespaces[prefix] = found if self._namespaces.get(prefix, found) == found else None

    def _resolve(self, token: Token) -> str | None:
        """Return the IRI of a graph where it stands in full, or with a prefix of which that is true."""
        if token.kind == "iri":
            iri: str | None = token.text[1:-1]
        else:
            prefix, _, local = token.text.partition(":")
            namespace = self._namespaces.get(prefix)
            iri = None if namespace is None else namespace + re.sub(r"\\(.)", r"\1", local)
        return iri if iri is not None and "\\" not in iri and _ABSOLUTE.match(iri) else None

    def _end_operation(self) -> None:
        if self._operation.words:
            self._operations.append(self._operation)
        self._operation = _Operation()
        self._writes = False


def _changes(operation: _Operation) -> tuple[set[str | None], bool]:
    """Return the named graphs that an operation may change, None for one that is not known, and whether the default graph."""
    main = next((word for word in operation.words if word in _OPERATIONS), "")
    if main in ("INSERT", "DELETE"):
        graphs = set(operation.blocks)
        if operation.plain and operation.with_graphs:
            graphs |= set(operation.with_graphs)
        return graphs, operation.plain and not operation.with_graphs
    targets = operation.targets
    if main in ("COPY", "ADD") and "TO" in targets:
        targets = targets[targets.index("TO") + 1 :]
    graphs = {None if target in ("NAMED", "ALL") else target for target in targets if target not in ("TO", "DEFAULT")}
    return graphs, None in targets or "DEFAULT" in targets or "ALL" in targets


def _in_words(operation: _Operation) -> str:
    words = [word for word in operation.words if word in _OPERATIONS or word == "DATA"]
    return "DELETE WHERE" if operation.words == ["DELETE", "WHERE"] else " ".join(words)


def _refused(word: str) -> FederationRefused:
    return FederationRefused(
        f"{word} is not allowed: updates have no network", hint="Fetch the data yourself and send them with INSERT DATA."
    )


def _unexpected(token: Token) -> QuerySyntaxError:
    return QuerySyntaxError(
        f"{token.text[:60]!r} at position {token.start} of the update is not expected there",
        hint="Keywords need a space between them and what follows.",
    )
