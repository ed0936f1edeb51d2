"""A glance at a query: whether it is so plain that it needs no closer look.

`scan_query` reads every token, which takes as long as the engine takes for a small query. Most queries hold none of the words that
it looks for, and too few marks to reach any limit however they are read. Where that is not certain the answer is no.
"""

from __future__ import annotations

import re

from crisiskg.workers.measure import Limits

#: Words of updates, of federation, of datasets, of functions that answer differently each time; also as parts of other words.
_WORDS = re.compile(
    r"serv|load|from|insert|delete|clear|drop|create|copy|move|add|now|rand|uuid|bnode|\\|\"\"\"|'''", re.IGNORECASE | re.ASCII
)
_FORM = re.compile(r"\b(?:select|ask|construct|describe)\b", re.IGNORECASE | re.ASCII)
#: IRIs and short strings; what is left over of anything else only counts more.
_QUOTED = re.compile(r"""<[^<>"{}|^`\\\s]*>|"[^"\n]*"|'[^'\n]*'""")
#: Brackets of functions and of expressions, which hold no triple patterns.
_CALL = re.compile(
    r"\b(?:filter|bind|count|sum|min|max|avg|sample|str|lang|datatype|bound|regex|contains|strstarts|strends|lcase|ucase|if|coalesce"
    r"|year|month|day|concat|substr|strlen|abs|langmatches|isiri|isliteral|isnumeric|sameterm|select|distinct|by|desc|asc)\s*\(",
    re.IGNORECASE | re.ASCII,
)


def is_plain(text: str, limits: Limits) -> bool:
    """Tell whether `scan_query` would surely let a query pass, see no dataset in it, and nothing that answers differently each time.

    Args:
        text: SPARQL.
        limits: How large it may be.

    >>> is_plain("SELECT * { ?s ?p 'a (b) {c}' }", Limits()), is_plain("SELECT * FROM <urn:g> { ?s ?p ?o }", Limits())
    (True, False)
    """
    if not text.isascii() or len(text) > limits.max_bytes or "\x00" in text or _WORDS.search(text) or not _FORM.search(text):
        return False
    bare = _QUOTED.sub(" ", text)
    if "(" in _CALL.sub(" ", bare):
        return False  # collections are patterns too, and are not told apart here
    depth = bare.count("{") + bare.count("[") + bare.count("(")
    steps = bare.count("/") + bare.count("|") + bare.count("^") + 1
    patterns = steps + sum(bare.count(mark) for mark in ".;,[{") + 1
    return depth <= limits.max_depth and steps <= limits.max_path_steps and patterns <= limits.max_patterns
