"""Makes comparisons with one IRI comparisons with all that are the same: `?x = <a>` becomes `?x IN (<a>, <b>)`.

Nothing else changes in an expression: what a function is given, or gives, stays the IRI that is written.
"""

from __future__ import annotations

from dataclasses import dataclass

from crisiskg.workers.cursor import Cursor, end_of
from crisiskg.workers.tokens import Token

#: What an expression can call, in capital letters.
# fmt: off
FUNCTIONS = frozenset({
    "STR", "LANG", "LANGMATCHES", "LANGDIR", "DATATYPE", "BOUND", "IRI", "URI", "BNODE", "RAND", "ABS",
    "CEIL", "FLOOR", "ROUND", "CONCAT", "STRLEN", "UCASE", "LCASE", "ENCODE_FOR_URI", "CONTAINS",
    "STRSTARTS", "STRENDS", "STRBEFORE", "STRAFTER", "YEAR", "MONTH", "DAY", "HOURS", "MINUTES",
    "SECONDS", "TIMEZONE", "TZ", "NOW", "UUID", "STRUUID", "MD5", "SHA1", "SHA256", "SHA384", "SHA512",
    "COALESCE", "IF", "STRLANG", "STRLANGDIR", "STRDT", "SAMETERM", "SAMEVALUE", "ISIRI", "ISURI",
    "ISBLANK", "ISLITERAL", "ISNUMERIC", "HASLANG", "HASLANGDIR", "REGEX", "SUBSTR", "REPLACE",
    "ADJUST", "TRIPLE", "SUBJECT", "PREDICATE", "OBJECT", "ISTRIPLE", "COUNT", "SUM", "MIN", "MAX",
    "AVG", "SAMPLE", "GROUP_CONCAT",
})
# fmt: on


@dataclass(frozen=True, slots=True)
class Operand:
    """One side of a comparison.

    Attributes:
        start: Where it begins, in characters.
        end: Where it ends.
        constant: The IRI that is all of it; None where it is anything else.
    """

    start: int
    end: int
    constant: Token | None = None


