"""Events that a dataset told of and tells of no longer: said in a graph of their own, with what had rested on them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from crisiskg.graph_terms import parse_lines
from crisiskg.importing.releases import prefix_of, withdrawn_graph
from crisiskg.journal import SUM, LineSum, canonical_digest, n_quads_lines, sum_digest
from crisiskg.namespaces import CKG, PROV, RDF, XSD
from crisiskg.writing.change import Change, GraphEdit

if TYPE_CHECKING:
    from crisiskg.store import OxigraphStore

_EVENT = CKG + "Event"
_TYPE = RDF + "type"
_AT, _FROM = PROV + "invalidatedAtTime", CKG + "withdrawnFrom"


@dataclass(slots=True)
class Withdrawal:
    """What a release, or a list of deletions, withdrew.

    Attributes:
        before: Number of events that the dataset told of before.
        events: IRIs of those that it tells of no longer.
        returned: Number of events that had been withdrawn and are told of again.
        affected: What in other graphs speaks of a withdrawn event: event, graph, subject.
    """

    before: int = 0
    events: list[str] = field(default_factory=list)
    returned: int = 0
    affected: list[tuple[str, str, str]] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Withdrawal | None:
        """Read what `lines` gave, as far as it tells; None where there is no such file."""
        try:
            found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
            affected = [(each["event"], other["graph"], other["subject"]) for each in found for other in each["affected"]]
            return cls(events=[each["event"] for each in found], affected=affected)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def lines(self) -> Iterator[str]:
        """Yield one line of JSON for each event, with what in other graphs speaks of it."""
        mentions: dict[str, list[dict[str, str]]] = {}
        for event, graph, subject in self.affected:
            mentions.setdefault(event, []).append({"graph": graph, "subject": subject})
        for event in self.events:
            yield json.dumps({"event": event, "affected": mentions.get(event, [])}, ensure_ascii=False)


def events_of(store: OxigraphStore, graph: str) -> Iterator[str]:
    """Yield the IRIs of the events of a graph."""
    for quad in store.match(None, _TYPE, _EVENT, graph):
        assert isinstance(quad.subject, ox.NamedNode)
        yield quad.subject.value


def has_event(store: OxigraphStore, event: str, graph: str) -> bool:
    """Tell whether a graph tells of an event."""
    return next(store.match(event, _TYPE, _EVENT, graph), None) is not None


def withdraw(
    store: OxigraphStore, dataset: str, release: str, graph: str, before: Iterable[str], at: str, others: Iterable[str] = ()
) -> Withdrawal:
    """Say of all events that were told of before and are in no release now that they were withdrawn.

    Doing it again with the same events changes nothing.

    Args:
        store: The store.
        dataset: Name of the dataset.
        release: IRI of the release that lacks them.
        graph: Its graph.
        before: IRIs of the events that were told of before.
        at: When it was, UTC, ISO 8601.
        others: Graphs of releases that stay beside it.

    Returns:
        What was withdrawn, and what in other graphs speaks of it.
    """
    graphs = (graph, *others)
    found = Withdrawal()
    for event in before:
        found.before += 1
        if not any(has_event(store, event, each) for each in graphs):
            found.events.append(event)
    found.events = sorted(set(found.events))
    found.affected = list(_affected(store, dataset, found.events))
    name = withdrawn_graph(store.base_iri)
    known = list(store.quads(name)) if store.digest(name) else []
    back = {
        quad.subject
        for quad in known
        if isinstance(quad.subject, ox.NamedNode) and any(has_event(store, quad.subject.value, each) for each in graphs)
    }
    found.returned = len(back)
    gone = {quad.subject for quad in known}
    quads = [quad for quad in known if quad.subject not in back]
    quads += [
        quad for event in found.events if ox.NamedNode(event) not in gone for quad in _withdrawn_quads(event, release, at, name)
    ]
    if len(quads) != len(known) or back:
        store.replace_graph(name, quads)
        store.flush()
    return found


def _withdrawn_quads(event: str, release: str, at: str, graph: str) -> list[ox.Quad]:
    node, name = ox.NamedNode(event), ox.NamedNode(graph)
    time = ox.Literal(at, datatype=ox.NamedNode(XSD + "dateTime"))
    return [
        ox.Quad(node, ox.NamedNode(_AT), time, name),
        ox.Quad(node, ox.NamedNode(_FROM), ox.NamedNode(release), name),
    ]


def _affected(store: OxigraphStore, dataset: str, events: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Yield what outside of the dataset's own graphs speaks of events: event, graph, subject."""
    own, withdrawn = prefix_of(dataset, store.base_iri), withdrawn_graph(store.base_iri)
    for event in events:
        for quad in store.match(value=event):
            graph = getattr(quad.graph_name, "value", "default")
            if not graph.startswith(own) and graph != withdrawn:
                yield event, graph, str(getattr(quad.subject, "value", quad.subject))


