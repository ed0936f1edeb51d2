"""What a dataset is: its columns, how a row becomes records, and under which terms its rows may be passed on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Literal

from crisiskg.codebook import QUAD_CLASSES
from crisiskg.crosswalk import CodedState, Crosswalk
from crisiskg.datasets.lines import Found, Known, Lines, Own
from crisiskg.datasets.records import Actor, Casualties, Claim, Event, Place, Record, State
from crisiskg.datasets.tables import Form, Row
from crisiskg.iris import digest, mint_dataset_part, mint_release, mint_release_graph, safe, slug
from crisiskg.namespaces import BASE

#: Metres within which a point stands for a place of a precision. For coarser ones the point is the middle of an area, and
#: distances from it mean nothing.
ACCURACY_M = {
    "exact": "2000",
    "near": "25000",
    "adm2": "50000",
    "adm1": "150000",
    "area": "300000",
    "country": "1000000",
    "international": "1000000",
    "unknown": "1000000",
}


@dataclass(frozen=True, slots=True)
class Release:
    """One release of a dataset, as it is being imported.

    Attributes:
        dataset: Name of the dataset.
        name: Name of the release, such as "24.1".
        crosswalk: States by code and name.
        base: Base of the IRIs of data.
    """

    dataset: str
    name: str
    crosswalk: Crosswalk
    base: str = BASE

    @property
    def iri(self) -> str:
        """IRI of the release."""
        return mint_release(self.dataset, self.name, self.base)

    @property
    def graph(self) -> str:
        """IRI of its named graph."""
        return mint_release_graph(self.dataset, self.name, self.base)


class Minter:
    """Makes the records that all datasets have, for one release.

    Args:
        release: The release.
    """

    def __init__(self, release: Release) -> None:
        self.release = release
        base, dataset = release.base, release.dataset
        self.crosswalk = release.crosswalk
        self.release_iri = release.iri
        self._events = mint_dataset_part(dataset, "event", "x", base)[:-1]
        self._records = f"{self.release_iri}/record/"
        #: Tells how often rows of a content came before; imports give one that goes on where an interrupted one ended.
        self.occurrences: Callable[[str], int] = _Occurrences()
        #: Tells what other lines of the release say of an id (`crisiskg.datasets.lines`); imports give one that knows.
        self.find: Callable[[str], Found | None] = _find_nothing
        self.actor = lru_cache(1 << 16)(self._actor)
        self.place = lru_cache(1 << 16)(self._place)
        self.state_by_code = lru_cache(1 << 14)(self._state_by_code)
        self.state_by_name = lru_cache(1 << 14)(self._state_by_name)

    def event(self, local: str) -> str:
        """Return the IRI of an event, from the dataset's id."""
        return self._events + safe(local)

    def content_id(self, *values: str | None) -> str:
        """Return an id for a row of a dataset that has none: a digest of its values; equal rows get "-2", "-3", … behind it.

        Rows must be read in the order of their file and from its beginning, else copies are numbered otherwise.

        Args:
            values: What tells the row from others.

        >>> from crisiskg.crosswalk import Crosswalk
        >>> minter = Minter(Release("x", "1", Crosswalk(())))
        >>> minter.content_id("IED"), minter.content_id("IED"), minter.content_id("RPG")
        ('d27fb5b69d7eba5f', 'd27fb5b69d7eba5f-2', 'd258b2df1fc50379')
        """
        made = blake2b("\x1f".join(value or "" for value in values).encode("utf-8", "replace"), digest_size=8).hexdigest()
        before = self.occurrences(made)
        return f"{made}-{before + 1}" if before else made

    def claim(self, row: Row, about: str, record_id: str, **more: object) -> Claim:
        """Return the row as a claim.

        Args:
            row: The row.
            about: IRI of what it tells of.
            record_id: Id of the row in its dataset.
            more: Further fields of `Claim`.
        """
        return Claim(
            self._records + safe(record_id),
            self.release_iri,
            about,
            record_id,
            str(row.number),
            row.text,
            **more,  # type: ignore[arg-type]
        )

    def casualties(
        self, event: str, record: str, kind: str, low: str | None, best: str | None, high: str | None, counts: str | None = None
    ) -> Casualties:
        """Return a number of victims of an event; `counts` is whose, where it is not all of them."""
        whose = f"-{digest(counts, length=8)}" if counts else ""
        return Casualties(f"{event}/{kind}{whose}", kind, record, low, best, high, counts)

    def _actor(self, kind: str, name: str, local: str | None = None, state: str | None = None, **more: str) -> Actor:
        """Return an actor, by the dataset's id or else by its name.

        Args:
            kind: One of `ACTOR_KINDS`.
            name: Name as the dataset has it.
            local: The dataset's id, or None.
            state: IRI of the state whose it is.
            more: `iri` where another than the usual one is meant; `ucdp_id`.
        """
        iri = more.pop("iri", None) or mint_dataset_part(
            self.release.dataset, "actor", local or f"{slug(name)}-{digest(kind, name, length=8)}", self.release.base
        )
        return Actor(iri, kind, name, state=state, **more)  # type: ignore[arg-type]

    def _place(
        self, name: str, wkt: str | None, precision: str, state: str | None = None, same_as: tuple[str, ...] = ()
    ) -> Place:
        """Return a place, by its name, point and precision.

        Args:
            name: Name as the dataset has it.
            wkt: Point, or None.
            precision: One of `PLACE_PRECISIONS`.
            state: IRI of the state that it lies in.
            same_as: IRIs of the same place elsewhere.
        """
        key = f"{slug(name)}-{digest(name, wkt, precision, state, length=10)}"
        iri = mint_dataset_part(self.release.dataset, "place", key, self.release.base)
        return Place(iri, name, wkt, ACCURACY_M[precision] if wkt else None, state, same_as)

    def _state_by_code(self, scheme: str, code: str, at: str | None = None) -> State | None:
        """Return the state of a code on a day (`Crosswalk.state`)."""
        return _state(self.crosswalk.state(scheme, code, at))

    def _state_by_name(self, name: str, at: str | None = None) -> State | None:
        """Return the state of a name on a day (`Crosswalk.named`)."""
        return _state(self.crosswalk.named(name, at))


