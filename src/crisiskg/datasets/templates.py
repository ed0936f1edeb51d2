"""Which triples a record stands for, as a table, and the table compiled to functions that write N-Triples.

A line of a template is written once for each value of its field, and not at all where the field is empty: the semantics of
R2RML and RML, so that the same table can be given to any RML engine (`crisiskg.datasets.rml`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import pyoxigraph as ox

from crisiskg.datasets import records
from crisiskg.namespaces import CKG, CKGC, CKGT, GEO, RDF, RDFS, SKOS, XSD

#: How a value becomes a term: an absolute IRI; a code, which follows a prefix; text in English; or a literal of a datatype.
Kind = Literal["iri", "code", "english", "string", "integer", "decimal", "date", "wkt"]

DATATYPES: dict[str, str] = {
    "integer": XSD + "integer",
    "decimal": XSD + "decimal",
    "date": XSD + "date",
    "wkt": GEO + "wktLiteral",
}

#: What a literal cannot hold as it is, and what the engine may write in another way than Python does.
_SPECIAL = re.compile(r'["\\\x00-\x1f\x7f]')


@dataclass(frozen=True, slots=True)
class Line:
    """One property of a record.

    Attributes:
        predicate: IRI of the property.
        field: Field of the record whose value, or whose values, are the objects.
        kind: How a value becomes a term.
        prefix: What stands before a code.
        below: The subject is the record's IRI followed by this, as for a geometry.
        needs: Another field that must not be empty.
    """

    predicate: str
    field: str
    kind: Kind
    prefix: str = ""
    below: str = ""
    needs: str | None = None


@dataclass(frozen=True, slots=True)
class Constant:
    """A triple that each record has, or each whose field `needs` is not empty.

    Attributes:
        predicate: IRI of the property.
        object: IRI of the object; with `own`, what follows the record's IRI.
        own: Whether the object's IRI begins with the record's.
        below: The subject is the record's IRI followed by this.
        needs: A field that must not be empty.
    """

    predicate: str
    object: str
    own: bool = False
    below: str = ""
    needs: str | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """All triples of one kind of record.

    Attributes:
        record: The class of the records; its field `iri` is the subject.
        triples: Its constants and lines.
    """

    record: type[Any]
    triples: tuple[Constant | Line, ...]


_TYPE = RDF + "type"
_LABEL = Line(RDFS + "label", "label", "english")
_NAMES = Line(SKOS + "altLabel", "names", "english")
_SAME = Line(SKOS + "exactMatch", "same_as", "iri")


def _a(class_: str) -> Constant:
    return Constant(_TYPE, class_)


def _ckg(property_: str, field: str, kind: Kind, prefix: str = "") -> Line:
    return Line(CKG + property_, field, kind, prefix)


def _code(property_: str, field: str, scheme: str) -> Line:
    return Line(CKG + property_, field, "code", f"{CKGC}{scheme}-")


#: Between which days something began and ended.
_BOUNDS = (
    _ckg("earliestBegin", "earliest_begin", "date"),
    _ckg("latestBegin", "latest_begin", "date"),
    _ckg("earliestEnd", "earliest_end", "date"),
    _ckg("latestEnd", "latest_end", "date"),
)

TEMPLATES: tuple[Template, ...] = (
    Template(
        records.State,
        (_a(CKG + "State"), _LABEL, _SAME, _ckg("iso3", "iso3", "string")),
    ),
    Template(
        records.Actor,
        (
            Line(_TYPE, "kind", "code", CKG),
            _LABEL,
            _NAMES,
            _SAME,
            _ckg("ucdpId", "ucdp_id", "string"),
            _ckg("isPartOf", "state", "iri"),
        ),
    ),
    Template(
        records.Place,
        (
            _a(CKG + "Place"),
            _LABEL,
            _SAME,
            _ckg("isPartOf", "state", "iri"),
            Constant(GEO + "hasDefaultGeometry", "/geometry", own=True, needs="wkt"),
            Constant(_TYPE, GEO + "Geometry", below="/geometry", needs="wkt"),
            Line(GEO + "asWKT", "wkt", "wkt", below="/geometry"),
            Line(GEO + "hasMetricSpatialAccuracy", "accuracy_m", "decimal", below="/geometry", needs="wkt"),
        ),
    ),
    Template(
        records.Situation,
        (
            _a(CKG + "Situation"),
            _LABEL,
            _code("situationKind", "kind", "situation"),
            _code("factuality", "factuality", "fact"),
            _ckg("hasPlace", "located_in", "iri"),
            *_BOUNDS,
            _NAMES,
            _SAME,
        ),
    ),
    Template(
        records.ChangeEvent,
        (
            _a(CKG + "ChangeEvent"),
            _LABEL,
            _code("changeKind", "kind", "change"),
            _ckg("originalOrganization", "original", "iri"),
            _ckg("resultingOrganization", "resulting", "iri"),
            _ckg("formerName", "former_name", "string"),
            _ckg("newName", "new_name", "string"),
            _ckg("sequence", "sequence", "integer"),
            _code("factuality", "factuality", "fact"),
            *_BOUNDS,
            _code("timeGap", "time_gap", "gap"),
        ),
    ),
    Template(
        records.Relationship,
        (
            _a(CKG + "Relationship"),
            _ckg("hasSubject", "subject", "iri"),
            _code("relationType", "relation", "relation"),
            _ckg("hasObject", "object", "iri"),
            _code("factuality", "factuality", "fact"),
            _ckg("qualifier", "qualifier", "string"),
            *_BOUNDS,
        ),
    ),
    Template(
        records.Office,
        (
            _a(CKG + "Office"),
            _LABEL,
            _code("roleKind", "role_kind", "rolekind"),
            _ckg("inOrganization", "organization", "iri"),
        ),
    ),
    Template(
        records.Membership,
        (
            _a(CKG + "Membership"),
            _ckg("hasMember", "member", "iri"),
            _ckg("inOrganization", "organization", "iri"),
            _code("roleKind", "role_kind", "rolekind"),
            _ckg("roleTitle", "role_title", "string"),
            _code("factuality", "factuality", "fact"),
            *_BOUNDS,
            _ckg("holdsOffice", "office", "iri"),
        ),
    ),
    Template(
        records.Casualties,
        (
            _a(CKG + "CasualtyEstimate"),
            _code("quantityKind", "kind", "quantity"),
            _ckg("low", "low", "decimal"),
            _ckg("best", "best", "decimal"),
            _ckg("high", "high", "decimal"),
            _ckg("unit", "unit", "string"),
            _ckg("counts", "counts", "iri"),
            _ckg("hasEvidence", "record", "iri"),
        ),
    ),
    Template(
        records.Event,
        (
            _a(CKG + "Event"),
            _LABEL,
            _ckg("eventType", "event_type", "code", CKGT),
            Line(CKG + "quadClass", "quad_class", "code", CKGT + "quad-"),
            _code("factuality", "factuality", "fact"),
            Line(CKG + "mode", "mode", "code", CKGT),
            Line(CKG + "context", "contexts", "code", CKGT + "context-"),
            _ckg("hasActor", "actors", "iri"),
            _ckg("hasRecipient", "recipients", "iri"),
            _ckg("hasSideA", "side_a", "iri"),
            _ckg("hasSideB", "side_b", "iri"),
            _code("actorGap", "actor_gap", "gap"),
            _code("recipientGap", "recipient_gap", "gap"),
            _ckg("hasPlace", "place", "iri"),
            _code("placeGap", "place_gap", "gap"),
            _code("placePrecision", "place_precision", "place-precision"),
            _ckg("earliestBegin", "earliest_begin", "date"),
            _ckg("latestBegin", "latest_begin", "date"),
            _ckg("earliestEnd", "earliest_end", "date"),
            _ckg("latestEnd", "latest_end", "date"),
            _code("timePrecision", "time_precision", "precision"),
            _code("timeBasis", "time_basis", "basis"),
            _ckg("beginYear", "begin_year", "integer"),
            _code("timeGap", "time_gap", "gap"),
            _ckg("partOfSituation", "situation", "iri"),
            _ckg("hasQuantity", "quantities", "iri"),
        ),
    ),
    Template(
        records.Claim,
        (
            _a(CKG + "Record"),
            _ckg("inRelease", "release", "iri"),
            _ckg("isAbout", "about", "iri"),
            _ckg("recordId", "record_id", "string"),
            _ckg("rowNumber", "row_number", "integer"),
            _ckg("row", "row", "string"),
            _code("status", "status", "status"),
            _code("polarity", "polarity", "polarity"),
            _code("certainty", "certainty", "certainty"),
            _ckg("sourceType", "source_type", "string"),
            _ckg("sourceQuadClass", "source_quad_class", "string"),
            _ckg("sourceWords", "source_words", "string"),
            _ckg("repair", "repairs", "string"),
        ),
    ),
    Template(
        records.Report,
        (
            _a(CKG + "Report"),
            _LABEL,
            _ckg("inRelease", "release", "iri"),
            _ckg("recordId", "record_id", "string"),
            _ckg("rowNumber", "row_number", "integer"),
            _ckg("row", "row", "string"),
            _ckg("repair", "repairs", "string"),
            _ckg("sourceName", "source_name", "string"),
            _ckg("url", "url", "iri"),
            _ckg("publishedEarliest", "published_earliest", "date"),
            _ckg("publishedLatest", "published_latest", "date"),
            _ckg("publishedYear", "published_year", "integer"),
            _code("publishedPrecision", "published_precision", "precision"),
            _ckg("names", "names", "iri"),
            _ckg("tellsOf", "tells_of", "iri"),
            _ckg("hasQuantity", "quantities", "iri"),
        ),
    ),
)


_TEMPLATE_OF = {template.record: template for template in TEMPLATES}
_WRITERS: dict[type[Any], Callable[[Any], str]] = {}


def escaped(text: str) -> str:
    r"""Return the text as it stands between the quotes of a literal in canonical N-Triples.

    >>> escaped('a "b"')
    'a \\"b\\"'
    """
    return str(ox.Literal(text))[1:-1] if _SPECIAL.search(text) else text


def is_many(template: Template, field: str) -> bool:
    """Tell whether a field holds several values.

    >>> is_many(template_of(records.Event), "actors")
    True
    """
    return "tuple" in str(template.record.__annotations__[field])


def template_of(record: type[Any]) -> Template:
    """Return the template of a class of records.

    Raises:
        KeyError: there is none.
    """
    return _TEMPLATE_OF[record]


def _object(line: Line, value: str) -> str:
    """Return the part of an f-string that writes the term."""
    if line.kind == "iri":
        return f"<{{{value}}}>"
    if line.kind == "code":
        return f"<{line.prefix}{{{value}}}>"
    if line.kind == "english":
        return f'"{{_esc({value})}}"@en'
    if line.kind == "string":
        return f'"{{_esc({value})}}"'
    return f'"{{{value}}}"^^<{DATATYPES[line.kind]}>'


def compiled(record: type[Any]) -> Callable[[Any], str]:
    """Return a function that writes the triples of a record of this class as lines of N-Triples, made once.

    >>> print(compiled(records.State)(records.State("urn:s", "Chad")), end="")
    <urn:s> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/crisiskg/ontology#State> .
    <urn:s> <http://www.w3.org/2000/01/rdf-schema#label> "Chad"@en .
    """
    found = _WRITERS.get(record)
    return found if found is not None else _WRITERS.setdefault(record, _compile(record))


def _compile(record: type[Any]) -> Callable[[Any], str]:
    template = template_of(record)
    fields = record._fields
    source = ["def write(record):", f"    ({', '.join(fields)},) = record", "    out = ''"]
    for triple in template.triples:
        subject = f"<{{iri}}{triple.below}> <{triple.predicate}> "
        indent = "    "
        if triple.needs is not None:
            source.append(f"{indent}if {triple.needs} is not None:")
            indent += "    "
        if isinstance(triple, Constant):
            term = f"<{{iri}}{triple.object}>" if triple.own else f"<{triple.object}>"
            source.append(f"{indent}out += f'{subject}{term} .\\n'")
        elif is_many(template, triple.field):
            source.append(f"{indent}for value in {triple.field}:")
            source.append(f"{indent}    out += f'{subject}{_object(triple, 'value')} .\\n'")
        else:
            if "None" in str(record.__annotations__[triple.field]):
                source.append(f"{indent}if {triple.field} is not None:")
                indent += "    "
            source.append(f"{indent}out += f'{subject}{_object(triple, triple.field)} .\\n'")
    source.append("    return out")
    scope: dict[str, Any] = {"_esc": escaped}
    exec("\n".join(source), scope)  # made of the table above alone  # noqa: S102
    writer: Callable[[Any], str] = scope["write"]
    return writer


def write(record: Any) -> str:
    """Return the triples of a record as lines of N-Triples."""
    return compiled(type(record))(record)
