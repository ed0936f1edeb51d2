"""Reads a user's RML mapping, and says it again over tables that were prepared for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from crisiskg.errors import InvalidParameter, MalformedSource, NotFound
from crisiskg.namespaces import RDF

_OLD, _NEW, _R2RML = "http://semweb.mmlab.be/ns/rml#", "http://w3id.org/rml/", "http://www.w3.org/ns/r2rml#"
_CSV = {"http://semweb.mmlab.be/ns/ql#CSV", "http://w3id.org/rml/CSV"}
_LOGICAL_SOURCES = {f"{_OLD}logicalSource": _OLD, f"{_NEW}logicalSource": _NEW, f"{_R2RML}logicalTable": _R2RML}
_SOURCES = (f"{_OLD}source", f"{_NEW}source")
_REFERENCE_FORMULATIONS = (f"{_OLD}referenceFormulation", f"{_NEW}referenceFormulation")
_PATH = f"{_NEW}path"
#: What would let a mapping read something else than the files that are named.
_REFUSED = {
    **{f"{space}{name}": "a query" for space in (_OLD, _NEW) for name in ("query", "iterator")},
    **{f"{_R2RML}{name}": "a table of a database" for name in ("logicalTable", "sqlQuery", "tableName")},
}
_BLANK = {f"{space}BlankNode" for space in (_OLD, _NEW, _R2RML)}
_TERM_TYPES = {f"{space}termType" for space in (_OLD, _NEW, _R2RML)}
_PACKED = (".gz", ".bz2", ".zip")
_MOST_BYTES = 16 << 20

#: Names of columns that the engine uses for what it makes; a table's own columns of these names get another one.
_TAKEN = ("subject", "predicate", "object", "graph", "triple", "lang_datatype", "reference_results", "placeholder")
#: Properties whose value is the name of a column.
_REFERENCES = {f"{space}{name}" for space in (_OLD, _NEW, _R2RML) for name in ("reference", "column", "child", "parent")}
_TEMPLATES = {f"{space}template" for space in (_OLD, _NEW, _R2RML)}

#: Column of the prepared tables that says which row it is, and the property by which the engine hands it on.
ROW_COLUMN = "crisiskg_row"
ROW = "urn:crisiskg:row"


@dataclass(frozen=True, slots=True)
class RmlMapping:
    """A mapping.

    Attributes:
        name: Name of its file.
        quads: What it says.
        sources: What it calls the tables that it reads.
    """

    name: str
    quads: tuple[ox.Quad, ...]
    sources: tuple[str, ...]


def read_mapping(path: Path) -> RmlMapping:
    """Read a mapping, and see that it reads nothing but CSV tables.

    Args:
        path: The file, Turtle.

    Raises:
        NotFound: there is none.
        MalformedSource: it is no Turtle, or no RML mapping.
        InvalidParameter: it asks for something that is not done; the message names it.
    """
    if not path.is_file():
        raise NotFound(f"there is no mapping {path}")
    if path.stat().st_size > _MOST_BYTES:
        raise MalformedSource(f"{path.name} is larger than {_MOST_BYTES >> 20} MiB, which no mapping is")
    try:
        quads = tuple(ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri="urn:crisiskg:mapping"))
    except (SyntaxError, ValueError) as error:
        raise MalformedSource(f"{path.name} is no Turtle: {error}") from error
    for quad in quads:
        predicate = quad.predicate.value
        if predicate in _REFUSED:
            raise InvalidParameter(f"{path.name} reads {_REFUSED[predicate]} ({predicate}); only CSV tables are read")
        if predicate in _REFERENCE_FORMULATIONS and _text(quad.object) not in _CSV:
            raise InvalidParameter(f"{path.name} reads {_text(quad.object)}; only CSV tables are read (ql:CSV)")
        if predicate in _TERM_TYPES and _text(quad.object) in _BLANK:
            raise InvalidParameter(f"{path.name} makes blank nodes; in this model everything has an IRI (rr:termType rr:IRI)")
    if not any(quad.predicate.value in _LOGICAL_SOURCES for quad in quads):
        raise MalformedSource(f"{path.name} is no RML mapping: it has no rml:logicalSource")
    found = [_source_of(quads, quad, path.name) for quad in quads if quad.predicate.value in _SOURCES]
    return RmlMapping(path.name, quads, tuple(dict.fromkeys(found)))


def _text(term: object) -> str:
    return str(getattr(term, "value", term))


def _source_of(quads: Iterable[ox.Quad], quad: ox.Quad, name: str) -> str:
    """Return what a source calls its table: a text, or the path of a description of a file."""
    if isinstance(quad.object, ox.Literal):
        return str(quad.object.value)
    paths = [_text(each.object) for each in quads if each.subject == quad.object and each.predicate.value == _PATH]
    if len(paths) != 1 or not paths[0]:
        raise InvalidParameter(f"{name} reads a source that is no file; name a CSV file as a text (rml:source)")
    return paths[0]


def match_sources(mapping: RmlMapping, files: list[Path]) -> dict[str, int]:
    """Return which file each source of a mapping means, by its name; where there is one of each, they mean each other.

    Args:
        mapping: The mapping.
        files: The files that were named.

    Raises:
        InvalidParameter: a source is no file that was named, or a file is read by none.
    """
    found: dict[str, int] = {}
    for source in mapping.sources:
        name = source.replace("\\", "/").rpartition("/")[2]
        fits = [number for number, file in enumerate(files) if name in _names(file)]
        if len(fits) == 1:
            found[source] = fits[0]
        elif len(files) == 1 and len(mapping.sources) == 1:
            found[source] = 0
        else:
            raise InvalidParameter(
                f"{mapping.name} reads {source[:100]!r}, and {'several files have' if fits else 'no file has'} that name",
                hint=f"The files are {', '.join(file.name for file in files)}.",
            )
    idle = [file.name for number, file in enumerate(files) if number not in found.values()]
    if idle:
        raise InvalidParameter(f"{mapping.name} does not read {idle[0]}", hint=f"It reads {', '.join(mapping.sources)}.")
    return found


def _names(file: Path) -> set[str]:
    names = {file.name}
    for ending in _PACKED:
        if file.name.lower().endswith(ending):
            stem = file.name[: -len(ending)]
            names |= {stem, f"{stem}.csv"}
    return names


def column(name: str) -> str:
    """Return what a column of a table is called in a prepared one.

    >>> column("town"), column("object")
    ('town', 'object_of_table')
    """
    return f"{name}_of_table" if name in _TAKEN or name == ROW_COLUMN else name


def _renamed(predicate: str, term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> object:
    """Return the object of a mapping's triple with the columns of prepared tables."""
    if not isinstance(term, ox.Literal):
        return term
    if predicate in _REFERENCES:
        return ox.Literal(column(term.value))
    if predicate in _TEMPLATES:
        text = term.value
        for name in (*_TAKEN, ROW_COLUMN):
            text = text.replace(f"{{{name}}}", f"{{{column(name)}}}")
        return ox.Literal(text)
    return term


