"""The update tests of the W3C, evaluated as writes are: every test must have the result that its manifest says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest
from helpers import SHARED
from rdflib import Graph, Namespace
from rdflib.compare import isomorphic, to_isomorphic
from rdflib.namespace import RDF, RDFS

from crisiskg.settings import load_settings
from crisiskg.store import graph_name
from crisiskg.writing.change import Change
from crisiskg.writing.dataset import Dataset
from crisiskg.writing.evaluation import Limits, evaluate
from crisiskg.writing.requests import WriteRequest
from crisiskg.writing.writer import Writer

SUITE = SHARED / "conformance" / "rdf-tests" / "sparql" / "sparql11"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
LIMITS = Limits(union_default_graph=False, max_body_bytes=1_000_000, update=(1_000_000, 64, 100, 50))


@dataclass(frozen=True)
class Case:
    name: str
    request: Path
    before: dict[str, Path]
    after: dict[str, Path]


def path_of(node: object) -> Path:
    return Path(str(node).removeprefix("file://"))


def graphs_of(manifest: Graph, node: object) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for data in manifest.objects(node, UT.data):  # type: ignore[arg-type]
        found["default"] = path_of(data)
    for entry in manifest.objects(node, UT.graphData):  # type: ignore[arg-type]
        found[str(manifest.value(entry, RDFS.label))] = path_of(manifest.value(entry, UT.graph))
    return found


def cases() -> list[Case]:
    found = []
    for path in sorted(SUITE.glob("*/manifest.ttl")):
        if b"UpdateEvaluationTest" not in path.read_bytes():
            continue
        manifest = Graph().parse(data=path.read_bytes(), format="turtle", publicID=path.as_uri())
        for test in sorted(set(manifest.subjects(RDF.type, MF.UpdateEvaluationTest))):
            action, result = manifest.value(test, MF.action), manifest.value(test, MF.result)
            name = f"{path.parent.name}/{str(test).rpartition('#')[2]}"
            request = path_of(manifest.value(action, UT.request))
            found.append(Case(name, request, graphs_of(manifest, action), graphs_of(manifest, result)))
    return found


CASES = cases() if SUITE.is_dir() else []
needs_suite = pytest.mark.skipif(not CASES, reason=f"the W3C test suite is not in {SUITE}")


def stored(graphs: dict[str, Path]) -> ox.Store:
    store = ox.Store()
    for name, path in graphs.items():
        target = ox.DefaultGraph() if name == "default" else ox.NamedNode(name)
        store.load(path.read_bytes(), ox.RdfFormat.TURTLE, base_iri=path.as_uri(), to_graph=target)
    return store


def applied(store: ox.Store, change: Change) -> None:
    for edit in change.edits:
        name = ox.DefaultGraph() if edit.graph == "default" else ox.NamedNode(edit.graph)
        if edit.removed is None:
            store.remove_graph(name)
        for quad in ox.parse("\n".join(edit.removed or ()), format=ox.RdfFormat.N_QUADS):
            store.remove(quad)  # type: ignore[arg-type]
        store.extend(ox.parse("\n".join(edit.added), format=ox.RdfFormat.N_QUADS))  # type: ignore[arg-type]


def rdflib_graphs(store: ox.Store) -> dict[str, Graph]:
    found = {}
    for name in {quad.graph_name for quad in store}:
        triples = (quad.triple for quad in store.quads_for_pattern(None, None, None, name))
        found[graph_name(name)] = Graph().parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="nt")  # type: ignore[arg-type]
    return found


def same(one: ox.Store, other: ox.Store) -> bool:
    left, right = rdflib_graphs(one), rdflib_graphs(other)
    return left.keys() == right.keys() and all(isomorphic(to_isomorphic(left[name]), to_isomorphic(right[name])) for name in left)


@needs_suite
@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_w3c_update(case: Case) -> None:
    store = stored(case.before)
    dataset = Dataset(store, lambda: copied(store))
    change = evaluate(dataset, WriteRequest("update", case.request.read_bytes(), base_iri="http://example.org/"), LIMITS)
    applied(store, change)
    assert same(store, stored(case.after)), f"{case.request}\n{store.dump(format=ox.RdfFormat.N_QUADS).decode()}"


def copied(store: ox.Store) -> ox.Store:
    copy = ox.Store()
    copy.extend(store)
    for name in store.named_graphs():
        copy.add_graph(name)
    return copy


@needs_suite
def test_sample_through_a_writer(tmp_path: Path) -> None:
    """A sample of the suite on the disk, with the process that can be killed, one store for all."""
    writer = Writer(load_settings(store=str(tmp_path / "s"), union_default_graph=False))
    try:
        done = 0
        for case in CASES[::6]:
            before = stored(case.before).dump(format=ox.RdfFormat.N_QUADS)
            if b"foaf/0.1/Person" in before:  # no class of the model: the shapes refuse it
                continue
            writer.write(WriteRequest("put", before, "application/n-quads"))
            writer.write(WriteRequest("update", case.request.read_bytes(), base_iri="http://example.org/"))
            _, generation = writer._opened().generations.newest()
            found = ox.Store.read_only(str(generation))
            assert same(found, stored(case.after)), case.name
            assert writer._opened().verify().sound
            done += 1
        assert done >= 5
    finally:
        writer.close()
