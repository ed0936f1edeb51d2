"""Report: whether a graph conforms, and each place where it does not."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from crisiskg.namespaces import CKG, CKGC, CKGSH, CKGT, RDF, SH, XSD

_PREFIXES = {"ckg": CKG, "ckgc": CKGC, "ckgt": CKGT, "ckgsh": CKGSH, "sh": SH, "xsd": XSD}


@dataclass(frozen=True, slots=True, order=True)
class Result:
    """One place where a graph does not conform.

    Terms are strings: an IRI as it is, a literal or blank node in N-Triples form.

    Attributes:
        focus_node: What was checked.
        path: Property, or path of properties in SPARQL's notation; "" where the whole node is at fault.
        value: The value at fault; "" where one is missing.
        shape: IRI of the shape that it breaks; for a rule in SPARQL the IRI of the rule.
        component: IRI of the SHACL constraint component.
        message: Why that is wrong, in one sentence.
        severity: IRI of the severity.
    """

    focus_node: str
    path: str
    value: str
    shape: str
    component: str
    message: str
    severity: str


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a validation.

    Attributes:
        conforms: Whether there are no results.
        results: All results, sorted.
        checked: Number of nodes that at least one shape was held against; 0 means that nothing was said of the data.
    """

    conforms: bool
    results: tuple[Result, ...] = ()
    checked: int = 0

    def turtle(self) -> str:
        """Return the report as a SHACL validation report in Turtle; the same report gives the same text.

        >>> "sh:conforms true" in Report(conforms=True).turtle()
        True
        """
        report = BlankNode("report")
        triples = [
            Triple(report, NamedNode(RDF + "type"), NamedNode(SH + "ValidationReport")),
            Triple(report, NamedNode(SH + "conforms"), Literal(self.conforms)),
        ]
        for number, result in enumerate(self.results, start=1):
            node = BlankNode(f"result{number}")
            triples.append(Triple(report, NamedNode(SH + "result"), node))
            triples.append(Triple(node, NamedNode(RDF + "type"), NamedNode(SH + "ValidationResult")))
            triples += [Triple(node, NamedNode(SH + name), value) for name, value in _parts(result)]
        written = serialize(triples, format=RdfFormat.TURTLE, prefixes=_PREFIXES)
        assert written is not None  # it is None only where serialize is given a file
        return written.decode("utf-8")


def _parts(result: Result) -> list[tuple[str, NamedNode | BlankNode | Literal]]:
    parts: list[tuple[str, NamedNode | BlankNode | Literal]] = [("focusNode", term(result.focus_node))]
    if result.path:
        # A path of several steps has no IRI; its notation is kept as text.
        simple = "<" not in result.path
        parts.append(("resultPath", NamedNode(result.path)) if simple else ("resultPath", Literal(result.path)))
    if result.value:
        parts.append(("value", term(result.value)))
    parts.append(("sourceShape", NamedNode(result.shape)))
    parts.append(("sourceConstraintComponent", NamedNode(result.component)))
    parts.append(("resultMessage", Literal(result.message, language="en")))
    parts.append(("resultSeverity", NamedNode(result.severity)))
    return parts


def term(text: str) -> NamedNode | BlankNode | Literal:
    """Return the term that a string of a result stands for.

    >>> term("urn:a"), term('"1"').value
    (<NamedNode value=urn:a>, '1')
    """
    if text.startswith(('"', "_:")):
        statement = next(iter(parse(f"<urn:s> <urn:p> {text} .", RdfFormat.N_TRIPLES)))
        assert isinstance(statement, Quad)
        value = statement.object
        if text.startswith("_:"):
            return BlankNode(text[2:])
        assert isinstance(value, Literal)
        return value
    return NamedNode(text)
