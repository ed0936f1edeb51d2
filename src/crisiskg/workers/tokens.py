r"""The tokens of SPARQL text, found in time that grows with its length and no faster.

No parser runs here, so that any process may look at the text of strangers. The tokens are those that the engine sees, which
reads without a tokenizer of its own: `SERVICESILENT<x>` is two keywords to it, and in `FILTER(?a<?b#>` it takes `<` for a
less-than and the rest of the line for a comment, where the grammar of SPARQL has an IRI. Where both readings are possible and
differ in what follows, the text is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from crisiskg.errors import LimitExceeded, QuerySyntaxError

Kind = Literal["iri", "variable", "name", "blank", "string", "tag", "number", "word", "open", "close", "mark"]

# Letters of names: SPARQL 1.1, PN_CHARS_BASE and PN_CHARS.
_FIRST = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_IN_VARIABLE = _FIRST + "_0-9\u00b7\u0300-\u036f\u203f-\u2040"
_IN_NAME = _IN_VARIABLE + r"\-"
_ESCAPED = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]"
_IN_IRI = r'[^<>"{}|^`\\\x00-\x20]'
# The engine ends a name behind its second group of dots: x:a.b.c is x:a.b and then .c to it.
_LOCAL = rf":(?:(?:[{_FIRST}_0-9:]|{_ESCAPED})(?:[{_IN_NAME}:]|{_ESCAPED})*+(?:\.++(?:[{_IN_NAME}:]|{_ESCAPED})++)?+)?+"

# Every loop is possessive: nothing is ever tried a second time.
_TOKEN = re.compile(
    rf"""
      (?P<space>[\s\ufeff]++|\#[^\r\n]*+)
    | (?P<string>\"\"\"(?:[^"\\]|\\.|\"(?!\"\"))*+\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*+'''
        | (?!\"\"\")\"[^"\\\r\n]*+(?:\\.[^"\\\r\n]*+)*+\" | (?!''')'[^'\\\r\n]*+(?:\\.[^'\\\r\n]*+)*+')
    | (?P<iri><{_IN_IRI}*+(?:\\[uU][0-9A-Fa-f]++{_IN_IRI}*+)*+>)
    | (?P<variable>[?$][{_FIRST}_0-9][{_IN_VARIABLE}]*+)
    | (?P<blank>_:[{_FIRST}_0-9][{_IN_NAME}]*+(?:\.++[{_IN_NAME}]++)*+)
    | (?P<run>[{_FIRST}][{_IN_NAME}]*+(?:\.++[{_IN_NAME}]++)*+) (?P<local>{_LOCAL})?+
    | (?P<name>{_LOCAL})
    | (?P<number>(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)[eE][+\-]?+[0-9]++|[0-9]*+\.[0-9]++|[0-9]++)
    | (?P<tag>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]++)?+)
    | (?P<open>\{{\|?+|[(\[])
    | (?P<close>\|\}}|[)}}\]])
    | (?P<mark>\^\^|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PART = re.compile(r"(?P<word>[^.\-]++)|(?P<mark>.)", re.DOTALL)
#: Inside of an IRI, what would change how the text goes on if its first character were a less-than.
_TELLING = re.compile(r"[#'()\[\]]")
#: No expression begins like this.
_SURE = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*+://")


class Token(NamedTuple):
    """A piece of SPARQL text; white space and comments are none.

    Attributes:
        kind: Variables, blank nodes and tags are whole with their first character; "name" is a prefixed name; "word" is a
            keyword, the name of a function, `a`, `true` or `false`, or several of them written together; "open" and "close"
            have `{|` and `|}` too; "mark" is `^^` or any other character.
        text: As it stands in the text.
        start: Where it begins, in characters.
    """

    kind: Kind
    text: str
    start: int


def tokens(text: str, what: str, max_bytes: int, max_depth: int) -> Iterator[Token]:
    """Yield the tokens of a query or update.

    Args:
        text: SPARQL.
        what: "query" or "update", for messages.
        max_bytes: Longest text in bytes of UTF-8.
        max_depth: Deepest nesting of brackets.

    Yields:
        Tokens in order.

    Raises:
        LimitExceeded: the text is too long or nested too deeply.
        QuerySyntaxError: it has half of a surrogate pair, a string that does not end, or a `<` that has two readings.

    >>> [token.text for token in tokens("ASK { ?s a x:b.c. } # done", "query", 100, 2)]
    ['ASK', '{', '?s', 'a', 'x:b.c', '.', '}']
    """
    try:
        length = len(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise QuerySyntaxError(
            f"the {what} has at position {error.start} half of a surrogate pair, which is no character"
        ) from error
    if length > max_bytes:
        raise LimitExceeded(f"the {what} has {length} bytes; {max_bytes} are allowed", hint=f"The setting is max_{what}_bytes.")
    open_brackets: list[str] = []  # V for the braces of VALUES, whose rows have no less-than
    values_begun = False
    before: Token | None = None
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "space":
            continue
        found, start = match.group(), match.start()
        if kind == "run":
            for part in _PART.finditer(found):
                before = Token("word" if part.lastgroup == "word" else "mark", part.group(), start + part.start())
                values_begun = values_begun or before.text.upper() == "VALUES"
                yield before
            continue
        if kind == "open":
            open_brackets.append("V" if values_begun and found == "{" else found)
            values_begun = values_begun and found != "{"
            if len(open_brackets) > max_depth:
                raise LimitExceeded(
                    f"the {what} is nested more than {max_depth} brackets deep", hint="The setting is max_query_depth."
                )
        elif kind == "close":
            if open_brackets:
                open_brackets.pop()
        elif kind == "iri":
            if _TELLING.search(found) and not _SURE.match(found) and _may_be_less_than(before, open_brackets, start):
                raise QuerySyntaxError(
                    f"the < at position {start} of the {what} can be a less-than or begin an IRI",
                    hint="Write a space behind a less-than, and an IRI as a prefixed name.",
                )
        elif kind == "mark" and found in "\"'":
            raise QuerySyntaxError(f"the string that begins at position {start} of the {what} does not end")
        before = Token("name" if kind == "local" else kind, found, start)  # type: ignore[arg-type]
        yield before


def _may_be_less_than(before: Token | None, open_brackets: list[str], start: int) -> bool:
    """Tell whether an engine could read a `<` as an operator, or with the `<` before it as the beginning of a triple term."""
    if before is None:
        return False
    if before.text == "<" and before.start == start - 1:
        return True
    if not open_brackets or open_brackets[-1] != "(" or open_brackets[-2:-1] == ["V"]:
        return False
    return before.kind not in ("open", "mark")


def hides_keyword(name: Token, word: str) -> bool:
    """Tell whether the engine could read a prefixed name as a keyword and another name: `SERVICE:x` as `SERVICE` and `:x`.

    >>> hides_keyword(Token("name", "SERVICEx:y", 0), "SERVICE")
    True
    """
    return name.kind == "name" and word in name.text.partition(":")[0].upper()


def opens_service(token: Token, before: Token, first: Token, depth: int) -> bool:
    """Tell whether a brace may be that of a SERVICE that a prefixed name hides.

    Args:
        token: The token in question.
        before: The one before it.
        first: The one before that.
        depth: Brackets that are open before the token.
    """
    if token.text != "{" or depth == 0 or not hides_keyword(before, "SERVICE"):
        return False
    return first.kind != "word" or first.text.upper() != "GRAPH"
