"""Mints every IRI, from what identifies the thing: the same input twice gives the same graph. Pure functions."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import quote

from crisiskg.errors import InvalidIdentifier
from crisiskg.namespaces import BASE

_QID = re.compile(r"Q[1-9][0-9]*\Z")
_PLAIN = re.compile(r"[A-Za-z0-9._-]+\Z")
_SAFE = re.compile(r"[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*\Z")


def slug(text: str, limit: int = 48) -> str:
    """Return a readable ASCII form of a name for use in an IRI.

    Args:
        text: Any text.
        limit: Longest length in characters.

    Returns:
        Lower-case letters, digits and hyphens; "x" where nothing of the text can be kept.

    >>> slug("Côte d’Ivoire")
    'cote-d-ivoire'
    """
    plain = unicodedata.normalize("NFKD", text.replace("’", "-").replace("'", "-")).encode("ascii", "ignore").decode("ascii")
    kept = re.sub(r"[^a-z0-9]+", "-", plain.lower())
    return kept.strip("-")[:limit].strip("-") or "x"


def digest(*parts: object, length: int = 16) -> str:
    """Return hexadecimal digits that stand for the parts, in their order.

    >>> digest("a", 1) == digest("a", 1) != digest("a1")
    True
    """
    joined = "\x1f".join("" if part is None else str(part) for part in parts)
    return hashlib.sha256(joined.encode("utf-8")).hexdigest()[:length]


def mint(path: str, base: str = BASE) -> str:
    """Return the IRI of a path below the base.

    Args:
        path: Segments of letters, digits and ``.-_~`` joined by slashes.
        base: Base IRI, ending in a slash.

    Returns:
        An absolute IRI.

    Raises:
        InvalidIdentifier: the path is empty or holds another character.

    >>> mint("entity/Q863")
    'https://w3id.org/crisiskg/id/entity/Q863'
    """
    if not _SAFE.match(path):
        raise InvalidIdentifier(f"cannot make an IRI of {path!r}: only letters, digits, '.', '-', '_', '~' and '/' are possible")
    return base + path


def mint_wikidata_entity(item: str, base: str = BASE) -> str:
    """Return the IRI of the reference entity of a Wikidata item.

    Raises:
        InvalidIdentifier: `item` is not of the form Q123.

    >>> mint_wikidata_entity("Q863")
    'https://w3id.org/crisiskg/id/entity/Q863'
    """
    if not _QID.match(item):
        raise InvalidIdentifier(f"{item!r} is not a Wikidata item; these look like 'Q863'")
    return mint(f"entity/{item}", base)


def mint_dataset_entity(dataset: str, local_id: str, base: str = BASE) -> str:
    """Return the IRI of an entity by the id that a dataset gives it ("gn", "ucdp", "gw", or "x" for our own tables).

    Raises:
        InvalidIdentifier: dataset or id is empty.

    >>> mint_dataset_entity("gn", "1221874")
    'https://w3id.org/crisiskg/id/entity/gn-1221874'
    """
    if not dataset or not local_id:
        raise InvalidIdentifier(f"an entity needs a dataset and an id, not {dataset!r} and {local_id!r}")
    return mint(f"entity/{slug(dataset)}-{quote(local_id, safe='').replace('%', '~')}", base)


def mint_document(key: str, base: str = BASE) -> str:
    """Return the IRI of a document from `Document.key`."""
    return mint(f"document/{key}", base)


def mint_document_graph(key: str, base: str = BASE) -> str:
    """Return the IRI of the named graph of a document from `Document.key`."""
    return mint(f"graph/document/{key}", base)


def mint_graph(name: str, base: str = BASE) -> str:
    """Return the IRI of one of the graphs that there is one of: reference, vocabulary, judgements, runs, quarantine."""
    return mint(f"graph/{name}", base)


def mint_part(key: str, kind: str, local: str, base: str = BASE) -> str:
    """Return the IRI of a thing that one document speaks of, or a part of it.

    >>> mint_part("0a", "passage", "10-20")
    'https://w3id.org/crisiskg/id/document/0a/passage/10-20'
    """
    return mint(f"document/{key}/{kind}/{local}", base)


def mint_release(dataset: str, release: str, base: str = BASE) -> str:
    """Return the IRI of a release of a dataset.

    >>> mint_release("ucdp-ged", "24.1")
    'https://w3id.org/crisiskg/id/dataset/ucdp-ged/24.1'
    """
    return mint(f"dataset/{dataset}/{safe(release)}", base)


def mint_release_graph(dataset: str, release: str, base: str = BASE) -> str:
    """Return the IRI of the named graph of a release."""
    return mint(f"graph/dataset/{dataset}/{safe(release)}", base)


def mint_dataset_part(dataset: str, kind: str, local: str, base: str = BASE) -> str:
    """Return the IRI of an event, actor, place or other thing that a dataset speaks of, the same in all of its releases.

    >>> mint_dataset_part("acled", "event", "ETH1042")
    'https://w3id.org/crisiskg/id/dataset/acled/event/ETH1042'
    """
    return mint(f"dataset/{dataset}/{kind}/{safe(local)}", base)


def safe(local: str) -> str:
    """Return an identifier as one segment of a path; what a path cannot hold is escaped with "~".

    Raises:
        InvalidIdentifier: it is empty.

    >>> safe("ETH/1042 b")
    'ETH~2F1042~20b'
    """
    if not local:
        raise InvalidIdentifier("an identifier is empty")
    return local if _PLAIN.match(local) else quote(local, safe="-._").replace("~", "~7E").replace("%", "~")