def delete_events(
    store: OxigraphStore, dataset: str, events: Iterable[str], progress: Callable[[int], None] | None = None
) -> tuple[Withdrawal, list[str]]:
    """Take events that their publisher deleted out of all releases of a dataset, with their rows and numbers.

    Args:
        store: The store.
        dataset: Name of the dataset.
        events: IRIs of the events.
        progress: Is called with the number of events that were looked for.

    Returns:
        What was withdrawn, and the events that no release tells of.
    """
    prefix = prefix_of(dataset, store.base_iri)
    graphs = [graph for graph in store.journal.graphs() if graph.startswith(prefix)]
    found = Withdrawal()
    unknown: list[str] = []
    removed: dict[str, dict[str, None]] = {graph: {} for graph in graphs}
    counts = dict.fromkeys(graphs, 0)
    for number, event in enumerate(dict.fromkeys(events), 1):
        holding = [graph for graph in graphs if has_event(store, event, graph)]
        for graph in holding:
            quads = list(_all_of(store, event, graph))
            removed[graph].update(dict.fromkeys(n_quads_lines(quads)))
            counts[graph] += 1
        (found.events if holding else unknown).append(event)
        if progress is not None:
            progress(number)
    found.before = len(found.events)
    found.affected = list(_affected(store, dataset, found.events))
    edits = [_without(store, graph, list(lines), counts[graph]) for graph, lines in removed.items() if lines]
    if edits:
        edits.append(_withdrawn_edit(store, prefix, found.events, graphs))
        store.commit(Change(tuple(sorted(edits, key=lambda edit: edit.graph))))
    return found, unknown


def _all_of(store: OxigraphStore, event: str, graph: str) -> Iterator[ox.Quad]:
    """Yield all quads of an event, of the rows that tell of it, and of its numbers."""
    terms: list[object] = [ox.NamedNode(event)]
    terms += [quad.subject for quad in store.match(None, CKG + "isAbout", event, graph)]
    terms += [quad.object for quad in store.match(event, CKG + "hasQuantity", None, graph)]
    for subject in dict.fromkeys(term.value for term in terms if isinstance(term, ox.NamedNode)):
        yield from store.match(subject, None, None, graph)


def _without(store: OxigraphStore, graph: str, lines: list[str], events: int) -> GraphEdit:
    """Return the edit that takes lines out of the graph of a release and counts its events anew."""
    added: list[str] = []
    release = next(store.match(None, _TYPE, CKG + "Release", graph), None)
    if release is not None and isinstance(release.subject, ox.NamedNode):
        for quad in list(store.match(release.subject.value, CKG + "eventCount", None, graph)):
            left = max(0, int(getattr(quad.object, "value", "0")) - events)
            count = ox.Literal(str(left), datatype=ox.NamedNode(XSD + "integer"))
            lines += n_quads_lines([quad])
            added += n_quads_lines([ox.Quad(quad.subject, quad.predicate, count, quad.graph_name)])
    entry = store.entry(graph)
    if entry is not None and entry.sha256.startswith(SUM):
        quads, total = entry.quads, LineSum(entry.sha256)
    else:  # somebody changed the graph by an update, which left the other kind of digest
        quads, digest = sum_digest(store.quads(graph))
        total = LineSum(digest)
    total.remove(*_as_triples(lines))
    total.add(*_as_triples(added))
    return GraphEdit(
        graph, tuple(lines), tuple(added), existed=True, exists=True, quads=quads - len(lines) + len(added), sha256=total.digest
    )


def _as_triples(lines: list[str]) -> list[bytes]:
    text = ox.serialize([quad.triple for quad in parse_lines(tuple(lines))], format=ox.RdfFormat.N_TRIPLES) or b""
    return text.split(b"\n")[:-1]


def _withdrawn_edit(store: OxigraphStore, prefix: str, events: list[str], graphs: list[str]) -> GraphEdit:
    """Return the edit that says of deleted events that they were withdrawn, from the newest release that there is."""
    name = withdrawn_graph(store.base_iri)
    newest = max(graphs, key=lambda graph: entry.n if (entry := store.entry(graph)) else 0)
    release = newest.replace(prefix, prefix.replace("/graph/dataset/", "/dataset/", 1), 1)
    at = now()
    existed = store.digest(name) is not None
    known = list(store.quads(name)) if existed else []
    gone = {quad.subject for quad in known}
    new = [quad for event in events if ox.NamedNode(event) not in gone for quad in _withdrawn_quads(event, release, at, name)]
    count, digest = canonical_digest([*known, *new])
    return GraphEdit(name, (), tuple(n_quads_lines(new)), existed=existed, exists=True, quads=count, sha256=digest)


def now() -> str:
    """Return the time, UTC, to the second, as a literal of xsd:dateTime has it."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