def _find_nothing(_id: str) -> Found | None:
    return None


class _Occurrences:
    """Counts in memory."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def __call__(self, content: str) -> int:
        before = self._counts.get(content, 0)
        self._counts[content] = before + 1
        return before


def _state(found: CodedState | None) -> State | None:
    if found is None or not found.is_sovereign:
        return None
    return State(found.iri, found.label, found.same_as, found.codes.get("iso3"))


#: Turns a row into records; raises `RowError` where it cannot.
Reader = Callable[[Row], Sequence[Record | Own | Known]]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset that can be imported.

    Attributes:
        name: Name in commands and IRIs, such as "ucdp-ged".
        title: Its title.
        publisher: Who publishes it.
        homepage: Where it is published.
        license: IRI of its licence or terms.
        may_republish: Whether rows may be passed on under them; exports obey.
        attribution: How its publisher wants to be cited, in our words.
        form: What its tables look like.
        reader: Makes the function that reads the rows of a release.
        identity: How a row is told from others: "id" (the dataset's own), or "content" (equal rows are numbered).
        notes: What is put right, and what a user should know, a sentence each.
        lines: How its files are read where they are lines of JSON that refer to one another; None for tables.
        terms_vary: Whether each publisher of such files has terms of its own, which the user may name.
    """

    name: str
    title: str
    publisher: str
    homepage: str
    license: str
    may_republish: bool
    attribution: str
    form: Form
    reader: Callable[[Minter], Reader]
    identity: Literal["id", "content"] = "id"
    notes: tuple[str, ...] = field(default=())
    lines: Lines | None = None
    terms_vary: bool = False


def time_fields(earliest: str, latest: str, precision: str, basis: str = "stated") -> dict[str, Any]:
    """Return the fields of an `Event` that happened on one day not known more closely than between two, or on that day.

    Args:
        earliest: First day on which it may have happened.
        latest: Last day.
        precision: Code of the precision.
        basis: Code of the basis.

    >>> time_fields("2016-01-01", "2016-01-01", "day")["latest_begin"]
    '2016-01-01'
    """
    return {
        "earliest_begin": earliest,
        "latest_begin": latest,
        "earliest_end": earliest,
        "latest_end": latest,
        "time_precision": precision,
        "time_basis": basis,
        "begin_year": str(int(earliest[:4])),
    }


def event_of(type_: str) -> dict[str, Any]:
    """Return type and quad class as fields of an `Event`.

    >>> event_of("ASSAULT")
    {'event_type': 'ASSAULT', 'quad_class': 'material-conflict'}
    """
    return {"event_type": type_, "quad_class": QUAD_CLASSES.get(type_)}


__all__ = [
    "ACCURACY_M",
    "Dataset",
    "Event",
    "Minter",
    "Reader",
    "Release",
    "event_of",
    "time_fields",
]
