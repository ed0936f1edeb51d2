"""Rows to lines of N-Triples: read, held to the shapes, told from their repetitions, and counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from crisiskg.datasets.dataset import Dataset, Minter
from crisiskg.datasets.lines import Known, Own, unwrapped
from crisiskg.datasets.records import Casualties, Claim, Event, Membership, Record, Relationship
from crisiskg.datasets.tables import BadRow, Row
from crisiskg.datasets.templates import compiled, write
from crisiskg.datasets.values import RowError
from crisiskg.errors import CrisiskgError
from crisiskg.importing.plan import Tally, count_in
from crisiskg.importing.seen import Seen, Where, key_of
from crisiskg.importing.shared import Shared
from crisiskg.iris import safe

if TYPE_CHECKING:
    from crisiskg.validation import Report

_VALUES = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|(?<![A-Za-z_\d])-?\d[\d.,:/-]*""")


class Check(Protocol):
    """Holds the records of a row to the shapes (`crisiskg.importing.checks.Checks`)."""

    def check(self, records: Sequence[Record]) -> Report | None:
        """Return the report; None where they conform."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a row goes to quarantine.

    Attributes:
        code: Short name of the kind of reason: "unreadable", "unread", "row", "repeated", "nonconforming", "nothing" or "fault".
        reason: One sentence.
        results: What the shapes found.
    """

    code: str
    reason: str
    results: tuple[dict[str, str], ...] = ()