def prepared(mapping: RmlMapping, tables: dict[str, str]) -> str:
    """Return a mapping over other tables, which tells of each thing that it makes from which row it is.

    Args:
        mapping: The mapping.
        tables: Names of the prepared tables, by what the mapping calls them.
    """
    made: list[ox.Triple] = []
    replaced = {
        quad.object for quad in mapping.quads if quad.predicate.value in _SOURCES and isinstance(quad.object, ox.BlankNode)
    }
    for quad in mapping.quads:
        predicate = quad.predicate.value
        if quad.subject in replaced:
            continue
        if predicate in _SOURCES:
            table = tables[_source_of(mapping.quads, quad, mapping.name)]
            made.append(ox.Triple(quad.subject, quad.predicate, ox.Literal(table)))
            continue
        made.append(ox.Triple(quad.subject, quad.predicate, _renamed(predicate, quad.object)))  # type: ignore[arg-type]
        space = _LOGICAL_SOURCES.get(predicate)
        if space is not None:
            made += _row_of(quad.subject, space)
    return (ox.serialize(made, format=ox.RdfFormat.N_TRIPLES) or b"").decode("utf-8")


def _row_of(triples_map: ox.NamedNode | ox.BlankNode | ox.Triple, space: str) -> list[ox.Triple]:
    """Return the part of a triples map that hands on the row, in the vocabulary that the map is written in."""
    own = _R2RML if space == _OLD else space
    node, value = ox.BlankNode(), ox.BlankNode()

    def name(local: str, of: str = own) -> ox.NamedNode:
        return ox.NamedNode(of + local)

    return [
        ox.Triple(triples_map, name("predicateObjectMap"), node),
        ox.Triple(node, ox.NamedNode(RDF + "type"), name("PredicateObjectMap")),
        ox.Triple(node, name("predicate"), ox.NamedNode(ROW)),
        ox.Triple(node, name("objectMap"), value),
        ox.Triple(value, name("reference", space), ox.Literal(ROW_COLUMN)),
        ox.Triple(value, name("termType"), name("Literal")),
    ]
