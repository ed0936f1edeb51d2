"""Datasets whose files are lines of JSON that refer to one another: what a line describes, and what other lines say of it.

Such a file is read twice. The first reading notes in a catalogue what other rows need to know of each thing: its class and its
name. The second one makes the rows. So a thing is described once, by its own line, wherever it stands; and a row that names
it needs nothing in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from crisiskg.datasets.records import Record
from crisiskg.datasets.tables import BadRow, Row

if TYPE_CHECKING:
    from crisiskg.datasets.dataset import Minter


class Own(NamedTuple):
    """A record that this row alone writes, as it describes the thing; another row that describes it is refused as a repetition.

    Attributes:
        record: The record.
    """

    record: Record


class Known(NamedTuple):
    """A record that another row of the release writes; it comes along for the shapes only.

    Attributes:
        record: The record, with its class and its label at least.
    """

    record: Record


class Entry(NamedTuple):
    """What the catalogue keeps of a thing.

    Attributes:
        id: Id by which rows refer to it.
        iris: IRIs that it may have, the best first; it gets the first that no other thing has.
        facts: What rows need to know of it, as JSON.
    """

    id: str
    iris: tuple[str, ...]
    facts: str


class Found(NamedTuple):
    """What the catalogue has of an id.

    Attributes:
        iri: IRI of the thing; "" where it is none that the graph holds.
        facts: What was noted of it, as JSON.
    """

    iri: str
    facts: str


#: Tells what one line gives to the catalogue.
Describe = Callable[[str], Iterable[Entry]]
#: Cuts a line, given with its number, into rows.
Cut = Callable[[int, str], Iterator[Row | BadRow]]


@dataclass(frozen=True, slots=True)
class Lines:
    """How a file of lines of JSON is read.

    Attributes:
        rounds: Make the functions that fill the catalogue; each reads all lines, the second with what the first noted.
        cut: Makes the function that cuts lines into rows when the catalogue is there. It gives a row for each line at least.
    """

    rounds: tuple[Callable[[Minter], Describe], ...]
    cut: Callable[[Minter], Cut]


def unwrapped(record: Record | Own | Known) -> Record:
    """Return the record itself."""
    return record.record if isinstance(record, Own | Known) else record
