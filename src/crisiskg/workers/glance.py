"""A glance at a query: whether it is so plain that it needs no closer look.

`scan_query` reads every token, which takes as long as the engine takes for a small query. Most queries hold none of the words
that it looks for, and too few marks to reach any limit however they are read. Where that is not certain the answer is no.
"""

from __future__ import annotations

import re

from crisiskg.workers.measure import Limits

#: Words of updates, of federation, of datasets, of functions that answer differently each time; also as parts of other words.
_WORDS = (
    "serv",
    "load",
    "from",
    "insert",
    "delete",
    "clear",
    "drop",
    "create",
    "copy",
    "move",
    "add",
    "now",
    "rand",
    "uuid",
    "bnode",
)
#: Escapes, and long strings, in which quotes need not come in pairs.
_MARKS = ("\\", '"""', "'''", "\x00")
_FORMS = ("select", "ask", "construct", "describe")
#: IRIs and short strings; what is left over of anything else only counts more.
_QUOTED = re.compile(r"""<[^<>"{}|^`\\\s]*>|"[^"\n]*"|'[^'\n]*'""")
#: Brackets of functions and of expressions, which hold no triple patterns.
_CALL = re.compile(
    r"\b(?:filter|bind|count|sum|min|max|avg|sample|str|lang|datatype|bound|regex|contains|strstarts|strends|lcase|ucase|if|coalesce"
    r"|year|month|day|concat|substr|strlen|abs|langmatches|isiri|isliteral|isnumeric|sameterm|select|distinct|by|desc|asc)\s*\(",
    re.IGNORECASE | re.ASCII,
)


def is_plain(text: str, limits: Limits) -> bool:
    """Tell whether `scan_query` would surely let a query pass, and see no dataset and nothing volatile in it.

    Args:
        text: SPARQL.
        limits: How large it may be.

    >>> is_plain("SELECT * { ?s ?p 'a (b) {c}' }", Limits()), is_plain("SELECT * FROM <urn:g> { ?s ?p ?o }", Limits())
    (True, False)
    """
    if not text.isascii() or len(text) > limits.max_bytes:
        return False
    small = text.lower()
    # Looking for each word by itself is many times as fast as one expression for all of them.
    for word in _WORDS:
        if word in small:
            return False
    for mark in _MARKS:
        if mark in text:
            return False
    for form in _FORMS:
        if form in small:
            break
    else:
        return False
    if "(" not in text and _is_small(text, limits):  # so it is without IRIs and strings, too
        return True
    bare = _QUOTED.sub(" ", text)
    if "(" in bare and "(" in _CALL.sub(" ", bare):
        return False  # collections are patterns too, and are not told apart here
    return _is_small(bare, limits)


def _is_small(bare: str, limits: Limits) -> bool:
    """Tell whether there are so few marks in a text that it reaches no limit however they are read."""
    depth = bare.count("{") + bare.count("[") + bare.count("(")
    steps = bare.count("/") + bare.count("|") + bare.count("^") + 1
    patterns = steps + sum(bare.count(mark) for mark in ".;,[{") + 1
    return depth <= limits.max_depth and steps <= limits.max_path_steps and patterns <= limits.max_patterns
