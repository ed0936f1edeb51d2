"""Makes patterns ask for all IRIs that are the same: `?x rdf:value <a>` becomes `VALUES ?v { <a> <b> } ?x rdf:value ?v`.

Each triple has a variable of its own for each of its constants, so that every constant stands for all of its IRIs by itself,
however the query is abbreviated or nested. The VALUES stand before the triples that they belong to, in the same group, so that
OPTIONAL, MINUS, UNION, EXISTS and sub-selects mean what they say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from math import prod

from crisiskg.workers.comparisons import Comparisons
from crisiskg.workers.cursor import end_of
from crisiskg.workers.tokens import Token


@dataclass(slots=True)
class _Run:
    """Triples with no other pattern between them, only filters: blank nodes join them.

    Attributes:
        start: Where they begin, in characters.
        clauses: What is to stand before them.
    """

    start: int
    clauses: list[str] = field(default_factory=list)


class Patterns(Comparisons):
    """Reads groups, triples and data."""

    _run: _Run | None = None

    def select(self) -> None:
        """Read a SELECT query, or one inside of a group."""
        raise NotImplementedError

    def group(self) -> None:
        """Read a group in braces."""
        before, self._run = self._run, None
        self.expect("{")
        if self.word() == "SELECT":
            self.select()
        else:
            while self.peek().text != "}":
                self._element()
        self._end_run()
        self.expect("}")
        self._run = before

    def _element(self) -> None:
        word = self.word()
        if word == "FILTER":
            self.take()
            self.constraint()
        elif self.peek().text == ".":
            self.take()
        elif self.peek().text == "{":
            self._end_run()
            self.group()
            while self.word() == "UNION":
                self.take()
                self.group()
        elif word in ("OPTIONAL", "MINUS", "LATERAL"):
            self._end_run()
            self.take()
            self.group()
        elif word == "GRAPH":
            self._end_run()
            self.take()
            self.take()
            self.group()
        elif word == "BIND":
            self._end_run()
            self._bind()
        elif word == "VALUES":
            self._end_run()
            self.values()
        else:
            self._triples()

    def _end_run(self) -> None:
        if self._run is not None and self._run.clauses:
            self.insert(self._run.start, " ".join(self._run.clauses) + " ")
        self._run = None

    def _bind(self) -> None:
        start = self.take().start
        self.expect("(")
        value = self.expression()
        self.expect("AS")
        variable = self.take()
        end = end_of(self.expect(")"))
        if value.constant and (found := self.alternatives(value.constant)):
            self.replace(start, end, f" VALUES {variable.text} {{ {self.list_of(found)} }} ")

    # --- triples ----------------------------------------------------------------------------------------------------------

    def _triples(self) -> None:
        """Read triples of one subject."""
        if self._run is None:
            self._run = _Run(self.peek().start)
        subject = self.peek() if self.is_constant() else None
        alone = self.peek().text in ("[", "(", "<")
        self._term()
        if not (alone and not self._verb_comes()):
            self._properties(subject)
        after = self.peek()
        if after.text not in (".", "}", "{") and after.kind != "word":
            self.refuse()

    def _properties(self, subject: Token | None) -> None:
        """Read verbs and objects of one subject; a constant one is written anew for each triple, with another variable."""
        found = self.alternatives(subject) if subject else ()
        while True:
            begin = self.peek().start
            self._verb()
            verb = self.text[begin : self.last_end()]
            self._object()
            while self.peek().text == ",":
                comma = self.take()
                if found:
                    self.replace(comma.start, end_of(comma), f" . {self._variable(found)} {verb} ")
                self._object()
            if self.peek().text != ";":
                return
            begin = self.peek().start
            while self.peek().text == ";":
                self.take()
            if not self._verb_comes():
                return
            if found:
                self.replace(begin, self.last_end(), f" . {self._variable(found)} ")

    def _object(self) -> None:
        self._term()
        while True:
            if self.peek().text == "~":
                self._reifier()
            elif self.peek().text == "{|":
                self.take()
                self._properties(None)
                self.expect("|}")
            else:
                return

    def _reifier(self) -> None:
        self.take()
        if self.is_constant() or self.peek().kind in ("variable", "blank"):
            self.take()

    def _term(self) -> None:
        """Read a subject or an object."""
        token = self.peek()
        if self.is_constant():
            self.take()
            if found := self.alternatives(token):
                self.replace(token.start, end_of(token), f" {self._variable(found)} ")
        elif token.kind == "string":
            self.skip_literal()
        elif token.kind in ("variable", "blank", "number") or self.word() in ("TRUE", "FALSE"):
            self.take()
        elif token.text in ("+", "-"):
            self.take()
            if self.take().kind != "number":
                self.refuse()
        elif token.text == "[":
            self.take()
            if self.peek().text != "]":
                self._properties(None)
            self.expect("]")
        elif token.text == "(":
            self.take()
            while self.peek().text != ")":
                self._term()
            self.take()
        elif self.are_joined("<<"):
            self._quoted()
        else:
            self.refuse()

    def _quoted(self) -> None:
        """Read a triple in `<<` and `>>`, or a triple term in `<<(` and `)>>`."""
        self.at += 2
        is_term = self.peek().text == "("
        if is_term:
            self.take()
        self._term()
        self._verb()
        self._term()
        if self.peek().text == "~":
            self._reifier()
        if is_term:
            self.expect(")")
        if not self.are_joined(">>"):
            self.refuse()
        self.at += 2

    def _variable(self, iris: Sequence[str]) -> str:
        """Return a variable that stands for IRIs in the triples that are read."""
        assert self._run is not None
        name = self.fresh_variable()
        self._run.clauses.append(f"VALUES {name} {{ {self.list_of(iris)} }}")
        return name

    def _verb_comes(self) -> bool:
        token = self.peek()
        return self.is_constant() or token.kind == "variable" or token.text in ("a", "^", "!", "(")

    def _verb(self) -> None:
        """Read a property or a path; its IRIs stay as they are."""
        if self.peek().kind == "variable":
            self.take()
            return
        while True:
            while self.peek().text in ("^", "!"):
                self.take()
            if self.peek().text == "(":
                self.skip_brackets()
            elif self.is_constant() or self.peek().text == "a":
                self.take()
            else:
                self.refuse()
            while self.peek().kind == "mark" and self.peek().text in ("?", "*", "+"):
                self.take()
            if self.peek().kind != "mark" or self.peek().text not in ("/", "|"):
                return
            self.take()

    # --- data -------------------------------------------------------------------------------------------------------------

    def values(self) -> None:
        """Read VALUES: a row with an IRI is followed by one for each other that is the same."""
        self.expect("VALUES")
        if self.peek().kind == "variable":
            self.take()
            self.expect("{")
            rows = []
            while self.peek().text != "}":
                rows.append((self._item(),))
            self._add_rows(rows, [end_of_items(row) for row in rows], "", "")
        else:
            self.skip_brackets()
            self.expect("{")
            tuples, ends = [], []
            while self.peek().text != "}":
                self.expect("(")
                items = []
                while self.peek().text != ")":
                    items.append(self._item())
                ends.append(end_of(self.take()))
                tuples.append(tuple(items))
            self._add_rows(tuples, ends, "(", ")")
        self.expect("}")

    def _item(self) -> tuple[int, int, Token | None]:
        """Read one value; return where it begins and ends, and the token where it is an IRI."""
        token = self.peek()
        if self.is_constant():
            self.take()
            return token.start, end_of(token), token
        if token.kind == "string":
            self.skip_literal()
        elif token.kind == "number" or self.word() in ("TRUE", "FALSE", "UNDEF"):
            self.take()
        elif token.text in ("+", "-"):
            self.take()
            self.take()
        elif self.are_joined("<<"):
            self._triple_term()
        else:
            self.refuse()
        return token.start, self.last_end(), None

    def _add_rows(
        self, rows: Sequence[tuple[tuple[int, int, Token | None], ...]], ends: Sequence[int], opening: str, closing: str
    ) -> None:
        """Note what rows are to be added behind each row: none that is there already."""
        written = [tuple(self.own(token) if token else self.text[start:end] for start, end, token in row) for row in rows]
        there = set(written)
        for row, own, end in zip(rows, written, ends, strict=True):
            choices = [
                (self.alternatives(token) or (one,)) if token else (one,) for (_, _, token), one in zip(row, own, strict=True)
            ]
            number = prod(map(len, choices))
            if number <= 1:
                continue
            self.count((number - 1) * len(choices))
            added = [each for each in islice(product(*choices), 1, None) if each not in there]
            there.update(added)
            self.insert(end, "".join(f" {opening}{' '.join(each)}{closing}" for each in added) + " ")


def end_of_items(row: Sequence[tuple[int, int, Token | None]]) -> int:
    """Return where the last value of a row ends, in characters."""
    return row[-1][1]
