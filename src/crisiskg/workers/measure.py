"""How large a query is: triple patterns and steps of property paths, counted over its tokens without parsing it.

An engine that plans a join of hundreds of patterns may be at it for minutes before the first row. The count errs on the high
side, by little, and never on the low side for a text that the engine reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisiskg.errors import LimitExceeded
from crisiskg.workers.tokens import Token

if TYPE_CHECKING:
    from crisiskg.settings import Settings

_TERMS = frozenset({"iri", "variable", "name", "blank", "string", "number"})
#: Keywords behind which terms are no patterns, until a brace opens: columns, keys, data, names of graphs.
_QUIET = frozenset({"SELECT", "GROUP", "ORDER", "HAVING", "LIMIT", "OFFSET", "VALUES", "GRAPH", "SERVICE"})
_LOUD = frozenset({"WHERE", "OPTIONAL", "FILTER", "BIND", "MINUS", "UNION", "LATERAL", "EXISTS"})
#: Keywords behind which braces hold triples to write and nothing to look for.
_TEMPLATES = frozenset({"CONSTRUCT", "INSERT", "DELETE", "DATA"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a query or update may be.

    Attributes:
        max_bytes: Longest text in bytes of UTF-8.
        max_depth: Deepest nesting of brackets.
        max_patterns: Most triple patterns of a query, or of one operation of an update. Each step of a sequence of properties
            is one; what is written is none.
        max_path_steps: Most steps of one property path.
    """

    max_bytes: int = 65_536
    max_depth: int = 64
    max_patterns: int = 100
    max_path_steps: int = 50

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """Return the limits of queries that the settings say."""
        return cls(settings.max_query_bytes, settings.max_query_depth, settings.max_query_patterns, settings.max_path_steps)

    @classmethod
    def of_updates(cls, settings: Settings) -> Limits:
        """Return the limits of updates that the settings say."""
        return cls(settings.max_update_bytes, settings.max_query_depth, settings.max_query_patterns, settings.max_path_steps)


@dataclass(slots=True)
class _Level:
    """An open bracket.

    Attributes:
        kind: `{` group, `[` property list, `L` collection, `P` path, `E` expression, `V` data of VALUES, `T` template, `0` none.
        terms: Terms of the triple so far; those of a path count as one.
        pending: Whether there are terms that no separator has counted yet.
        quiet: Whether terms are no patterns for now.
        joined: Whether the next term belongs to the path before it.
        values: Whether the last keyword was VALUES.
    """

    kind: str
    terms: int = 0
    pending: bool = False
    quiet: bool = False
    joined: bool = False
    values: bool = False


