"""Looks at a query that another engine will run: engines have more to them than SPARQL, and some of it calls other hosts.

Virtuoso takes `DEFINE` before a query and functions that begin with `bif:` and `sql:`, with which a query fetches any address. So
what stands here is refused on the way to every server, whatever rights its operator has given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crisiskg.errors import FederationRefused, QueryRefused
from crisiskg.workers.scan import Limits, scan_query
from crisiskg.workers.tokens import Token, tokens

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_OWN = ("bif:", "sql:")
_BEGINNINGS = {"PREFIX", "BASE", "SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}


@dataclass(frozen=True, slots=True)
class Foreign:
    """What the text of a query says of itself.

    Attributes:
        form: SELECT, ASK, CONSTRUCT or DESCRIBE.
        names_dataset: Whether it has FROM or FROM NAMED.
        default_graphs: IRIs of FROM, as far as they are absolute.
        named_graphs: IRIs of FROM NAMED, as far as they are absolute.
        readable: Whether all IRIs of FROM and FROM NAMED could be read.
    """

    form: str
    names_dataset: bool
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    readable: bool = True


def look_at(text: str, limits: Limits) -> Foreign:
    r"""Look at a query for another engine, or refuse it.

    Args:
        text: SPARQL.
        limits: How large it may be.

    Raises:
        CallerError: as for `crisiskg.workers.scan.scan_query`.
        FederationRefused: it calls a function that the engine has of its own, or tells it how to fetch graphs.

    >>> look_at("PREFIX x: <urn:> SELECT * FROM x:g FROM NAMED <urn:h> WHERE { ?s ?p ?o }", Limits())
    Foreign(form='SELECT', names_dataset=True, default_graphs=('urn:g',), named_graphs=('urn:h',), readable=True)
    """
    scan = scan_query(text, limits, unescape=True)
    # Both readings must be harmless: some engines replace \u0041 everywhere before they parse, others in IRIs and strings alone.
    _refuse_own(_ESCAPE.sub(_character, text), limits)
    return _with_graphs(text, limits, scan.form, scan.names_dataset)


def _refuse_own(text: str, limits: Limits) -> None:
    pieces = list(tokens(text, "query", limits.max_bytes, limits.max_depth))
    prefixes = _prefixes(pieces)
    for namespace in prefixes.values():
        # One for a part of "bif:" would make the whole of it together with a name.
        if namespace and any(one.startswith(namespace.lower()) for one in _OWN):
            raise _refusal(f"the prefix for <{namespace[:60]}>")
    begun = False
    for token in pieces:
        if token.kind == "word" and not begun:
            word = token.text.upper()
            if word not in _BEGINNINGS:
                raise QueryRefused(f"a query begins with {', '.join(sorted(_BEGINNINGS))}, not with {token.text[:40]}")
            begun = word not in ("PREFIX", "BASE")
        elif token.kind == "iri" and token.text[1:].lower().startswith(_OWN):
            raise _refusal(token.text[:60])
        elif token.kind == "name":
            prefix, _, local = token.text.replace("\\", "").partition(":")
            if (prefixes.get(prefix, f"{prefix}:") + local).lower().startswith(_OWN):
                raise _refusal(token.text[:60])


def _refusal(what: str) -> FederationRefused:
    return FederationRefused(
        f"{what} is not allowed: functions of an engine's own may call other hosts", hint="Use functions of SPARQL 1.1."
    )


def _prefixes(pieces: list[Token]) -> dict[str, str]:
    return {
        pieces[n + 1].text.removesuffix(":"): pieces[n + 2].text[1:-1]
        for n, token in enumerate(pieces[:-2])
        if token.kind == "word" and token.text.upper() == "PREFIX"
    }


def _with_graphs(text: str, limits: Limits, form: str, names_dataset: bool) -> Foreign:
    if not names_dataset:
        return Foreign(form, False)
    found: dict[bool, list[str]] = {False: [], True: []}
    readable = True
    pieces = list(tokens(text, "query", limits.max_bytes, limits.max_depth))
    prefixes = _prefixes(pieces)
    for n, token in enumerate(pieces):
        word = token.text.upper() if token.kind == "word" else ""
        if word == "FROM" and n + 2 < len(pieces):
            named = pieces[n + 1].text.upper() == "NAMED"
            term = pieces[n + 2 if named else n + 1]
            iri = term.text[1:-1] if term.kind == "iri" else _expanded(term.text, prefixes)
            if iri is None or "\\" in iri or not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", iri):
                readable = False
            else:
                found[named].append(iri)
        elif "FROM" in word and word != "FROM":
            readable = False
    return Foreign(form, True, tuple(found[False]), tuple(found[True]), readable)


def _expanded(name: str, prefixes: dict[str, str]) -> str | None:
    prefix, colon, local = name.partition(":")
    return prefixes[prefix] + local if colon and prefix in prefixes else None


def _character(match: re.Match[str]) -> str:
    number = int(match[1] or match[2], 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else match.group()
