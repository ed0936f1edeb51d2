"""Goes through the tokens of a query that an engine has parsed already, and notes what to write elsewhere in its text.

It reads the grammar of SPARQL so far as is needed to know where each constant stands. What it cannot read is refused, never
guessed: the engine reads some texts, such as `ORDERBY?x`, that no grammar has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn

from crisiskg.errors import LimitExceeded, QueryRefused
from crisiskg.workers.tokens import Token

_END = Token("mark", "", -1)


class Cursor:
    """The tokens of a query, a place among them, and edits of the text.

    Args:
        text: The query.
        pieces: Its tokens.
        same: Gives for a constant, as it is written, the IRIs that it stands for, as SPARQL has them and its own first; fewer
            than two where it stands for itself.
        most: Most IRIs that are written in.
        max_length: Longest text with its edits, in characters.
    """

    def __init__(
        self, text: str, pieces: Sequence[Token], same: Callable[[str], Sequence[str]], most: int, max_length: int
    ) -> None:
        self.text = text
        self.at = 0
        #: Texts of the constants that may stand for others, in order.
        self.constants: dict[str, None] = {}
        self._pieces = pieces
        self._same = same
        self._most, self._written = most, 0
        self._max_length, self._length = max_length, len(text)
        self._edits: list[tuple[int, int, str]] = []
        stem, self._variables = "?same", 0
        while any(token.kind == "variable" and token.text[1:].startswith(stem[1:]) for token in pieces):
            stem += "_"
        self._stem = stem

    # --- tokens -----------------------------------------------------------------------------------------------------------

    def peek(self, ahead: int = 0) -> Token:
        """Return the token that comes next, or one behind it; behind the last, one without text."""
        place = self.at + ahead
        return self._pieces[place] if place < len(self._pieces) else _END

    def word(self, ahead: int = 0) -> str:
        """Return a coming keyword in upper case; empty where it is none."""
        token = self.peek(ahead)
        return token.text.upper() if token.kind == "word" else ""

    def take(self) -> Token:
        """Go on by one token and return it."""
        token = self.peek()
        if token is _END:
            self.refuse()
        self.at += 1
        return token

    def expect(self, text: str) -> Token:
        """Go on by a bracket, mark or keyword, or refuse the query."""
        if self.peek().text.upper() != text:
            self.refuse()
        return self.take()

    def is_constant(self, ahead: int = 0) -> bool:
        """Tell whether an IRI comes, whole or as a prefixed name."""
        return self.peek(ahead).kind in ("iri", "name")

    def are_joined(self, marks: str) -> bool:
        """Tell whether marks come, with nothing between them."""
        first = self.peek().start
        return all(
            self.peek(n).kind == "mark" and self.peek(n).text == mark and self.peek(n).start == first + n
            for n, mark in enumerate(marks)
        )

    def last_end(self) -> int:
        """Return where the token ends that was taken last, in characters."""
        return end_of(self._pieces[self.at - 1])

    def skip_brackets(self) -> None:
        """Go on from an opening bracket to behind the one that closes it."""
        depth = 0
        while True:
            kind = self.take().kind
            depth += (kind == "open") - (kind == "close")
            if depth == 0:
                return

    def skip_literal(self) -> None:
        """Go on by a string with its language or datatype."""
        self.take()
        if self.peek().kind == "tag":
            self.take()
        elif self.peek().text == "^^":
            self.take()
            self.take()

    def refuse(self) -> NoReturn:
        """Refuse the query at the token that comes next."""
        token = self.peek()
        where = f"{token.text[:40]!r} at position {token.start}" if token is not _END else "its end"
        raise QueryRefused(
            f"the query cannot be asked with identity: {where} cannot be read",
            hint="Write it as the grammar of SPARQL 1.1 has it, with a space between keywords and a dot between triples.",
        )

    # --- what to write ----------------------------------------------------------------------------------------------------

    def alternatives(self, constant: Token) -> Sequence[str]:
        """Return what a constant stands for, its own IRI first; nothing where it stays as it is."""
        self.constants.setdefault(constant.text)
        found = self._same(constant.text)
        return found if len(found) > 1 else ()

    def own(self, constant: Token) -> str:
        """Return the IRI of a constant, as far as it is known yet."""
        return next(iter(self._same(constant.text)), constant.text)

    def list_of(self, iris: Sequence[str], separator: str = " ") -> str:
        """Return IRIs as they are written into the query, and count them.

        Raises:
            LimitExceeded: there are too many.
        """
        self.count(len(iris))
        return separator.join(iris)

    def count(self, iris: int) -> None:
        """Count IRIs that are written in.

        Raises:
            LimitExceeded: there are too many.
        """
        self._written += iris
        if self._written > self._most:
            raise LimitExceeded(
                f"identity puts more than {self._most} IRIs into the query",
                hint="The setting is max_identity_iris. Name fewer things, or ask for what is closer.",
            )

    def fresh_variable(self) -> str:
        """Return a variable that the query does not have."""
        self._variables += 1
        return f"{self._stem}{self._variables}"

    @property
    def variables_made(self) -> int:
        """Number of variables that the query did not have."""
        return self._variables

    def replace(self, start: int, end: int, text: str) -> None:
        """Note that other text is to stand at a place, in characters.

        Raises:
            LimitExceeded: the query grows too long.
        """
        self._length += len(text)
        if self._length > self._max_length:
            raise LimitExceeded(
                f"identity makes the query longer than {self._max_length} characters",
                hint="Name fewer things, or ask for what is closer.",
            )
        self._edits.append((start, end, text))

    def insert(self, place: int, text: str) -> None:
        """Note that text is to be put in at a place; of several at one place, in the order of these calls."""
        self.replace(place, place, text)

    def edited(self) -> str:
        """Return the text with all edits."""
        parts, at = [], 0
        for start, end, text in sorted(self._edits, key=lambda edit: edit[:2]):
            parts += [self.text[at:start], text]
            at = end
        return "".join([*parts, self.text[at:]])


def end_of(token: Token) -> int:
    """Return where a token ends, in characters."""
    return token.start + len(token.text)
