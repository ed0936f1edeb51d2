"""Reads the shapes once in a process and prepares what each validation needs of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from pyoxigraph import RdfFormat, parse
from pyshacl.constraints import ALL_CONSTRAINT_PARAMETERS, CONSTRAINT_PARAMETERS_MAP
from pyshacl.shape import Shape
from pyshacl.shapes_graph import ShapesGraph
from rdflib import BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF

from crisiskg.resources import folder
from crisiskg.validation.index import Index
from crisiskg.validation.terms import SH, rdflib_term

_TARGETS = (SH.targetClass, SH.targetSubjectsOf)
_READ_ONCE = frozenset({RDF.type, SH.name, SH.message, SH.severity, SH.targetClass, SH.targetSubjectsOf, SH.path})
_FOREIGN_TARGETS = (SH.targetNode, SH.targetObjectsOf, SH.target)


@dataclass(frozen=True, slots=True)
class Targets:
    """What a shape or rule is about.

    Attributes:
        classes: Classes whose instances it is about.
        properties: Properties whose subjects it is about.
    """

    classes: tuple[Any, ...]
    properties: tuple[Any, ...]

    @classmethod
    def of(cls, graph: Graph, shapes: Iterable[Any]) -> Targets:
        """Return the targets of shapes."""
        users = list(shapes)
        return cls(
            tuple(sorted({target for shape in users for target in graph.objects(shape, SH.targetClass)})),
            tuple(sorted({target for shape in users for target in graph.objects(shape, SH.targetSubjectsOf)})),
        )

    def nodes(self, data: Index) -> dict[Any, None]:
        """Return the focus nodes in a graph."""
        found: dict[Any, None] = {}
        for class_ in self.classes:
            found.update(dict.fromkeys(data.subjects(RDF.type, class_)))
        for property_ in self.properties:
            found.update(dict.fromkeys(data.users(property_)))
        return found


@dataclass(frozen=True, slots=True)
class Rule:
    """A constraint in SPARQL.

    Attributes:
        iri: IRI of the constraint.
        query: Its query, with prefixes.
        message: Its message.
        severity: IRI of the severity of the shapes that name it.
        targets: What it is about.
    """

    iri: str
    query: str
    message: str
    severity: str
    targets: Targets


@dataclass(frozen=True, slots=True)
class Planned:
    """A shape, with what pyshacl would find out about it at each validation.

    Attributes:
        shape: The shape.
        targets: What it is about.
        steps: Its path as properties, each with whether it is walked backwards; None for a node shape and for other paths.
        constraints: Its constraints, as pyshacl makes them.
    """

    shape: Shape
    targets: Targets
    steps: tuple[tuple[Any, bool], ...] | None
    constraints: tuple[Any, ...]

    def value_nodes(self, data: Index, focus: list[Any]) -> dict[Any, set[Any]]:
        """Return the value nodes of each focus node."""
        if self.steps is not None:
            return data.walk(focus, self.steps)
        found: dict[Any, set[Any]] = self.shape.value_nodes(data, focus)
        return found


@dataclass(frozen=True, slots=True)
class Plan:
    """The shapes with their targets, ready to run.

    Attributes:
        shapes: Node and property shapes.
        rules: Constraints in SPARQL.
        all: Targets of all of them.
        terms: Terms of the shapes, so that data use the same objects: comparing two of rdflib's takes a call.
    """

    shapes: tuple[Planned, ...]
    rules: tuple[Rule, ...]
    all: Targets
    terms: dict[str, Any]


@cache
def shapes_plan() -> Plan:
    """Read the shapes, once in a process."""
    graph = Graph()
    terms: dict[Any, Any] = {}
    for quad in parse((folder("shapes") / "data.ttl").read_bytes(), format=RdfFormat.TURTLE):
        graph.add((rdflib_term(quad.subject, terms), rdflib_term(quad.predicate, terms), rdflib_term(quad.object, terms)))
    node_shapes = sorted(graph.subjects(RDF.type, SH.NodeShape))
    rules = _take_rules(graph, node_shapes)
    everything = Targets.of(graph, node_shapes)
    _spread_targets(graph, node_shapes)
    shapes = ShapesGraph(Index(graph))
    # In a stable order, so that the same data give the same sequence of work.
    ordered = sorted(shapes.shapes, key=lambda shape: str(shape.node))
    # What a shape knows by now is not looked through again for parameters at each validation.
    shapes.graph = Index(triple for triple in graph if triple[1] not in _READ_ONCE)
    planned = tuple(
        Planned(
            shape,
            Targets.of(graph, [shape.node]),
            path_steps(graph, shape.path()) if shape.is_property_shape else None,
            _constraints(shape),
        )
        for shape in ordered
    )
    return Plan(planned, rules, everything, {str(term): found for term, found in terms.items()})


def path_steps(graph: Graph, path: Any) -> tuple[tuple[Any, bool], ...] | None:
    """Return a path as properties, each with whether it is walked backwards; None where it is more than a sequence of them."""
    if isinstance(path, URIRef):
        return ((path, False),)
    inverse = graph.value(path, SH.inversePath)
    if inverse is not None:
        return ((inverse, True),) if isinstance(inverse, URIRef) else None
    if graph.value(path, RDF.first) is None:
        return None
    steps = [path_steps(graph, member) for member in graph.items(path)]
    return None if None in steps else tuple(pair for step in steps if step is not None for pair in step)


def _constraints(shape: Shape) -> tuple[Any, ...]:
    """Return the constraints of a shape, each once, as pyshacl makes them."""
    parameters = sorted({name for name, _ in shape.sg.predicate_objects(shape.node)} & set(ALL_CONSTRAINT_PARAMETERS))
    return tuple(component(shape) for component in dict.fromkeys(CONSTRAINT_PARAMETERS_MAP[name] for name in parameters))


def _spread_targets(graph: Graph, node_shapes: list[Any]) -> None:
    """Give each property shape the targets of the node shapes that name it; close these by lists of properties."""
    for shape in node_shapes:
        if any(graph.value(shape, target) is not None for target in _FOREIGN_TARGETS):
            raise ValueError(f"{shape} has a target that is neither sh:targetClass nor sh:targetSubjectsOf")
        allowed = set()
        ignored = graph.value(shape, SH.ignoredProperties)
        if ignored is not None:
            allowed.update(graph.items(ignored))
            graph.remove((shape, SH.ignoredProperties, None))
        for property_shape in list(graph.objects(shape, SH.property)):
            for kind in _TARGETS:
                for target in graph.objects(shape, kind):
                    graph.add((property_shape, kind, target))
            path = graph.value(property_shape, SH.path)
            if isinstance(path, URIRef):
                allowed.add(path)
        graph.remove((shape, SH.property, None))
        if graph.value(shape, SH.closed) is not None:
            head = BNode()
            Collection(graph, head, sorted(allowed))
            graph.add((shape, SH.ignoredProperties, head))


def _take_rules(graph: Graph, node_shapes: list[Any]) -> tuple[Rule, ...]:
    """Take the constraints in SPARQL out of the shapes."""
    rules = []
    for iri in sorted(set(graph.objects(None, SH.sparql))):
        users = [shape for shape in node_shapes if (shape, SH.sparql, iri) in graph]
        prefixes = "".join(
            f"PREFIX {graph.value(declaration, SH.prefix)}: <{graph.value(declaration, SH.namespace)}>\n"
            for ontology in graph.objects(iri, SH.prefixes)
            for declaration in sorted(graph.objects(ontology, SH.declare))
        )
        rules.append(
            Rule(
                iri=str(iri),
                query=prefixes + str(graph.value(iri, SH.select)),
                message=str(graph.value(iri, SH.message)),
                severity=str(graph.value(users[0], SH.severity) or SH.Violation),
                targets=Targets.of(graph, users),
            )
        )
    graph.remove((None, SH.sparql, None))
    return tuple(rules)
