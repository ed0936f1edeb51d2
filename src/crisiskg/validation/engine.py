"""Runs pyshacl over one graph. The only module that imports it, and the only one of the package that imports rdflib.

pyshacl evaluates SHACL Core. Two things make it fast enough for one document at a time, and a test holds both to what plain
pyshacl says of every file in tests/shapes:

- A property shape gets the targets of the node shapes that name it and is evaluated once for all its focus nodes, not once for
  each; the node shape keeps the list of properties that close it.
- A constraint in SPARQL is evaluated once for the whole graph, by the store's engine. Its query binds `$this` in every branch,
  so that this gives what one evaluation for each focus node would give; rdflib would parse and run it for each.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    parse,
    serialize,
)
from pyshacl.constraints import ALL_CONSTRAINT_PARAMETERS, CONSTRAINT_PARAMETERS_MAP
from pyshacl.pytypes import SHACLExecutor
from pyshacl.shape import Shape
from pyshacl.shapes_graph import ShapesGraph
from rdflib import BNode, Graph, URIRef
from rdflib import Literal as RdflibLiteral
from rdflib.collection import Collection
from rdflib.namespace import RDF, XSD, Namespace

from crisiskg.resources import folder
from crisiskg.validation.report import Result

# rdflib logs each literal that its type cannot read, with a stack trace; here such a literal is a result of the report.
logging.getLogger("rdflib.term").addFilter(lambda record: "Failed to convert Literal" not in record.getMessage())

SH = Namespace("http://www.w3.org/ns/shacl#")
_TARGETS = (SH.targetClass, SH.targetSubjectsOf)
_READ_ONCE = frozenset({RDF.type, SH.name, SH.message, SH.severity, SH.targetClass, SH.targetSubjectsOf, SH.path})
_FOREIGN_TARGETS = (SH.targetNode, SH.targetObjectsOf, SH.target)


class _Index(Graph):
    """A graph in two dictionaries, of which nothing is taken out: what pyshacl asks for most is one look-up."""

    def __init__(self, triples: Iterable[Any]) -> None:
        super().__init__(bind_namespaces="none")
        self._outgoing: dict[Any, dict[Any, dict[Any, None]]] = {}
        self._incoming: dict[Any, dict[Any, dict[Any, None]]] = {}
        self._lists: dict[Any, tuple[Any, ...]] = {}
        for triple in triples:
            self.add(triple)

    def add(self, triple: Any) -> _Index:
        """Add a triple."""
        subject, predicate, value = triple
        self._outgoing.setdefault(subject, {}).setdefault(predicate, {})[value] = None
        self._incoming.setdefault(predicate, {}).setdefault(value, {})[subject] = None
        return self

    def __len__(self) -> int:
        return sum(1 for _ in self.triples((None, None, None)))

    def __contains__(self, triple: Any) -> bool:
        return next(self.triples(triple), None) is not None

    def triples(self, triple: Any) -> Iterator[Any]:
        """Yield the triples of a pattern in which None stands for any term."""
        subject, predicate, value = triple
        if subject is not None:
            properties = self._outgoing.get(subject, {})
            for name in [predicate] if predicate is not None else list(properties):
                for found in properties.get(name, ()):
                    if value is None or found == value:
                        yield subject, name, found
            return
        for name in [predicate] if predicate is not None else list(self._incoming):
            subjects = self._incoming.get(name, {})
            for found in [value] if value is not None else list(subjects):
                for user in subjects.get(found, ()):
                    yield user, name, found

    def objects(self, subject: Any = None, predicate: Any = None, unique: bool = False) -> Iterator[Any]:
        """Yield values; one look-up where subject and property are given."""
        if subject is not None and predicate is not None:
            yield from self._outgoing.get(subject, {}).get(predicate, ())
        else:
            yield from super().objects(subject, predicate, unique)

    def subjects(self, predicate: Any = None, object: Any = None, unique: bool = False) -> Iterator[Any]:
        """Yield subjects; one look-up where property and value are given."""
        if predicate is not None and object is not None:
            yield from self._incoming.get(predicate, {}).get(object, ())
        else:
            yield from super().subjects(predicate, object, unique)

    def walk(self, subjects: Iterable[Any], steps: tuple[tuple[Any, bool], ...]) -> dict[Any, set[Any]]:
        """Return where a path of properties leads from each subject."""
        none: dict[Any, dict[Any, None]] = {}
        (predicate, backwards), *rest = steps
        if backwards:
            users = self._incoming.get(predicate, none)
            found = {subject: set(users.get(subject, ())) for subject in subjects}
        else:
            found = {subject: set(self._outgoing.get(subject, none).get(predicate, ())) for subject in subjects}
        for step in rest:
            for subject, nodes in found.items():
                if nodes:
                    found[subject] = set().union(*self.walk(nodes, (step,)).values())
        return found

    def users(self, predicate: Any) -> Iterator[Any]:
        """Yield the subjects of a property."""
        for subjects in self._incoming.get(predicate, {}).values():
            yield from subjects

    def predicate_objects(self, subject: Any = None, unique: bool = False) -> Iterator[Any]:
        """Yield pairs of property and value; one look-up where the subject is given."""
        if subject is None:
            yield from super().predicate_objects(subject, unique)
            return
        for predicate, values in self._outgoing.get(subject, {}).items():
            for value in values:
                yield predicate, value

    def items(self, list: Any) -> Iterator[Any]:
        """Yield the members of a list, which is walked through once."""
        if list not in self._lists:
            self._lists[list] = tuple(super().items(list))
        yield from self._lists[list]


def _steps(graph: Graph, path: Any) -> tuple[tuple[Any, bool], ...] | None:
    """Return a path as properties, each with whether it is walked backwards; None where it is more than a sequence of them."""
    if isinstance(path, URIRef):
        return ((path, False),)
    inverse = graph.value(path, SH.inversePath)
    if inverse is not None:
        return ((inverse, True),) if isinstance(inverse, URIRef) else None
    if graph.value(path, RDF.first) is None:
        return None
    steps = [_steps(graph, member) for member in graph.items(path)]
    return None if None in steps else tuple(pair for step in steps if step is not None for pair in step)


@dataclass(frozen=True, slots=True)
class _Targets:
    """What a shape or rule is about.

    Attributes:
        classes: Classes whose instances it is about.
        properties: Properties whose subjects it is about.
    """

    classes: tuple[Any, ...]
    properties: tuple[Any, ...]

    @classmethod
    def of(cls, graph: Graph, shapes: Iterable[Any]) -> _Targets:
        """Return the targets of shapes."""
        users = list(shapes)
        return cls(
            tuple(sorted({target for shape in users for target in graph.objects(shape, SH.targetClass)})),
            tuple(sorted({target for shape in users for target in graph.objects(shape, SH.targetSubjectsOf)})),
        )

    def nodes(self, data: _Index) -> dict[Any, None]:
        """Return the focus nodes in a graph."""
        found: dict[Any, None] = {}
        for class_ in self.classes:
            found.update(dict.fromkeys(data.subjects(RDF.type, class_)))
        for property_ in self.properties:
            found.update(dict.fromkeys(data.users(property_)))
        return found


@dataclass(frozen=True, slots=True)
class _Rule:
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
    targets: _Targets


@dataclass(frozen=True, slots=True)
class _Planned:
    """A shape, with what pyshacl would find out about it at each validation.

    Attributes:
        shape: The shape.
        targets: What it is about.
        steps: Its path as properties, each with whether it is walked backwards; None for a node shape and for other paths.
        constraints: Its constraints, as pyshacl makes them.
    """

    shape: Shape
    targets: _Targets
    steps: tuple[tuple[Any, bool], ...] | None
    constraints: tuple[Any, ...]

    def value_nodes(self, data: _Index, focus: list[Any]) -> dict[Any, set[Any]]:
        """Return the value nodes of each focus node."""
        if self.steps is not None:
            return data.walk(focus, self.steps)
        found: dict[Any, set[Any]] = self.shape.value_nodes(data, focus)
        return found


@dataclass(frozen=True, slots=True)
class _Plan:
    """The shapes with their targets, ready to run.

    Attributes:
        shapes: Node and property shapes.
        rules: Constraints in SPARQL.
        all: Targets of all of them.
        terms: Terms of the shapes, so that data use the same objects: comparing two of rdflib's takes a call.
    """

    shapes: tuple[_Planned, ...]
    rules: tuple[_Rule, ...]
    all: _Targets
    terms: dict[str, Any]


def check(quads: list[Quad]) -> tuple[list[Result], int]:
    """Validate the quads of one graph.

    Args:
        quads: Quads of one graph; not changed.

    Returns:
        The results, and the number of nodes that a shape was held against.
    """
    plan = _plan()
    terms = plan.terms.copy()
    data = _Index(_triples(quads, terms))
    executor = SHACLExecutor()
    nodes: dict[_Targets, dict[Any, None]] = {}
    results: dict[Result, None] = {}
    for planned in plan.shapes:
        focus = nodes.get(planned.targets)
        if focus is None:
            focus = nodes[planned.targets] = planned.targets.nodes(data)
        if focus:
            values = planned.value_nodes(data, list(focus))
            for constraint in planned.constraints:
                for _, node, triples in constraint.evaluate(executor, data, values, [planned.shape, constraint])[1]:
                    results[_result(node, triples)] = None
    for result in _broken_rules(plan, quads, data):
        results[result] = None
    return list(results), len(plan.all.nodes(data))


@cache
def _plan() -> _Plan:
    """Read the shapes, once in a process."""
    graph = Graph()
    terms: dict[Any, Any] = {}
    for quad in parse((folder("shapes") / "data.ttl").read_bytes(), format=RdfFormat.TURTLE):
        graph.add((_rdflib(quad.subject, terms), _rdflib(quad.predicate, terms), _rdflib(quad.object, terms)))
    node_shapes = sorted(graph.subjects(RDF.type, SH.NodeShape))
    rules = _take_rules(graph, node_shapes)
    everything = _Targets.of(graph, node_shapes)
    _spread_targets(graph, node_shapes)
    shapes = ShapesGraph(_Index(graph))
    # In a stable order, so that the same data give the same sequence of work.
    ordered = sorted(shapes.shapes, key=lambda shape: str(shape.node))
    # What a shape knows by now is not looked through again for parameters at each validation.
    shapes.graph = _Index(triple for triple in graph if triple[1] not in _READ_ONCE)
    planned = tuple(
        _Planned(
            shape,
            _Targets.of(graph, [shape.node]),
            _steps(graph, shape.path()) if shape.is_property_shape else None,
            _constraints(shape),
        )
        for shape in ordered
    )
    return _Plan(planned, rules, everything, {str(term): found for term, found in terms.items()})


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


def _take_rules(graph: Graph, node_shapes: list[Any]) -> tuple[_Rule, ...]:
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
            _Rule(
                iri=str(iri),
                query=prefixes + str(graph.value(iri, SH.select)),
                message=str(graph.value(iri, SH.message)),
                severity=str(graph.value(users[0], SH.severity) or SH.Violation),
                targets=_Targets.of(graph, users),
            )
        )
    graph.remove((None, SH.sparql, None))
    return tuple(rules)


def _broken_rules(plan: _Plan, quads: list[Quad], data: _Index) -> Iterator[Result]:
    store = Store()
    store.bulk_extend(quads)
    for rule in plan.rules:
        solutions = store.query(rule.query, use_default_graph_as_union=True)
        assert isinstance(solutions, QuerySolutions)
        names = {variable.value for variable in solutions.variables}
        for solution in solutions:
            focus = solution["this"]
            if not _is_target(rule.targets, data, focus):
                continue
            path = solution["path"] if "path" in names else None
            value = solution["value"] if "value" in names else None
            yield Result(
                focus_node=_text(focus),
                path=_text(path) if path is not None else "",
                value=_text(value if value is not None else focus),
                shape=rule.iri,
                component=str(SH.SPARQLConstraintComponent),
                message=rule.message,
                severity=rule.severity,
            )


def _is_target(targets: _Targets, data: _Index, focus: Any) -> bool:
    node = _rdflib(focus, {})
    if any(class_ in targets.classes for class_ in data.objects(node, RDF.type)):
        return True
    return any(next(data.objects(node, property_), None) is not None for property_ in targets.properties)


def _triples(quads: list[Quad], known: dict[str, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """Yield the triples of quads in rdflib's terms.

    They go through N-Quads: to take each quad apart would make four new objects, and to hash them takes longer than this.
    """
    if not quads:
        return
    text = (serialize(quads, format=RdfFormat.N_QUADS) or b"").decode("utf-8")
    get = known.get
    for line in text.split(f" {quads[0].graph_name} .\n" if quads[0].graph_name != DefaultGraph() else " .\n"):
        if not line:
            continue
        subject, predicate, value = line.split(" ", 2)
        yield (
            get(subject) or _read_term(subject, known),
            get(predicate) or _read_term(predicate, known),
            found if (found := get(value)) is not None else _read_term(value, known),
        )


def _read_term(text: str, known: dict[str, Any]) -> Any:
    """Return the term that a piece of N-Quads stands for, and remember it."""
    if text[0] == "<" and "\\" not in text and " " not in text:
        # The engine has checked it; rdflib would look at each character again.
        found: Any = str.__new__(URIRef, text[1:-1])
    elif text[0] == '"' and "\\" not in text:
        form, _, tail = text[1:].rpartition('"')
        if not tail:
            found = RdflibLiteral(form)
        elif tail[0] == "@":
            found = RdflibLiteral(form, lang=tail[1:])
        else:
            datatype = tail[2:]
            found = RdflibLiteral(form, datatype=known.get(datatype) or _read_term(datatype, known), normalize=False)
    else:
        (triple,) = parse(f"<urn:x> <urn:x> {text} .", format=RdfFormat.N_TRIPLES)
        found = _rdflib(triple.object, {})
    known[text] = found
    return found


def _rdflib(term: Any, known: dict[Any, Any]) -> Any:
    """Return a term as rdflib spells it; the lexical form of a literal is kept."""
    found = known.get(term)
    if found is None:
        if isinstance(term, NamedNode):
            found = str.__new__(URIRef, term.value)  # the parser has checked it; rdflib would look at each character again
        elif isinstance(term, Literal):
            if term.language:
                found = RdflibLiteral(term.value, lang=term.language)
            else:
                datatype = term.datatype.value
                # rdflib leaves out the datatype of plain strings, as RDF 1.1 allows.
                plain = datatype == str(XSD.string)
                found = RdflibLiteral(term.value, datatype=None if plain else URIRef(datatype), normalize=False)
        elif isinstance(term, BlankNode):
            found = BNode(term.value)
        else:
            assert isinstance(term, Triple)
            found = URIRef("urn:crisiskg:triple-term")  # RDF 1.2; no shape allows it as a value
        known[term] = found
    return found


def _text(term: Any) -> str:
    if isinstance(term, NamedNode):
        return term.value
    return str(term)


def _rdflib_text(term: Any) -> str:
    if isinstance(term, URIRef):
        return str(term)
    if isinstance(term, BNode):
        return f"_:{term}"
    if term.language:
        return str(Literal(str(term), language=term.language))
    return str(Literal(str(term), datatype=NamedNode(str(term.datatype))) if term.datatype else Literal(str(term)))


def _result(node: Any, triples: list[Any]) -> Result:
    """Return a result of pyshacl, which gives it as triples of a report."""
    found: dict[Any, Any] = {}
    graph = None
    for subject, predicate, value in triples:
        if subject != node:
            continue
        if isinstance(value, tuple):
            source, value = value
            if predicate == SH.resultPath:
                graph = source
        found[predicate] = value
    path = found.get(SH.resultPath)
    value = found.get(SH.value)
    return Result(
        focus_node=_rdflib_text(found[SH.focusNode]),
        path=_path_text(graph, path) if path is not None else "",
        value=_rdflib_text(value) if value is not None else "",
        shape=str(found[SH.sourceShape]),
        component=str(found[SH.sourceConstraintComponent]),
        message=str(found.get(SH.resultMessage, "")),
        severity=str(found[SH.resultSeverity]),
    )


def _path_text(graph: Any, path: Any) -> str:
    """Return a path in SPARQL's notation; a single property is its plain IRI."""
    return str(path) if isinstance(path, URIRef) else _path_step(graph, path)


def _path_step(graph: Any, path: Any) -> str:
    if isinstance(path, URIRef):
        return f"<{path}>"
    inverse = graph.value(path, SH.inversePath)
    if inverse is not None:
        return f"^{_path_step(graph, inverse)}"
    return "/".join(_path_step(graph, step) for step in graph.items(path))
