"""Finds in the text of a query what is to be asked elsewhere: SERVICE blocks, their endpoints, and the VALUES that bind them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin

from crisiskg.errors import FederationRefused, QuerySyntaxError
from crisiskg.workers.scan import Limits
from crisiskg.workers.tokens import Token, tokens

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_LOCAL_ESCAPE = re.compile(r"\\(.)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
#: What stands before a group that is nothing but a part of the group around it.
_PLAIN = frozenset({"{", "}", ".", "OPTIONAL", "UNION"})


@dataclass(frozen=True, slots=True)
class Block:
    """One SERVICE of a query.

    Attributes:
        start: Where the keyword begins, in characters.
        brace: Where its opening brace stands.
        end: Behind its closing brace.
        silent: Whether it has SILENT.
        iri: The absolute IRI that it names.
        body: What stands between the braces, without comments.
        values: The VALUES clauses, as text, whose variables every solution has that meets this block: for each solution of
            the block that matters, a row of them agrees with it.
    """

    start: int
    brace: int
    end: int
    silent: bool
    iri: str
    body: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Federated:
    """A query and its SERVICE blocks.

    Attributes:
        text: The query.
        prologue: Its BASE and PREFIX declarations, each on a line; the base of the request first.
        blocks: In the order of the text.
    """

    text: str
    prologue: str
    blocks: tuple[Block, ...]

    def without_services(self) -> str:
        """Return the query with each block as a plain group, at the same place, so that it can be checked for errors."""
        parts, at = [], 0
        for block in self.blocks:
            parts += [self.text[at : block.start], re.sub(r"[^\r\n]", " ", self.text[block.start : block.brace])]
            at = block.brace
        return "".join([*parts, self.text[at:]])

    def replaced(self, replacements: list[str]) -> str:
        """Return the query with each block replaced by a text."""
        parts, at = [], 0
        for block, replacement in zip(self.blocks, replacements, strict=True):
            parts += [self.text[at : block.start], " ", replacement, " "]
            at = block.end
        return "".join([*parts, self.text[at:]])


@dataclass(slots=True)
class _Group:
    """An open bracket, and what was seen since.

    Attributes:
        before: What stood before it, keywords in upper case.
        values: VALUES clauses directly in it.
        alone: Blocks that were all there was in it, or in a group that was all there was in it.
        has_others: Whether there was anything else.
    """

    bracket: str = ""
    before: str = ""
    values: list[str] = field(default_factory=list)
    alone: list[int] = field(default_factory=list)
    has_others: bool = False


def find_blocks(text: str, limits: Limits, base_iri: str | None = None) -> Federated:
    """Find the SERVICE blocks of a query.

    Args:
        text: SPARQL query of anybody.
        limits: How large it may be.
        base_iri: Base of relative IRIs where the query has none of its own.

    Returns:
        The query and its blocks; none where it has no SERVICE.

    Raises:
        FederationRefused: SERVICE names a variable, or stands inside of another.
        QuerySyntaxError: a SERVICE is not written as it must be, or its prefix is not declared.
        LimitExceeded: the text is too long or nested too deeply.

    >>> found = find_blocks("PREFIX e: <http://e.org/> SELECT * { VALUES ?s { e:a } SERVICE e:q { ?s ?p ?o } }", Limits())
    >>> [(block.iri, block.body, block.values) for block in found.blocks]
    [('http://e.org/q', '?s ?p ?o', ('VALUES ?s { e:a }',))]
    """
    found = list(tokens(text, "query", limits.max_bytes, limits.max_depth))
    if not any(token.kind == "word" and "SERVICE" in token.text.upper() for token in found):
        return Federated(text, "", ())
    return _Finder(text, found, base_iri).find()


class _Finder:
    """Goes through the tokens of one query."""

    def __init__(self, text: str, found: list[Token], base_iri: str | None) -> None:
        self._text = text
        self._tokens = found
        self._base = base_iri
        self._prefixes: dict[str, str] = {}
        self._prologue = [f"BASE <{base_iri}>"] if base_iri else []
        self._groups: list[_Group] = [_Group()]
        self._blocks: list[Block] = []
        self._values: list[list[str]] = []

    def find(self) -> Federated:
        place = self._read_prologue()
        before = ""
        while place < len(self._tokens):
            token = self._tokens[place]
            group = self._groups[-1]
            word = token.text.upper() if token.kind == "word" else ""
            if token.kind == "open":
                self._groups.append(_Group(token.text, before))
                place += 1
            elif token.kind == "close":
                if len(self._groups) > 1:
                    self._close(self._groups.pop(), token.text)
                place += 1
            elif "SERVICE" in word:
                place = self._take_service(place)
                token = self._tokens[place - 1]
            elif word == "VALUES" and group.bracket == "{":
                group.has_others = True
                end = self._end_of_values(place)
                group.values.append(_joined(self._tokens[place:end]))
                token, place = self._tokens[end - 1], end
            else:
                group.has_others = group.has_others or token.text != "."
                place += 1
            before = token.text.upper() if token.kind == "word" else token.text
        blocks = tuple(
            Block(block.start, block.brace, block.end, block.silent, block.iri, block.body, tuple(values))
            for block, values in zip(self._blocks, self._values, strict=True)
        )
        return Federated(self._text, "".join(f"{line}\n" for line in self._prologue), blocks)

    def _read_prologue(self) -> int:
        """Read the declarations, and return the place of the first token behind them."""
        place = 0
        while place < len(self._tokens) and self._tokens[place].kind == "word":
            word = self._tokens[place].text.upper()
            following = self._tokens[place + 1 : place + 3]
            kinds = [token.kind for token in following]
            if word == "BASE" and kinds[:1] == ["iri"]:
                self._base = self._absolute(following[0])
                self._prologue.append(f"BASE {following[0].text}")
                place += 2
            elif word == "PREFIX" and kinds == ["name", "iri"]:
                self._prefixes[following[0].text.removesuffix(":")] = self._absolute(following[1])
                self._prologue.append(f"PREFIX {following[0].text} {following[1].text}")
                place += 3
            elif word == "VERSION" and kinds[:1] == ["string"]:  # of SPARQL 1.2; means nothing to an endpoint of 1.1
                place += 2
            else:
                break
        return place

    def _take_service(self, place: int) -> int:
        """Note the block whose keyword stands at a place, and return the place behind it."""
        first = self._tokens[place]
        word = first.text.upper()
        silent = word == "SERVICESILENT"
        if word not in ("SERVICE", "SERVICESILENT"):
            raise QuerySyntaxError(f"at position {first.start} of the query, SERVICE is written together with another word")
        place += 1
        if not silent and self._is_word(place, "SILENT"):
            silent = True
            place += 1
        target = self._at(place, first)
        iri = self._target(target)
        brace = self._at(place + 1, first)
        if brace.text != "{":
            raise QuerySyntaxError(f"behind the SERVICE at position {first.start} of the query, a {{ must follow the IRI")
        end = self._matching(place + 1)
        body = self._tokens[place + 2 : end - 1]
        if any(token.kind == "word" and "SERVICE" in token.text.upper() for token in body):
            raise FederationRefused(
                "SERVICE may not stand inside of another SERVICE: the other endpoint would call a third",
                hint="Write the two side by side.",
            )
        last = self._tokens[end - 1]
        group = self._groups[-1]
        group.alone.append(len(self._blocks))
        self._blocks.append(Block(first.start, brace.start, last.start + 1, silent, iri, _joined(body), ()))
        self._values.append(list(group.values))
        return end

    def _close(self, group: _Group, bracket: str) -> None:
        """End a group: where it was nothing but a block, the VALUES of the group around it bind the block as well."""
        parent = self._groups[-1]
        is_transparent = (
            bracket == "}" and parent.bracket == "{" and group.before in _PLAIN and len(group.alone) == 1 and not group.has_others
        )
        if not is_transparent:
            parent.has_others = True
            return
        for number in group.alone:
            self._values[number] += parent.values
            parent.alone.append(number)

    def _target(self, token: Token) -> str:
        if token.kind == "iri":
            return self._absolute(token)
        if token.kind == "name":
            prefix, _, local = token.text.partition(":")
            if prefix not in self._prefixes:
                raise QuerySyntaxError(f"the prefix {prefix}: of the query is not declared")
            return self._prefixes[prefix] + _LOCAL_ESCAPE.sub(r"\1", local)
        if token.kind == "variable":
            raise FederationRefused(
                f"SERVICE {token.text} is not allowed: which endpoint is asked must stand in the query",
                hint="Write its IRI behind SERVICE.",
            )
        raise QuerySyntaxError(f"behind SERVICE at position {token.start} of the query, there must be an IRI")

    def _absolute(self, token: Token) -> str:
        iri = _ESCAPE.sub(_character, token.text[1:-1])
        if _SCHEME.match(iri) or self._base is None:
            return iri
        return urljoin(self._base, iri)

    def _at(self, place: int, service: Token) -> Token:
        if place >= len(self._tokens):
            raise QuerySyntaxError(f"the query ends within the SERVICE at position {service.start}")
        return self._tokens[place]

    def _is_word(self, place: int, word: str) -> bool:
        return place < len(self._tokens) and self._tokens[place].kind == "word" and self._tokens[place].text.upper() == word

    def _matching(self, place: int) -> int:
        """Return the place behind the bracket that closes the one at a place."""
        depth = 0
        for at in range(place, len(self._tokens)):
            kind = self._tokens[at].kind
            depth += (kind == "open") - (kind == "close")
            if depth == 0:
                return at + 1
        raise QuerySyntaxError(f"the bracket at position {self._tokens[place].start} of the query is not closed")

    def _end_of_values(self, place: int) -> int:
        """Return the place behind a VALUES clause."""
        for at in range(place + 1, len(self._tokens)):
            if self._tokens[at].text == "{":
                return self._matching(at)
        return len(self._tokens)


def _joined(found: list[Token]) -> str:
    """Return tokens as text, without comments, apart where they were apart."""
    parts: list[str] = []
    end = found[0].start if found else 0
    for token in found:
        parts += [" " if token.start > end else "", token.text]
        end = token.start + len(token.text)
    return "".join(parts)


def _character(match: re.Match[str]) -> str:
    number = int(match[1] or match[2], 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