class Comparisons(Cursor):
    """Reads expressions."""

    #: Whether COUNT(DISTINCT *) was read, which sees all variables.
    counts_solutions = False

    def group(self) -> None:
        """Read a group in braces."""
        raise NotImplementedError

    def constraint(self) -> None:
        """Read what stands behind FILTER, in HAVING or in ORDER BY."""
        if self.peek().text == "(":
            self.bracketed()
        else:
            self._primary()

    def bracketed(self) -> Operand:
        """Read an expression in parentheses, the arguments of a function, or `(expression AS ?variable)`."""
        start = self.expect("(").start
        inside: list[Operand] = []
        if self.word() == "DISTINCT":
            self.take()
            self.counts_solutions = self.counts_solutions or self.peek().text == "*"
        if self.peek().text == "*":
            self.take()
        elif self.peek().text != ")":
            inside.append(self.expression())
            while self.peek().text == ",":
                self.take()
                inside.append(self.expression())
        if self.peek().text == ";":
            self.take()
            self.expect("SEPARATOR")
            self.expect("=")
            self.skip_literal()
        elif self.word() == "AS":
            self.take()
            self.take()
        end = end_of(self.expect(")"))
        return Operand(start, end, inside[0].constant if len(inside) == 1 else None)

    def expression(self) -> Operand:
        """Read an expression."""
        first = self._relation()
        if not (self.are_joined("&&") or self.are_joined("||")):
            return first
        while self.are_joined("&&") or self.are_joined("||"):
            self.at += 2
            self._relation()
        return Operand(first.start, self.last_end())

    def _relation(self) -> Operand:
        left = self._sum()
        token = self.peek()
        if token.text == "=" or self.are_joined("!="):
            equal = token.text == "="
            self.at += 1 if equal else 2
            self._compare(left, token.start, self.last_end(), self._sum(), equal=equal)
        elif self.word() == "IN" or (self.word() == "NOT" and self.word(1) == "IN"):
            equal = self.word() == "IN"
            self.at += 1 if equal else 2
            self._list(left, equal=equal)
        elif token.text in ("<", ">"):
            self.take()
            if self.peek().text == "=":
                self.take()
            self._sum()
        else:
            return left
        return Operand(left.start, self.last_end())

    def _compare(self, left: Operand, start: int, end: int, right: Operand, *, equal: bool) -> None:
        """Note how `=` or `!=`, which stands from start to end, reads with all IRIs of a side."""
        word = "IN" if equal else "NOT IN"
        if right.constant and (found := self.alternatives(right.constant)):
            self.replace(start, right.end, f" {word} ({self.list_of(found, ', ')}) ")
        elif left.constant and (found := self.alternatives(left.constant)):
            self.replace(left.start, end, " ")
            self.insert(right.end, f" {word} ({self.list_of(found, ', ')})")

    def _list(self, left: Operand, *, equal: bool) -> None:
        found = self.alternatives(left.constant) if left.constant else ()
        word, joint = ("IN", "||") if equal else ("NOT IN", "&&")
        opening = self.expect("(")
        if self.peek().text == ")":
            self.take()
            return
        if found:  # <a> IN (?x, ?y) is a comparison with each
            self.replace(left.start, end_of(opening), " ((")
        while True:
            element = self.expression()
            if not found and element.constant and (others := self.alternatives(element.constant)):
                self.insert(element.end, f", {self.list_of(others[1:], ', ')} ")
            mark = self.take()
            if found:
                more = f" {joint} (" if mark.text == "," else ") "
                self.replace(mark.start, end_of(mark), f") {word} ({self.list_of(found, ', ')}){more}")
            if mark.text == ")":
                return
            if mark.text != ",":
                self.at -= 1
                self.refuse()

    def _sum(self) -> Operand:
        """Read what stands between comparisons: an operand, or several with signs between them."""
        start, single = self.peek().start, True
        while True:
            while self.peek().text in ("!", "+", "-") and self.peek().kind == "mark":
                self.take()
                single = False
            operand = self._primary()
            if self.peek().kind != "mark" or self.peek().text not in ("+", "-", "*", "/"):
                return operand if single else Operand(start, operand.end)
            self.take()
            single = False

    def _primary(self) -> Operand:
        token = self.peek()
        if token.text == "(":
            return self.bracketed()
        if self.is_constant():
            self.take()
            if self.peek().text == "(":
                return Operand(token.start, self.bracketed().end)
            return Operand(token.start, end_of(token), token)
        if token.kind == "word":
            self._named()
        elif token.kind == "string":
            self.skip_literal()
        elif token.kind in ("variable", "number", "blank"):
            self.take()
        elif self.are_joined("<<"):
            self._triple_term()
        else:
            self.refuse()
        return Operand(token.start, self.last_end())

    def _named(self) -> None:
        """Read a function, EXISTS, or a truth value."""
        word = self.word()
        if word == "SAMETERM":
            self._same_term()
        elif word in FUNCTIONS:
            self.take()
            self.bracketed()
        elif word == "EXISTS" or (word == "NOT" and self.word(1) == "EXISTS"):
            self.at += 1 if word == "EXISTS" else 2
            self.group()
        elif word in ("TRUE", "FALSE"):
            self.take()
        else:
            self.refuse()

    def _same_term(self) -> None:
        """Read `sameTerm(…, …)`, which says of IRIs what `=` says."""
        begin = self.take().start
        opening = end_of(self.expect("("))
        left = self.expression()
        comma = self.expect(",")
        right = self.expression()
        closing = self.expect(")")
        if right.constant and (found := self.alternatives(right.constant)):
            self.replace(begin, opening, " ((")
            self.replace(comma.start, end_of(closing), f") IN ({self.list_of(found, ', ')})) ")
        elif left.constant and (found := self.alternatives(left.constant)):
            self.replace(begin, end_of(comma), " ((")
            self.replace(closing.start, end_of(closing), f") IN ({self.list_of(found, ', ')})) ")

    def _triple_term(self) -> None:
        """Go on behind `<<( … )>>`; what stands in it is a value like any other and stays."""
        depth = 0
        while True:
            if self.are_joined("<<"):
                depth, self.at = depth + 1, self.at + 2
            elif self.are_joined(">>"):
                depth, self.at = depth - 1, self.at + 2
                if depth == 0:
                    return
            else:
                self.take()
