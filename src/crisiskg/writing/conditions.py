"""Entity tags of graphs, and whether the condition of a conditional write holds (RFC 9110, section 13)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from crisiskg.errors import PreconditionFailed

_LENGTH = 32


def graph_tag(digest: str) -> str:
    """Return the entity tag of a graph, without quotation marks.

    What is sent in one format may get a suffix after a full stop, which conditions of writes do not look at.

    Args:
        digest: Digest of the graph (`crisiskg.journal.canonical_digest`), 64 hexadecimal digits.

    >>> graph_tag("0123456789abcdef" * 4)
    '0123456789abcdef0123456789abcdef'
    """
    return digest[:_LENGTH]


def dataset_digest(graphs: Iterable[tuple[str, str]]) -> str:
    """Return a digest over all graphs, of which `graph_tag` makes the entity tag of the whole dataset.

    Args:
        graphs: Name and digest of each graph.

    >>> dataset_digest([("b", "2"), ("a", "1")]) == dataset_digest([("a", "1"), ("b", "2")])
    True
    """
    total = hashlib.sha256()
    for name, digest in sorted(graphs):
        total.update(f"{digest} {name}\n".encode())
    return total.hexdigest()


def check_conditions(digest: str | None, if_match: tuple[str, ...] | None, if_none_match: tuple[str, ...] | None) -> None:
    """Refuse a write whose conditions do not hold.

    Args:
        digest: Digest of what is there now; None where nothing is.
        if_match: Entity tags of which one must be that of what is there; "*" is any. Weak tags never match.
        if_none_match: Entity tags of which none may be; "*" means that nothing may be there.

    Raises:
        PreconditionFailed: a condition does not hold.

    >>> check_conditions(None, None, ("*",))
    >>> check_conditions("0" * 64, ("0" * 32 + ".ttl",), None)
    """
    tag = None if digest is None else graph_tag(digest)
    if if_match is not None and (tag is None or not any(_same(one, tag, weak=False) for one in if_match)):
        now = "there is none" if tag is None else f'it is "{tag}" now'
        raise PreconditionFailed(
            f"If-Match asks for a state that is not the current one: {now}", hint="Get it again, and apply the change to that."
        )
    if if_none_match is not None and tag is not None and any(_same(one, tag, weak=True) for one in if_none_match):
        raise PreconditionFailed(
            f'If-None-Match asks for another state than the current one, which is "{tag}"',
            hint="With * nothing may be there yet.",
        )


def _same(given: str, tag: str, *, weak: bool) -> bool:
    if given == "*":
        return True
    if given.startswith("W/"):
        if not weak:
            return False
        given = given[2:]
    return given.strip('"').partition(".")[0] == tag
