"""What an RML engine made, row by row: completed, held to the shapes, and each thing written once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from crisiskg.codebook import QUAD_CLASSES
from crisiskg.datasets.dataset import Dataset, Release
from crisiskg.datasets.records import Claim
from crisiskg.datasets.tables import Row
from crisiskg.datasets.templates import write
from crisiskg.importing.mapping import Refused
from crisiskg.importing.releases import release_triples
from crisiskg.importing.rml_mapping import ROW
from crisiskg.importing.seen import key_of
from crisiskg.iris import safe
from crisiskg.namespaces import CKG, CKGC, CKGT, RDF
from crisiskg.validation import Result, validate

_ROW = ox.NamedNode(ROW)
_TYPE = ox.NamedNode(RDF + "type")
_EVENT = ox.NamedNode(CKG + "Event")
_CHANGE = ox.NamedNode(CKG + "ChangeEvent")
_ABOUT = ox.NamedNode(CKG + "isAbout")
_FACTUALITY = ox.NamedNode(CKG + "factuality")
_ONGOING = ox.NamedNode(CKGC + "fact-ongoing")
#: What a claim may be about, and a row therefore is.
_TOLD = {ox.NamedNode(CKG + name) for name in ("Event", "ChangeEvent", "Situation", "Relationship", "Membership")}
_BOUNDS = ("earliestBegin", "latestBegin", "earliestEnd", "latestEnd")
#: Gap of an event, and the properties of which one is enough that there is none.
_GAPS = {"actorGap": ("hasActor",), "recipientGap": ("hasRecipient",), "placeGap": ("hasPlace",), "timeGap": _BOUNDS}
_GAPS_OF_CHANGES = {"timeGap": _BOUNDS}
_MARKED = re.compile(rf'<{re.escape(ROW)}> "([0-9]+:[0-9]+)"')


@dataclass(frozen=True, slots=True)
class RowLines:
    """What a row adds.

    Attributes:
        lines: Lines of N-Triples, without line breaks, none of which came before.
        events: Number of events among them.
    """

    lines: list[bytes]
    events: int


class MadeRows:
    """The triples that an engine made, by row.

    Args:
        made: File of N-Triples; each subject says by `ROW` from which rows it is.
        folder: Where they are kept for looking up; large results need no memory.
        release: The release.
        dataset: The dataset.
        run: IRI of the run that imports.
    """

    def __init__(self, made: Path, folder: Path, release: Release, dataset: Dataset, run: str) -> None:
        self._store = ox.Store(str(folder))
        self._bad_rows: dict[str, str] = {}
        self._bad_subjects: dict[str, str] = {}
        self._fill(made)
        self._release, self._graph = release, ox.NamedNode(release.graph)
        self._known = [
            ox.Quad(triple.subject, triple.predicate, triple.object, self._graph)
            for triple in release_triples(dataset, release, run)
        ]
        self._written: set[int] = set()

    def _fill(self, made: Path) -> None:
        try:
            self._store.bulk_load(path=str(made), format=ox.RdfFormat.N_TRIPLES)
        except SyntaxError:
            good = made.with_suffix(".good")
            with made.open("rb") as source, good.open("wb") as file:
                file.writelines(line for line in source if self._is_good(line))
            self._store.bulk_load(path=str(good), format=ox.RdfFormat.N_TRIPLES)

    def _is_good(self, line: bytes) -> bool:
        """Tell whether a line can be read, and remember of what row or thing it is where it cannot."""
        try:
            for _ in ox.parse(line, format=ox.RdfFormat.N_TRIPLES):
                pass
        except SyntaxError as error:
            text = line.decode("utf-8", "replace")
            reason = f"the mapping makes {text.strip()[:200]!r}, which is no triple: {error}"
            marked = _MARKED.search(text)
            if marked:
                self._bad_rows.setdefault(marked[1], reason)
            else:
                self._bad_subjects.setdefault(text.partition("> ")[0].lstrip("<"), reason)
            return False
        return True

    def take(self, batch: list[tuple[int, Row]]) -> list[RowLines | Refused]:
        """Return what each of some rows adds, or why it goes to quarantine.

        Args:
            batch: Number of its file, and row; each row of the tables is given once.
        """
        outcomes: dict[int, RowLines | Refused] = {}
        graphs: dict[int, dict[str, list[ox.Quad]]] = {}
        for place, (number, row) in enumerate(batch):
            made = self._graph_of(number, row)
            if isinstance(made, Refused):
                outcomes[place] = made
            else:
                graphs[place] = made
        while graphs:
            at_fault = self._faults(graphs)
            if not at_fault:
                break
            for place, results in at_fault.items():
                outcomes[place] = _refused(results)
                del graphs[place]
        for place, graph in graphs.items():
            outcomes[place] = self._lines(graph)
        return [outcomes[place] for place in range(len(batch))]

    def _faults(self, graphs: dict[int, dict[str, list[ox.Quad]]]) -> dict[int, list[Result]]:
        """Return the results of the shapes by row: those on what the row's graph holds."""
        together: dict[ox.Quad, None] = dict.fromkeys(self._known)
        for graph in graphs.values():
            for quads in graph.values():
                together.update(dict.fromkeys(quads))
        report = validate(together)
        found: dict[int, list[Result]] = {}
        for result in report.results:
            for place, graph in graphs.items():
                if result.focus_node in graph:
                    found.setdefault(place, []).append(result)
        if not report.conforms and not found:  # what is at fault belongs to no row: none of them can be trusted
            found = {place: list(report.results) for place in graphs}
        return found

    def _graph_of(self, number: int, row: Row) -> dict[str, list[ox.Quad]] | Refused:
        """Return what a row is about with all that it refers to, by subject, and the row itself as a record."""
        mark = f"{number}:{row.number}"
        subjects = [quad.subject for quad in self._store.quads_for_pattern(None, _ROW, ox.Literal(mark))]
        if mark in self._bad_rows:
            return Refused("unwritable", self._bad_rows[mark])
        if not subjects:
            return Refused("nothing", "the mapping makes nothing of the row")
        graph: dict[str, list[ox.Quad]] = {}
        waiting = [subject for subject in subjects if isinstance(subject, ox.NamedNode)]
        own = set(waiting)
        while waiting:
            subject = waiting.pop()
            if subject.value in graph:
                continue
            if subject.value in self._bad_subjects:
                return Refused("unwritable", self._bad_subjects[subject.value])
            quads = self._about(subject)
            if not quads and subject not in own:
                continue
            graph[subject.value] = quads
            waiting += [quad.object for quad in quads if isinstance(quad.object, ox.NamedNode) and quad.predicate != _TYPE]
        for subject in sorted(own, key=lambda node: node.value):
            self._complete(graph, subject, number, row)
        for quads in graph.values():
            classes = {quad.object for quad in quads if quad.predicate == _TYPE}
            if _EVENT in classes:
                quads += self._gaps(quads, _GAPS)
            elif _CHANGE in classes:
                quads += self._gaps(quads, _GAPS_OF_CHANGES)
        return graph

    def _about(self, subject: ox.NamedNode) -> list[ox.Quad]:
        """Return what the mapping says of a thing, in the graph of the release."""
        found = self._store.quads_for_pattern(subject, None, None)
        return [self._in_graph(quad) for quad in found if quad.predicate != _ROW]

    def _in_graph(self, quad: ox.Quad) -> ox.Quad:
        return ox.Quad(quad.subject, quad.predicate, quad.object, self._graph)

    def _complete(self, graph: dict[str, list[ox.Quad]], subject: ox.NamedNode, number: int, row: Row) -> None:
        """Add the claims that the mapping made of a thing; where there are none the row is one."""
        classes = {quad.object for quad in graph[subject.value] if quad.predicate == _TYPE}
        if not classes & _TOLD:
            return
        claims = [quad.subject for quad in self._store.quads_for_pattern(None, _ABOUT, subject)]
        for claim in claims:
            if isinstance(claim, ox.NamedNode) and claim.value not in graph:
                graph[claim.value] = self._about(claim)
        if claims:
            return
        records = sum(1 for iri in graph if iri.startswith(f"{self._release.iri}/record/"))
        identifier = f"{number + 1}-{row.number}" + (f"-{records + 1}" if records else "")
        iri = f"{self._release.iri}/record/{safe(identifier)}"
        is_ongoing = any(quad.predicate == _FACTUALITY and quad.object == _ONGOING for quad in graph[subject.value])
        status = "ongoing" if is_ongoing else "happened"
        told = Claim(iri, self._release.iri, subject.value, identifier, str(row.number), row.text, status=status)
        parsed = ox.parse(write(told).encode("utf-8", "replace"), format=ox.RdfFormat.N_TRIPLES)
        graph[iri] = [self._in_graph(quad) for quad in parsed]

    def _gaps(self, quads: list[ox.Quad], gaps: Mapping[str, tuple[str, ...]]) -> Iterator[ox.Quad]:
        """Yield what a mapping need not say of an event: that it happened, its quad class, and that slots are not stated."""
        event = quads[0].subject
        there = {quad.predicate.value.removeprefix(CKG): quad.object for quad in quads}
        more: dict[str, str] = {}
        if "factuality" not in there:
            more["factuality"] = f"{CKGC}fact-happened"
        type_ = there.get("eventType")
        if "quadClass" not in there and isinstance(type_, ox.NamedNode):
            class_ = QUAD_CLASSES.get(type_.value.removeprefix(CKGT))
            if class_ is not None:
                more["quadClass"] = f"{CKGT}quad-{class_}"
        for gap, slots in gaps.items():
            if gap not in there and not any(slot in there for slot in slots):
                more[gap] = f"{CKGC}gap-not-stated"
        return iter([ox.Quad(event, ox.NamedNode(CKG + name), ox.NamedNode(value), self._graph) for name, value in more.items()])

    def _lines(self, graph: dict[str, list[ox.Quad]]) -> RowLines:
        """Return the lines of the things that were not written yet."""
        lines: list[bytes] = []
        events = 0
        for iri, quads in graph.items():
            key = key_of(iri)
            if key in self._written:
                continue
            self._written.add(key)
            triples = [quad.triple for quad in dict.fromkeys(quads)]
            events += any(triple.object == _EVENT and triple.predicate == _TYPE for triple in triples)
            lines += (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").split(b"\n")[:-1]
        return RowLines(lines, events)


def _refused(found: list[Result]) -> Refused:
    results = tuple(
        {name: str(getattr(result, name)) for name in ("focus_node", "path", "value", "message") if getattr(result, name)}
        for result in found
    )
    first = results[0]
    path = f" ({first['path']})" if first.get("path") else ""
    more = f", and {len(results) - 1} more" if len(results) > 1 else ""
    return Refused("nonconforming", f"the shapes refuse it: {first.get('message', 'no message')}{path}{more}", results)
