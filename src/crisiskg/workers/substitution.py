"""Puts for each constant of a query all IRIs that are the same, wherever the query asks for it. The forms of queries.

What a query looks for is `crisiskg.workers.patterns`, what it compares `crisiskg.workers.comparisons`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crisiskg.workers.comparisons import FUNCTIONS
from crisiskg.workers.cursor import end_of
from crisiskg.workers.patterns import Patterns
from crisiskg.workers.tokens import Token

_MODIFIERS = frozenset({"GROUP", "BY", "HAVING", "ORDER", "ASC", "DESC", "LIMIT", "OFFSET"})


class Substitution(Patterns):
    """Reads a whole query.

    Args:
        text: The query, which an engine can parse.
        pieces: Its tokens.
        same: See `Cursor`.
        variables: Gives the variables that a SELECT query with `*` shows, with question marks.
        most: Most IRIs that are written in.
        max_length: Longest text with its edits, in characters.
    """

    def __init__(
        self,
        text: str,
        pieces: Sequence[Token],
        same: Callable[[str], Sequence[str]],
        variables: Callable[[str], Sequence[str]],
        most: int,
        max_length: int,
    ) -> None:
        super().__init__(text, pieces, same, most, max_length)
        self._variables_of = variables
        self._prefixes: set[str] = set()
        #: The declarations of the query, as they stand in it.
        self.prologue = ""

    def query(self) -> str:
        """Read the query and return it with its edits.

        Raises:
            QueryRefused: a part of it cannot be read.
            LimitExceeded: it grows too large.
        """
        self._read_prologue()
        word = self.word()
        if word == "SELECT":
            self.select()
        elif word == "ASK":
            self.take()
            self._rest()
        elif word == "CONSTRUCT":
            self._construct()
        elif word == "DESCRIBE":
            self._describe()
        else:
            self.refuse()
        if self.peek().text:
            self.refuse()
        return self.edited()

    def _read_prologue(self) -> None:
        while (word := self.word()) in ("BASE", "PREFIX", "VERSION"):
            self.take()
            if word == "PREFIX":
                self._prefixes.add(self.take().text)
            self.take()
        self.prologue = self.text[: self.peek().start]

    def is_constant(self, ahead: int = 0) -> bool:
        """Tell whether an IRI comes; to the engine, a name whose prefix is not declared is a keyword and another name."""
        token = self.peek(ahead)
        if token.kind == "name" and token.text.partition(":")[0] + ":" not in self._prefixes:
            self.refuse()
        return token.kind in ("iri", "name")

    def select(self) -> None:
        """Read a SELECT query, or one inside of a group."""
        counts, self.counts_solutions = self.counts_solutions, False
        begin, made = self.take().start, self.variables_made
        if self.word() in ("DISTINCT", "REDUCED"):
            self.take()
        star = self.take() if self.peek().text == "*" else None
        while star is None and (self.peek().kind == "variable" or self.peek().text == "("):
            if self.peek().kind == "variable":
                self.take()
            else:
                self.bracketed()
        start, end = self._rest()
        if self.variables_made > made:
            if star is not None:
                self._show(star, self.text[begin : self.last_end()], start, end)
            if self.counts_solutions:
                self._hide(self._variables_of(f"{self.prologue}\nSELECT * WHERE {self.text[start:end]}"), start, end)
        self.counts_solutions = counts

    def _show(self, star: Token, query: str, start: int, end: int) -> None:
        """Note that `*` shows what it showed before."""
        if names := self._variables_of(f"{self.prologue}\n{query}"):
            self.replace(star.start, end_of(star), f" {' '.join(names)} ")
        else:
            self._hide((), start, end)

    def _hide(self, names: Sequence[str], start: int, end: int) -> None:
        """Note that of a group only some variables are seen from outside."""
        opening = f"{{ {{ SELECT {' '.join(names)} WHERE " if names else "{ FILTER EXISTS "
        self.insert(start, opening)
        self.insert(end, " } }" if names else " }")

    def _rest(self) -> tuple[int, int]:
        """Read dataset, group and what follows; return where the group begins and ends."""
        self._dataset()
        if self.word() == "WHERE":
            self.take()
        start = self.peek().start
        self.group()
        end = self.last_end()
        self._modifiers()
        return start, end

    def _dataset(self) -> None:
        while self.word() == "FROM":
            self.take()
            if self.word() == "NAMED":
                self.take()
            self.take()

    def _modifiers(self) -> None:
        while True:
            word = self.word()
            if word == "VALUES":
                self.values()
            elif word in _MODIFIERS or self.peek().kind in ("variable", "number"):
                self.take()
            elif self.peek().text == "(" or word in FUNCTIONS or word in ("EXISTS", "NOT") or self.is_constant():
                self.constraint()
            else:
                return

    def _construct(self) -> None:
        begin = end_of(self.take())
        if self.peek().text == "{":
            self.skip_brackets()
            self._rest()
            return
        made = self.variables_made
        start, end = self._rest()
        if self.variables_made > made:  # the pattern is the template too, which stays
            self.insert(begin, f" {self.text[start:end]} ")

    def _describe(self) -> None:
        begin = self.take()
        star = self.take() if self.peek().text == "*" else None
        while star is None and (self.peek().kind == "variable" or self.is_constant()):
            token = self.take()
            if token.kind != "variable" and (found := self.alternatives(token)):
                self.insert(end_of(token), f" {self.list_of(found[1:])} ")
        made = self.variables_made
        self._dataset()
        if self.word() == "WHERE" or self.peek().text == "{":
            start, end = self._rest()
        else:
            self._modifiers()
            return
        if star is not None and self.variables_made > made:
            self._show(star, f"SELECT {self.text[end_of(begin) : self.last_end()]}", start, end)