class Meter:
    """Counts brackets, patterns and steps while tokens go by.

    Args:
        limits: What is allowed.
        what: "query" or "update", for messages.
    """

    def __init__(self, limits: Limits, what: str) -> None:
        self.patterns = 0
        self.deepest = 0
        self._limits = limits
        self._what = what
        self._levels = [_Level("0", quiet=True)]
        self._steps = 0
        self._before = self._first = Token("mark", "", -1)  # the last token, and the one before it

    @property
    def depth(self) -> int:
        """Number of brackets that are open."""
        return len(self._levels) - 1

    @property
    def in_template(self) -> bool:
        """Whether the innermost bracket is part of what is written."""
        return self._levels[-1].kind == "T"

    def take(self, token: Token) -> None:
        """Count a token.

        Raises:
            LimitExceeded: there are too many patterns or steps.
        """
        level = self._levels[-1]
        kind = token.kind
        if kind in _TERMS:
            if kind == "name" and level.kind in "{[" and "." in token.text.partition(":")[0]:
                self._count(1)  # true.x:y is to the engine the end of one triple and the beginning of another
            self._term(level)
        elif kind == "open":
            self._open(level, token)
        elif kind == "close":
            self._close()
        elif kind == "mark":
            self._mark(level, token)
        elif kind == "word":
            self._keyword(level, token.text.upper())
        self._first, self._before = self._before, token

    def _term(self, level: _Level) -> None:
        if level.kind == "L":
            self._count(2)
        elif level.kind in "{[" and not level.quiet:
            self._element(level)
            level.pending = True

    @staticmethod
    def _element(level: _Level) -> None:
        """Take a term or bracket as one more part of a triple, unless a path joins it to the one before."""
        level.terms += not level.joined
        level.joined = False

    def _keyword(self, level: _Level, word: str) -> None:
        if word in ("A", "TRUE", "FALSE"):
            self._term(level)
        elif level.kind == "0":
            level.values = word == "VALUES"
        elif level.kind == "{":
            self._end_of_triple(level, 0)
            level.quiet = word in _QUIET or (level.quiet and word not in _LOUD)
            level.values = word == "VALUES"

    def _mark(self, level: _Level, token: Token) -> None:
        text = token.text
        if level.kind == "P":
            if text in ("/", "|", "^"):
                self._step(text)
        elif level.kind == "0":
            if text == ";":
                self.patterns = 0  # the next operation of an update
        elif level.kind in "{[" and not level.quiet:
            if text in (".", ";", ","):
                self._end_of_triple(level, ".;,".index(text))
            elif text in ("/", "|"):
                self._step(text)
                level.joined = True
            elif text == "^":
                self._step(text)
            elif text == "^^":
                level.joined = True
            elif text == "<" and self._before.text == "<":  # a triple term
                self._count(1)

    def _open(self, level: _Level, token: Token) -> None:
        if token.text == "{":
            kind = self._kind_of_brace(level)
        elif level.kind in "TVE":
            kind = level.kind
        elif token.text == "(":
            kind = self._kind_of_parenthesis(level)
        else:  # [ or {|
            if level.kind == "L":
                self._count(2)
            elif level.kind == "{" or level.kind == "[":
                self._element(level)
            kind = "["
            self._steps = 0
        self._levels.append(_Level(kind, terms=1 if kind == "[" else 0))
        self.deepest = max(self.deepest, self.depth)

    def _kind_of_brace(self, level: _Level) -> str:
        before = self._before
        values = level.values
        level.values = False
        if level.kind == "{":
            level.pending = level.pending and not level.quiet
            self._end_of_triple(level, 0)
            level.quiet = False
        if values:
            return "V"
        if level.kind == "T" or (level.kind == "0" and before.kind == "word" and before.text.upper() in _TEMPLATES):
            return "T"
        return "{"

    def _kind_of_parenthesis(self, level: _Level) -> str:
        before = self._before
        if level.kind in "LP":
            if level.kind == "L":
                self._count(2)
            return level.kind
        if level.kind == "0" or level.quiet:
            return "E"
        if before.kind == "word" and before.text.upper() not in ("A", "TRUE", "FALSE"):
            return "E"
        if before.kind in ("name", "iri") and self._first.kind == "word" and self._first.text.upper() == "FILTER":
            level.terms, level.pending = 0, False  # a function, which was taken for a subject
            return "E"
        kind = "P" if level.joined or level.terms == 1 or before.text in ("^", "!") else "L"
        self._element(level)
        level.pending = True
        return kind

    def _close(self) -> None:
        if len(self._levels) > 1:
            closed = self._levels.pop()
            self._flush(closed)
            if closed.kind in "{V":
                self._steps = 0

    def _end_of_triple(self, level: _Level, terms: int) -> None:
        self._flush(level)
        level.terms = terms
        self._steps = 0

    def _flush(self, level: _Level) -> None:
        level.joined = False
        if level.pending:
            level.pending = False
            self._count(1)

    def _step(self, operator: str) -> None:
        self._steps += 1
        if operator == "/":
            self._count(1)  # the engine makes a pattern of each step
        if self._steps >= self._limits.max_path_steps:
            raise LimitExceeded(
                f"the {self._what} has a property path of more than {self._limits.max_path_steps} steps",
                hint="The setting is max_path_steps.",
            )

    def _count(self, number: int) -> None:
        self.patterns += number
        if self.patterns > self._limits.max_patterns:
            raise LimitExceeded(
                f"the {self._what} has more than {self._limits.max_patterns} triple patterns",
                hint="The setting is max_query_patterns.",
            )