class Mapping:
    """Turns the rows of one release into lines, each of which comes once in the whole release.

    Args:
        dataset: What the rows are.
        minter: Makes its records.
        seen: Which rows were read.
        shared: Which shared records were written.
        tally: Is counted up.
        check: Holds records to the shapes; None trusts them.
    """

    def __init__(
        self, dataset: Dataset, minter: Minter, seen: Seen, shared: Shared, tally: Tally, check: Check | None = None
    ) -> None:
        self._minter = minter
        self._counted: list[str] = []
        self._seen, self._shared, self.tally = seen, shared, tally
        minter.occurrences = self._occurrences
        self._read = dataset.reader(minter)
        self._has_lines = dataset.lines is not None
        self._check = check.check if check is not None else None
        self.files: list[str] = []

    def take(self, row: Row | BadRow, file: int = 0) -> str | Refused:
        """Return the lines that a row adds, or why it goes to quarantine.

        Args:
            row: The row.
            file: Number of its file.
        """
        tally = self.tally
        tally.rows += 1
        try:
            outcome = Refused(row.code, row.reason) if isinstance(row, BadRow) else self._lines(row, file)
        except RowError as error:
            outcome = Refused("row", str(error))
        except CrisiskgError as error:
            outcome = Refused(error.code, error.message)
        except Exception as error:  # one row must not end an import of millions, and is not lost: it is told
            outcome = Refused("fault", f"a fault in crisiskg: {type(error).__name__}: {error}")
        if isinstance(outcome, Refused):
            self._counted.clear()
            tally.quarantined += 1
            count_in(tally.reasons, group_of(outcome.reason), outcome.reason, self.place(row.number, file))
            return outcome
        tally.records += 1
        return outcome

    def place(self, line: int, file: int) -> str:
        """Return where a row stands, in words."""
        return f"{self.files[file]}:{line}" if file < len(self.files) else f"line {line}"

    def _lines(self, row: Row, file: int) -> str | Refused:
        self._counted.clear()
        made = self._read(row)
        if not made:
            return Refused("nothing", "nothing can be made of the row")
        records: Sequence[Record] = [unwrapped(record) for record in made] if self._has_lines else made  # type: ignore[assignment]
        claims = [record for record in records if type(record) is Claim]
        ids = {claim.iri: claim.record_id for claim in claims}
        if self._has_lines:
            ids |= {record.record.iri: record.record.iri.rpartition("/")[2] for record in made if type(record) is Own}
        keys = [key_of(iri) for iri in ids]
        for id_, key in zip(ids.values(), keys, strict=True):
            where = self._seen.find(key)
            if where is not None:
                of = f" of {self.files[where.file]}" if where.file != file and where.file < len(self.files) else ""
                return Refused("repeated", f"the id {id_!r} stands on line {where.line}{of} already")
        if self._check is not None:
            report = self._check(records)
            if report is not None:
                return _refused(report)
        text, events = self._write(made, claims)
        place = Where(row.number, file)
        for key in (*keys, *map(key_of, self._counted)):
            self._seen.add(key, place)
        self.tally.events += events
        self._count_repairs(claims, row.number, file)
        self.tally.differing = self._shared.differing
        return text

    def _write(self, records: Sequence[Record | Own | Known], claims: list[Claim]) -> tuple[str, int]:
        """Return the lines of a row's records and the number of new events. What only this row can have is written as it is."""
        own = {claim.about: claim for claim in claims}
        texts: list[str] = []
        shared = self._shared.lines
        events = 0
        for record in records:
            if isinstance(record, Own | Known):
                if type(record) is Own:
                    texts.append(write(record.record))
                continue
            kind = type(record)
            if kind is Claim:
                texts.append(_CLAIM(record))
            elif kind is Event and self._is_own(record.iri, own):
                texts.append(_EVENT(record))
                events += 1
            elif kind is Casualties and self._is_own(record.iri.rpartition("/")[0], own):
                texts.append(_CASUALTIES(record))
            elif kind in _TOLD and self._is_told(record.iri, own):
                texts.append(write(record))
            else:
                added = shared(record)
                texts.append(added)
                events += bool(added) and kind is Event and added.startswith(f"<{record.iri}> <{_TYPE}")
        text = "".join(texts)
        lines = text.split("\n")
        if len(set(lines)) != len(lines):
            text = "".join(f"{line}\n" for line in dict.fromkeys(lines[:-1]))
        return text, events

    def _is_own(self, iri: str, own: dict[str, Claim]) -> bool:
        """Tell whether an event has the id of the row, so that no other row can tell of it."""
        claim = own.get(iri)
        return claim is not None and iri == self._minter.event(claim.record_id)

    def _is_told(self, iri: str, own: dict[str, Claim]) -> bool:
        """Tell whether a membership or relationship has the id of the row that tells of it, so that no other row does."""
        claim = own.get(iri)
        return claim is not None and iri.rpartition("/")[2] == safe(claim.record_id)

    def _count_repairs(self, claims: list[Claim], line: int, file: int) -> None:
        repairs = [repair for claim in claims for repair in claim.repairs]
        if repairs:
            self.tally.repaired += 1
            for repair in dict.fromkeys(map(group_of, repairs)):
                example = next(each for each in repairs if group_of(each) == repair)
                count_in(self.tally.repairs, repair, example, self.place(line, file))

    def _occurrences(self, content: str) -> int:
        """Return how often rows of this content came before, and count this one where it is not refused."""
        before = self._seen.count(key_of(content)) + self._counted.count(content)
        self._counted.append(content)
        return before


_CLAIM: Callable[[Any], str] = compiled(Claim)
_EVENT: Callable[[Any], str] = compiled(Event)
_CASUALTIES: Callable[[Any], str] = compiled(Casualties)
_TOLD = (Membership, Relationship)
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


def group_of(reason: str) -> str:
    """Return a reason without its values, so that equal ones can be counted.

    >>> group_of("the column year has '20x5', which is no year")
    'the column year has …, which is no year'
    >>> group_of("the id '12' stands on line 7 already")
    'the id … stands on line … already'
    """
    return _VALUES.sub("…", reason)


def _refused(report: Report) -> Refused:
    results = tuple(
        {name: str(getattr(result, name)) for name in ("focus_node", "path", "value", "message") if getattr(result, name)}
        for result in report.results
    )
    first = results[0] if results else {}
    more = f", and {len(results) - 1} more" if len(results) > 1 else ""
    path = f" ({first['path']})" if first.get("path") else ""
    return Refused("nonconforming", f"the shapes refuse it: {first.get('message', 'no message')}{path}{more}", results)
